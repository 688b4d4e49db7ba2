//! Chats and rooms.

use pod_api::types;

operations!(
    "streams.http",
    create_im(
        every =
            |client| client.create_im().body(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503])),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="));
        },
    ),
    update_im(
        every = |client| client.update_im().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==").body(
            types::V1imAttributes {
                pinned_message_id: Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==".to_owned())
            }
        ),
        least = |client| client
            .update_im()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::V1imAttributes::default()),
        reads = |answer| {
            assert_eq!(
                answer.v1im_attributes.as_ref().unwrap().pinned_message_id.as_deref(),
                Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==")
            );
            assert_eq!(
                answer.im_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
            assert_eq!(answer.im_system_info.as_ref().unwrap().creation_date, Some(1_464_448_273_802));
            assert_eq!(answer.im_system_info.as_ref().unwrap().active, Some(true));
        },
    ),
    get_im(
        every = |client| client.get_im().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            assert_eq!(
                answer.v1im_attributes.as_ref().unwrap().pinned_message_id.as_deref(),
                Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==")
            );
            assert_eq!(
                answer.im_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
            assert_eq!(answer.im_system_info.as_ref().unwrap().creation_date, Some(1_464_448_273_802));
            assert_eq!(answer.im_system_info.as_ref().unwrap().active, Some(true));
        },
    ),
    create_room(
        every = |client| client.create_room().body(types::V3RoomAttributes {
            copy_protected: Some(false),
            cross_pod: Some(true),
            description: Some(r#"A room for "FX" & more"#.to_owned()),
            discoverable: Some(true),
            group_chat: Some(false),
            keywords: Some(vec![types::RoomTag { key: "desk".to_owned(), value: "acme & sons".to_owned() }]),
            members_can_invite: Some(true),
            multi_lateral_room: Some(true),
            name: Some("Desk Zürich".to_owned()),
            pinned_message_id: Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==".to_owned()),
            public: Some(true),
            read_only: Some(true),
            scheduled_meeting: Some(true),
            sub_type: Some("EMAIL".to_owned()),
            view_history: Some(false)
        }),
        least = |client| client.create_room().body(types::V3RoomAttributes::default()),
        reads = |answer| {
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().description.as_deref(),
                Some(r#"A room for "FX" & more"#)
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().members_can_invite, Some(true));
            assert_eq!(answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].key, "desk");
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].value,
                "acme & sons"
            );
            assert_eq!(
                answer.room_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
        },
    ),
    search_rooms(
        every = |client| client.search_rooms().skip(50).limit(100).include_non_discoverable(true).body(
            types::V2RoomSearchCriteria {
                active: Some(true),
                creator: Some(types::UserId { id: Some(7_078_106_103_809) }),
                labels: Some(vec!["fx".to_owned(), "spot, 100%".to_owned()]),
                member: Some(types::UserId { id: Some(7_078_106_103_809) }),
                owner: Some(types::UserId { id: Some(7_078_106_103_809) }),
                private: Some(false),
                query: r#"acme "fx" 100%"#.to_owned(),
                search_fields: Some(vec!["name".to_owned(), "owner".to_owned()]),
                sort_order: Some(types::V2RoomSearchCriteriaSortOrder::Relevance),
                sub_type: Some("EMAIL".to_owned())
            }
        ),
        least = |client| client.search_rooms().body_map(|body| body.query(r#"acme "fx" 100%"#.to_owned())),
        reads = |answer| {
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.skip, Some(50));
            assert_eq!(answer.limit, Some(100));
            assert_eq!(answer.query.as_ref().unwrap().query, r#"acme "fx" 100%"#);
            assert_eq!(answer.query.as_ref().unwrap().active, Some(true));
            assert_eq!(answer.query.as_ref().unwrap().private, Some(false));
        },
    ),
    get_room(
        every = |client| client.get_room().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().description.as_deref(),
                Some(r#"A room for "FX" & more"#)
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().members_can_invite, Some(true));
            assert_eq!(answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].key, "desk");
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].value,
                "acme & sons"
            );
            assert_eq!(
                answer.room_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
        },
    ),
    set_room_active(
        every = |client| client.set_room_active().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==").active(true),
        reads = |answer| {
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().description.as_deref(),
                Some(r#"A room for "FX" & more"#)
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().members_can_invite, Some(true));
            assert_eq!(
                answer.room_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
            assert_eq!(answer.room_system_info.as_ref().unwrap().creation_date, Some(1_464_448_273_802));
            assert_eq!(answer.room_system_info.as_ref().unwrap().created_by_user_id, Some(7_078_106_103_801));
        },
    ),
    update_room(
        every = |client| client.update_room().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==").body(
            types::V3RoomAttributes {
                copy_protected: Some(false),
                cross_pod: Some(true),
                description: Some(r#"A room for "FX" & more"#.to_owned()),
                discoverable: Some(true),
                group_chat: Some(false),
                keywords: Some(vec![types::RoomTag {
                    key: "desk".to_owned(),
                    value: "acme & sons".to_owned()
                }]),
                members_can_invite: Some(true),
                multi_lateral_room: Some(true),
                name: Some("Desk Zürich".to_owned()),
                pinned_message_id: Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ==".to_owned()),
                public: Some(true),
                read_only: Some(true),
                scheduled_meeting: Some(true),
                sub_type: Some("EMAIL".to_owned()),
                view_history: Some(false)
            }
        ),
        least = |client| client
            .update_room()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .body(types::V3RoomAttributes::default()),
        reads = |answer| {
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().description.as_deref(),
                Some(r#"A room for "FX" & more"#)
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().members_can_invite, Some(true));
            assert_eq!(answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].key, "desk");
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().keywords.as_ref().unwrap()[0].value,
                "acme & sons"
            );
            assert_eq!(
                answer.room_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
        },
    ),
    list_streams(
        every = |client| client.list_streams().skip(50).limit(100).body(types::StreamFilter {
            include_inactive_streams: Some(true),
            stream_types: Some(vec![types::StreamType { type_: Some(types::StreamKind::Mim) }])
        }),
        least = |client| client.list_streams(),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="));
            assert_eq!(first.cross_pod, Some(true));
            assert_eq!(first.active, Some(true));
            assert_eq!(first.stream_type.as_ref().unwrap().type_, Some(types::StreamKind::Mim));
        },
    ),
    admin_list_user_streams(
        every =
            |client| client.admin_list_user_streams().uid(7_078_106_103_809_i64).skip(50).limit(100).body(
                types::StreamFilter {
                    include_inactive_streams: Some(true),
                    stream_types: Some(vec![types::StreamType { type_: Some(types::StreamKind::Mim) }])
                }
            ),
        least = |client| client.admin_list_user_streams().uid(7_078_106_103_809_i64),
        reads = |answer| {
            let answer = answer.as_ref().unwrap();
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="));
            assert_eq!(first.cross_pod, Some(true));
            assert_eq!(first.active, Some(true));
            assert_eq!(first.stream_type.as_ref().unwrap().type_, Some(types::StreamKind::Mim));
        },
    ),
    get_stream(
        every = |client| client.get_stream().sid("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="));
            assert_eq!(answer.cross_pod, Some(true));
            assert_eq!(answer.origin.as_deref(), Some("INTERNAL"));
            assert_eq!(answer.stream_type.as_ref().unwrap().type_.as_deref(), Some("MIM"));
            assert_eq!(
                answer.stream_attributes.as_ref().unwrap().members.as_ref().unwrap()[0],
                7_078_106_103_809
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
        },
    ),
    list_stream_attachments(
        every = |client| client
            .list_stream_attachments()
            .sid("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .since(1_461_508_270_017_i64)
            .to(1_461_508_270_018_i64)
            .limit(100)
            .sort_dir("ASC"),
        least = |client| client.list_stream_attachments().sid("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.message_id.as_deref(), Some("b/9Tx+4kWZQp7u3RmYcLdX///o7+wq/lbQ=="));
            assert_eq!(first.ingestion_date, Some(1_461_508_270_013));
            assert_eq!(first.user_id, Some(7_078_106_126_503));
            assert_eq!(first.previews.as_ref().unwrap()[0].file_id.as_deref(), Some("f/5+6="));
            assert_eq!(first.previews.as_ref().unwrap()[0].width, Some(600));
        },
    ),
    admin_create_im(
        every = |client| client
            .admin_create_im()
            .body(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503])),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="));
        },
    ),
    admin_set_room_active(
        every =
            |client| client.admin_set_room_active().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==").active(true),
        reads = |answer| {
            assert_eq!(answer.room_attributes.as_ref().unwrap().name.as_deref(), Some("Desk Zürich"));
            assert_eq!(
                answer.room_attributes.as_ref().unwrap().description.as_deref(),
                Some(r#"A room for "FX" & more"#)
            );
            assert_eq!(answer.room_attributes.as_ref().unwrap().members_can_invite, Some(true));
            assert_eq!(
                answer.room_system_info.as_ref().unwrap().id.as_deref(),
                Some("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            );
            assert_eq!(answer.room_system_info.as_ref().unwrap().creation_date, Some(1_464_448_273_802));
            assert_eq!(answer.room_system_info.as_ref().unwrap().created_by_user_id, Some(7_078_106_103_801));
        },
    ),
    admin_list_streams(
        every = |client| client.admin_list_streams().skip(50).limit(100).body(types::V2AdminStreamFilter {
            end_date: Some(1_461_508_270_010),
            origin: Some("INTERNAL".to_owned()),
            privacy: Some("PRIVATE".to_owned()),
            scope: Some("EXTERNAL".to_owned()),
            start_date: Some(1_461_508_270_009),
            status: Some("ACTIVE".to_owned()),
            stream_types: Some(vec![types::V2AdminStreamType { type_: Some("ROOM".to_owned()) }])
        }),
        least = |client| client.admin_list_streams(),
        reads = |answer| {
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.skip, Some(50));
            assert_eq!(answer.limit, Some(100));
            assert_eq!(answer.filter.as_ref().unwrap().scope.as_deref(), Some("EXTERNAL"));
            assert_eq!(answer.filter.as_ref().unwrap().origin.as_deref(), Some("INTERNAL"));
            assert_eq!(answer.filter.as_ref().unwrap().status.as_deref(), Some("ACTIVE"));
        },
    ),
    admin_list_stream_members(
        every = |client| client
            .admin_list_stream_members()
            .id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA==")
            .skip(50)
            .limit(100),
        least = |client| client.admin_list_stream_members().id("Qk7/zR+x9VtB2mD5aLwYcX///pJ+vq/0dA=="),
        reads = |answer| {
            assert_eq!(answer.count, Some(2));
            assert_eq!(answer.skip, Some(50));
            assert_eq!(answer.limit, Some(100));
            assert_eq!(answer.members.as_ref().unwrap()[0].is_owner, Some(false));
            assert_eq!(answer.members.as_ref().unwrap()[0].is_creator, Some(false));
            assert_eq!(answer.members.as_ref().unwrap()[0].join_date, Some(1_461_508_270_006));
        },
    ),
);
