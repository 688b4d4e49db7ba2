//! The six calls against a pod that keeps state.

use pod_api_ext::connections::{Connections, ListFilter, Status, UserId, Which};
use pod_api_ext::fake::{Clock, ConflictAnswer, FakePod, RemoveRule, User};
use pod_api_ext::{ErrorKind, Pod, SessionToken};

struct Scene {
    fake: FakePod,
    alice: UserId,
    bob: UserId,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakePod::start().await;
        fake.with_state(|state| state.strict = true);
        let alice = fake.add_user("alice");
        let bob = fake.add_user("bob");
        Self { fake, alice, bob }
    }

    fn pod_of(&self, user: UserId) -> Pod {
        Pod::builder(self.fake.url()).session(self.fake.session_for(user)).build().unwrap()
    }

    fn alices(&self) -> Connections {
        self.pod_of(self.alice).connections()
    }
}

#[test]
fn a_pod_is_shared_between_tasks() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn sent<T: Send>(_: &T) {}
    shared::<Pod>();
    shared::<Connections>();
    let pod =
        Pod::builder("https://acme.symphony.com").session(SessionToken::new("t").unwrap()).build().unwrap();
    let connections = pod.connections();
    sent(&connections.get(1));
    sent(&connections.find(1));
    sent(&connections.list(Which::All));
    sent(&connections.create(1));
    sent(&connections.accept(1));
    sent(&connections.reject(1));
    sent(&connections.remove(1));
    sent(&pod.send(pod.api().list_connections()));
}

#[tokio::test]
async fn a_request_is_asked_seen_and_accepted() {
    let scene = Scene::new().await;
    let (alices, bobs) = (scene.alices(), scene.pod_of(scene.bob).connections());
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_470_018_076_306);
    scene.fake.with_state(|state| state.clock = Clock::At(now));
    assert_eq!(alices.find(scene.bob).await.unwrap(), None);

    let asked = alices.create(scene.bob).await.unwrap();
    assert_eq!((asked.user, &asked.status), (scene.bob, &Status::PendingOutgoing));
    assert_eq!(asked.first_requested_at, Some(now));
    assert_eq!(asked.request_counter, Some(1));
    assert_eq!(bobs.get(scene.alice).await.unwrap().status, Status::PendingIncoming);

    assert_eq!(bobs.accept(scene.alice).await.unwrap().status, Status::Accepted);
    assert_eq!(alices.get(scene.bob).await.unwrap().status, Status::Accepted);
}

#[tokio::test]
async fn a_request_is_declined() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::PendingIncoming);
    assert_eq!(scene.alices().reject(scene.bob).await.unwrap().status, Status::Rejected);
}

#[tokio::test]
async fn removing_ends_a_connection_and_removing_again_says_that_there_is_none() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::Accepted);
    let connections = scene.alices();
    connections.remove(scene.bob).await.unwrap();
    assert_eq!(scene.fake.status(scene.alice, scene.bob), None);
    assert_eq!(connections.get(scene.bob).await.unwrap_err().kind(), ErrorKind::NotFound);

    let error = connections.remove(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.operation(), Some("remove_connection"));
    assert!(!error.outcome_unknown() && !error.is_retryable());
}

#[tokio::test]
async fn remove_is_sent_once_and_does_what_the_table_says() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::PendingIncoming);
    scene.alices().remove(scene.bob).await.unwrap();
    assert_eq!(scene.fake.status(scene.alice, scene.bob), Some(Status::Rejected));
    assert_eq!(scene.fake.requests().len(), 1);

    scene.fake.with_state(|state| state.remove_rule = RemoveRule::ConnectedOnly);
    let error = scene.alices().remove(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert_eq!(scene.fake.status(scene.alice, scene.bob), Some(Status::Rejected));
}

#[tokio::test]
async fn a_conflict_is_told_by_new_and_by_old_pods() {
    for answer in [ConflictAnswer::BadRequest, ConflictAnswer::ServerError] {
        let scene = Scene::new().await;
        scene.fake.connect(scene.alice, scene.bob, Status::Accepted);
        scene.fake.with_state(|state| state.conflict_answer = answer);
        let error = scene.alices().accept(scene.bob).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConflictingState, "{error}");
        assert!(!error.outcome_unknown(), "a refusal changed nothing");
    }
}

#[tokio::test]
async fn a_session_that_ended_and_a_missing_entitlement_are_told_apart() {
    let scene = Scene::new().await;
    let connections = scene.alices();
    scene.fake.end_sessions(scene.alice);
    let error = connections.create(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSession);
    assert_eq!((error.api_code(), error.message()), (Some(401), Some("Invalid session")));
    assert!(!error.outcome_unknown());

    let mallory = scene.fake.add_user(User::new("mallory").without_entitlement());
    let error = scene.pod_of(mallory).connections().create(scene.bob).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingEntitlement);
    assert!(error.to_string().contains("crossPod"), "{error}");
}

#[tokio::test]
async fn lists_are_filtered_by_status_and_users() {
    let scene = Scene::new().await;
    let Scene { fake, alice, bob } = &scene;
    let carol = fake.add_user("carol");
    let dora = fake.add_user("dora");
    fake.connect(*alice, *bob, Status::PendingOutgoing);
    fake.connect(*alice, carol, Status::PendingIncoming);
    fake.connect(*alice, dora, Status::Accepted);
    let connections = scene.alices();
    let users = async |filter: ListFilter| {
        let list = connections.list(filter).await.unwrap();
        let mut users: Vec<_> = list.into_iter().map(|connection| connection.user).collect();
        users.sort();
        users
    };
    assert_eq!(users(ListFilter::default()).await, [*bob, carol]);
    assert_eq!(users(Which::PendingOutgoing.into()).await, [*bob]);
    assert_eq!(users(Which::PendingIncoming.into()).await, [carol]);
    assert_eq!(users(Which::Accepted.into()).await, [dora]);
    assert_eq!(users(Which::Rejected.into()).await, []);
    assert_eq!(users(Which::All.into()).await, [*bob, carol, dora]);
    assert_eq!(users(ListFilter::from(Which::All).with_users([*bob, dora])).await, [*bob, dora]);
}

#[tokio::test]
async fn many_users_take_several_calls_whose_urls_stay_under_8_kib() {
    let scene = Scene::new().await;
    scene.fake.connect(scene.alice, scene.bob, Status::Accepted);
    let others = (0..1000).map(|id| UserId::from(7_078_106_000_000 + id));
    let filter = ListFilter::from(Which::Accepted).with_users(others.chain([scene.bob]));
    let list = scene.alices().list(filter).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].user, scene.bob);
    let requests = scene.fake.take_requests();
    assert!(requests.len() > 1);
    for request in requests {
        let query = request.query.as_deref().unwrap_or_default();
        assert!(scene.fake.url().len() + request.path.len() + query.len() < 8 * 1024);
    }

    let none = ListFilter::from(Which::All).with_users(Vec::<UserId>::new());
    assert_eq!(scene.alices().list(none).await.unwrap(), []);
    assert_eq!(scene.fake.take_requests().len(), 0, "no request is owed for no users");
}

#[tokio::test]
async fn any_call_of_the_generated_client_takes_the_same_road() {
    let scene = Scene::new().await;
    let pod = scene.pod_of(scene.alice);
    let user = scene.bob.to_string();
    let call = tokio::spawn(pod.send(pod.api().get_connection().user_id(user)));
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some("get_connection")));
}
