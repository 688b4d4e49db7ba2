//! Single sign-on.

use pod_api::types;

operations!(
    "sso_configuration.http",
    admin_get_sso_configuration(
        every = |client| client.admin_get_sso_configuration(),
        reads = |answer| {
            assert_eq!(answer.sso_enabled, Some(true));
            assert_eq!(answer.idp_entity_id.as_deref(), Some("urn:acme:idp"));
            assert_eq!(answer.idp_sso_endpoint.as_deref(), Some("https://idp.acme.com/sso?x=1"));
        },
    ),
    admin_set_sso_configuration(
        every = |client| client.admin_set_sso_configuration().body(types::SsoConfiguration {
            force_authn: Some(true),
            idp_entity_id: Some("urn:acme:idp".to_owned()),
            idp_signing_certificate: Some("MIID+/idp==".to_owned()),
            idp_sso_endpoint: Some("https://idp.acme.com/sso?x=1".to_owned()),
            sso_enabled: Some(true),
            symphony_acs_url: Some("https://acme.symphony.com/login/saml2".to_owned()),
            symphony_entity_id: Some("urn:symphony:acme".to_owned())
        }),
        least = |client| client.admin_set_sso_configuration().body(types::SsoConfiguration::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_patch_sso_configuration(
        every = |client| client.admin_patch_sso_configuration().body(types::SsoConfiguration {
            force_authn: Some(true),
            idp_entity_id: Some("urn:acme:idp".to_owned()),
            idp_signing_certificate: Some("MIID+/idp==".to_owned()),
            idp_sso_endpoint: Some("https://idp.acme.com/sso?x=1".to_owned()),
            sso_enabled: Some(true),
            symphony_acs_url: Some("https://acme.symphony.com/login/saml2".to_owned()),
            symphony_entity_id: Some("urn:symphony:acme".to_owned())
        }),
        least = |client| client.admin_patch_sso_configuration().body(types::SsoConfiguration::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
);
