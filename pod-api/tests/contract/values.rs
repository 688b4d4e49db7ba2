//! Reads the data: the values of every type, and what may stand in their places.
//!
//! ```text
//! === NameOfAType: answered
//! a value with all members
//! least a value with the required members only
//! filled the same with the defaults of what it lacks
//! #/place/in/the/first what it is: what may stand there as well
//! ```

use serde_json::{Deserializer, Value};

use super::data::sections;

/// A type with its values.
pub struct Type {
    pub name: &'static str,
    /// Whether answers hold it.
    pub is_answered: bool,
    pub whole: Value,
    /// With what is read of it where members have defaults.
    pub least: Option<(Value, Value)>,
    pub places: Vec<Place>,
}

/// A place in the value with all members.
pub struct Place {
    pub pointer: String,
    kinds: Vec<&'static str>,
    pub others: Vec<Value>,
}

impl Place {
    pub fn is(&self, kind: &str) -> bool {
        self.kinds.contains(&kind)
    }

    /// The value with something else in this place.
    pub fn set(&self, value: &Value, other: Value) -> Value {
        let mut value = value.clone();
        *value.pointer_mut(&self.pointer).expect(&self.pointer) = other;
        value
    }

    /// The value without the member in this place.
    pub fn without(&self, value: &Value) -> Value {
        let mut value = value.clone();
        let (object, name) = self.pointer.rsplit_once('/').expect("a member has a name");
        let name = name.replace("~1", "/").replace("~0", "~");
        value.pointer_mut(object).and_then(Value::as_object_mut).expect("it is of an object").remove(&name);
        value
    }
}

pub fn types() -> Vec<Type> {
    let all = sections(include_str!("../generated/types.txt"), "=== ");
    all.filter_map(|(title, text)| of(title, text)).collect()
}

fn of(title: &'static str, text: &'static str) -> Option<Type> {
    let (name, direction) = title.rsplit_once(": ").unwrap();
    let json = |text: &str| {
        serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
    };
    let mut lines = text.lines().peekable();
    let whole = json(lines.next_if(|line| !line.starts_with("# Not tested"))?);
    let least = lines.next_if(|line| line.starts_with("least ")).map(|line| json(&line["least ".len()..]));
    let filled = lines.next_if(|line| line.starts_with("filled ")).map(|line| json(&line["filled ".len()..]));
    let least = least.map(|least| (least.clone(), filled.unwrap_or(least)));
    let places = lines.map(place).collect();
    Some(Type { name, is_answered: direction == "answered", whole, least, places })
}

fn place(line: &'static str) -> Place {
    let (said, others) = line.split_once(": ").unwrap_or((line, ""));
    let mut words = said.split(' ');
    let pointer = words.next().unwrap_or_default().trim_start_matches('#');
    let pointer = pointer.replace("%20", " ").replace("%3A", ":").replace("%25", "%");
    let others = Deserializer::from_str(others).into_iter().map(Result::unwrap).collect();
    Place { pointer, kinds: words.collect(), others }
}
