//! Makes the calls of one operation and compares what went out and what came of the answers.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::Poll;

use pod_api::{ByteStream, Client, Context, Error, ResponseValue, SessionToken, reqwest};
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;

use super::data::{self, Answer, Operation, Request};
use super::given::Given;
use super::laws::difference;
use super::{calls, server};

/// A call. It is boxed, so that the tests do not become one large future.
pub type Call = fn(Client, Given) -> Pin<Box<dyn Future<Output = Outcome>>>;

/// What came of a call.
#[derive(Debug)]
pub enum Outcome {
    /// A success, written as JSON again, and how its type prints.
    Read { status: u16, value: Value, printed: String },
    /// A declared error, likewise.
    Refused { status: u16, value: Value, printed: String },
    /// An answer that the document does not declare.
    Unexpected { status: u16, body: String },
    /// Anything else.
    Failed(String),
}

/// What came of a call whose success is a value.
pub async fn value<T: Serialize + Debug, E: Serialize + Debug>(
    result: Result<ResponseValue<T>, Error<E>>,
) -> Outcome {
    match result {
        Ok(answer) => {
            let (status, printed) = (answer.status().as_u16(), format!("{:?}", *answer));
            Outcome::Read { status, value: serde_json::to_value(answer.into_inner()).unwrap(), printed }
        }
        Err(error) => refused(error).await,
    }
}

/// What came of a call whose success is a stream of bytes.
pub async fn bytes<E: Serialize + Debug>(result: Result<ResponseValue<ByteStream>, Error<E>>) -> Outcome {
    match result {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let mut stream = answer.into_inner().into_inner();
            let mut body = Vec::new();
            while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                body.extend_from_slice(&chunk.unwrap());
            }
            let text = String::from_utf8(body).unwrap();
            Outcome::Read { status, printed: text.clone(), value: text.into() }
        }
        Err(error) => refused(error).await,
    }
}

async fn refused<E: Serialize + Debug>(error: Error<E>) -> Outcome {
    match error {
        Error::ErrorResponse(answer) => {
            let (status, printed) = (answer.status().as_u16(), format!("{:?}", *answer));
            Outcome::Refused { status, value: serde_json::to_value(answer.into_inner()).unwrap(), printed }
        }
        Error::UnexpectedResponse(response) => {
            let status = response.status().as_u16();
            Outcome::Unexpected { status, body: response.text().await.unwrap() }
        }
        error => Outcome::Failed(format!("{error}: {error:?}")),
    }
}

const TOKEN: &str = "literal-session-token";

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(data::operations);

/// Makes the calls that the data tells of. The first request gets all the answers: what comes in does not depend on what
/// went out.
pub fn check(name: &str, call: Call) {
    let name = name.trim_start_matches("r#");
    let operation = OPERATIONS.iter().find(|operation| operation.name == name).expect(name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut wrong = Vec::new();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // Every answer ends its connection, so none is kept.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0);
        let context = Context::new().with_session(SessionToken::new(TOKEN).unwrap());
        let client = Client::builder(&url).http(http).build().unwrap().with_context(context);
        for (index, request) in operation.requests.iter().enumerate() {
            let answers = if index == 0 { &operation.answers[..] } else { &operation.answers[..1] };
            for (nth, answer) in answers.iter().enumerate() {
                let outcome = call(client.clone(), given(request));
                let answering = bytes_of(answer);
                let (outcome, asked) = both(outcome, server::exchange(&listener, answering.as_bytes())).await;
                let Some(asked) = asked else {
                    wrong.push(format!("{}: nothing is sent: {outcome:?}", request.title));
                    return;
                };
                if nth == 0 {
                    wrong.extend(
                        sent(operation, request, &asked)
                            .into_iter()
                            .map(|what| format!("{}: {what}", request.title)),
                    );
                }
                wrong.extend(came(answer, &outcome).map(|what| format!("{}: {what}", answer.status)));
            }
        }
    });
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

/// What came of both. Of an exchange nothing comes if the call ends before it: then nothing was sent.
async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, Option<B>) {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let mut came = None;
    let ended = std::future::poll_fn(|context| {
        if came.is_none() {
            came = match second.as_mut().poll(context) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            };
        }
        first.as_mut().poll(context)
    })
    .await;
    (ended, came)
}

fn given(request: &Request) -> Given {
    // A body in JSON stands once in the data.
    let body = request.body.filter(|_| request.given.iter().all(|(name, _)| name != "body"));
    let body = body.map(|body| ("body".to_owned(), serde_json::from_str(body).unwrap()));
    Given::new(request.given.iter().cloned().chain(body))
}

/// What is wrong with a request.
fn sent(operation: &Operation, request: &Request, asked: &server::Request) -> Vec<String> {
    let mut wrong = Vec::new();
    let line = asked.line.strip_suffix(" HTTP/1.1").unwrap_or(&asked.line);
    let (target, query) = parts(line);
    let (expected_target, expected_query) = parts(request.line);
    if target != expected_target || query != expected_query {
        wrong.push(format!("sends {line}\n  in place of {}", request.line));
    }
    let mut headers: Vec<(&str, &str)> =
        asked.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut expected = request.headers.clone();
    // The client's own takes the place of one that the document has as a parameter.
    expected.retain(|(name, _)| *name != "sessiontoken");
    expected.push(("sessiontoken", TOKEN));
    let length = asked.body.len().to_string();
    if request.body.is_some() {
        expected.push(("content-length", &length));
    }
    expected.sort_unstable();
    // What a client accepts is its own affair, as long as the operation can give it.
    headers.retain(|(name, value)| {
        let is_accept = *name == "accept";
        let medias = || operation.answers.iter().filter_map(|answer| answer.body).map(|(media, _)| media);
        let is_usual = ["*/*", "application/json"].contains(value);
        if is_accept && !is_usual && !medias().any(|media| media == *value) {
            wrong.push(format!("accepts {value}, which no answer is"));
        }
        !is_accept
    });
    if headers != expected {
        wrong.push(format!("sends the headers {headers:?}\n  in place of {expected:?}"));
    }
    let body = request.body.unwrap_or_default();
    let media = request.header("content-type").unwrap_or_default();
    let is_same = if media.starts_with("application/x-www-form-urlencoded") {
        pairs(&asked.body) == pairs(body)
    } else if body == asked.body {
        true
    } else {
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        request.given.iter().all(|(name, _)| name != "body")
            && json(body).is_some_and(|body| {
                json(&asked.body).is_some_and(|asked| difference(&body, &asked, &body).is_none())
            })
    };
    if !is_same {
        wrong.push(format!("sends the body {}\n  in place of {body}", asked.body));
    }
    wrong
}

/// Method and path as they are, and the pairs of the query in any order.
fn parts(line: &str) -> (&str, Vec<String>) {
    let (target, query) = line.split_once('?').unwrap_or((line, ""));
    (target, pairs(query))
}

/// The pairs of a query or a form, with one spelling where several mean the same to all that read them.
fn pairs(text: &str) -> Vec<String> {
    let mut pairs: Vec<String> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.replace('+', "%20").replace("%5B", "[").replace("%5D", "]").replace("%7E", "~"))
        .collect();
    pairs.sort();
    pairs
}

/// What is wrong with what came of an answer.
fn came(answer: &Answer, outcome: &Outcome) -> Option<String> {
    let body = answer.body.map(|(media, body)| {
        let is_json = media.contains("json");
        let json = || serde_json::from_str(body).unwrap();
        if is_json { json() } else { Value::from(body) }
    });
    let is_success = (200..300).contains(&answer.status);
    let (status, value, printed) = match outcome {
        Outcome::Unexpected { status, body: came } if !answer.is_declared => {
            let is_whole = answer.body.is_none_or(|(_, body)| body == came);
            return (*status != answer.status || !is_whole).then(|| format!("is taken for {outcome:?}"));
        }
        // What is not declared in words may be so by its class.
        Outcome::Refused { status, .. } if !answer.is_declared && (300..400).contains(&answer.status) => {
            return (*status != answer.status).then(|| format!("is taken for {outcome:?}"));
        }
        Outcome::Read { status, value, printed } if answer.is_declared && is_success => {
            (status, value, printed)
        }
        Outcome::Refused { status, value, printed } if answer.is_declared && !is_success => {
            (status, value, printed)
        }
        outcome => return Some(format!("is taken for {outcome:?}")),
    };
    if *status != answer.status {
        return Some(format!("becomes the status {status}"));
    }
    let printed = printed.strip_prefix("Some(").unwrap_or(printed);
    let variant = answer.variant.map_or_else(String::new, |variant| format!("{variant}("));
    if !printed.starts_with(&variant) {
        return Some(format!("is not read as {variant}…): {printed}"));
    }
    if answer.variant.is_none() && answer.body.is_some() && printed.starts_with("Other(") {
        return Some(format!("is not read as what is declared: {printed}"));
    }
    match body {
        None => (!value.is_null() && *value != serde_json::json!({}) && value != "")
            .then(|| format!("is read as {value} though nothing came")),
        // Bytes are whole if they say the same.
        Some(body) => {
            let as_text = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            let value = as_text.filter(|_| !body.is_string()).unwrap_or_else(|| value.clone());
            difference(&body, &value, &body).map(|what| format!("{what}: {body} is read as {value}"))
        }
    }
}

fn bytes_of(answer: &Answer) -> String {
    let status = http::StatusCode::from_u16(answer.status).unwrap();
    match answer.body {
        Some((media, body)) => format!(
            "HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
        None if matches!(answer.status, 204 | 304) => format!("HTTP/1.1 {status}\r\n\r\n"),
        None => format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"),
    }
}

#[test]
fn every_operation_has_its_call() {
    let promised = OPERATIONS.iter().filter(|operation| !operation.is_left_out);
    let mut promised: Vec<&str> = promised.map(|operation| operation.name).collect();
    let mut called: Vec<&str> = calls::NAMES.iter().map(|name| name.trim_start_matches("r#")).collect();
    promised.sort_unstable();
    called.sort_unstable();
    assert_eq!(called, promised);
}
