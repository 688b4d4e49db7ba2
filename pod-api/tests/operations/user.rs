//! Administration of users, and following.

use pod_api::types;

operations!(
    "user.http",
    admin_list_users(
        every = |client| client.admin_list_users().skip(50).limit(100),
        least = |client| client.admin_list_users(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(
                first.user_attributes.as_ref().unwrap().email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(first.user_attributes.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(first.user_attributes.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(first.user_attributes.as_ref().unwrap().asset_classes.as_ref().unwrap()[0], "FX");
            assert_eq!(first.user_attributes.as_ref().unwrap().industries.as_ref().unwrap()[0], "Banking");
        },
    ),
    admin_find_users(
        every = |client| client.admin_find_users().skip(50).limit(100).body(types::UserFilter {
            feature: Some("canCreatePublicRoom".to_owned()),
            role: Some("INDIVIDUAL".to_owned()),
            status: Some(types::UserFilterStatus::Disabled)
        }),
        least = |client| client.admin_find_users().body(types::UserFilter::default()),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(
                first.user_attributes.as_ref().unwrap().email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(first.user_attributes.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(first.user_attributes.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(first.user_attributes.as_ref().unwrap().asset_classes.as_ref().unwrap()[0], "FX");
            assert_eq!(first.user_attributes.as_ref().unwrap().industries.as_ref().unwrap()[0], "Banking");
        },
    ),
    admin_add_user_role(
        every = |client| client
            .admin_add_user_role()
            .uid(7_078_106_103_809_i64)
            .body(types::StringId { id: Some("HDuXo/2W+s=".to_owned()) }),
        least =
            |client| client.admin_add_user_role().uid(7_078_106_103_809_i64).body(types::StringId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_remove_user_role(
        every = |client| client
            .admin_remove_user_role()
            .uid(7_078_106_103_809_i64)
            .body(types::StringId { id: Some("HDuXo/2W+s=".to_owned()) }),
        least = |client| client
            .admin_remove_user_role()
            .uid(7_078_106_103_809_i64)
            .body(types::StringId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_get_user_avatar(
        every = |client| client.admin_get_user_avatar().uid(7_078_106_103_809_i64),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.size.as_deref(), Some("150"));
            assert_eq!(first.url.as_deref(), Some("https://acme.symphony.com/a/150.png"));
        },
    ),
    admin_update_user_avatar(
        every = |client| client
            .admin_update_user_avatar()
            .uid(7_078_106_103_809_i64)
            .body(types::AvatarUpdate { image: Some("iVBORw0KGgo+/w==".to_owned()) }),
        least = |client| client
            .admin_update_user_avatar()
            .uid(7_078_106_103_809_i64)
            .body(types::AvatarUpdate::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_get_user_disclaimer(
        every = |client| client.admin_get_user_disclaimer().uid(7_078_106_103_809_i64),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(answer.name.as_deref(), Some("Desk Zürich"));
            assert_eq!(answer.content.as_deref(), Some("<p>Be careful</p>"));
        },
    ),
    admin_unassign_user_disclaimer(
        every = |client| client.admin_unassign_user_disclaimer().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_assign_user_disclaimer(
        every = |client| client
            .admin_assign_user_disclaimer()
            .uid(7_078_106_103_809_i64)
            .body(types::StringId { id: Some("HDuXo/2W+s=".to_owned()) }),
        least = |client| client
            .admin_assign_user_disclaimer()
            .uid(7_078_106_103_809_i64)
            .body(types::StringId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_list_user_delegates(
        every = |client| client.admin_list_user_delegates().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer[0], 7_078_106_103_809);
        },
    ),
    admin_update_user_delegates(
        every = |client| client.admin_update_user_delegates().uid(7_078_106_103_809_i64).body(
            types::DelegateAction {
                action: Some(types::DelegateChange::Remove),
                user_id: Some(7_078_106_126_503)
            }
        ),
        least = |client| client
            .admin_update_user_delegates()
            .uid(7_078_106_103_809_i64)
            .body(types::DelegateAction::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_list_user_features(
        every = |client| client.admin_list_user_features().uid(7_078_106_103_809_i64),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.entitlment.as_deref(), Some("canCreatePublicRoom"));
            assert_eq!(first.enabled, Some(false));
        },
    ),
    admin_update_user_features(
        every = |client| client.admin_update_user_features().uid(7_078_106_103_809_i64).body(
            types::FeatureList(vec![types::Feature {
                enabled: Some(false),
                entitlment: Some("canCreatePublicRoom".to_owned())
            }])
        ),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    follow_user(
        every = |client| client.follow_user().uid(7_078_106_103_809_i64).body(types::FollowersList {
            followers: Some(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503]))
        }),
        least =
            |client| client.follow_user().uid(7_078_106_103_809_i64).body(types::FollowersList::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    unfollow_user(
        every = |client| client.unfollow_user().uid(7_078_106_103_809_i64).body(types::FollowersList {
            followers: Some(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503]))
        }),
        least =
            |client| client.unfollow_user().uid(7_078_106_103_809_i64).body(types::FollowersList::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    list_user_followers(
        every = |client| client
            .list_user_followers()
            .uid(7_078_106_103_809_i64)
            .limit(100)
            .before("b/1+2= é")
            .after("a/3+4=&,5"),
        least = |client| client.list_user_followers().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.followers.as_ref().unwrap()[0], 7_078_106_103_811);
            assert_eq!(answer.pagination.as_ref().unwrap().previous.as_deref(), Some("/v1/x?before=b"));
            assert_eq!(answer.pagination.as_ref().unwrap().next.as_deref(), Some("/v1/x?after=a"));
            assert_eq!(
                answer.pagination.as_ref().unwrap().cursors.as_ref().unwrap().before.as_deref(),
                Some("b/1+2=")
            );
            assert_eq!(
                answer.pagination.as_ref().unwrap().cursors.as_ref().unwrap().after.as_deref(),
                Some("a/3+4=")
            );
        },
    ),
    list_user_following(
        every = |client| client
            .list_user_following()
            .uid(7_078_106_103_809_i64)
            .limit(100)
            .before("b/1+2= é")
            .after("a/3+4=&,5"),
        least = |client| client.list_user_following().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.following.as_ref().unwrap()[0], 7_078_106_103_812);
            assert_eq!(answer.pagination.as_ref().unwrap().previous.as_deref(), Some("/v1/x?before=b"));
            assert_eq!(answer.pagination.as_ref().unwrap().next.as_deref(), Some("/v1/x?after=a"));
            assert_eq!(
                answer.pagination.as_ref().unwrap().cursors.as_ref().unwrap().before.as_deref(),
                Some("b/1+2=")
            );
            assert_eq!(
                answer.pagination.as_ref().unwrap().cursors.as_ref().unwrap().after.as_deref(),
                Some("a/3+4=")
            );
        },
    ),
    update_own_manifest(
        every = |client| client
            .update_own_manifest()
            .body(types::ServiceAccountManifest { manifest: r#"{"a":"é"}"#.parse().unwrap() }),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    get_own_manifest(
        every = |client| client.get_own_manifest(),
        reads = |answer| {
            assert_eq!(answer.manifest.as_str(), r#"{"a":"é"}"#);
        },
    ),
    admin_get_user_status(
        every = |client| client.admin_get_user_status().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.status, Some(types::AccountStatus::Disabled));
            assert_eq!(answer.suspended, Some(true));
            assert_eq!(answer.suspended_until, Some(1_471_018_076_000));
        },
    ),
    admin_update_user_status(
        every =
            |client| client.admin_update_user_status().uid(7_078_106_103_809_i64).body(types::UserStatus {
                status: Some(types::AccountStatus::Disabled),
                suspended: Some(true),
                suspended_until: Some(1_471_018_076_000),
                suspension_reason: Some("On leave".to_owned())
            }),
        least = |client| client
            .admin_update_user_status()
            .uid(7_078_106_103_809_i64)
            .body(types::UserStatus::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_list_roles(
        every = |client| client.admin_list_roles(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(first.name.as_deref(), Some("Desk Zürich"));
            assert_eq!(first.user_types.as_ref().unwrap()[0], "NORMAL");
            assert_eq!(first.optional_actions.as_ref().unwrap()[0], "canSuppress");
        },
    ),
    admin_create_user(
        every = |client| client.admin_create_user().body(types::V2UserCreate {
            password: Some(types::Password {
                h_password: Some("aGFzaA==".to_owned()),
                h_salt: Some("c2FsdA==".to_owned()),
                kh_password: Some("a2hhc2g=".to_owned()),
                kh_salt: Some("a3NhbHQ=".to_owned())
            }),
            roles: Some(vec!["INDIVIDUAL".to_owned(), "CONTENT_MANAGEMENT".to_owned()]),
            user_attributes: Some(types::V2UserAttributes {
                account_type: Some(types::V2UserAttributesAccountType::System),
                asset_classes: Some(vec!["FX".to_owned(), "Rates".to_owned()]),
                company_name: Some("Acme".to_owned()),
                current_key: Some(types::V2UserKeyRequest {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                department: Some("FX".to_owned()),
                display_name: Some("Alice Müller".to_owned()),
                division: Some("Markets".to_owned()),
                email_address: Some("alice+desk@acme.com".to_owned()),
                first_name: Some("Alice".to_owned()),
                function: Some(vec!["Trader".to_owned()]),
                industries: Some(vec!["Banking".to_owned()]),
                instrument: Some(vec!["EUR/CHF".to_owned()]),
                job_function: Some("Sales".to_owned()),
                last_name: Some("Müller".to_owned()),
                location: Some("Zürich".to_owned()),
                market_coverage: Some(vec!["EMEA".to_owned()]),
                mobile_phone_number: Some("+41791234567".to_owned()),
                previous_key: Some(types::V2UserKeyRequest {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                recommended_language: Some("de-CH".to_owned()),
                responsibility: Some(vec!["Spot".to_owned()]),
                sms_number: Some("+41790000001".to_owned()),
                title: Some("Trader".to_owned()),
                two_factor_auth_phone: Some("+41790000002".to_owned()),
                user_metadata: serde_json::from_str(r#"{"desk":"FX","ids":[1,2],"nested":{"k":true},"n":7}"#)
                    .unwrap(),
                user_name: Some("alice.m".to_owned()),
                work_phone_number: Some("+41441234567".to_owned())
            })
        }),
        least = |client| client.admin_create_user().body(types::V2UserCreate::default()),
        reads = |answer| {
            assert_eq!(
                answer.user_attributes.as_ref().unwrap().email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(answer.user_attributes.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().asset_classes.as_ref().unwrap()[0], "FX");
            assert_eq!(answer.user_attributes.as_ref().unwrap().industries.as_ref().unwrap()[0], "Banking");
            assert_eq!(answer.user_attributes.as_ref().unwrap().market_coverage.as_ref().unwrap()[0], "EMEA");
        },
    ),
    admin_update_user(
        every =
            |client| client.admin_update_user().uid(7_078_106_103_809_i64).body(types::V2UserAttributes {
                account_type: Some(types::V2UserAttributesAccountType::System),
                asset_classes: Some(vec!["FX".to_owned(), "Rates".to_owned()]),
                company_name: Some("Acme".to_owned()),
                current_key: Some(types::V2UserKeyRequest {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                department: Some("FX".to_owned()),
                display_name: Some("Alice Müller".to_owned()),
                division: Some("Markets".to_owned()),
                email_address: Some("alice+desk@acme.com".to_owned()),
                first_name: Some("Alice".to_owned()),
                function: Some(vec!["Trader".to_owned()]),
                industries: Some(vec!["Banking".to_owned()]),
                instrument: Some(vec!["EUR/CHF".to_owned()]),
                job_function: Some("Sales".to_owned()),
                last_name: Some("Müller".to_owned()),
                location: Some("Zürich".to_owned()),
                market_coverage: Some(vec!["EMEA".to_owned()]),
                mobile_phone_number: Some("+41791234567".to_owned()),
                previous_key: Some(types::V2UserKeyRequest {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                recommended_language: Some("de-CH".to_owned()),
                responsibility: Some(vec!["Spot".to_owned()]),
                sms_number: Some("+41790000001".to_owned()),
                title: Some("Trader".to_owned()),
                two_factor_auth_phone: Some("+41790000002".to_owned()),
                user_metadata: serde_json::from_str(r#"{"desk":"FX","ids":[1,2],"nested":{"k":true},"n":7}"#)
                    .unwrap(),
                user_name: Some("alice.m".to_owned()),
                work_phone_number: Some("+41441234567".to_owned())
            }),
        least = |client| client
            .admin_update_user()
            .uid(7_078_106_103_809_i64)
            .body(types::V2UserAttributes::default()),
        reads = |answer| {
            assert_eq!(
                answer.user_attributes.as_ref().unwrap().email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(answer.user_attributes.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().asset_classes.as_ref().unwrap()[0], "FX");
            assert_eq!(answer.user_attributes.as_ref().unwrap().industries.as_ref().unwrap()[0], "Banking");
            assert_eq!(answer.user_attributes.as_ref().unwrap().market_coverage.as_ref().unwrap()[0], "EMEA");
        },
    ),
    admin_get_user(
        every = |client| client.admin_get_user().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(
                answer.user_attributes.as_ref().unwrap().email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(answer.user_attributes.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(answer.user_attributes.as_ref().unwrap().asset_classes.as_ref().unwrap()[0], "FX");
            assert_eq!(answer.user_attributes.as_ref().unwrap().industries.as_ref().unwrap()[0], "Banking");
            assert_eq!(answer.user_attributes.as_ref().unwrap().market_coverage.as_ref().unwrap()[0], "EMEA");
        },
    ),
    admin_update_user_suspension(
        every = |client| client.admin_update_user_suspension().user_id(7_078_106_103_809_i64).body(
            types::UserSuspension {
                suspended: Some(true),
                suspended_until: Some(1_471_018_076_000),
                suspension_reason: Some("On leave".to_owned())
            }
        ),
        least = |client| client
            .admin_update_user_suspension()
            .user_id(7_078_106_103_809_i64)
            .body(types::UserSuspension::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
);
