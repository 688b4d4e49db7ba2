//! Certificates that companies trust.

use pod_api::types;

operations!(
    "security.http",
    list_company_certificates(
        every = |client| client.list_company_certificates().skip(50).limit(100),
        least = |client| client.list_company_certificates(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.company_cert_attributes.as_ref().unwrap().name.as_deref(), Some("agentservice"));
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(first.company_cert_info.as_ref().unwrap().finger_print.as_deref(), Some("9f3c/A1+b="));
            assert_eq!(
                first.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
        },
    ),
    create_company_certificate(
        every = |client| client.create_company_certificate().body(types::CompanyCert {
            attributes: Some(types::CompanyCertAttributes {
                name: Some("agentservice".to_owned()),
                status: Some(types::CompanyCertStatus { type_: Some(types::CompanyCertTrust::Known) }),
                type_: Some(types::CompanyCertType { type_: Some(types::CompanyCertUse::User) })
            }),
            pem: Some("-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----".to_owned())
        }),
        least = |client| client.create_company_certificate().body(types::CompanyCert::default()),
        reads = |answer| {
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().name.as_deref(),
                Some("agentservice")
            );
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(
                answer.company_cert_info.as_ref().unwrap().finger_print.as_deref(),
                Some("9f3c/A1+b=")
            );
            assert_eq!(
                answer.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
            assert_eq!(answer.company_cert_info.as_ref().unwrap().last_seen, Some(1_470_018_076_301));
        },
    ),
    delete_company_certificate(
        every = |client| client
            .delete_company_certificate()
            .body(types::StringId { id: Some("HDuXo/2W+s=".to_owned()) }),
        least = |client| client.delete_company_certificate().body(types::StringId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    get_company_certificate(
        every = |client| client.get_company_certificate().finger_print("9f3c/A1+b= ö"),
        reads = |answer| {
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().name.as_deref(),
                Some("agentservice")
            );
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                answer.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(
                answer.company_cert_info.as_ref().unwrap().finger_print.as_deref(),
                Some("9f3c/A1+b=")
            );
            assert_eq!(
                answer.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
            assert_eq!(answer.company_cert_info.as_ref().unwrap().last_seen, Some(1_470_018_076_301));
        },
    ),
    update_company_certificate(
        every = |client| client.update_company_certificate().finger_print("9f3c/A1+b= ö").body(
            types::CompanyCertAttributes {
                name: Some("agentservice".to_owned()),
                status: Some(types::CompanyCertStatus { type_: Some(types::CompanyCertTrust::Known) }),
                type_: Some(types::CompanyCertType { type_: Some(types::CompanyCertUse::User) })
            }
        ),
        least = |client| client
            .update_company_certificate()
            .finger_print("9f3c/A1+b= ö")
            .body(types::CompanyCertAttributes::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    list_company_certificates_issued_by(
        every = |client| client.list_company_certificates_issued_by().finger_print("9f3c/A1+b= ö"),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.company_cert_attributes.as_ref().unwrap().name.as_deref(), Some("agentservice"));
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(first.company_cert_info.as_ref().unwrap().finger_print.as_deref(), Some("9f3c/A1+b="));
            assert_eq!(
                first.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
        },
    ),
    list_pod_managed_company_certificates(
        every = |client| client.list_pod_managed_company_certificates().skip(50).limit(100),
        least = |client| client.list_pod_managed_company_certificates(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.company_cert_attributes.as_ref().unwrap().name.as_deref(), Some("agentservice"));
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(first.company_cert_info.as_ref().unwrap().finger_print.as_deref(), Some("9f3c/A1+b="));
            assert_eq!(
                first.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
        },
    ),
    list_company_certificates_by_type(
        every = |client| client.list_company_certificates_by_type().skip(50).limit(100).body(
            types::CompanyCertTypeList(vec![types::CompanyCertType {
                type_: Some(types::CompanyCertUse::User)
            }])
        ),
        least = |client| client.list_company_certificates_by_type().body(types::CompanyCertTypeList(vec![
            types::CompanyCertType { type_: Some(types::CompanyCertUse::User) }
        ])),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.company_cert_attributes.as_ref().unwrap().name.as_deref(), Some("agentservice"));
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().type_.as_ref().unwrap().type_,
                Some(types::CompanyCertUse::User)
            );
            assert_eq!(
                first.company_cert_attributes.as_ref().unwrap().status.as_ref().unwrap().type_,
                Some(types::CompanyCertTrust::Known)
            );
            assert_eq!(first.company_cert_info.as_ref().unwrap().finger_print.as_deref(), Some("9f3c/A1+b="));
            assert_eq!(
                first.company_cert_info.as_ref().unwrap().issuer_finger_print.as_deref(),
                Some("77aa/00+c=")
            );
        },
    ),
);
