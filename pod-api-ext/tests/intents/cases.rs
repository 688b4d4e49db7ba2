//! What an intent comes to, case by case, on a pod that keeps state.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::intent::Found;
use pod_api_ext::connections::{Change, Conclusion, Connections, Goal, Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Gate, Operation, RemoveRule, State, User};
use pod_api_ext::retry::Never;
use pod_api_ext::{ErrorKind, Pod};

use crate::simulator::sockets::LeapingClock;

struct Scene {
    fake: FakePod,
    alice: UserId,
    bob: UserId,
}

impl Scene {
    async fn new() -> Self {
        Self::with(State::new(), User::new).await
    }

    async fn connected() -> Self {
        let scene = Self::new().await;
        scene.fake.connect(scene.alice, scene.bob, Status::Accepted);
        scene
    }

    async fn with(mut state: State, user: impl Fn(&'static str) -> User) -> Self {
        let (alice, bob) = (state.add_user(user("alice")), state.add_user(user("bob")));
        Self { fake: FakePod::serve(state).await.unwrap(), alice, bob }
    }

    /// Alice's connections, with pauses that are over at once, and every fault seen.
    fn connections(&self) -> Connections {
        let session = self.fake.session_for(self.alice);
        let pod = Pod::builder(self.fake.url()).session(session).clock(LeapingClock::default()).retry(Never);
        pod.build().unwrap().connections()
    }

    /// How often something was asked of the pod.
    fn count(&self, operation: Operation) -> usize {
        self.fake.requests().iter().filter(|request| request.operation == operation).count()
    }
}

fn json(body: &'static str) -> Response<Bytes> {
    Response::builder()
        .header("Content-Type", "application/json")
        .body(Bytes::from_static(body.as_bytes()))
        .unwrap()
}

#[test]
fn intents_may_be_awaited_in_any_task() {
    fn sent<T: Send>(_: &T) {}
    fn shared<T: Send + Sync>() {}
    shared::<Change>();
    let pod = Pod::builder("https://acme.symphony.com").session(pod_api_ext::SessionToken::new("t").unwrap());
    let connections = pod.build().unwrap().connections();
    sent(&connections.ensure_absent(1));
    sent(&connections.ensure_requested(1).ask_again());
    sent(&connections.ensure_connected(1).deadline(Duration::from_secs(1)));
    sent(&connections.ensure_rejected(1).starting_from(None));
}

#[tokio::test]
async fn each_goal_is_reached_from_each_status_or_the_answer_says_why_not() {
    use Action::{Accept, Create, Reject, Remove};
    use Conclusion::{Declined, NoDocumentedWay, Reached, WaitsOnOtherUser};
    use Status::{Accepted, PendingIncoming, PendingOutgoing, Rejected};

    let snoozed = || Some(Status::from("SNOOZED"));
    // Goal; status before; calls that change something; status after; conclusion.
    let cases = [
        (Goal::Absent, None, vec![], None, Reached),
        (Goal::Absent, Some(PendingOutgoing), vec![], Some(PendingOutgoing), NoDocumentedWay),
        (Goal::Absent, Some(PendingIncoming), vec![Reject], Some(Rejected), Reached),
        (Goal::Absent, Some(Accepted), vec![Remove], None, Reached),
        (Goal::Absent, Some(Rejected), vec![], Some(Rejected), Reached),
        (Goal::Absent, snoozed(), vec![], snoozed(), NoDocumentedWay),
        (Goal::Requested, None, vec![Create], Some(PendingOutgoing), Reached),
        (Goal::Requested, Some(PendingOutgoing), vec![], Some(PendingOutgoing), Reached),
        (Goal::Requested, Some(PendingIncoming), vec![Accept], Some(Accepted), Reached),
        (Goal::Requested, Some(Accepted), vec![], Some(Accepted), Reached),
        (Goal::Requested, Some(Rejected), vec![], Some(Rejected), Declined),
        (Goal::Requested, snoozed(), vec![], snoozed(), NoDocumentedWay),
        (Goal::Connected, None, vec![Create], Some(PendingOutgoing), WaitsOnOtherUser),
        (Goal::Connected, Some(PendingOutgoing), vec![], Some(PendingOutgoing), WaitsOnOtherUser),
        (Goal::Connected, Some(PendingIncoming), vec![Accept], Some(Accepted), Reached),
        (Goal::Connected, Some(Accepted), vec![], Some(Accepted), Reached),
        (Goal::Connected, Some(Rejected), vec![], Some(Rejected), Declined),
        (Goal::Connected, snoozed(), vec![], snoozed(), NoDocumentedWay),
        (Goal::Rejected, None, vec![], None, NoDocumentedWay),
        (Goal::Rejected, Some(PendingOutgoing), vec![], Some(PendingOutgoing), NoDocumentedWay),
        (Goal::Rejected, Some(PendingIncoming), vec![Reject], Some(Rejected), Reached),
        (Goal::Rejected, Some(Accepted), vec![], Some(Accepted), NoDocumentedWay),
        (Goal::Rejected, Some(Rejected), vec![], Some(Rejected), Reached),
        (Goal::Rejected, snoozed(), vec![], snoozed(), NoDocumentedWay),
    ];
    let scene = Scene::new().await;
    let connections = scene.connections();
    for rule in [RemoveRule::Table, RemoveRule::ConnectedOnly] {
        scene.fake.with_state(|state| state.remove_rule = rule);
        for (goal, before, actions, after, conclusion) in &cases {
            scene.fake.disconnect(scene.alice, scene.bob);
            if let Some(status) = before {
                scene.fake.connect(scene.alice, scene.bob, status.clone());
            }
            scene.fake.take_requests();
            let intent = match goal {
                Goal::Absent => connections.ensure_absent(scene.bob),
                Goal::Requested => connections.ensure_requested(scene.bob),
                Goal::Connected => connections.ensure_connected(scene.bob),
                _ => connections.ensure_rejected(scene.bob),
            };
            let change = intent.await.unwrap();
            assert_eq!(change.before, *before, "{change}");
            assert_eq!(change.actions, *actions, "{change}");
            assert_eq!(change.after, *after, "{change}");
            assert_eq!(change.conclusion, *conclusion, "{change}");
            assert!(change.deviations.is_empty(), "{change:?}");
            assert_eq!(scene.fake.status(scene.alice, scene.bob), *after, "{change}");
            // One read before; one after a remove, whose answer tells no status.
            let reads = if *actions == [Remove] { 2 } else { 1 };
            assert_eq!((change.reads as usize, scene.count(Operation::Get)), (reads, reads), "{change}");
            assert_eq!(scene.fake.requests().len(), reads + actions.len(), "{change}");
        }
    }
}

#[tokio::test]
async fn who_has_declined_is_asked_again_only_if_the_program_says_so() {
    let scene = Scene::new().await;
    let connections = scene.connections();
    scene.fake.connect(scene.alice, scene.bob, Status::Rejected);
    assert_eq!(connections.ensure_requested(scene.bob).await.unwrap().conclusion, Conclusion::Declined);
    assert_eq!(scene.count(Operation::Create), 0);

    let change = connections.ensure_requested(scene.bob).ask_again().await.unwrap();
    assert!(change.is_reached());
    assert_eq!((change.actions, change.after), (vec![Action::Create], Some(Status::PendingOutgoing)));
}

#[tokio::test]
async fn users_of_one_pod_are_connected_and_stay_so() {
    let scene = Scene::with(State::new(), |name| User::new(name).on_pod("acme")).await;
    let connections = scene.connections();
    assert!(connections.ensure_connected(scene.bob).await.unwrap().is_reached());
    assert!(connections.ensure_requested(scene.bob).await.unwrap().is_reached());
    assert_eq!(scene.fake.requests().len(), 2, "nothing but reads");

    let change = connections.ensure_absent(scene.bob).await.unwrap();
    assert_eq!(change.conclusion, Conclusion::NoEffect);
    assert_eq!(change.actions, [Action::Remove], "once, for a refusal says that there is no point");
    let Found::Refused(error) = &change.deviations[0].found else { panic!("{change:?}") };
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    // Create answers ACCEPTED to them, which is documented.
    let told_none = connections.ensure_connected(scene.bob).starting_from(None).await.unwrap();
    assert!(told_none.is_reached() && told_none.deviations.is_empty(), "{told_none:?}");
}

#[tokio::test]
async fn a_status_that_is_known_is_not_read_again() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::PendingIncoming);
    let change = scene
        .connections()
        .ensure_connected(scene.bob)
        .starting_from(Some(Status::PendingIncoming))
        .await
        .unwrap();
    assert!(change.is_reached());
    assert_eq!((change.reads, scene.fake.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_status_that_is_no_longer_true_is_found_out_by_the_refusal() {
    let scene = Scene::new().await;
    let change =
        scene.connections().ensure_absent(scene.bob).starting_from(Some(Status::Accepted)).await.unwrap();
    assert!(change.is_reached(), "{change}");
    assert_eq!((change.actions, change.after), (vec![Action::Remove], None));
    assert!(change.deviations.is_empty(), "the pod did nothing wrong");
}

#[tokio::test]
async fn a_pod_that_says_yes_and_does_nothing_is_not_asked_twice() {
    let scene = Scene::connected().await;
    scene.fake.fault(Operation::Remove, 1, Fault::answer(json(r#"{"format":"TEXT","message":"Removed."}"#)));
    let change = scene.connections().ensure_absent(scene.bob).await.unwrap();
    assert_eq!((change.conclusion, scene.count(Operation::Remove)), (Conclusion::NoEffect, 1));
    let deviation = &change.deviations[0];
    assert_eq!((&deviation.before, deviation.action), (&Some(Status::Accepted), Action::Remove));
    assert!(matches!(&deviation.found, Found::Status(Some(Status::Accepted))), "{deviation:?}");
}

#[tokio::test]
async fn a_pod_that_does_something_undocumented_is_followed_and_told_on() {
    let scene = Scene::connected().await;
    // It makes a request of the other user out of the connection.
    let (fake, alice, bob) = (scene.fake.clone(), scene.alice, scene.bob);
    let gate = Gate::new();
    fake.fault(Operation::Get, 2, Fault::hold(&gate));
    let connections = scene.connections();
    let mut intent = tokio::spawn(async move { connections.ensure_absent(bob).await });
    tokio::select! {
        () = gate.arrivals(1) => {}
        change = &mut intent => panic!("a remove is to be confirmed by a read: {change:?}"),
    }
    fake.connect(alice, bob, Status::PendingIncoming);
    gate.open();

    let change = intent.await.unwrap().unwrap();
    assert!(change.is_reached(), "{change}");
    assert_eq!(change.actions, [Action::Remove, Action::Reject]);
    assert_eq!(change.after, Some(Status::Rejected));
    assert!(
        matches!(&change.deviations[0].found, Found::Status(Some(Status::PendingIncoming))),
        "{change:?}"
    );
}

#[tokio::test]
async fn an_answer_without_a_status_is_followed_by_a_read() {
    let scene = Scene::new().await;
    scene.fake.fault(Operation::Create, 1, Fault::answer(json("{}")).after_acting());
    let change = scene.connections().ensure_requested(scene.bob).await.unwrap();
    assert!(change.is_reached() && change.deviations.is_empty(), "{change:?}");
    assert_eq!((change.reads, scene.count(Operation::Create)), (2, 1));
}

#[tokio::test]
async fn a_request_that_was_lost_is_sent_again_once_it_has_had_its_time() {
    let scene = Scene::connected().await;
    scene.fake.fault(Operation::Remove, 1, Fault::hang_up());
    let change = scene.connections().ensure_absent(scene.bob).await.unwrap();
    assert!(change.is_reached(), "{change}");
    // One read, a remove that is lost, six reads, a remove, one read.
    assert_eq!((change.actions.len(), change.reads), (2, 8));
}

#[tokio::test]
async fn what_has_nothing_to_do_with_the_connection_is_an_error_and_sent_once() {
    for (status, kind) in [
        (StatusCode::UNAUTHORIZED, ErrorKind::InvalidSession),
        (StatusCode::FORBIDDEN, ErrorKind::MissingEntitlement),
        (StatusCode::TOO_MANY_REQUESTS, ErrorKind::RateLimited),
    ] {
        let scene = Scene::connected().await;
        scene.fake.fault_always(Operation::Remove, Fault::status(status));
        let error = scene.connections().ensure_absent(scene.bob).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome_unknown()), (kind, false));
        assert_eq!(scene.count(Operation::Remove), 1);
    }
}

#[tokio::test]
async fn one_later_read_that_succeeds_makes_the_result_definite() {
    for fault in [Fault::reset(), Fault::reset().after_acting()] {
        let scene = Scene::connected().await;
        scene.fake.fault(Operation::Remove, 1, fault);
        // Of the reads that follow the remove, the first five fail.
        for read in 2..=6 {
            scene.fake.fault(Operation::Get, read, Fault::status(StatusCode::BAD_GATEWAY));
        }
        assert!(scene.connections().ensure_absent(scene.bob).await.unwrap().is_reached());
        assert_eq!(scene.fake.pending_faults(), 0);
    }
}

#[tokio::test]
async fn an_outcome_is_unknown_if_no_later_read_succeeds() {
    let scene = Scene::connected().await;
    scene.fake.fault(Operation::Remove, 1, Fault::reset().after_acting());
    scene.fake.fault_always(Operation::Get, Fault::status(StatusCode::BAD_GATEWAY));
    let connections = scene.connections();
    let intent = connections.ensure_absent(scene.bob).starting_from(Some(Status::Accepted));
    let error = intent.await.unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!((error.kind(), scene.count(Operation::Remove)), (ErrorKind::Transport, 1));
    assert!(scene.count(Operation::Get) > 10, "it goes on reading until the deadline");
}

#[tokio::test]
async fn an_intent_that_was_dropped_is_settled_by_another() {
    let scene = Scene::connected().await;
    let gate = Gate::new();
    scene.fake.fault(Operation::Remove, 1, Fault::hold(&gate).after_acting());
    let connections = scene.connections();
    tokio::select! {
        () = gate.arrivals(1) => {}
        change = connections.ensure_absent(scene.bob) => panic!("it is still under way: {change:?}"),
    }

    let change = connections.ensure_absent(scene.bob).await.unwrap();
    assert!(change.is_reached() && change.actions.is_empty(), "{change}");
}

#[tokio::test]
async fn a_change_is_told_in_a_line() {
    let scene = Scene::connected().await;
    let change = scene.connections().ensure_absent(scene.bob).await.unwrap();
    assert_eq!(change.to_string(), format!("user {} is absent: was ACCEPTED, removed", scene.bob));
    let change = scene.connections().ensure_rejected(scene.bob).await.unwrap();
    assert_eq!(
        change.to_string(),
        format!("user {} is not declined: there was no connection; no documented way", scene.bob)
    );
}
