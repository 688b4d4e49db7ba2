//! Reading what pods send although the document does not allow it.

use serde::de::IntoDeserializer as _;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::{Deserialize, Deserializer};

/// A list: null is an empty one, and null items are passed over.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(items.unwrap_or_default().into_iter().flatten().collect())
}

/// A value that must be there: null is null for a type that knows it. For others it is an empty value: an empty
/// text, `false`, 0, or a list or an object without anything in it, whichever the type can be.
pub(crate) fn value<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    if let Some(value) = Option::deserialize(deserializer)? {
        return Ok(value);
    }
    let null: Result<T, D::Error> = T::deserialize(().into_deserializer());
    null.or_else(|_: D::Error| T::deserialize("".into_deserializer()))
        .or_else(|_: D::Error| T::deserialize(false.into_deserializer()))
        .or_else(|_: D::Error| T::deserialize(0_u64.into_deserializer()))
        .or_else(|_: D::Error| T::deserialize(SeqDeserializer::new(std::iter::empty::<()>())))
        .or_else(|_: D::Error| T::deserialize(MapDeserializer::new(std::iter::empty::<((), ())>())))
}
