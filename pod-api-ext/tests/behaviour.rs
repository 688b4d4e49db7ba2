//! The documented behaviour of connections, cell by cell, and the types it is written in.

use std::collections::BTreeSet;

use Outcome::{Becomes, Removed, Undocumented};
use Status::{Accepted, PendingIncoming, PendingOutgoing, Rejected};
use pod_api_ext::connections::behaviour::{Action, Outcome, TABLE, outcome};
use pod_api_ext::connections::{Status, UserId};

#[test]
fn every_cell_is_as_documented() {
    // Columns: create, accept, reject, remove.
    let expected = [
        (None, [Becomes(PendingOutgoing), Undocumented, Undocumented, Undocumented]),
        (Some(PendingIncoming), [Undocumented, Becomes(Accepted), Becomes(Rejected), Becomes(Rejected)]),
        (Some(PendingOutgoing), [Undocumented, Undocumented, Undocumented, Undocumented]),
        (Some(Accepted), [Undocumented, Undocumented, Undocumented, Removed]),
        (Some(Rejected), [Undocumented, Undocumented, Undocumented, Becomes(PendingIncoming)]),
    ];
    for (before, row) in &expected {
        let actions = [Action::Create, Action::Accept, Action::Reject, Action::Remove];
        for (action, after) in actions.into_iter().zip(row) {
            assert_eq!(outcome(before.as_ref(), action), *after, "{before:?} + {action}");
        }
    }
}

#[test]
fn a_status_nobody_documented_has_no_outcome() {
    for action in Action::ALL {
        assert_eq!(outcome(Some(&Status::from("SNOOZED")), action), Undocumented, "{action}");
    }
}

#[test]
fn the_table_names_no_pair_twice_and_a_page_for_each() {
    for (index, row) in TABLE.iter().enumerate() {
        assert!(
            TABLE[..index].iter().all(|other| (&other.before, other.action) != (&row.before, row.action)),
            "{row:?} is stated twice"
        );
    }
    let pages: Vec<_> = TABLE.iter().map(|row| row.pages).collect();
    let request: &[Action] = &[Action::Create, Action::Accept, Action::Reject];
    let remove: &[Action] = &[Action::Remove];
    assert_eq!(pages, [request, request, request, remove, remove, remove]);
}

#[test]
fn statuses_read_and_write_the_words_of_the_api() {
    let words = [
        (PendingIncoming, "PENDING_INCOMING"),
        (PendingOutgoing, "PENDING_OUTGOING"),
        (Accepted, "ACCEPTED"),
        (Rejected, "REJECTED"),
        (Status::Unknown("SNOOZED".to_owned()), "SNOOZED"),
        // Case is significant: the API answers in capitals.
        (Status::Unknown("accepted".to_owned()), "accepted"),
    ];
    for (status, word) in words {
        assert_eq!(status.as_str(), word);
        assert_eq!(status.to_string(), word);
        assert_eq!(Status::from(word), status);
        assert_eq!(Status::from(word.to_owned()), status);
        assert_eq!(serde_json::to_value(&status).unwrap(), word);
        assert_eq!(serde_json::from_value::<Status>(word.into()).unwrap(), status);
    }
}

#[test]
fn user_ids_are_64_bit_numbers() {
    for (text, id) in [("7078106126503", 7_078_106_126_503), ("9223372036854775807", i64::MAX)] {
        let user: UserId = text.parse().unwrap();
        assert_eq!(user, UserId::from(id));
        assert_eq!(i64::from(user), id);
        assert_eq!(user.to_string(), text);
        assert_eq!(serde_json::to_value(user).unwrap(), id);
        assert_eq!(serde_json::from_value::<UserId>(id.into()).unwrap(), user);
    }
    for text in ["", "alice", "1.5", "9223372036854775808"] {
        assert!(text.parse::<UserId>().is_err(), "{text:?} is not a user id");
    }
}

/// The documented transitions, each as `before call after`.
fn documented() -> BTreeSet<String> {
    let word = |status: &Option<Status>| status.as_ref().map_or("none".to_owned(), Status::to_string);
    TABLE.iter().map(|row| format!("{} {} {}", word(&row.before), row.action, word(&row.after))).collect()
}

#[test]
fn the_drawing_in_the_documentation_shows_the_table() {
    let svg = include_str!("../src/connections/states.svg");
    // A blank line would end it in Markdown.
    assert!(!svg.lines().any(|line| line.trim().is_empty()));
    let attribute = |name: &str| -> BTreeSet<String> {
        let start = format!("{name}=\"");
        let values = svg.split(&start).skip(1);
        values.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
    };
    assert_eq!(&attribute("data-call") | &attribute("data-back"), documented());
    assert_eq!(attribute("data-again"), BTreeSet::from(["REJECTED create PENDING_OUTGOING".to_owned()]));
}
