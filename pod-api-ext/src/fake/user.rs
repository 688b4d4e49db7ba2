//! A user: attributes, roles, presence.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::connections::UserId;

/// A user to be [added](super::State::add_user) to a fake pod.
///
/// What others see of them is set by the names that the API has for it, those of `V2UserAttributes`; what is not set is in
/// no answer.
///
/// ```
/// use pod_api_ext::fake::{State, User};
///
/// let mut state = State::new();
/// let alice = state.add_user("alice"); // short for User::new("alice")
/// let carol = state.add_user(User::new("carol").on_pod("acme").without_entitlement());
/// let dave = state.add_user(User::new("dave").with_id(7));
/// let erin = User::new("erin")
///     .with_email("erin@acme.example")
///     .with_display_name("Erin Doe")
///     .with_attribute("title", "Analyst")
///     .with_role("USER_PROVISIONING");
/// let erin = state.add_user(erin.on_pod("acme"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(super) name: String,
    pub(super) id: Option<UserId>,
    pub(super) pod: Option<String>,
    pub(super) entitled: bool,
    /// By the names of `V2UserAttributes`, but for the name to log in with.
    pub(super) attributes: Map<String, Value>,
    pub(super) roles: Vec<String>,
    pub(super) is_disabled: bool,
    /// Until when, as it was given, and why.
    pub(super) suspension: Option<(i64, String)>,
    /// When, in milliseconds since 1970, and by whom, if by a call.
    pub(super) created: Option<(i64, UserId)>,
    pub(super) presence: Option<Presence>,
    /// Whose presence they want to know of, and when they said so, in milliseconds since 1970.
    pub(super) interests: BTreeMap<UserId, i64>,
}

/// What a user has said of where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) category: String,
    /// In milliseconds since 1970.
    pub(super) set_at: i64,
}

/// The members of `UserV2`, each with the name that `V2UserAttributes` has for it.
const PROFILE: [(&str, &str); 14] = [
    ("emailAddress", "emailAddress"),
    ("firstName", "firstName"),
    ("lastName", "lastName"),
    ("displayName", "displayName"),
    ("title", "title"),
    ("company", "companyName"),
    ("location", "location"),
    ("accountType", "accountType"),
    ("workPhoneNumber", "workPhoneNumber"),
    ("mobilePhoneNumber", "mobilePhoneNumber"),
    ("jobFunction", "jobFunction"),
    ("department", "department"),
    ("division", "division"),
    ("userMetadata", "userMetadata"),
];

/// What users of other pods do not see.
const HIDDEN: [&str; 4] = ["emailAddress", "title", "location", "department"];

impl User {
    /// A user with every entitlement and no role, on a pod that nobody else is on.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            pod: None,
            entitled: true,
            attributes: Map::new(),
            roles: Vec::new(),
            is_disabled: false,
            suspension: None,
            created: None,
            presence: None,
            interests: BTreeMap::new(),
        }
    }

    /// On the private pod of this name. All who name the same one are connected with each other without asking.
    pub fn on_pod(mut self, pod: impl Into<String>) -> Self {
        self.pod = Some(pod.into());
        self
    }

    /// With this id, in place of the next free one.
    pub fn with_id(mut self, id: impl Into<UserId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Without the entitlement to use connections: every call on connections answers 403.
    pub fn without_entitlement(mut self) -> Self {
        self.entitled = false;
        self
    }

    /// With an e-mail address, by which others find them.
    pub fn with_email(self, email: impl Into<String>) -> Self {
        self.with_attribute("emailAddress", email.into())
    }

    /// With the name that others see.
    pub fn with_display_name(self, name: impl Into<String>) -> Self {
        self.with_attribute("displayName", name.into())
    }

    /// With any other attribute, by its name in `V2UserAttributes`: `firstName`, `companyName`, `accountType`, ...
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// With a role, such as `USER_PROVISIONING`, which the operations for administrators ask for, or
    /// `COMPLIANCE_OFFICER`.
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    pub(super) fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).and_then(Value::as_str)
    }

    /// The user as `UserV2`, to somebody of their own pod or of another.
    pub(super) fn profile(&self, id: UserId, is_external: bool) -> Value {
        let mut profile = Map::new();
        profile.insert("id".to_owned(), i64::from(id).into());
        profile.insert("username".to_owned(), self.name.clone().into());
        for (name, attribute) in PROFILE {
            let value = self.attributes.get(attribute).filter(|_| !is_external || !HIDDEN.contains(&name));
            profile.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        if !self.roles.is_empty() && !is_external {
            profile.insert("roles".to_owned(), self.roles.clone().into());
        }
        profile.into()
    }

    /// The user as `V2UserDetail`, or with the attributes of these names only.
    pub(super) fn detail(&self, id: UserId, only: Option<&[&str]>) -> Value {
        let is_told = |name: &str| only.is_none_or(|only| only.contains(&name));
        let attributes = self.attributes.iter().filter(|(name, _)| is_told(name));
        let mut attributes: Map<String, Value> =
            attributes.map(|(name, value)| (name.clone(), value.clone())).collect();
        attributes.insert("userName".to_owned(), self.name.clone().into());
        let mut info = self.status();
        info["id"] = i64::from(id).into();
        if let Some((at, by)) = self.created {
            info["createdDate"] = at.into();
            info["createdBy"] = by.to_string().into();
        }
        json!({ "userAttributes": attributes, "userSystemInfo": info, "roles": self.roles })
    }

    /// The user's `UserStatus`. Until when and why is told of those who are suspended only.
    pub(super) fn status(&self) -> Value {
        let status = if self.is_disabled { "DISABLED" } else { "ENABLED" };
        match &self.suspension {
            None => json!({ "status": status, "suspended": false }),
            Some((until, reason)) => json!({
                "status": status,
                "suspended": true,
                "suspendedUntil": until,
                "suspensionReason": reason,
            }),
        }
    }
}

impl From<&str> for User {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for User {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
