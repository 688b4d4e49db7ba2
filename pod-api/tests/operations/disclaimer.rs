//! Disclaimers.

operations!(
    "disclaimer.http",
    admin_get_disclaimer(
        every = |client| client.admin_get_disclaimer().did("571d/20 52+e="),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(answer.name.as_deref(), Some("Desk Zürich"));
            assert_eq!(answer.content.as_deref(), Some("<p>Be careful</p>"));
        },
    ),
    admin_list_disclaimers(
        every = |client| client.admin_list_disclaimers(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(first.name.as_deref(), Some("Desk Zürich"));
            assert_eq!(first.content.as_deref(), Some("<p>Be careful</p>"));
        },
    ),
    admin_list_disclaimer_users(
        every = |client| client.admin_list_disclaimer_users().did("571d/20 52+e="),
        reads = |answer| {
            assert_eq!(answer[0], 7_078_106_103_809);
        },
    ),
);
