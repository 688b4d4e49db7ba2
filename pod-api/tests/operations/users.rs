//! Looking users up.

use pod_api::types;

operations!(
    "users.http",
    get_user(
        every = |client| client
            .get_user()
            .uid(7_078_106_103_809_i64)
            .email("alice+desk@acme.com")
            .username("alice m=é&co")
            .local(true),
        least = |client| client.get_user(),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.id, Some(7_078_106_103_809));
            assert_eq!(answer.email_address.as_deref(), Some("alice+desk@acme.com"));
            assert_eq!(answer.first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.avatars.as_ref().unwrap()[0].size.as_deref(), Some("150"));
            assert_eq!(
                answer.avatars.as_ref().unwrap()[0].url.as_deref(),
                Some("https://acme.symphony.com/a/150.png")
            );
        },
    ),
    get_users(
        every = |client| client
            .get_users()
            .uid("7078106103809,7078106126503")
            .email("alice+desk@acme.com,bob@acme.com")
            .username("alice.m,bob & co=é")
            .local(true)
            .active(true),
        least = |client| client.get_users(),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.users.as_ref().unwrap()[0].id, Some(7_078_106_103_809));
            assert_eq!(
                answer.users.as_ref().unwrap()[0].email_address.as_deref(),
                Some("alice+desk@acme.com")
            );
            assert_eq!(answer.users.as_ref().unwrap()[0].first_name.as_deref(), Some("Alice"));
            assert_eq!(
                answer.users.as_ref().unwrap()[0].avatars.as_ref().unwrap()[0].size.as_deref(),
                Some("150")
            );
            assert_eq!(
                answer.users.as_ref().unwrap()[0].avatars.as_ref().unwrap()[0].url.as_deref(),
                Some("https://acme.symphony.com/a/150.png")
            );
        },
    ),
    log_out_user_session(
        every = |client| client.log_out_user_session().uid("7078106103809/ü 1").sid("5f+3/session= é"),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    log_out_all_user_sessions(
        every = |client| client.log_out_all_user_sessions().uid("7078106103809/ü 1"),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    list_user_sessions(
        every = |client| client.list_user_sessions().uid("7078106103809/ü 1"),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.sessions.as_ref().unwrap()[0].session_id.as_deref(), Some("5f+3/session="));
            assert_eq!(answer.sessions.as_ref().unwrap()[0].client_ip.as_deref(), Some("203.0.113.9"));
            assert_eq!(answer.sessions.as_ref().unwrap()[0].user_id, Some(7_078_106_126_503));
        },
    ),
    search_users(
        every = |client| client.search_users().skip(50).limit(100).local(true).body(types::UserSearchQuery {
            filters: Some(types::UserSearchFilter {
                account_types: Some(types::StringList(vec!["NORMAL".to_owned(), "SYSTEM".to_owned()])),
                company: Some("Acme".to_owned()),
                function: Some("Trader".to_owned()),
                instrument: Some("EUR/CHF".to_owned()),
                location: Some("Zürich".to_owned()),
                market_coverage: Some("EMEA".to_owned()),
                responsibility: Some("Spot".to_owned()),
                title: Some("Trader".to_owned())
            }),
            query: Some(r#"acme "fx" 100%"#.to_owned())
        }),
        least = |client| client.search_users().body(types::UserSearchQuery::default()),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.skip, Some(50));
            assert_eq!(answer.limit, Some(100));
            assert_eq!(answer.search_query.as_ref().unwrap().query.as_deref(), Some(r#"acme "fx" 100%"#));
            assert_eq!(
                answer.search_query.as_ref().unwrap().filters.as_ref().unwrap().title.as_deref(),
                Some("Trader")
            );
        },
    ),
);
