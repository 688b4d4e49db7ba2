//! Registering apps.

use pod_api::types;

operations!(
    "application.http",
    admin_create_app(
        every = |client| client.admin_create_app().body(types::ApplicationDetail {
            allow_origins: Some("https://apps.acme.com".to_owned()),
            application_info: Some(types::ApplicationInfo {
                app_id: Some("acme-trading".parse().unwrap()),
                app_url: Some("https://apps.acme.com/trading".to_owned()),
                domain: Some("acme.com".to_owned()),
                name: Some("Desk Zürich".to_owned()),
                publisher: Some("Acme Ltd".to_owned())
            }),
            authentication_keys: Some(types::AppAuthenticationKeys {
                current: Some(types::AppAuthenticationKey {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                previous: Some(types::AppAuthenticationKey {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                })
            }),
            cert: Some("MIIE+/app==".to_owned()),
            description: Some(r#"A room for "FX" & more"#.to_owned()),
            icon_url: Some("https://apps.acme.com/icon.png".to_owned()),
            notification: Some(types::AppNotification {
                api_key: Some("k/1+2=".to_owned()),
                url: Some("https://acme.symphony.com/a/150.png".to_owned())
            }),
            permissions: Some(vec![
                "SEND_MESSAGES".parse().unwrap(),
                "GET_USER_CONNECTIONS".parse().unwrap()
            ]),
            properties: Some(types::AppProperties(vec![types::AppProperty {
                key: Some("desk".to_owned()),
                value: Some("acme & sons".to_owned())
            }]))
        }),
        least = |client| client.admin_create_app().body(types::ApplicationDetail::default()),
        reads = |answer| {
            assert_eq!(answer.icon_url.as_deref(), Some("https://apps.acme.com/icon.png"));
            assert_eq!(answer.description.as_deref(), Some(r#"A room for "FX" & more"#));
            assert_eq!(answer.allow_origins.as_deref(), Some("https://apps.acme.com"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_id.as_ref().unwrap().as_str(),
                "acme-trading"
            );
            assert_eq!(answer.application_info.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_url.as_deref(),
                Some("https://apps.acme.com/trading")
            );
        },
    ),
    admin_update_app(
        every = |client| client.admin_update_app().id("acme trading/é+=").body(types::ApplicationDetail {
            allow_origins: Some("https://apps.acme.com".to_owned()),
            application_info: Some(types::ApplicationInfo {
                app_id: Some("acme-trading".parse().unwrap()),
                app_url: Some("https://apps.acme.com/trading".to_owned()),
                domain: Some("acme.com".to_owned()),
                name: Some("Desk Zürich".to_owned()),
                publisher: Some("Acme Ltd".to_owned())
            }),
            authentication_keys: Some(types::AppAuthenticationKeys {
                current: Some(types::AppAuthenticationKey {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                }),
                previous: Some(types::AppAuthenticationKey {
                    action: Some("SAVE".to_owned()),
                    expiration_date: Some(1_481_886_755_001),
                    key: Some("MIIBIjAN+/key==".to_owned())
                })
            }),
            cert: Some("MIIE+/app==".to_owned()),
            description: Some(r#"A room for "FX" & more"#.to_owned()),
            icon_url: Some("https://apps.acme.com/icon.png".to_owned()),
            notification: Some(types::AppNotification {
                api_key: Some("k/1+2=".to_owned()),
                url: Some("https://acme.symphony.com/a/150.png".to_owned())
            }),
            permissions: Some(vec![
                "SEND_MESSAGES".parse().unwrap(),
                "GET_USER_CONNECTIONS".parse().unwrap()
            ]),
            properties: Some(types::AppProperties(vec![types::AppProperty {
                key: Some("desk".to_owned()),
                value: Some("acme & sons".to_owned())
            }]))
        }),
        least = |client| client
            .admin_update_app()
            .id("acme trading/é+=")
            .body(types::ApplicationDetail::default()),
        reads = |answer| {
            assert_eq!(answer.icon_url.as_deref(), Some("https://apps.acme.com/icon.png"));
            assert_eq!(answer.description.as_deref(), Some(r#"A room for "FX" & more"#));
            assert_eq!(answer.allow_origins.as_deref(), Some("https://apps.acme.com"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_id.as_ref().unwrap().as_str(),
                "acme-trading"
            );
            assert_eq!(answer.application_info.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_url.as_deref(),
                Some("https://apps.acme.com/trading")
            );
        },
    ),
    admin_delete_app(
        every = |client| client.admin_delete_app().id("acme trading/é+="),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_get_app(
        every = |client| client.admin_get_app().id("acme trading/é+="),
        reads = |answer| {
            assert_eq!(answer.icon_url.as_deref(), Some("https://apps.acme.com/icon.png"));
            assert_eq!(answer.description.as_deref(), Some(r#"A room for "FX" & more"#));
            assert_eq!(answer.allow_origins.as_deref(), Some("https://apps.acme.com"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_id.as_ref().unwrap().as_str(),
                "acme-trading"
            );
            assert_eq!(answer.application_info.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.application_info.as_ref().unwrap().app_url.as_deref(),
                Some("https://apps.acme.com/trading")
            );
        },
    ),
);
