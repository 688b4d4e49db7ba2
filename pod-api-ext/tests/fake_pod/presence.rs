//! Presence: what is said, and what others see of it.

use std::time::{Duration, UNIX_EPOCH};

use pod_api_ext::connections::Status;
use pod_api_ext::fake::{Clock, State, User};
use serde_json::{Value, json};

use super::Caller;

fn at(seconds: u64) -> Clock {
    Clock::At(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Ann, who may administrate, and Bea of one pod, Carl of another.
fn people() -> (State, Caller, Caller, Caller) {
    let mut state = State::new();
    state.clock = at(1000);
    let ann = state.add_user(User::new("ann").with_id(11).on_pod("acme").with_role("USER_PROVISIONING"));
    let bea = state.add_user(User::new("bea").with_id(12).on_pod("acme"));
    let carl = state.add_user(User::new("carl").with_id(13));
    let [ann, bea, carl] = [ann, bea, carl].map(|id| Caller::new(&mut state, id));
    (state, ann, bea, carl)
}

fn presence(user: i64, category: &str, seconds: i64) -> (u16, Value) {
    (200, json!({ "category": category, "userId": user, "timestamp": seconds * 1000 }))
}

#[test]
fn a_user_says_where_they_are_and_their_pod_sees_it() {
    let (mut state, ann, bea, _) = people();
    let own = "/pod/v2/user/presence";
    assert_eq!(ann.get(&mut state, own).0, 501, "the first value is not documented");
    assert_eq!(ann.post(&mut state, own, &json!({ "category": "BUSY" })), presence(11, "BUSY", 1000));
    state.clock = at(2000);
    assert_eq!(ann.get(&mut state, own), presence(11, "BUSY", 1000));
    assert_eq!(bea.get(&mut state, "/pod/v3/user/11/presence"), presence(11, "BUSY", 1000));
    assert_eq!(bea.get(&mut state, "/pod/v3/user/99/presence").0, 404);
    assert_eq!(ann.post(&mut state, own, &json!({ "category": "OFFLINE" })).0, 200);
    state.clock = at(3000);
    assert_eq!(
        bea.get(&mut state, "/pod/v3/user/11/presence"),
        presence(11, "OFFLINE", 3000),
        "the time is now"
    );
    assert_eq!(ann.post(&mut state, &format!("{own}?soft=true"), &json!({ "category": "BUSY" })).0, 501);
    assert_eq!(ann.post(&mut state, own, &json!({})).0, 400);
}

#[test]
fn an_administrator_says_it_for_others() {
    let (mut state, ann, bea, _) = people();
    let path = "/pod/v3/user/presence";
    let away = json!({ "category": "AWAY", "userId": 12 });
    assert_eq!(ann.post(&mut state, path, &away), presence(12, "AWAY", 1000));
    assert_eq!(bea.get(&mut state, "/pod/v2/user/presence"), presence(12, "AWAY", 1000));
    assert_eq!(bea.post(&mut state, path, &away).0, 403);
    assert_eq!(ann.post(&mut state, path, &json!({ "category": "AWAY", "userId": 99 })).0, 404);
    assert_eq!(ann.post(&mut state, path, &json!({ "category": "AWAY" })).0, 400);
}

#[test]
fn other_pods_see_less_and_only_if_connected_and_interested() {
    let (mut state, ann, _, carl) = people();
    let say = |state: &mut State, category: &str| {
        assert_eq!(ann.post(state, "/pod/v2/user/presence", &json!({ "category": category })).0, 200);
    };
    say(&mut state, "DO_NOT_DISTURB");
    let path = "/pod/v3/user/11/presence";
    assert_eq!(carl.get(&mut state, &format!("{path}?local=true")), presence(11, "OFFLINE", 1000));
    assert_eq!(carl.get(&mut state, path).0, 501);
    state.connect(carl.id, ann.id, Status::Accepted);
    assert_eq!(carl.get(&mut state, path).0, 501);
    let register = "/pod/v1/user/presence/register";
    assert_eq!(carl.post(&mut state, register, &json!([11])).1["message"], "OK");
    assert_eq!(carl.post(&mut state, register, &json!([99])).0, 404);
    assert_eq!(carl.get(&mut state, path), presence(11, "AWAY", 1000));
    for (said, seen) in [("BE_RIGHT_BACK", "AWAY"), ("OFF_WORK", "OFFLINE"), ("ON_THE_PHONE", "ON_THE_PHONE")]
    {
        say(&mut state, said);
        assert_eq!(carl.get(&mut state, path), presence(11, seen, 1000), "{said}");
    }
    state.clock = at(1000 + 3600);
    assert_eq!(carl.get(&mut state, path).0, 501, "the interest has to be renewed");
}

#[test]
fn all_of_the_pod_are_listed_by_their_ids() {
    let (mut state, ann, bea, carl) = people();
    for caller in [&bea, &carl, &ann] {
        assert_eq!(caller.post(&mut state, "/pod/v2/user/presence", &json!({ "category": "BUSY" })).0, 200);
    }
    let ids = |state: &mut State, query: &str| -> Vec<i64> {
        let (status, listed) = ann.get(state, &format!("/pod/v2/users/presence{query}"));
        assert_eq!(status, 200, "{listed}");
        listed.as_array().unwrap().iter().map(|one| one["userId"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&mut state, ""), [11, 12]);
    assert_eq!(ids(&mut state, "?lastUserId=12"), [12], "the id itself comes again");
    assert_eq!(ids(&mut state, "?limit=1"), [11]);
    assert_eq!(bea.get(&mut state, "/pod/v2/users/presence").0, 403);
    assert_eq!(ann.get(&mut state, "/pod/v2/users/presence?limit=5001").0, 501);
}
