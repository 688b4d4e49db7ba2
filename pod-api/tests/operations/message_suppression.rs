//! Taking a message out of sight.

operations!(
    "message_suppression.http",
    admin_suppress_message(
        every = |client| client.admin_suppress_message().id("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="),
        reads = |answer| {
            assert_eq!(answer.message_id.as_deref(), Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="));
            assert_eq!(answer.suppressed, Some(true));
            assert_eq!(answer.suppression_date, Some(1_461_508_270_007));
        },
    ),
);
