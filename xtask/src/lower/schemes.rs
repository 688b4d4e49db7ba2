//! The security schemes of a document, for the requirements that use them.

use std::collections::HashMap;

use serde_json::Value;

use crate::pointer::Pointer;

/// The type of each security scheme, by its name.
#[derive(Debug, Default)]
pub(super) struct Schemes<'a>(HashMap<&'a str, &'a str>);

impl<'a> Schemes<'a> {
    pub(super) fn of_document(document: &'a Value) -> Self {
        let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
        let types = schemes.into_iter().flatten().filter_map(|(name, scheme)| {
            // A scheme may stand for another.
            let mut scheme = scheme;
            for _ in 0..8 {
                let reference = scheme.get("$ref").and_then(Value::as_str);
                let Some(place) = reference.and_then(Pointer::from_local_ref) else { break };
                scheme = place.get(document)?;
            }
            Some((name.as_str(), scheme.get("type")?.as_str()?))
        });
        Self(types.collect())
    }

    pub(super) fn is(&self, name: &str, kind: &str) -> bool {
        self.0.get(name).is_some_and(|found| *found == kind)
    }

    pub(super) fn has_scopes(&self, name: &str) -> bool {
        self.0.get(name).is_none_or(|kind| matches!(*kind, "oauth2" | "openIdConnect"))
    }
}
