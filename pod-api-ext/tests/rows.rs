//! Results as rows of CSV and JSON: flat, and with the same columns whatever happened.

use std::time::{Duration, UNIX_EPOCH};

use http::StatusCode;
use pod_api_ext::connections::bulk::{Done, Failure};
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::{FakePod, Fault, Operation};
use pod_api_ext::retry::Never;
use pod_api_ext::{ErrorKind, Pod};
use serde::Serialize;
use serde_json::{Value, json};

/// The lines that these are as CSV, or why they are none.
fn csv<T: Serialize>(rows: &[T]) -> Vec<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.serialize(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_is_a_row() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.strict = true);
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    fake.connect(alice, bob, Status::Accepted);
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).retry(Never).build().unwrap();
    let connections = pod.connections();

    let mut connection = connections.get(bob).await.unwrap();
    connection.first_requested_at = Some(UNIX_EPOCH + Duration::from_millis(1_471_018_076_255));
    connection.updated_at = None;
    connection.request_counter = Some(1);
    assert_eq!(
        csv(&[connection]),
        [
            "user,status,first_requested_at,updated_at,request_counter".to_owned(),
            format!("{bob},ACCEPTED,2016-08-12T16:07:56.255Z,,1"),
        ]
    );

    let change = connections.ensure_absent(bob).await.unwrap();
    fake.fault(Operation::Get, 1, Fault::status(StatusCode::FORBIDDEN));
    let failed = connections.ensure_absent(bob).await.unwrap_err();
    let done = [
        Done { user: bob, result: Ok(change.clone()) },
        Done { user: UserId::from(7), result: Err(Failure::Failed(failed)) },
    ];
    let lines = csv(&done);
    let columns =
        "user,goal,conclusion,before,after,actions,reads,deviations,error_kind,error,outcome_unknown";
    assert_eq!(lines[0], columns);
    assert_eq!(lines[1], format!("{bob},absent,reached,ACCEPTED,,remove,2,0,,,false"));
    assert!(lines[2].starts_with("7,,,,,,0,0,MissingEntitlement,"), "{lines:?}");
    assert!(lines[2].ends_with(",false"), "{lines:?}");
    assert_eq!(csv(&[change]), lines[..2]);

    let mut rows = csv::Reader::from_reader(lines[1].as_bytes());
    assert_eq!(rows.headers().unwrap().len(), columns.split(',').count());
}

#[tokio::test]
async fn who_was_not_begun_is_a_row_too() {
    let fake = FakePod::start().await;
    let (alice, bob) = (fake.add_user("alice"), fake.add_user("bob"));
    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build().unwrap();
    fake.end_sessions(alice);
    let mut run = pod.connections().ensure_absent_all([bob, alice]).stream();
    let (mut kinds, mut columns) = (Vec::new(), Vec::new());
    while let Some(done) = run.next().await {
        let row = serde_json::to_value(&done).unwrap();
        kinds.push(row["error_kind"].clone());
        columns.push(row.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        let Err(failure) = done.result else { panic!("{row}") };
        let told: Value = serde_json::to_value(&failure).unwrap();
        assert_eq!(told["message"], failure.to_string());
        assert_eq!(told["outcome_unknown"], false);
    }
    assert_eq!(kinds, [json!("InvalidSession"), json!("NotBegun")]);
    assert_eq!(columns[0], columns[1]);
    assert_eq!(format!("{:?}", ErrorKind::InvalidSession), "InvalidSession");
}
