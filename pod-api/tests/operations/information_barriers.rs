//! Groups and policies that keep people apart.

use pod_api::types;

operations!(
    "information_barriers.http",
    admin_list_information_barrier_groups(
        every = |client| client.admin_list_information_barrier_groups(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(first.name.as_deref(), Some("Desk Zürich"));
            assert_eq!(first.active, Some(true));
            assert_eq!(first.policies.as_ref().unwrap()[0], "p-1");
        },
    ),
    admin_list_information_barrier_group_members(
        every =
            |client| client.admin_list_information_barrier_group_members().gid("g 1/β+=").skip(50).limit(100),
        least = |client| client.admin_list_information_barrier_group_members().gid("g 1/β+="),
        reads = |answer| {
            assert_eq!(answer[0], 7_078_106_103_809);
        },
    ),
    admin_add_information_barrier_group_members(
        every = |client| client
            .admin_add_information_barrier_group_members()
            .gid("g 1/β+=")
            .body(types::IntegerList(vec![7_078_106_103_809, 21, 9_007_199_254_740_993])),
        reads = |answer| {
            assert_eq!(answer.overall_result, Some(types::BulkActionOutcome::Fail));
            assert_eq!(answer.results.as_ref().unwrap()[0], "SUCCESS");
        },
    ),
    admin_remove_information_barrier_group_members(
        every = |client| client
            .admin_remove_information_barrier_group_members()
            .gid("g 1/β+=")
            .body(types::IntegerList(vec![7_078_106_103_809, 21, 9_007_199_254_740_993])),
        reads = |answer| {
            assert_eq!(answer.overall_result, Some(types::BulkActionOutcome::Fail));
            assert_eq!(answer.results.as_ref().unwrap()[0], "SUCCESS");
        },
    ),
    admin_list_information_barrier_policies(
        every = |client| client.admin_list_information_barrier_policies(),
        reads = |answer| {
            let first = &answer[0];
            assert_eq!(first.id.as_deref(), Some("id-571d/20+52="));
            assert_eq!(first.policy_type, Some(types::PolicyType::Allow));
            assert_eq!(first.active, Some(true));
            assert_eq!(first.groups.as_ref().unwrap()[0], "g-1");
        },
    ),
);
