//! The fake pod knows the whole API: it takes every request that the document prescribes, and what it answers is read.
//!
//! The requests are those of the contract of `pod-api`. So a new version of the document needs no change here.

#[path = "../../pod-api/tests/contract/data.rs"]
mod data;
#[path = "../../pod-api/tests/contract/given.rs"]
mod given;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::Pin;

use data::Operation;
use given::Given;
use pod_api::{ByteStream, Client, Context, Error, ResponseValue, operations};
use pod_api_ext::fake::{Answer, Calls, FakePod};
use serde::Serialize;
use serde_json::Value;

/// Makes a call, which gives the status and the answer as JSON.
type Call = fn(Client, Given) -> Pin<Box<dyn Future<Output = Result<(u16, Value), String>>>>;

macro_rules! calls {
    ($($method:ident($($setter:ident: $type:ty),*) $how:ident;)*) => {
        pub const ALL: &[(&str, super::Call)] = &[$((stringify!($method), |client, given| Box::pin(async move {
            #[allow(unused_mut, reason = "not every call has a setter")]
            let mut call = client.$method();
            $(if let Some(value) = given.take::<$type>(stringify!($setter)) {
                call = call.$setter(value);
            })*
            given.end();
            super::$how(call.send().await)
        }))),*];
    };
}

#[rustfmt::skip]
#[allow(deprecated, reason = "what is deprecated is served as well")]
#[path = "../../pod-api/tests/generated/calls.rs"]
mod calls;

fn value<T: Serialize, E: Debug>(result: Result<ResponseValue<T>, Error<E>>) -> Result<(u16, Value), String> {
    let answer = result.map_err(failed)?;
    Ok((answer.status().as_u16(), serde_json::to_value(answer.into_inner()).unwrap()))
}

fn bytes<E: Debug>(result: Result<ResponseValue<ByteStream>, Error<E>>) -> Result<(u16, Value), String> {
    let answer = result.map_err(failed)?;
    Ok((answer.status().as_u16(), Value::Null))
}

fn failed<E: Debug>(error: Error<E>) -> String {
    let is_refusal = matches!(error, Error::ErrorResponse(_) | Error::UnexpectedResponse(_));
    format!("{}{error:?}", if is_refusal { "refused: " } else { "" })
}

/// Sends every request of the contract. What came of each, by operation and title.
async fn send_all(fake: &FakePod) -> BTreeMap<(&'static str, &'static str), Result<(u16, Value), String>> {
    let alice = fake.add_user("alice");
    let context = Context::new().with_session(fake.session_for(alice));
    let client = Client::builder(&format!("{}/pod", fake.url())).build().unwrap().with_context(context);
    let mut came = BTreeMap::new();
    for Operation { name, requests, .. } in data::operations() {
        let Some((_, call)) = calls::ALL.iter().find(|(known, _)| known.trim_start_matches("r#") == name)
        else {
            continue;
        };
        for request in requests {
            let body = request.body.filter(|_| request.given.iter().all(|(name, _)| name != "body"));
            let body = body.map(|body| ("body".to_owned(), serde_json::from_str(body).unwrap()));
            let given = Given::new(request.given.into_iter().chain(body));
            came.insert((name, request.title), call(client.clone(), given).await);
        }
    }
    came
}

#[tokio::test]
async fn every_operation_answers_with_a_sample_that_is_read() {
    let fake = FakePod::start().await;
    for operation in operations() {
        fake.answer_with(operation, Calls::All, Answer::sample(operation));
    }
    let promised = data::operations();
    let came = send_all(&fake).await;
    for ((name, title), outcome) in &came {
        let (status, value) = outcome.as_ref().unwrap_or_else(|error| panic!("{name}, {title}: {error}"));
        let answers = &promised.iter().find(|operation| operation.name == *name).unwrap().answers;
        let declared = answers.iter().find(|answer| answer.is_declared && answer.status == *status).unwrap();
        if let Some((_, body)) = declared.body {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(value, &body, "{name}, {title}");
        }
    }
    let mut called: Vec<&str> = came.keys().map(|(name, _)| *name).collect();
    called.dedup();
    let mut all: Vec<&str> = operations().iter().map(|operation| operation.name).collect();
    all.sort_unstable();
    assert_eq!(called, all);
}

/// By itself the pod answers from its state, in which nobody is whom the samples are about. No request is malformed, and
/// every answer is one that the document declares, but for what no document says.
#[tokio::test]
async fn a_pod_with_samples_takes_every_request() {
    let fake = FakePod::start().await;
    fake.with_state(|state| state.samples = true);
    for ((name, title), outcome) in send_all(&fake).await {
        let declared = operations().iter().find(|operation| operation.name == name).unwrap();
        if let Err(error) = outcome {
            assert!(error.starts_with("refused: "), "{name}, {title}: {error}");
            for malformed in ["not what the API declares", "The parameter", "is not JSON", "needs a body"] {
                assert!(!error.contains(malformed), "{name}, {title}: {error}");
            }
        } else if let Ok((status, _)) = outcome {
            assert!(
                declared.success.iter().any(|range| range.contains(&status)),
                "{name}, {title}: {status}"
            );
        }
    }
}
