//! Makes the calls of one operation and compares what went out and what came of the answers.

use std::pin::Pin;

use pod_api::{Client, Context, Error, ResponseValue, SessionToken, reqwest, types};
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;

use super::data::{self, Answer, Request};
use crate::contract::server;

/// A call with its parameters. It is boxed, so that the tests do not become one large future.
pub type Call = fn(Client) -> Pin<Box<dyn Future<Output = Outcome>>>;

/// What came of a call.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// A decoded success, written as JSON again.
    Read(u16, Value),
    /// A declared error.
    Refused { status: u16, code: Option<i32>, message: Option<String> },
    /// Anything else.
    Other(String),
}

pub fn outcome<T: Serialize>(result: Result<ResponseValue<T>, Error<types::Error>>) -> Outcome {
    match result {
        Ok(answer) => {
            Outcome::Read(answer.status().as_u16(), serde_json::to_value(answer.into_inner()).unwrap())
        }
        Err(Error::ErrorResponse(answer)) => {
            let status = answer.status().as_u16();
            let types::Error { code, message } = answer.into_inner();
            Outcome::Refused { status, code, message }
        }
        Err(error) => Outcome::Other(format!("{error}: {error:?}")),
    }
}

/// What should come of an answer.
fn expected(answer: &Answer) -> Outcome {
    let field = |name| answer.body.as_ref().map(|body| &body[name]);
    match answer.status {
        200..300 => Outcome::Read(answer.status, answer.body.clone().unwrap_or_default()),
        status => Outcome::Refused {
            status,
            code: field("code").map(|code| code.as_i64().unwrap().try_into().unwrap()),
            message: field("message").map(|message| message.as_str().unwrap().to_owned()),
        },
    }
}

/// Makes the calls, each the request in the data that has its title, and gives them the answers in the data.
pub fn check(text: &'static str, name: &str, calls: &[(&str, Call)]) {
    let operation = data::read(text).into_iter().find(|operation| operation.name == name).expect(name);
    let titles: Vec<_> = operation.requests.iter().map(|request| request.title).collect();
    assert_eq!(titles, calls.iter().map(|(title, _)| *title).collect::<Vec<_>>());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/pod", listener.local_addr().unwrap());
        // Every answer ends its connection, so none is kept.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0);
        let client = Client::builder(&url).http(http).build().unwrap();
        for (request, (title, call)) in operation.requests.iter().zip(calls) {
            // What comes in does not depend on what went out, so one request gets all the answers.
            let answers = if *title == titles[0] { &operation.answers[..] } else { &operation.answers[..1] };
            for answer in answers {
                let outcome = call(client.with_context(context(request)));
                let answering = bytes(answer);
                let (outcome, asked) =
                    tokio::join!(outcome, server::exchange(&listener, answering.as_bytes()));
                let place = format!("{name}, {title}, {}", answer.status);
                assert_same(&place, request, &asked);
                assert_eq!(outcome, expected(answer), "{place}");
            }
        }
    });
}

/// A session, if the request tells of one.
fn context(request: &Request) -> Context {
    match request.headers.iter().find(|(name, _)| name == "sessiontoken") {
        Some((_, token)) => Context::new().with_session(SessionToken::new(token).unwrap()),
        None => Context::new(),
    }
}

fn assert_same(place: &str, request: &Request, asked: &server::Request) {
    assert_eq!(parts(&asked.line), parts(request.line), "{place}");
    assert_eq!(asked.headers, request.headers, "{place}");
    let body = (!asked.body.is_empty()).then(|| serde_json::from_str::<Value>(&asked.body).unwrap());
    assert_eq!(body, request.body, "{place}");
}

fn bytes(answer: &Answer) -> String {
    let status = http::StatusCode::from_u16(answer.status).unwrap();
    match &answer.body {
        Some(body) => server::json(&status.to_string(), &body.to_string()),
        None if status == http::StatusCode::NO_CONTENT => format!("HTTP/1.1 {status}\r\n\r\n"),
        None => format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"),
    }
}

/// A request line: method, path as it is, query as the pairs that a server reads, in any order.
fn parts(line: &str) -> (&str, &str, Vec<(String, String)>) {
    let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    assert!(!target.ends_with('?'), "{line}");
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    (method, path, pairs)
}
