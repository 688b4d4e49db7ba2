//! What an administrator may know of messages.

use pod_api::types;

operations!(
    "admin_messages.http",
    admin_get_messages(
        every = |client| client.admin_get_messages().body(types::MessageIds {
            message_ids: Some(types::StringList(vec![
                "b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==".to_owned(),
                "c+9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==".to_owned()
            ]))
        }),
        least = |client| client.admin_get_messages().body(types::MessageIds::default()),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.message_id.as_deref(), Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="));
            assert_eq!(first.creation_date, Some(1_464_448_273_802));
            assert_eq!(first.delivery_receipt_count, Some(5));
            assert_eq!(first.creator.as_ref().unwrap().id, Some(7_078_106_103_809));
            assert_eq!(first.creator.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
        },
    ),
    admin_list_message_receipts(
        every = |client| client
            .admin_list_message_receipts()
            .message_id("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==")
            .before("b/1+2= é")
            .after("a/3+4=&,5"),
        least =
            |client| client.admin_list_message_receipts().message_id("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="),
        reads = |answer| {
            assert_eq!(answer.creation_date, Some(1_464_448_273_802));
            assert_eq!(answer.delivery_receipt_count, Some(5));
            assert_eq!(answer.read_receipt_count, Some(4));
            assert_eq!(answer.creator.as_ref().unwrap().id, Some(7_078_106_103_809));
            assert_eq!(answer.creator.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(answer.on_behalf_of_user.as_ref().unwrap().id, Some(7_078_106_103_809));
        },
    ),
    admin_get_message_relationships(
        every = |client| client
            .admin_get_message_relationships()
            .message_id("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="),
        reads = |answer| {
            assert_eq!(answer.message_id.as_deref(), Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="));
            assert_eq!(
                answer.parent.as_ref().unwrap().message_id.as_deref(),
                Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==")
            );
            assert_eq!(
                answer.parent.as_ref().unwrap().relationship_type,
                Some(types::MessageMetadataResponseParentRelationshipType::Reply)
            );
            assert_eq!(answer.replies.as_ref().unwrap()[0], "b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==");
            assert_eq!(answer.forwards.as_ref().unwrap()[0], "b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==1");
        },
    ),
);
