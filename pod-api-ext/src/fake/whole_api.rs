//! All operations of the API on a [`FakePod`](super::FakePod): those that it implements, and how a test sets the
//! answers of the others.
//!
//! # Requests are checked
//!
//! The fake pod checks each request against the document. An invalid request is refused with 400, and the message says
//! what is wrong and where, with a JSON pointer: a parameter of another type, a missing required one, a body without a
//! required member or with a member of another type, an unlisted value, a number beyond a limit. Undeclared members and
//! parameters are accepted, as by real pods.
//!
//! # Answers
//!
//! A test can set the answer of any operation. After the check of the request, it replaces the pod's own answer:
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::{Answer, Calls, FakePod};
//! use pod_api_ext::http::StatusCode;
//! use pod_api_ext::pod_api::{builder, operations, types};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let alice = fake.add_user("alice");
//!
//! // As JSON, checked against the document; or as the type that the call returns.
//! fake.answer(operations::LIST_ROOM_MEMBERS, &json!([{ "id": 5, "owner": true }]));
//! let busy: types::V2Presence = types::V2Presence::builder().category("BUSY").try_into()?;
//! fake.answer_call::<builder::GetPresence>(&busy);
//! // For a single call, and anything that a pod might say.
//! let refusal = Answer::refusal(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, "Not a name for a room.");
//! fake.answer_with(operations::CREATE_ROOM, Calls::Nth(1), refusal);
//!
//! // Your program would do its work here.
//! let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
//! let members = pod.send(pod.api().list_room_members().id("any")).await?;
//! assert_eq!(members[0].id, Some(5));
//! let error = pod.send(pod.api().create_room().body(types::V3RoomAttributes::default())).await.unwrap_err();
//! assert_eq!(error.status(), Some(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS));
//! # Ok(())
//! # }
//! ```
//!
//! An operation that the pod does not implement, and without an answer of the test, answers 501; the message says how
//! to set the answer. With [`State::samples`](super::State::samples) it answers a valid sample instead.
//! [`Answer::sample`](super::Answer::sample) is such a sample for one operation.
//!
//! # Implemented operations
//!
//! These operations, in addition to [connections](super#what-it-does), have the documented behaviour:
//!
//! | subject | operations |
//! |---|---|
//! | users | `get_session_info`, `get_user`, `get_users`, `search_users`; for administrators `admin_create_user`, `admin_update_user`, `admin_get_user`, `admin_list_users`, `admin_find_users`, `admin_get_user_status`, `admin_update_user_status`, `admin_update_user_suspension` |
//! | rooms | `create_room`, `get_room`, `update_room`, `search_rooms`, `set_room_active`, `admin_set_room_active` |
//! | members | `add_room_member`, `remove_room_member`, `promote_room_owner`, `demote_room_owner`, `list_room_members`, `admin_add_room_member`, `admin_remove_room_member`, `admin_list_room_members` |
//! | streams | `create_im`, `admin_create_im`, `get_im`, `update_im`, `list_streams`, `admin_list_user_streams`, `get_stream`, `admin_list_stream_members` |
//! | presence | `get_presence`, `set_presence`, `get_user_presence`, `set_user_presence`, `register_presence_interest`, `list_presences` |
//!
//! ```
//! use pod_api_ext::Pod;
//! use pod_api_ext::fake::{FakePod, User};
//! use pod_api_ext::pod_api::types;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakePod::start().await;
//! let bot = fake.add_user(User::new("bot").on_pod("acme"));
//! let erin = fake.add_user(User::new("erin").on_pod("acme").with_email("erin@acme.example"));
//! let pod = Pod::builder(fake.url()).session(fake.session_for(bot)).build()?;
//!
//! let found = pod.send(pod.api().get_user().email("erin@acme.example")).await?;
//! assert_eq!(found.and_then(|user| user.id), Some(erin.into()));
//!
//! let name = types::V3RoomAttributes::builder().name(Some("Quarter".to_owned()));
//! let room = pod.send(pod.api().create_room().body(name)).await?;
//! let room = room.room_system_info.and_then(|info| info.id).unwrap_or_default();
//! let member = types::UserId::builder().id(i64::from(erin));
//! pod.send(pod.api().add_room_member().id(&room).body(member)).await?;
//! assert_eq!(pod.send(pod.api().list_room_members().id(room)).await?.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! - Membership, ownership and roles ([`User::with_role`](super::User::with_role)) decide what a user may do:
//!   operations for administrators need `USER_PROVISIONING`, and rooms also accept `COMPLIANCE_OFFICER`. Others get
//!   403.
//! - Users of one pod ([`User::on_pod`](super::User::on_pod)) are colleagues. A lookup of users of other pods returns
//!   no e-mail address, title, location or department. They can join rooms with `crossPod`, and conversations after
//!   they are connected.
//! - An administrator and the users that they create are on the same pod.
//! - If a user is disabled, their conversations, and rooms without other members, are inactive.
//!
//! # What is not documented
//!
//! If the behaviour is not documented, the fake pod answers 501 and names the case, such as adding a member again, a
//! presence that was never set, or a limit above the maximum. A test can set the answer.
//!
//! For details that are not documented, the fake pod has these rules:
//!
//! - A user, a room or a stream that does not exist is refused with 400, the only suitable status that all these
//!   operations declare. Presence declares 404, and answers it.
//! - A search for users, and its filters, match any part of a name or an e-mail address, in any case. "Inexact matches"
//!   are documented without a rule. A search for rooms matches names and descriptions.
//! - An update of a user keeps attributes that it does not contain.
//! - An empty list of streams is 204.
//! - A conversation with a user who is not connected is refused with 403.
//! - A new room has the given attributes. By default it has no keywords and is private. Other attributes have no
//!   documented defaults and are omitted.
