//! Reads the data: what a call sends and what comes back.
//!
//! ```text
//! === name_of_the_operation
//!
//! --- title of a request
//! name_of_a_setter = value
//! POST /v1/… query and all
//! header: value
//!
//! body, if there is one
//!
//! --- 200 application/json: body, here or on the next line
//! --- 404 as NameOfAVariant application/json: body
//! --- 418 undeclared application/json: body
//! ```

use serde_json::Value;

/// An operation.
pub struct Operation {
    pub name: &'static str,
    /// Whether the client is known not to have it.
    pub is_left_out: bool,
    pub requests: Vec<Request>,
    pub answers: Vec<Answer>,
}

pub struct Request {
    pub title: &'static str,
    pub given: Vec<(String, Value)>,
    /// Method, path and query.
    pub line: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Option<&'static str>,
}

pub struct Answer {
    pub status: u16,
    pub is_declared: bool,
    pub variant: Option<&'static str>,
    /// Media type and body.
    pub body: Option<(&'static str, &'static str)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&'static str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}

pub fn operations() -> Vec<Operation> {
    sections(include_str!("../generated/calls.http"), "=== ")
        .map(|(name, text)| operation(name, text))
        .collect()
}

fn operation(name: &'static str, text: &'static str) -> Operation {
    let is_left_out = text.lines().any(|line| line == "# It is left out of the client.");
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for (title, text) in sections(text, "--- ") {
        let (first, rest) = title.split_once(' ').unwrap_or((title, ""));
        match first.parse() {
            Ok(status) => answers.push(answer(status, rest, text)),
            Err(_) if title == "missing" => (),
            Err(_) => requests.push(request(title, text)),
        }
    }
    Operation { name, is_left_out, requests, answers }
}

fn request(title: &'static str, text: &'static str) -> Request {
    let (head, body) = text.split_once("\n\n").map_or((text, None), |(head, body)| (head, Some(body)));
    let mut given = Vec::new();
    let mut lines = head.lines();
    let line = loop {
        let line = lines.next().expect("a request has a line for it");
        let Some((name, value)) = line.split_once(" = ") else { break line };
        given.push((name.to_owned(), serde_json::from_str(value).unwrap()));
    };
    let headers: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
    Request { title, given, line, headers, body }
}

fn answer(status: u16, title: &'static str, text: &'static str) -> Answer {
    let (is_declared, title) = match title.strip_prefix("undeclared") {
        Some(rest) => (false, rest.trim_start()),
        None => (true, title),
    };
    let (variant, title) = match title.strip_prefix("as ") {
        Some(rest) => rest.split_once(' ').map(|(variant, rest)| (Some(variant), rest)).unwrap(),
        None => (None, title),
    };
    let body = title.split_once(": ").or_else(|| Some((title.strip_suffix(':')?, text)));
    Answer { status, is_declared, variant, body }
}

/// The parts that begin with a line with this mark: the rest of the line, and what follows.
pub fn sections(
    text: &'static str,
    mark: &'static str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let starts: Vec<usize> = text
        .match_indices(mark)
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
        .collect();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, end)| {
        let part = &text[start + mark.len()..end];
        let (title, body) = part.split_once('\n').unwrap_or((part, ""));
        (title.trim(), body.trim_matches('\n'))
    })
}
