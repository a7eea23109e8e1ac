//! Filters from JSON: the text form as a string, or the tree.
//!
//! The tree is canonical where programs make filters: `{"and":[…]}`, `{"or":[…]}`, `{"not":…}`, and a term as
//! `{"field":"country","op":"is","value":"DE"}`. A prop's field is `props.` and its key.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Field, Filter, Term};

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTree)
    }
}

struct TextOrTree;

impl<'de> Visitor<'de> for TextOrTree {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a filter: text such as `country:DE`, or an object with `and`, `or`, `not` or `field`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Filter, E> {
        Filter::parse(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Filter, A::Error> {
        let filter = Node::deserialize(MapAccessDeserializer::new(map))?.filter().map_err(A::Error::custom)?;
        filter.tidy().bounded().map_err(|error| A::Error::custom(error.said()))
    }
}

/// Any object of the tree; which of its kinds it is shows in its keys. Read as one struct, because the errors of an untagged
/// enum do not say what is wrong. JSON readers bound the depth of what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    and: Option<Vec<Node>>,
    or: Option<Vec<Node>>,
    not: Option<Box<Node>>,
    field: Option<Field>,
    op: Option<serde_json::Value>,
    value: Option<serde_json::Value>,
}

impl Node {
    fn filter(self) -> Result<Filter, String> {
        let all = |members: Vec<Self>| members.into_iter().map(Self::filter).collect::<Result<Vec<_>, _>>();
        match self {
            Self { and: Some(members), or: None, not: None, field: None, op: None, value: None } => Ok(Filter::And(all(members)?)),
            Self { and: None, or: Some(members), not: None, field: None, op: None, value: None } => Ok(Filter::Or(all(members)?)),
            Self { and: None, or: None, not: Some(inner), field: None, op: None, value: None } => {
                Ok(Filter::Not(Box::new(inner.filter()?)))
            }
            Self { and: None, or: None, not: None, field: Some(field), op: Some(op), value } => {
                let mut test = serde_json::Map::from_iter([("op".to_owned(), op)]);
                test.extend(value.map(|value| ("value".to_owned(), value)));
                let test = serde_json::from_value(test.into()).map_err(|error| format!("the term of `{}`: {error}", field.path()))?;
                Ok(Filter::Term(Term { field, test }))
            }
            _ => {
                Err("an object of a filter has `and`, or `or`, or `not`, or `field` and `op`, with a `value` where the operator needs one"
                    .to_owned())
            }
        }
    }
}
