//! What the setters of a builder are given.

use std::cell::RefCell;
use std::collections::BTreeMap;

use pod_api::reqwest::Body;
use serde_json::Value;

/// Values by the names of the setters. Each is taken once.
pub struct Given(RefCell<BTreeMap<String, Value>>);

impl Given {
    pub fn new(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self(RefCell::new(values.into_iter().collect()))
    }

    /// The value for a setter, as what it takes.
    pub fn take<T: serde::de::DeserializeOwned>(&self, setter: &str) -> Option<T> {
        let setter = setter.trim_start_matches("r#");
        let value = self.0.borrow_mut().remove(setter)?;
        // A parameter of several types is given as a text.
        let read = serde_json::from_value(value.clone())
            .or_else(|error| serde_json::from_value(value.to_string().into()).map_err(|_| error));
        Some(read.unwrap_or_else(|error| panic!("`{setter}` does not take the valid value {value}: {error}")))
    }

    /// Every value has its setter.
    pub fn end(&self) {
        let left: Vec<String> = self.0.borrow().keys().cloned().collect();
        assert!(left.is_empty(), "no setter takes {left:?}");
    }
}

/// A body that goes out as it is.
#[derive(Debug, serde::Deserialize)]
pub struct Raw(String);

impl From<Raw> for Body {
    fn from(Raw(text): Raw) -> Self {
        text.into()
    }
}
