//! Which operation a request asks for.

use http::{Method, StatusCode};

use super::answer::Refusal;
use crate::connections::behaviour::Action;

/// The operations that the pod serves. Faults are scheduled, and requests recorded, by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /login/pubkey/authenticate`: a bot logs in.
    Login,
    /// `POST /login/pubkey/app/authenticate`: an app logs in.
    AppLogin,
    /// `POST /login/pubkey/app/user/{userId}/authenticate` or `.../username/{username}/authenticate`: an app gets a
    /// session on behalf of a user.
    OnBehalfOfLogin,
    /// `POST /sessionauth/v1/logout`
    Logout,
    /// `GET /pod/v2/sessioninfo`: whose session it is.
    SessionInfo,
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
        Route::of(method, path).map_or(Self::Other, |route| match route {
            Route::Login(route) => route.operation(),
            Route::SessionInfo => Self::SessionInfo,
            Route::Connection(route) => route.operation(),
        })
    }
}

/// An operation with what its path names.
pub(super) enum Route<'a> {
    Login(LoginRoute<'a>),
    SessionInfo,
    Connection(ConnectionRoute<'a>),
}

/// What begins and ends sessions.
pub(super) enum LoginRoute<'a> {
    Bot,
    App,
    OnBehalfOfId(&'a str),
    /// Percent-encoded.
    OnBehalfOfUsername(&'a str),
    Logout,
}

/// What is done with connections.
pub(super) enum ConnectionRoute<'a> {
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
#[derive(Clone, Copy)]
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
        let takes = match &route {
            Self::Login(route) => route.takes(),
            Self::SessionInfo => Takes::Query,
            Self::Connection(route) => route.takes(),
        };
        let allowed = match takes {
            Takes::Query => &Method::GET,
            Takes::Nothing | Takes::Json => &Method::POST,
        };
        if method == allowed { Ok(route) } else { Err(Refusal::wrong_method(allowed)) }
    }

    fn of_path(path: &'a str) -> Option<Self> {
        use {ConnectionRoute as Connection, LoginRoute as Login};
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        let login = match *segments.as_slice() {
            ["login", "pubkey", "authenticate"] => Login::Bot,
            ["login", "pubkey", "app", "authenticate"] => Login::App,
            ["login", "pubkey", "app", "user", user, "authenticate"] => Login::OnBehalfOfId(user),
            ["login", "pubkey", "app", "username", name, "authenticate"] => Login::OnBehalfOfUsername(name),
            ["sessionauth", "v1", "logout"] => Login::Logout,
            ["pod", "v2", "sessioninfo"] => return Some(Self::SessionInfo),
            ["pod", "v1", "connection", ref tail @ ..] => {
                return Some(Self::Connection(match *tail {
                    ["list"] => Connection::List,
                    ["create"] => Connection::Change { action: Action::Create },
                    ["accept"] => Connection::Change { action: Action::Accept },
                    ["reject"] => Connection::Change { action: Action::Reject },
                    ["user", user, "info"] => Connection::Get { user },
                    ["user", user, "remove"] => Connection::Remove { user },
                    _ => return None,
                }));
            }
            _ => return None,
        };
        Some(Self::Login(login))
    }
}

impl LoginRoute<'_> {
    pub(super) fn takes(&self) -> Takes {
        match self {
            Self::Bot | Self::App => Takes::Json,
            Self::OnBehalfOfId(_) | Self::OnBehalfOfUsername(_) | Self::Logout => Takes::Nothing,
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Bot => Operation::Login,
            Self::App => Operation::AppLogin,
            Self::OnBehalfOfId(_) | Self::OnBehalfOfUsername(_) => Operation::OnBehalfOfLogin,
            Self::Logout => Operation::Logout,
        }
    }
}

impl ConnectionRoute<'_> {
    pub(super) fn takes(&self) -> Takes {
        match self {
            Self::List | Self::Get { .. } => Takes::Query,
            Self::Change { .. } => Takes::Json,
            Self::Remove { .. } => Takes::Nothing,
        }
    }

    /// Whether the documented permissions let an app do it on behalf of a user.
    pub(super) fn is_allowed_on_behalf(&self) -> bool {
        matches!(self, Self::List | Self::Get { .. } | Self::Change { action: Action::Create })
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
