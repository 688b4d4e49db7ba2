//! The format of the data: a section for each operation, in it requests and answers.
//!
//! ```text
//! === name_of_the_operation
//!
//! --- title of a request
//! POST /pod/v1/… HTTP/1.1
//! header: value
//!
//! body, if there is one
//!
//! --- 200
//! body, if there is one
//! ```
//!
//! JSON may be written over several lines; what is sent and received has none of the blanks.

use serde_json::Value;

pub struct Operation {
    pub name: &'static str,
    pub requests: Vec<Request>,
    pub answers: Vec<Answer>,
}

pub struct Request {
    pub title: &'static str,
    pub line: &'static str,
    /// Sorted, without `host`.
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
}

pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
}

pub fn read(text: &'static str) -> Vec<Operation> {
    sections(text, "=== ").map(|(name, text)| operation(name, text)).collect()
}

fn operation(name: &'static str, text: &'static str) -> Operation {
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for (title, text) in sections(text, "--- ") {
        let (first, rest) = title.split_once(' ').unwrap_or((title, ""));
        match first.parse() {
            // A short body stands beside the status.
            Ok(status) => {
                let body = json(if rest.is_empty() { text } else { rest });
                answers.push(Answer { status, body });
            }
            Err(_) => requests.push(request(title, text)),
        }
    }
    assert!(!requests.is_empty() && !answers.is_empty(), "{name}");
    Operation { name, requests, answers }
}

fn request(title: &'static str, text: &'static str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Request { title, line, headers, body: json(body) }
}

fn json(text: &str) -> Option<Value> {
    (!text.trim().is_empty())
        .then(|| serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// The parts that begin with a line with this mark: the rest of the line, and what follows.
fn sections(text: &'static str, mark: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let starts: Vec<usize> = text
        .match_indices(mark)
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
        .collect();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, end)| {
        let part = &text[start + mark.len()..end];
        let (title, body) = part.split_once('\n').unwrap_or((part, ""));
        (title.trim(), body.trim())
    })
}
