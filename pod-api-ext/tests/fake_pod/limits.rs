//! What a pod withholds: calls that come too often, and users of pods that keep to themselves.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use pod_api_ext::connections::Status;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::fake::{Clock, RetryAfterForm, State, Throttle, User, handle};
use serde_json::json;

use super::Caller;

fn list(state: &mut State, caller: &Caller) -> Response<Bytes> {
    let request = Request::get("/pod/v1/connection/list").header("sessionToken", &caller.token);
    handle(state, &request.body(Bytes::new()).unwrap())
}

/// A pod that lets each user call twice in ten seconds.
fn throttled(moment: SystemTime) -> (State, Caller, Caller) {
    let mut state = State::new();
    state.clock = Clock::At(moment);
    state.throttle = Some(Throttle::new(2, Duration::from_secs(10)));
    let (alice, bob) = (state.add_user("alice"), state.add_user("bob"));
    let (alice, bob) = (Caller::new(&mut state, alice), Caller::new(&mut state, bob));
    (state, alice, bob)
}

#[test]
fn too_many_calls_are_told_how_long_to_wait() {
    let start = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let (mut state, alice, bob) = throttled(start);
    let at = |state: &mut State, millis| state.clock = Clock::At(start + Duration::from_millis(millis));

    assert_eq!(list(&mut state, &alice).status(), 200);
    at(&mut state, 4_500);
    assert_eq!(list(&mut state, &alice).status(), 200);
    let refused = list(&mut state, &alice);
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "6", "5.5 s are left, and the header has no fractions");
    let body: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(body["code"], json!(429));
    assert_eq!(list(&mut state, &bob).status(), 200, "each user has a count of their own");

    state.throttle = Some(Throttle::new(2, Duration::from_secs(10)).with_dates());
    let refused = list(&mut state, &alice);
    assert_eq!(refused.headers()["retry-after"], "Sun, 06 Nov 1994 08:49:47 GMT");

    at(&mut state, 9_999);
    assert_eq!(list(&mut state, &alice).status(), 429);
    at(&mut state, 10_000);
    assert_eq!(list(&mut state, &alice).status(), 200, "who was refused was not counted");
    assert_eq!(list(&mut state, &alice).status(), 200);
    assert_eq!(list(&mut state, &alice).status(), 429);

    at(&mut state, 0);
    assert_eq!(list(&mut state, &alice).status(), 200, "a clock that is put back begins anew");
    assert_eq!(alice.get(&mut state, "/pod/v2/sessioninfo").0, 200, "any call counts");
    assert_eq!(alice.get(&mut state, "/pod/v2/sessioninfo").0, 429);
    state.throttle = None;
    for _ in 0..10 {
        assert_eq!(list(&mut state, &alice).status(), 200);
    }
}

#[test]
fn the_edges_of_a_throttle() {
    let (mut state, alice, _) = throttled(UNIX_EPOCH);
    state.throttle = Some(Throttle::new(0, Duration::MAX));
    assert_eq!(list(&mut state, &alice).status(), 429);
    state.throttle = Some(Throttle::new(0, Duration::MAX).with_dates());
    assert_eq!(list(&mut state, &alice).status(), 429);
    state.throttle = Some(Throttle::new(1, Duration::ZERO));
    assert_eq!(list(&mut state, &alice).status(), 200);
    assert_eq!(list(&mut state, &alice).status(), 200);
    assert_eq!(Throttle::new(1, Duration::ZERO).retry_after, RetryAfterForm::Seconds);
}

#[test]
fn a_throttled_change_is_not_made() {
    let (mut state, alice, bob) = throttled(UNIX_EPOCH);
    state.throttle = Some(Throttle::new(0, Duration::from_secs(1)));
    assert_eq!(alice.act(&mut state, Action::Create, bob.id).0, 429);
    assert_eq!(state.status(alice.id, bob.id), None);
}

#[test]
fn a_pod_without_cross_pod_keeps_to_itself() {
    let mut state = State::new();
    let ann = state.add_user(User::new("ann").on_pod("acme"));
    let bea = state.add_user(User::new("bea").on_pod("acme"));
    let cyd = state.add_user(User::new("cyd").on_pod("other"));
    let dan = state.add_user("dan");
    let [ann, cyd, dan] = [ann, cyd, dan].map(|user| Caller::new(&mut state, user));
    state.connect(ann.id, cyd.id, Status::PendingIncoming);
    state.set_cross_pod("acme", false);

    for (caller, other) in [(&ann, cyd.id), (&cyd, ann.id), (&ann, dan.id), (&dan, ann.id)] {
        let before = state.clone();
        for action in [Action::Create, Action::Accept, Action::Reject, Action::Remove] {
            let (status, body) = caller.act(&mut state, action, other);
            assert_eq!(status, 403, "{action}: {body}");
        }
        assert_eq!(caller.info(&mut state, other).0, 403);
        assert!(state == before);
    }
    assert_eq!(ann.info(&mut state, bea).0, 200, "within the pod nothing has changed");
    assert_eq!(cyd.act(&mut state, Action::Create, dan.id).0, 200, "and between other pods neither");
    assert_eq!(ann.list(&mut state, "").as_array().unwrap().len(), 1, "what was there is still listed");

    state.set_cross_pod("acme", true);
    assert_eq!(ann.act(&mut state, Action::Accept, cyd.id).0, 200);
}
