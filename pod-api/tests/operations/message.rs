//! Who has read a message.

operations!(
    "message.http",
    get_message_status(
        every = |client| client.get_message_status().mid("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="),
        reads = |answer| {
            assert_eq!(answer.author.as_ref().unwrap().user_id.as_deref(), Some("7078106103809"));
            assert_eq!(answer.author.as_ref().unwrap().first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.author.as_ref().unwrap().last_name.as_deref(), Some("Müller"));
            assert_eq!(answer.read.as_ref().unwrap()[0].user_id.as_deref(), Some("7078106103809"));
            assert_eq!(answer.read.as_ref().unwrap()[0].first_name.as_deref(), Some("Alice"));
            assert_eq!(answer.read.as_ref().unwrap()[0].last_name.as_deref(), Some("Müller"));
        },
    ),
);
