//! JSON whose members keep their order: an Org sends `attributes` first, then fields as they were asked for.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Plain(Value),
    Members(Vec<(String, Shape)>),
    List(Vec<Shape>),
}

impl Shape {
    pub fn null() -> Self {
        Self::Plain(Value::Null)
    }

    /// Members in the order given.
    pub fn of<const N: usize>(members: [(&str, Shape); N]) -> Self {
        Self::Members(members.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect())
    }

    /// As an unordered value, for `@{reference.field}` look-ups and for tests in process.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Members(members) => members.iter().map(|(name, shape)| (name.clone(), shape.to_value())).collect(),
            Self::List(items) => items.iter().map(Shape::to_value).collect(),
        }
    }
}

impl From<Value> for Shape {
    fn from(value: Value) -> Self {
        Self::Plain(value)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(out),
            Self::List(items) => items.serialize(out),
            Self::Members(members) => {
                let mut map = out.serialize_map(Some(members.len()))?;
                for (name, shape) in members {
                    map.serialize_entry(name, shape)?;
                }
                map.end()
            }
        }
    }
}
