//! What holds after any sequence of actions, and for any request.

use bytes::Bytes;
use http::{Method, Request};
use pod_api_ext::connections::behaviour::{Action, Outcome, outcome};
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{ConflictAnswer, RemoveRule, State, User, handle};
use proptest::prelude::*;
use serde_json::Value;

use super::Caller;

/// One action: who acts, on whom (both as an index into the users), and how.
type Step = (usize, usize, Action);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let action = prop::sample::select(&Action::ALL[..]);
    prop::collection::vec((0..4_usize, 0..4_usize, action), 1..60)
}

/// Three users of pods of their own, and one who shares a pod with the first.
fn users(state: &mut State) -> Vec<Caller> {
    let first = state.add_user(User::new("ann").on_pod("acme"));
    let others = ["bob", "cyd"].map(|name| state.add_user(name));
    let colleague = state.add_user(User::new("dan").on_pod("acme"));
    let [second, third] = others;
    [first, second, third, colleague].into_iter().map(|id| Caller::new(state, id)).collect()
}

fn every_view(state: &State, users: &[Caller]) -> Vec<(UserId, UserId, Option<Status>)> {
    let pairs = users.iter().flat_map(|user| users.iter().map(move |other| (user.id, other.id)));
    pairs.map(|(user, other)| (user, other, state.status(user, other))).collect()
}

fn mirror(status: Option<&Status>) -> Option<Status> {
    match status {
        Some(Status::PendingIncoming) => Some(Status::PendingOutgoing),
        Some(Status::PendingOutgoing) => Some(Status::PendingIncoming),
        same => same.cloned(),
    }
}

proptest! {
    #[test]
    fn any_sequence_of_actions_keeps_the_laws(
        steps in steps(),
        connected_only in any::<bool>(),
        old_conflicts in any::<bool>(),
    ) {
        let mut state = State::new();
        if connected_only {
            state.remove_rule = RemoveRule::ConnectedOnly;
        }
        if old_conflicts {
            state.conflict_answer = ConflictAnswer::ServerError;
        }
        let users = users(&mut state);
        for (who, whom, action) in steps {
            let (caller, other) = (&users[who], users[whom].id);
            let (state_before, views_before) = (state.clone(), every_view(&state, &users));
            let before = state.status(caller.id, other);
            let (code, body) = caller.act(&mut state, action, other);
            let after = state.status(caller.id, other);

            // A refusal changes nothing, of whichever kind it is.
            prop_assert!(code == 200 || state == state_before, "{action} on {before:?}: {code} {body}");

            // The pod does what is documented, or refuses.
            let implicit = (who, whom) == (0, 3) || (who, whom) == (3, 0);
            if who != whom && !implicit {
                let undecided = action == Action::Remove && before != Some(Status::Accepted) && connected_only;
                let asks_again = action == Action::Create && before == Some(Status::Rejected);
                let expected = match outcome(before.as_ref(), action) {
                    Outcome::Becomes(status) if !undecided => Some(Some(status)),
                    Outcome::Removed => Some(None),
                    Outcome::Undocumented if asks_again => Some(Some(Status::PendingOutgoing)),
                    Outcome::Becomes(_) | Outcome::Undocumented => None,
                };
                match expected {
                    Some(status) => {
                        prop_assert_eq!(code, 200, "{} on {:?}: {}", action, before, body);
                        prop_assert_eq!(&after, &status);
                    }
                    None => prop_assert!(code == 400 || code == 500, "{action} on {before:?}: {code} {body}"),
                }
            }

            for (index, (user, with, status)) in every_view(&state, &users).into_iter().enumerate() {
                // The two views of a pair are mirror images.
                prop_assert_eq!(state.status(with, user), mirror(status.as_ref()));
                // Nothing changes but between the two.
                let involved = [user, with].contains(&caller.id) && [user, with].contains(&other);
                prop_assert!(involved || status == views_before[index].2);
            }

            // What is answered is what is so.
            let (info_code, info) = caller.info(&mut state, other);
            prop_assert_eq!(info_code == 200, after.is_some());
            if let Some(status) = &after {
                prop_assert_eq!(&info["status"], status.as_str());
            }
            let ids = users.iter().map(|user| user.id.to_string()).collect::<Vec<_>>().join(",");
            let list = caller.list(&mut state, &format!("?status=ALL&userIds={ids}"));
            let listed = list.as_array().unwrap().iter().find(|one| one["userId"] == i64::from(other));
            prop_assert_eq!(listed, after.is_some().then_some(&info));
        }
    }

    #[test]
    fn any_request_gets_an_answer(
        method in prop::sample::select(&["GET", "POST", "HEAD", "PUT", "OPTIONS", "ODD"][..]),
        path in prop_oneof![
            "/pod/v1/connection/(list|create|accept|reject|user/[0-9a-z%]{0,20}/(info|remove|))",
            "/login/pubkey/(|app/(|user/[0-9a-z%]{0,20}/|username/[0-9A-Fa-z%]{0,20}/))authenticate",
            "/(sessionauth/v1/logout|login/pubkey/app/user/)",
            "/[a-z0-9/%._-]{0,40}",
        ],
        query in prop_oneof![
            Just(String::new()),
            "[?](status|userIds)=[A-Z0-9,%_]{0,20}(&[a-zA-Z=&%,+]{0,20})?",
        ],
        content_type in prop::option::of("[ -~]{0,30}"),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..100),
            "[{\\[]\"userId\":[-0-9.eE\"]{0,25}[}\\]]".prop_map(String::into_bytes),
            "[{]\"token\":\"[A-Za-z0-9_-]{0,20}([.][A-Za-z0-9_-]{0,20}){0,4}\"[}]".prop_map(String::into_bytes),
        ],
        with_session in any::<bool>(),
    ) {
        let mut state = State::new();
        let users = users(&mut state);
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{path}{query}"));
        if with_session {
            request = request.header("sessionToken", &users[0].token);
        }
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        let before = state.clone();
        let answer = handle(&mut state, &request.body(Bytes::from(body)).unwrap());
        let code = answer.status().as_u16();
        let json: Value = serde_json::from_slice(answer.body()).unwrap();
        prop_assert!([200, 400, 401, 404, 405, 411, 415].contains(&code), "{code}: {json}");
        if code != 200 {
            prop_assert_eq!(json["code"].as_u64(), Some(u64::from(code)));
            prop_assert!(state == before);
        }
        prop_assert!(with_session || code != 200);
    }
}
