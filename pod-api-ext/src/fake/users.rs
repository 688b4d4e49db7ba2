//! Users, as they are looked up.

use pod_api::operations;
use serde_json::json;

use super::answer::Refusal;
use super::answers::Answer;
use super::call::{Behaviour, Call};
use super::state::State;
use crate::connections::UserId;

pub(super) const SERVED: &[(&pod_api::Operation, Behaviour)] =
    &[(operations::GET_SESSION_INFO, session_info)];

fn session_info(state: &mut State, caller: UserId, _: &Call) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&json!({ "id": i64::from(caller), "username": state.username(caller) })))
}
