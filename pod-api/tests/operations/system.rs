//! Features and URL schemes of the pod.

use pod_api::types;

operations!(
    "system.http",
    admin_list_features(
        every = |client| client.admin_list_features(),
        reads = |answer| {
            assert_eq!(answer[0], "web+acme");
        },
    ),
    admin_list_protocols(
        every = |client| client.admin_list_protocols(),
        reads = |answer| {
            assert_eq!(answer[0], "web+acme");
        },
    ),
    list_protocols(
        every = |client| client.list_protocols().skip(50).limit(100),
        least = |client| client.list_protocols(),
        reads = |answer| {
            assert_eq!(answer[0], "web+acme");
        },
    ),
    admin_add_protocol(
        every = |client| client.admin_add_protocol().body(types::Protocol { scheme: "web+acme".to_owned() }),
        reads = |answer| {
            assert_eq!(answer.scheme, "web+acme");
        },
    ),
    admin_remove_protocol(every = |client| client.admin_remove_protocol().scheme("web+acme/ é="),),
);
