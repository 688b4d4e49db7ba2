//! The session at hand.

operations!(
    "session.http",
    get_session_info(
        every = |client| client.get_session_info(),
        reads = |answer| {
            assert_eq!(answer.id, Some(7_078_106_103_809));
            assert_eq!(answer.email_address.as_deref(), Some("alice+desk@acme.com"));
            assert_eq!(answer.first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.avatars.as_ref().unwrap()[0].size.as_deref(), Some("150"));
            assert_eq!(
                answer.avatars.as_ref().unwrap()[0].url.as_deref(),
                Some("https://acme.symphony.com/a/150.png")
            );
            assert_eq!(answer.roles.as_ref().unwrap()[0], "INDIVIDUAL");
        },
    ),
);
