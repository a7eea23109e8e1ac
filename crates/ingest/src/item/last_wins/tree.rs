//! JSON with its fields in their order, repeated ones included.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_path_to_error::{Path, Segment};

/// A value.
pub(super) enum Tree {
    Object(Fields),
    List(Vec<Tree>),
    Plain(Value),
}

/// An object's fields in their order.
pub(super) type Fields = Vec<(String, Tree)>;

impl Tree {
    /// As readers take it. Of one name, the last is kept.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.to_value())).collect()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Plain(value) => value.clone(),
        }
    }

    /// The fields of the object in that place.
    pub(super) fn object_at(&mut self, place: &Path) -> Option<&mut Fields> {
        let mut tree = self;
        for segment in place {
            tree = match (segment, tree) {
                (Segment::Map { key }, Self::Object(fields)) => &mut fields.iter_mut().rfind(|(name, _)| name == key)?.1,
                (Segment::Seq { index }, Self::List(items)) => items.get_mut(*index)?,
                _ => return None,
            };
        }
        match tree {
            Self::Object(fields) => Some(fields),
            Self::List(_) | Self::Plain(_) => None,
        }
    }
}

/// An item with nothing but a value in that place.
pub(super) fn wrapped(value: Value, place: &Path) -> Value {
    let segments: Vec<&Segment> = place.iter().collect();
    segments.into_iter().rev().fold(value, |value, segment| match segment {
        Segment::Map { key } => Value::Object([(key.clone(), value)].into_iter().collect()),
        _ => Value::Array(vec![value]),
    })
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Tree, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Tree::Object(fields))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Tree::List(items))
            }

            fn visit_unit<E: Error>(self) -> Result<Tree, E> {
                Ok(Tree::Plain(Value::Null))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Plain(value.into()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
                Ok(Tree::Plain(value.into()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Plain(value.into()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Plain(Number::from_f64(value).map_or(Value::Null, Value::Number)))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Plain(value.into()))
            }
        }

        deserializer.deserialize_any(InOrder)
    }
}
