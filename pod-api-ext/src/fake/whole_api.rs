//! All operations of the API on a [`FakePod`](super::FakePod): what it serves by itself, and how a test says the rest.
//!
//! # Requests are checked
//!
//! The pod knows what the document declares of each operation. A request that is not so is refused with 400, and the message
//! says what is wrong and where, with a JSON pointer: a path or a query parameter of another type, a required one that is
//! missing, a body without a required member or with a member of another type, a word that is not among those listed, a number
//! beyond a limit. Members and parameters that nobody declared are taken, as real pods take them.
//!
//! # Answers
//!
//! A test says what an operation answers. The answer comes in place of what the pod would do by itself, once the request has
//! been checked:
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
//! What nobody set, and the pod does not serve by itself, answers 501 with a message that says how to set it; or a valid
//! sample, if the pod is told to ([`State::samples`](super::State::samples)).
//! [`Answer::sample`](super::Answer::sample) is such a sample for a single operation.
//!
//! # What the pod serves by itself
//!
//! Besides [connections](super#what-it-does), with the documented behaviour:
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
//! - Who may do what goes by membership, by ownership and by roles ([`User::with_role`](super::User::with_role)): operations for
//!   administrators ask for `USER_PROVISIONING`, and rooms let it and `COMPLIANCE_OFFICER` in. Others get 403.
//! - Users of one pod ([`User::on_pod`](super::User::on_pod)) are colleagues. Of users of other pods a lookup tells neither e-mail
//!   address nor title, location and department; they come into rooms with `crossPod`, and into conversations once they are
//!   connected.
//! - An administrator and the users they create are of one pod.
//! - Users who are disabled take their conversations, and rooms that are theirs alone, out of use.
//!
//! # What is not documented
//!
//! Where the vendor does not say what a pod does, the fake one answers 501 and says what it is about, such as adding a member
//! again, a presence that was never set, or a limit above the maximum. A test that knows better sets the answer.
//!
//! Where only a detail is open, a choice was made:
//!
//! - A user, a room or a stream that is not there is refused with 400, the one status for it that all these operations declare.
//!   Presence declares 404, and answers so.
//! - A search for users finds what is anywhere in a name or an e-mail address, in any case, and so do its filters. "Inexact
//!   matches" are documented without a rule. Rooms are found by their names and descriptions.
//! - An update of a user leaves alone what it does not name.
//! - A list of streams without any is 204.
//! - A conversation with somebody who is not connected is refused with 403.
//! - A new room has the attributes that were given, no keywords unless some were, and is private unless it was made public. The
//!   others have no documented defaults and are left out.
