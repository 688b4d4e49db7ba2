//! Who is there.

use pod_api::types;

operations!(
    "presence.http",
    create_presence_feed(
        every = |client| client.create_presence_feed(),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("HDuXo/2W+s="));
        },
    ),
    read_presence_feed(
        every = |client| client.read_presence_feed().feed_id("feed 7/Ω+="),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.category, "IN_A_MEETING");
            assert_eq!(first.user_id, Some(7_078_106_126_503));
            assert_eq!(first.timestamp, Some(1_461_508_270_011));
        },
    ),
    delete_presence_feed(
        every = |client| client.delete_presence_feed().feed_id("feed 7/Ω+="),
        reads = |answer| {
            assert_eq!(answer.id.as_deref(), Some("HDuXo/2W+s="));
        },
    ),
    register_presence_interest(
        every = |client| client
            .register_presence_interest()
            .body(types::UserIdList(vec![7_078_106_103_809, 7_078_106_126_503])),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
    get_presence(
        every = |client| client.get_presence(),
        reads = |answer| {
            assert_eq!(answer.category, "IN_A_MEETING");
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.timestamp, Some(1_461_508_270_011));
        },
    ),
    set_presence(
        every = |client| client
            .set_presence()
            .soft(false)
            .body(types::V2PresenceStatus { category: "IN_A_MEETING".to_owned() }),
        least = |client| client.set_presence().body_map(|body| body.category("IN_A_MEETING".to_owned())),
        reads = |answer| {
            assert_eq!(answer.category, "IN_A_MEETING");
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.timestamp, Some(1_461_508_270_011));
        },
    ),
    get_user_presence(
        every = |client| client.get_user_presence().uid(7_078_106_103_809_i64).local(true),
        least = |client| client.get_user_presence().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.category, "IN_A_MEETING");
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.timestamp, Some(1_461_508_270_011));
        },
    ),
    list_presences(
        every = |client| client.list_presences().last_user_id(7_078_106_103_808_i64).limit(100),
        least = |client| client.list_presences(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.category, "IN_A_MEETING");
            assert_eq!(first.user_id, Some(7_078_106_126_503));
            assert_eq!(first.timestamp, Some(1_461_508_270_011));
        },
    ),
    set_user_presence(
        every = |client| client.set_user_presence().soft(false).body(types::V2UserPresence {
            category: "IN_A_MEETING".to_owned(),
            user_id: Some(7_078_106_126_503)
        }),
        least = |client| client.set_user_presence().body_map(|body| body.category("IN_A_MEETING".to_owned())),
        reads = |answer| {
            assert_eq!(answer.category, "IN_A_MEETING");
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.timestamp, Some(1_461_508_270_011));
        },
    ),
);
