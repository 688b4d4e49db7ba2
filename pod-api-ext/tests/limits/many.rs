//! Ten thousand calls at once on one pod.

use std::time::Duration;

use tokio::task::JoinSet;

use super::server::Server;
use super::{alone, pod};

const CALLS: i64 = 10_000;
const IN_FLIGHT: usize = 32;

async fn all_are_answered(builder: pod_api_ext::PodBuilder, server: &Server) {
    // The last call waits for its place as long as all others take.
    let pod = builder.timeout(Duration::from_secs(60)).build().unwrap();
    let mut calls = JoinSet::new();
    for user in 0..CALLS {
        let connections = pod.connections();
        calls.spawn(async move {
            // Every tenth changes something.
            if user % 10 == 0 {
                connections.remove(user).await.unwrap();
                return user;
            }
            i64::from(connections.get(user).await.unwrap().user)
        });
    }
    let mut answered = calls.join_all().await;
    answered.sort_unstable();
    assert!(answered.into_iter().eq(0..CALLS), "everybody gets an answer, and their own");
    for user in 0..CALLS {
        let path = if user % 10 == 0 { super::server::remove(user) } else { super::server::info(user) };
        assert_eq!(server.seen.times(&path), 1, "{path}");
    }
}

async fn patient_server() -> Server {
    Server::start(|mut connection| async move {
        while let Some(path) = connection.request().await {
            connection.answer(&path).await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_share_few_sockets() {
    let _alone = alone().await;
    let server = patient_server().await;
    all_are_answered(pod(&server.url).max_in_flight(IN_FLIGHT), &server).await;
    let most = server.seen.most_open();
    println!("{most} sockets at a time, {} in all", server.seen.accepted());
    // A connection is back in the pool a moment after its call has ended, when the next call may have opened another.
    assert!(most <= 2 * IN_FLIGHT, "{most} sockets were open at a time");
}
