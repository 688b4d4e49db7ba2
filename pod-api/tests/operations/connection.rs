//! Connections between users.

use pod_api::types;

operations!(
    "connection.http",
    list_connections(
        every = |client| client
            .list_connections()
            .status(types::ListConnectionsStatus::All)
            .user_ids("7078106103809,7078106126503"),
        least = |client| client.list_connections(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.user_id, Some(7_078_106_126_503));
            assert_eq!(first.status, Some(types::UserConnectionStatus::PendingOutgoing));
            assert_eq!(first.first_requested_at, Some(1_470_018_076_306));
        },
    ),
    create_connection(
        every = |client| client
            .create_connection()
            .body(types::UserConnectionRequest { user_id: Some(7_078_106_126_503) }),
        least = |client| client.create_connection().body(types::UserConnectionRequest::default()),
        reads = |answer| {
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.status, Some(types::UserConnectionStatus::PendingOutgoing));
            assert_eq!(answer.first_requested_at, Some(1_470_018_076_306));
        },
    ),
    accept_connection(
        every = |client| client
            .accept_connection()
            .body(types::UserConnectionRequest { user_id: Some(7_078_106_126_503) }),
        least = |client| client.accept_connection().body(types::UserConnectionRequest::default()),
        reads = |answer| {
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.status, Some(types::UserConnectionStatus::PendingOutgoing));
            assert_eq!(answer.first_requested_at, Some(1_470_018_076_306));
        },
    ),
    reject_connection(
        every = |client| client
            .reject_connection()
            .body(types::UserConnectionRequest { user_id: Some(7_078_106_126_503) }),
        least = |client| client.reject_connection().body(types::UserConnectionRequest::default()),
        reads = |answer| {
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.status, Some(types::UserConnectionStatus::PendingOutgoing));
            assert_eq!(answer.first_requested_at, Some(1_470_018_076_306));
        },
    ),
    get_connection(
        every = |client| client.get_connection().user_id("7078106 126503/ñ+="),
        reads = |answer| {
            assert_eq!(answer.user_id, Some(7_078_106_126_503));
            assert_eq!(answer.status, Some(types::UserConnectionStatus::PendingOutgoing));
            assert_eq!(answer.first_requested_at, Some(1_470_018_076_306));
        },
    ),
    remove_connection(
        every = |client| client.remove_connection().uid(7_078_106_103_809_i64),
        reads = |answer| {
            assert_eq!(answer.format, Some(types::SuccessResponseFormat::Xml));
            assert_eq!(answer.message.as_deref(), Some("Done, 1 of 1"));
        },
    ),
);
