//! Every operation on the wire: literal requests and answers, written from the published specification.
//!
//! What is expected stands in the `.http` files beside this one, one for each tag. Each has a Rust file
//! with the calls. [`data`] reads the format, [`exchange`] makes the calls and compares.

/// A test for each operation of a data file.
///
/// `every` gives every parameter, `least` only those that are required, and `reads` looks at the
/// decoded answer to `every`.
macro_rules! operations {
    ($file:literal, $($name:ident(
        every = |$every_client:ident| $every:expr
        $(, least = |$least_client:ident| $least:expr)?
        $(, reads = |$answer:ident| $reads:expr)?
        $(,)?
    )),* $(,)?) => {
        pub const DATA: &str = include_str!($file);
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            crate::operations::exchange::check(DATA, stringify!($name), &[
                ("every parameter", |$every_client| Box::pin(async move {
                    let result = $every.send().await;
                    $(if let Ok(answer) = &result && answer.status() == 200 {
                        let $answer = &**answer;
                        $reads
                    })?
                    crate::operations::exchange::outcome(result)
                })),
                $(("only what is required", |$least_client| Box::pin(async move {
                    crate::operations::exchange::outcome($least.send().await)
                })),)?
            ]);
        })*
    };
}

mod data;
mod exchange;

mod admin_messages;
mod app_entitlements;
mod application;
mod connection;
mod disclaimer;
mod file_extensions;
mod information_barriers;
mod message;
mod message_suppression;
mod pod;
mod presence;
mod room_membership;
mod security;
mod session;
mod sso_configuration;
mod streams;
mod system;
mod user;
mod users;

use std::collections::BTreeSet;

use serde_json::Value;

/// The data of all tags, each with the names of its tests.
const ALL: &[(&str, &[&str])] = &[
    (admin_messages::DATA, admin_messages::NAMES),
    (app_entitlements::DATA, app_entitlements::NAMES),
    (application::DATA, application::NAMES),
    (connection::DATA, connection::NAMES),
    (disclaimer::DATA, disclaimer::NAMES),
    (file_extensions::DATA, file_extensions::NAMES),
    (information_barriers::DATA, information_barriers::NAMES),
    (message::DATA, message::NAMES),
    (message_suppression::DATA, message_suppression::NAMES),
    (pod::DATA, pod::NAMES),
    (presence::DATA, presence::NAMES),
    (room_membership::DATA, room_membership::NAMES),
    (security::DATA, security::NAMES),
    (session::DATA, session::NAMES),
    (sso_configuration::DATA, sso_configuration::NAMES),
    (streams::DATA, streams::NAMES),
    (system::DATA, system::NAMES),
    (user::DATA, user::NAMES),
    (users::DATA, users::NAMES),
];

#[test]
fn every_section_of_the_data_has_its_test() {
    for (text, names) in ALL {
        let sections: Vec<_> = data::read(text).into_iter().map(|operation| operation.name).collect();
        assert_eq!(&sections, names);
    }
}

/// The document is read for its list of operations and statuses only.
#[test]
fn the_data_covers_the_document_and_nothing_else() {
    let document: Value = serde_json::from_str(include_str!("../../openapi/pod-api.json")).unwrap();
    let mut declared = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
            for status in
                item[method]["responses"].as_object().into_iter().flatten().map(|(status, _)| status)
            {
                declared.insert(format!("{} {path} {status}", method.to_uppercase()));
            }
        }
    }
    let operations: BTreeSet<_> =
        declared.iter().filter_map(|line| line.rsplit_once(' ')).map(|(operation, _)| operation).collect();
    assert_eq!(operations.len(), 116);

    let mut told = BTreeSet::new();
    for operation in ALL.iter().flat_map(|(text, _)| data::read(text)) {
        let line = operation.requests[0].line;
        let fits = |candidate: &&&str| {
            let (method, template) = candidate.split_once(' ').unwrap();
            let (asked, rest) = line.split_once(" /pod").unwrap();
            let path = rest.trim_end_matches(" HTTP/1.1").split('?').next().unwrap();
            let (template, path): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            method == asked
                && template.len() == path.len()
                && template.iter().zip(&path).all(|(t, p)| t.starts_with('{') != (t == p))
        };
        // `/list` is also what `/{id}` stands for; the more literal one is meant.
        let one = operations.iter().filter(fits).min_by_key(|one| one.matches('{').count()).expect(line);
        told.extend(operation.answers.iter().map(|answer| format!("{one} {}", answer.status)));
    }
    assert_eq!(told, declared);
}
