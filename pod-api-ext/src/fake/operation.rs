//! Which operation a request asks for.

use http::{Method, StatusCode};

use super::answer::Refusal;
use crate::connections::behaviour::Action;

/// The operations that the pod serves. Faults are scheduled, and requests recorded, by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `GET /pod/v1/connection/list`
    List,
    /// `GET /pod/v1/connection/user/{userId}/info`
    Get,
    /// `POST /pod/v1/connection/create`
    Create,
    /// `POST /pod/v1/connection/accept`
    Accept,
    /// `POST /pod/v1/connection/reject`
    Reject,
    /// `POST /pod/v1/connection/user/{userId}/remove`
    Remove,
    /// Everything else. The pod itself answers 404 or 405; a [fault](super::Fault::answer) can answer in its place.
    Other,
}

impl Operation {
    pub(super) fn of(method: &Method, path: &str) -> Self {
        Route::of(method, path).map_or(Self::Other, |route| route.operation())
    }
}

/// An operation with what its path names.
pub(super) enum Route<'a> {
    List,
    Get {
        user: &'a str,
    },
    /// Create, accept or reject: the user is in the body.
    Change {
        action: Action,
    },
    Remove {
        user: &'a str,
    },
}

/// What an operation takes besides its path and query.
pub(super) enum Takes {
    /// A GET: nobody sends a body.
    Query,
    /// A POST without a body.
    Nothing,
    /// A POST with a body of JSON.
    Json,
}

impl<'a> Route<'a> {
    pub(super) fn of(method: &Method, path: &'a str) -> Result<Self, Refusal> {
        let route = Self::of_path(path)
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "There is no such operation."))?;
        let allowed = match route.takes() {
            Takes::Query => &Method::GET,
            Takes::Nothing | Takes::Json => &Method::POST,
        };
        if method == allowed { Ok(route) } else { Err(Refusal::wrong_method(allowed)) }
    }

    fn of_path(path: &'a str) -> Option<Self> {
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        Some(match *segments.as_slice() {
            ["pod", "v1", "connection", "list"] => Self::List,
            ["pod", "v1", "connection", "create"] => Self::Change { action: Action::Create },
            ["pod", "v1", "connection", "accept"] => Self::Change { action: Action::Accept },
            ["pod", "v1", "connection", "reject"] => Self::Change { action: Action::Reject },
            ["pod", "v1", "connection", "user", user, "info"] => Self::Get { user },
            ["pod", "v1", "connection", "user", user, "remove"] => Self::Remove { user },
            _ => return None,
        })
    }

    pub(super) fn takes(&self) -> Takes {
        match self {
            Self::List | Self::Get { .. } => Takes::Query,
            Self::Change { .. } => Takes::Json,
            Self::Remove { .. } => Takes::Nothing,
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::List => Operation::List,
            Self::Get { .. } => Operation::Get,
            Self::Change { action: Action::Create } => Operation::Create,
            Self::Change { action: Action::Accept } => Operation::Accept,
            Self::Change { action: Action::Reject } => Operation::Reject,
            Self::Change { action: Action::Remove } | Self::Remove { .. } => Operation::Remove,
        }
    }
}
