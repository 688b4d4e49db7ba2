//! Finds the operation of a request.

use std::fmt;

use http::{Method, StatusCode};
use pod_api::operations;

use super::answer::Refusal;
use super::call::{Takes, Target};

/// What can be asked of the pod. Faults are scheduled, and requests recorded, by it.
///
/// An operation of the API is known by its constant in [`pod_api::operations`](mod@pod_api::operations). What goes about
/// an operation of the pod takes that constant as well:
///
/// ```
/// use pod_api_ext::fake::Operation;
/// use pod_api_ext::pod_api::operations;
///
/// assert_eq!(Operation::from(operations::REMOVE_CONNECTION), Operation::Remove);
/// assert_eq!(Operation::named("remove_connection"), Some(Operation::Remove));
/// assert_eq!(Operation::Login.name(), "login");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /login/pubkey/authenticate`, or `/sessionauth/v1/authenticate` with a certificate: a bot logs in.
    Login,
    /// `POST /relay/pubkey/authenticate`, or `/keyauth/v1/authenticate` with a certificate: a bot logs in at the key manager.
    KeyManagerLogin,
    /// `POST /login/pubkey/app/authenticate`: an app logs in.
    AppLogin,
    /// `POST /login/v1/pubkey/app/authenticate/extensionApp`: an extension app begins its circle of trust.
    ExtensionAppLogin,
    /// `POST /login/pubkey/app/user/{userId}/authenticate` or `.../username/{username}/authenticate`: an app gets a
    /// session on behalf of a user.
    OnBehalfOfLogin,
    /// `POST /login/idm/tokens`: a session gets an access token.
    AccessToken,
    /// `POST /sessionauth/v1/logout`
    Logout,
    /// An operation of the API, below `/pod`.
    Api(&'static pod_api::Operation),
    /// Everything else. The pod itself answers 404 or 405; a [fault](super::Fault::answer) can answer in its place.
    Other,
}

/// Short names for the operations that this crate is about.
#[allow(non_upper_case_globals, reason = "they are named like the variants that they stand beside")]
impl Operation {
    /// `GET /pod/v2/sessioninfo`: whose session it is.
    pub const SessionInfo: Self = Self::Api(operations::GET_SESSION_INFO);
    /// `GET /pod/v1/connection/list`
    pub const List: Self = Self::Api(operations::LIST_CONNECTIONS);
    /// `GET /pod/v1/connection/user/{userId}/info`
    pub const Get: Self = Self::Api(operations::GET_CONNECTION);
    /// `POST /pod/v1/connection/create`
    pub const Create: Self = Self::Api(operations::CREATE_CONNECTION);
    /// `POST /pod/v1/connection/accept`
    pub const Accept: Self = Self::Api(operations::ACCEPT_CONNECTION);
    /// `POST /pod/v1/connection/reject`
    pub const Reject: Self = Self::Api(operations::REJECT_CONNECTION);
    /// `POST /pod/v1/connection/user/{userId}/remove`
    pub const Remove: Self = Self::Api(operations::REMOVE_CONNECTION);
}

/// What is no operation of the API. [`Operation::name`] and [`Operation::named`] go by this list.
const OTHERS: [Operation; 8] = [
    Operation::Login,
    Operation::KeyManagerLogin,
    Operation::AppLogin,
    Operation::ExtensionAppLogin,
    Operation::OnBehalfOfLogin,
    Operation::AccessToken,
    Operation::Logout,
    Operation::Other,
];

impl Operation {
    /// What it is called: an operation of the API by the name of its method of the client, such as `remove_connection`,
    /// and the others `login`, `key_manager_login`, `app_login`, `extension_app_login`, `on_behalf_of_login`,
    /// `access_token`, `logout` and `other`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::KeyManagerLogin => "key_manager_login",
            Self::AppLogin => "app_login",
            Self::ExtensionAppLogin => "extension_app_login",
            Self::OnBehalfOfLogin => "on_behalf_of_login",
            Self::AccessToken => "access_token",
            Self::Logout => "logout",
            Self::Api(operation) => operation.name,
            Self::Other => "other",
        }
    }

    /// The one of this [name](Operation::name), if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let of_api = || operations().iter().find(|operation| operation.name == name);
        let other = OTHERS.into_iter().find(|other| other.name() == name);
        other.or_else(|| of_api().map(|operation| Self::Api(operation)))
    }

    pub(super) fn of(method: &Method, path: &str) -> Self {
        Route::of(method, path).map_or(Self::Other, |route| match route {
            Route::Login(route) => route.operation(),
            Route::Api(target) => Self::Api(target.operation),
        })
    }
}

impl From<&'static pod_api::Operation> for Operation {
    fn from(operation: &'static pod_api::Operation) -> Self {
        Self::Api(operation)
    }
}

/// Shows the name.
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An operation with what its path names.
pub(super) enum Route<'a> {
    Login(LoginRoute<'a>),
    Api(Target),
}

/// What begins and ends sessions.
pub(super) enum LoginRoute<'a> {
    Bot,
    KeyManager,
    App,
    ExtensionApp,
    Certificate,
    KeyManagerCertificate,
    AccessToken,
    OnBehalfOfId(&'a str),
    /// Percent-encoded.
    OnBehalfOfUsername(&'a str),
    Logout,
}

impl<'a> Route<'a> {
    pub(super) fn of(method: &Method, path: &'a str) -> Result<Self, Refusal> {
        if let Some(path) = path.strip_prefix("/pod") {
            return Target::of(method, path).map(Self::Api);
        }
        let route = LoginRoute::of_path(path)
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "There is no such operation."))?;
        if method == Method::POST {
            Ok(Self::Login(route))
        } else {
            Err(Refusal::wrong_method(Method::POST.as_str()))
        }
    }
}

impl<'a> LoginRoute<'a> {
    fn of_path(path: &'a str) -> Option<Self> {
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        Some(match *segments.as_slice() {
            ["login", "pubkey", "authenticate"] => Self::Bot,
            ["relay", "pubkey", "authenticate"] => Self::KeyManager,
            ["login", "pubkey", "app", "authenticate"] => Self::App,
            ["login", "v1", "pubkey", "app", "authenticate", "extensionApp"] => Self::ExtensionApp,
            ["sessionauth", "v1", "authenticate"] => Self::Certificate,
            ["keyauth", "v1", "authenticate"] => Self::KeyManagerCertificate,
            ["login", "idm", "tokens"] => Self::AccessToken,
            ["login", "pubkey", "app", "user", user, "authenticate"] => Self::OnBehalfOfId(user),
            ["login", "pubkey", "app", "username", name, "authenticate"] => Self::OnBehalfOfUsername(name),
            ["sessionauth", "v1", "logout"] => Self::Logout,
            _ => return None,
        })
    }

    pub(super) fn takes(&self) -> Takes {
        match self {
            Self::Bot | Self::KeyManager | Self::App | Self::ExtensionApp => Takes::Json,
            Self::Certificate
            | Self::KeyManagerCertificate
            | Self::AccessToken
            | Self::OnBehalfOfId(_)
            | Self::OnBehalfOfUsername(_)
            | Self::Logout => Takes::Nothing,
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Bot | Self::Certificate => Operation::Login,
            Self::KeyManager | Self::KeyManagerCertificate => Operation::KeyManagerLogin,
            Self::App => Operation::AppLogin,
            Self::ExtensionApp => Operation::ExtensionAppLogin,
            Self::AccessToken => Operation::AccessToken,
            Self::OnBehalfOfId(_) | Self::OnBehalfOfUsername(_) => Operation::OnBehalfOfLogin,
            Self::Logout => Operation::Logout,
        }
    }
}
