//! Fields that stand in an item more than once, by one name or by several: the last one counts.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::{Error, Map, Value};

/// Items with more fields than this are not searched for other names of a field.
const FIELDS_MAX: usize = 64;

/// Reads an item that repeats fields.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let Fields(mut fields) = serde_json::from_str(text)?;
    loop {
        // Of one name, the map keeps the last.
        let object: Map<String, Value> = fields.iter().cloned().collect();
        let error = match serde_json::from_value(Value::Object(object)) {
            Ok(item) => return Ok(item),
            Err(error) => error,
        };
        let Some(field) = repeated_field(&error).filter(|_| fields.len() <= FIELDS_MAX) else { return Err(error) };
        let same: Vec<bool> = fields.iter().map(|(name, value)| *name == field || is_other_name::<T>(name, value, &field)).collect();
        if same.iter().filter(|same| **same).count() < 2 {
            // It is repeated further inside.
            return Err(error);
        }
        let last = same.iter().rposition(|same| *same);
        let mut places = 0..;
        fields.retain(|_| places.next().is_some_and(|place: usize| !same[place] || Some(place) == last));
    }
}

/// The field that a reader found twice.
pub(super) fn repeated_field(error: &Error) -> Option<String> {
    error.to_string().strip_prefix("duplicate field `")?.split('`').next().map(str::to_owned)
}

/// An item with nothing but both is told that they are one.
fn is_other_name<T: DeserializeOwned>(name: &str, value: &Value, field: &str) -> bool {
    let both: Map<String, Value> = [(name.to_owned(), value.clone()), (field.to_owned(), value.clone())].into_iter().collect();
    serde_json::from_value::<T>(Value::Object(both)).is_err_and(|error| repeated_field(&error).as_deref() == Some(field))
}

/// An object's fields in their order, repeated ones included.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use protocol::event::Event;

    use super::*;

    #[test]
    fn the_last_of_several_names_counts() {
        let event: Event = read(r#"{"name":"a","userId":"1","event":"b","user_id":"2","eventName":"c"}"#).expect("an event");
        assert_eq!((event.name.as_str(), event.user_id.as_deref()), ("c", Some("2")));
        let event: Event = read(r#"{"user_id":"2","userId":"1","name":"a","name":"b"}"#).expect("an event");
        assert_eq!((event.name.as_str(), event.user_id.as_deref()), ("b", Some("1")));
    }

    #[test]
    fn what_is_wrong_besides_stays_wrong() {
        assert!(read::<Event>(r#"{"name":"a","event":"b","sample_rate":"x"}"#).is_err());
        assert!(read::<Event>(r#"{"name":"a","event":5}"#).is_err());
    }
}
