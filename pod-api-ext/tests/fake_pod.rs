//! The fake pod: what it answers, what it changes, and what it withstands.

mod answers;
mod api;
mod api_laws;
mod control;
mod faults;
mod kits;
mod laws;
mod limits;
mod logins;
mod presence;
mod record;
mod rooms;
mod sockets;
mod streams;
mod threads;
mod users;

use bytes::Bytes;
use http::Request;
use pod_api_ext::connections::UserId;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::fake::{State, handle};
use serde_json::{Value, json};

/// A user with an open session, who calls a pod without a socket.
struct Caller {
    id: UserId,
    token: String,
}

impl Caller {
    fn new(state: &mut State, id: UserId) -> Self {
        Self { id, token: state.session_for(id) }
    }

    fn get(&self, state: &mut State, path: &str) -> (u16, Value) {
        send(state, Request::get(path).header("sessionToken", &self.token), "")
    }

    fn post(&self, state: &mut State, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(path).header("sessionToken", &self.token);
        if body.is_null() {
            return send(state, request.header("Content-Length", "0"), "");
        }
        send(state, request.header("Content-Type", "application/json"), &body.to_string())
    }

    fn info(&self, state: &mut State, other: UserId) -> (u16, Value) {
        self.get(state, &format!("/pod/v1/connection/user/{other}/info"))
    }

    fn list(&self, state: &mut State, query: &str) -> Value {
        let (status, body) = self.get(state, &format!("/pod/v1/connection/list{query}"));
        assert_eq!(status, 200, "{body}");
        body
    }

    fn act(&self, state: &mut State, action: Action, other: UserId) -> (u16, Value) {
        if action == Action::Remove {
            let request = Request::post(format!("/pod/v1/connection/user/{other}/remove"))
                .header("sessionToken", &self.token)
                .header("Content-Length", "0");
            return send(state, request, "");
        }
        let request = Request::post(format!("/pod/v1/connection/{action}"))
            .header("sessionToken", &self.token)
            .header("Content-Type", "application/json");
        send(state, request, &format!(r#"{{"userId":{other}}}"#))
    }
}

/// The status and the decoded body of the answer. Every answer is JSON, but for a 204, and every refusal repeats its status.
fn send(state: &mut State, request: http::request::Builder, body: &str) -> (u16, Value) {
    let answer = handle(state, &request.body(Bytes::from(body.to_owned())).unwrap());
    if answer.status() == 204 {
        assert!(answer.body().is_empty() && !answer.headers().contains_key("content-type"));
        return (204, Value::Null);
    }
    assert_eq!(answer.headers()["content-type"], "application/json");
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    if status != 200 {
        assert_eq!(body["code"], json!(status), "{body}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    }
    (status, body)
}
