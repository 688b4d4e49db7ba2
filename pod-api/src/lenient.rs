//! Lenient reading of answers that deviate from the document.
//!
//! Null for a required list, map, text or object is read as an empty one. Null for a required number or boolean is an
//! error: no value is invented. Null inside a list or a map is kept if the type has null, and skipped otherwise. A
//! number may be written as text.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, Error, IntoDeserializer as _, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A field that is not a list or a map. Null for a required one is read as the empty value of its type, if it has one.
pub(crate) fn value<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Item::deserialize(deserializer)? {
        Item::Value(value) => Ok(value),
        Item::Null(error) => {
            let empty: Result<T, D::Error> = T::deserialize("".into_deserializer());
            empty
                .or_else(|_: D::Error| T::deserialize(SeqDeserializer::new(std::iter::empty::<()>())))
                .or_else(|_: D::Error| T::deserialize(MapDeserializer::new(std::iter::empty::<((), ())>())))
                .map_err(|_: D::Error| D::Error::custom(error))
        }
    }
}

/// A list or a map. Null for a required one is read as an empty one, for an optional one as `None`.
pub(crate) fn many<'de, D: Deserializer<'de>, T: Many<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A list or a map that may be missing and may be null.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Many<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::read(deserializer).map(Some)
}

/// A field of any type but a list or a map, that may be missing and then has a default. So it has if it is null.
pub(crate) fn value_or<'de, D, T>(deserializer: D, default: fn() -> T) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Item::deserialize(deserializer)?.known().unwrap_or_else(default))
}

/// A list or a map that may be missing and then has a default. So it has if it is null.
pub(crate) fn many_or<'de, D: Deserializer<'de>, T: Many<'de>>(
    deserializer: D,
    default: fn() -> T,
) -> Result<T, D::Error> {
    Ok(many::<D, Option<T>>(deserializer)?.unwrap_or_else(default))
}

/// A body that is a list or a map, and has no type of its own.
#[derive(Deserialize)]
#[serde(bound = "T: Many<'de>")]
pub(crate) struct ManyBody<T>(#[serde(deserialize_with = "many")] pub(crate) T);

/// A body that is a number, and has no type of its own.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct ValueBody<T>(#[serde(deserialize_with = "value")] pub(crate) T);

/// The members that the document does not name. A member of another type than declared is skipped.
pub(crate) fn rest<'de, D, T, M>(deserializer: D) -> Result<M, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
    M: FromIterator<(String, T)> + IntoIterator<Item = (String, T)>,
{
    let members = HashMap::<String, Value>::deserialize(deserializer)?;
    let read = |(name, value)| match Item::deserialize(value) {
        Ok(Item::Value(value)) => Some((name, value)),
        Ok(Item::Null(_)) | Err(_) => None,
    };
    Ok(members.into_iter().filter_map(read).collect())
}

/// A type with any number of values.
pub(crate) trait Many<'de>: Sized {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de, T: Many<'de>> Many<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Optional<T>(PhantomData<T>);
        impl<'de, T: Many<'de>> Visitor<'de> for Optional<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, a map or null")
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                T::read(deserializer).map(Some)
            }
        }
        deserializer.deserialize_option(Optional(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Many<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Option::<Vec<Item<T>>>::deserialize(deserializer)?;
        Ok(items.into_iter().flatten().filter_map(Item::known).collect())
    }
}

impl<'de, K: Deserialize<'de> + Eq + Hash, T: Deserialize<'de>> Many<'de> for HashMap<K, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Option::<HashMap<K, Item<T>>>::deserialize(deserializer)?;
        Ok(members.into_iter().flatten().filter_map(|(name, item)| Some((name, item.known()?))).collect())
    }
}

impl<'de> Many<'de> for serde_json::Map<String, Value> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or_default())
    }
}

/// A value, or the error of the type for null.
enum Item<T> {
    Value(T),
    Null(String),
}

impl<T> Item<T> {
    fn known(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null(_) => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OrNull<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OrNull<T> {
            type Value = Item<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                let null: Result<T, E> = T::deserialize(().into_deserializer());
                Ok(null.map_or_else(|error| Item::Null(error.to_string()), Item::Value))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                self.visit_none()
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                T::deserialize(Lenient(deserializer)).map(Item::Value)
            }
        }
        deserializer.deserialize_option(OrNull(PhantomData))
    }
}

/// Reads integers from text, also inside lists, maps and options.
struct Lenient<T>(T);

/// The methods that pass on their argument.
macro_rules! as_it_is {
    ($($method:ident($($argument:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.0.$method($($argument,)* visitor)
        }
    )*};
}

/// The methods for types with values inside.
macro_rules! inside {
    ($($method:ident($($argument:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.0.$method($($argument,)* Lenient(visitor))
        }
    )*};
}

/// The methods for integers, which may be written as text.
macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.0.deserialize_any(Integer(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any() deserialize_bool() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_unit_struct(name: &'static str) deserialize_identifier() deserialize_ignored_any()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    inside! {
        deserialize_option() deserialize_seq() deserialize_tuple(len: usize) deserialize_map()
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// The methods of a visitor that pass on their argument.
macro_rules! visit {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<Self::Value, E> {
            self.0.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Lenient<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) visit_f64(f64)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.visit_some(Lenient(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.visit_newtype_struct(Lenient(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        self.0.visit_seq(Lenient(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.visit_map(Lenient(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Self::Value, A::Error> {
        self.0.visit_enum(data)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Lenient<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_element_seed(Lenient(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Lenient<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Self::Error> {
        self.0.next_value_seed(Lenient(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Lenient<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(Lenient(deserializer))
    }
}

/// Reads text, or a number with a zero fraction, as an integer.
struct Integer<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Integer<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // Up to 2^53 every integer is exact.
        let is_exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
        #[allow(clippy::cast_possible_truncation, reason = "it is an integer, and small enough")]
        if is_exact { self.0.visit_i64(number as i64) } else { self.0.visit_f64(number) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match (text.parse(), text.parse()) {
            (Ok(number), _) => self.0.visit_i64(number),
            (_, Ok(number)) => self.0.visit_u64(number),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(i64);

    #[derive(Debug, Deserialize, PartialEq)]
    struct Answer {
        #[serde(default, deserialize_with = "many")]
        list: Option<Vec<i64>>,
        #[serde(default, deserialize_with = "present")]
        nullable: Option<Option<Vec<Option<String>>>>,
        #[serde(default, deserialize_with = "many")]
        map: Option<HashMap<String, u8>>,
        #[serde(default, deserialize_with = "value")]
        id: Option<Id>,
        #[serde(flatten, deserialize_with = "rest")]
        rest: HashMap<String, i64>,
    }

    fn answer(value: Value) -> Answer {
        // From text, as in answers, and from a value, as in unions.
        let read = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(serde_json::from_value::<Answer>(value).unwrap(), read);
        read
    }

    #[test]
    fn missing_null_and_empty_are_three_things() {
        let read = answer(json!({}));
        assert_eq!((read.list, read.nullable, read.map), (None, None, None));
        let read = answer(json!({"list": null, "nullable": null, "map": null}));
        assert_eq!((read.list, read.nullable, read.map), (None, Some(None), None));
        let read = answer(json!({"list": [], "nullable": [], "map": {}}));
        assert_eq!(
            (read.list, read.nullable, read.map),
            (Some(vec![]), Some(Some(vec![])), Some(HashMap::new()))
        );
    }

    #[test]
    fn null_keeps_its_place_where_it_is_allowed_and_is_passed_over_elsewhere() {
        let read = answer(json!({"list": [1, null, 2], "nullable": ["a", null], "map": {"a": 1, "b": null}}));
        assert_eq!(read.list, Some(vec![1, 2]));
        assert_eq!(read.nullable, Some(Some(vec![Some("a".into()), None])));
        assert_eq!(read.map, Some(HashMap::from([("a".into(), 1)])));
    }

    #[test]
    fn an_integer_is_read_from_text_and_nothing_else_is() {
        let read = answer(json!({"id": "-7", "list": ["1", 2.0], "map": {"a": "5"}, "x": "3", "y": "three"}));
        assert_eq!((read.id, read.list), (Some(Id(-7)), Some(vec![1, 2])));
        assert_eq!(read.map, Some(HashMap::from([("a".into(), 5)])));
        // Among the other members, one that is not a number is skipped.
        assert_eq!(read.rest, HashMap::from([("x".into(), 3)]));
        for wrong in
            [json!({"id": "x"}), json!({"id": 1.5}), json!({"map": {"a": "256"}}), json!({"list": "1"})]
        {
            serde_json::from_value::<Answer>(wrong).unwrap_err();
        }
    }

    #[test]
    fn no_number_is_made_up() {
        #[derive(Debug, Deserialize)]
        struct Required<T: DeserializeOwned>(#[serde(deserialize_with = "value")] T);
        let null = || Value::Null;
        assert_eq!(serde_json::from_value::<Required<String>>(null()).unwrap().0, "");
        assert_eq!(serde_json::from_value::<Required<Option<i64>>>(null()).unwrap().0, None);
        for error in [
            serde_json::from_value::<Required<i64>>(null()).unwrap_err(),
            serde_json::from_value::<Required<f64>>(null()).unwrap_err(),
            serde_json::from_value::<Required<bool>>(null()).unwrap_err(),
        ] {
            assert!(error.to_string().contains("invalid type: null"), "{error}");
        }
    }
}
