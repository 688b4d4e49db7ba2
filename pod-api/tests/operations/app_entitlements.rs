//! Which apps a pod and its users may have.

use pod_api::types;

operations!(
    "app_entitlements.http",
    admin_list_app_entitlements(
        every = |client| client.admin_list_app_entitlements(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.app_id.as_str(), "acme-trading");
            assert_eq!(first.app_name.as_str(), "Acme Trading");
            assert!(first.enable);
        },
    ),
    admin_update_app_entitlements(
        every = |client| client.admin_update_app_entitlements().body(types::PodAppEntitlementList(vec![
            types::PodAppEntitlement {
                app_id: "acme-trading".parse().unwrap(),
                app_name: "Acme Trading".parse().unwrap(),
                enable: true,
                install: false,
                listed: true
            }
        ])),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.app_id.as_str(), "acme-trading");
            assert_eq!(first.app_name.as_str(), "Acme Trading");
            assert!(first.enable);
        },
    ),
    admin_list_user_app_entitlements(
        every = |client| client.admin_list_user_app_entitlements().uid(7_078_106_103_809_i64),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.app_id.as_str(), "acme-trading");
            assert_eq!(first.app_name.as_ref().unwrap().as_str(), "Acme Trading");
            assert!(first.listed);
            assert_eq!(first.products.as_ref().unwrap()[0].app_id.as_ref().unwrap().as_str(), "acme-trading");
            assert_eq!(first.products.as_ref().unwrap()[0].name.as_str(), "Desk Zürich");
        },
    ),
    admin_update_user_app_entitlements(
        every = |client| client.admin_update_user_app_entitlements().uid(7_078_106_103_809_i64).body(
            types::UserAppEntitlementList(vec![types::UserAppEntitlement {
                app_id: "acme-trading".parse().unwrap(),
                app_name: Some("Acme Trading".parse().unwrap()),
                install: false,
                listed: true,
                products: Some(types::ProductList(vec![types::Product {
                    app_id: Some("acme-trading".parse().unwrap()),
                    name: "Desk Zürich".parse().unwrap(),
                    sku: Some("sku/7".parse().unwrap()),
                    subscribed: true,
                    type_: "premium".to_owned()
                }]))
            }])
        ),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.app_id.as_str(), "acme-trading");
            assert_eq!(first.app_name.as_ref().unwrap().as_str(), "Acme Trading");
            assert!(first.listed);
            assert_eq!(first.products.as_ref().unwrap()[0].app_id.as_ref().unwrap().as_str(), "acme-trading");
            assert_eq!(first.products.as_ref().unwrap()[0].name.as_str(), "Desk Zürich");
        },
    ),
    admin_patch_user_app_entitlements(
        every = |client| client.admin_patch_user_app_entitlements().uid(7_078_106_103_809_i64).body(
            types::UserAppEntitlementsPatchList(vec![types::UserAppEntitlementPatch {
                app_id: "acme-trading".parse().unwrap(),
                install: types::UserAppEntitlementPatchInstall::Remove,
                listed: types::UserAppEntitlementPatchListed::False,
                product: Some(types::Product {
                    app_id: Some("acme-trading".parse().unwrap()),
                    name: "Desk Zürich".parse().unwrap(),
                    sku: Some("sku/7".parse().unwrap()),
                    subscribed: true,
                    type_: "premium".to_owned()
                })
            }])
        ),
        // What is left out has the declared default, and that is sent.
        least = |client| client.admin_patch_user_app_entitlements().uid(7_078_106_103_809_i64).body(vec![
            types::UserAppEntitlementPatch::builder()
                .app_id("acme-trading".parse::<types::UserAppEntitlementPatchAppId>().unwrap())
                .try_into()
                .unwrap()
        ]),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.app_id.as_str(), "acme-trading");
            assert_eq!(first.app_name.as_ref().unwrap().as_str(), "Acme Trading");
            assert!(first.listed);
            assert_eq!(first.products.as_ref().unwrap()[0].app_id.as_ref().unwrap().as_str(), "acme-trading");
            assert_eq!(first.products.as_ref().unwrap()[0].name.as_str(), "Desk Zürich");
        },
    ),
);
