//! Who is in a room.

use pod_api::types;

operations!(
    "room_membership.http",
    add_room_member(
        every = |client| client
            .add_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .add_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    remove_room_member(
        every = |client| client
            .remove_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .remove_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    promote_room_owner(
        every = |client| client
            .promote_room_owner()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .promote_room_owner()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    demote_room_owner(
        every = |client| client
            .demote_room_owner()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .demote_room_owner()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    list_room_members(
        every = |client| client.list_room_members().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id, Some(7_078_106_103_809));
            assert_eq!(first.owner, Some(false));
            assert_eq!(first.join_date, Some(1_461_508_270_006));
            assert_eq!(first.added_through_groups.as_ref().unwrap()[0], 15);
        },
    ),
    admin_list_room_members(
        every = |client| client
            .admin_list_room_members()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .include_past_members(true),
        least = |client| client.admin_list_room_members().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id, Some(7_078_106_103_809));
            assert_eq!(first.owner, Some(false));
            assert_eq!(first.join_date, Some(1_461_508_270_006));
            assert_eq!(first.added_through_groups.as_ref().unwrap()[0], 15);
        },
    ),
    admin_add_room_member(
        every = |client| client
            .admin_add_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .admin_add_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    admin_remove_room_member(
        every = |client| client
            .admin_remove_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId { id: Some(7_078_106_103_809) }),
        least = |client| client
            .admin_remove_room_member()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::UserId::default()),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
);
