//! The record of requests has a limit, and says what it has dropped.

use pod_api_ext::fake::{FakePod, Operation};

use super::sockets::{exchange, get};

async fn ask(fake: &FakePod, calls: usize) {
    for call in 0..calls {
        exchange(fake, get("none", &format!("/pod/v1/connection/list?status={call}"))).await;
    }
}

fn queries(fake: &FakePod) -> Vec<String> {
    fake.requests().into_iter().map(|call| call.query.unwrap()).collect()
}

#[tokio::test]
async fn of_too_many_requests_the_last_are_kept() {
    let fake = FakePod::builder().record_limit(3).start().await.unwrap();
    ask(&fake, 3).await;
    assert_eq!((fake.requests().len(), fake.dropped_requests()), (3, 0));
    ask(&fake, 2).await;
    assert_eq!(queries(&fake), ["status=2", "status=0", "status=1"]);
    assert_eq!(fake.dropped_requests(), 2);

    fake.set_record_limit(1);
    assert_eq!((queries(&fake), fake.dropped_requests()), (vec!["status=1".to_owned()], 4));
    assert_eq!(fake.take_requests().len(), 1);
    assert_eq!(fake.dropped_requests(), 0, "counted anew");
    fake.set_record_limit(0);
    ask(&fake, 1).await;
    assert_eq!((fake.requests().len(), fake.dropped_requests()), (0, 1));
}

/// Half a mebibyte each, of which 64 are kept.
#[tokio::test]
async fn bodies_have_a_limit_of_their_own() {
    let fake = FakePod::start().await;
    let body = "x".repeat(512 * 1024);
    for _ in 0..130 {
        let request = super::sockets::post("none", "/pod/v1/connection/create", &body);
        exchange(&fake, request).await;
    }
    let requests = fake.requests();
    assert_eq!((requests.len(), fake.dropped_requests()), (128, 2));
    assert!(requests.iter().all(|call| call.operation == Operation::Create && call.body.len() == body.len()));
}
