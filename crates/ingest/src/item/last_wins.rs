//! Fields that stand in an object more than once, by one name or by several: the last one counts.

mod tree;

use serde::de::DeserializeOwned;
use serde_json::{Error, Map, Value};
use serde_path_to_error::Path;

use tree::Tree;

/// Objects with more fields than this are not searched for other names of a field.
const FIELDS_MAX: usize = 64;
/// Fields of an item that may stand there by several names. The item is read once for each.
const REPAIRS_MAX: usize = 8;

/// Reads an item that repeats fields.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut tree: Tree = serde_json::from_str(text)?;
    for _ in 0..REPAIRS_MAX {
        let error = match serde_path_to_error::deserialize(tree.to_value()) {
            Ok(item) => return Ok(item),
            Err(error) => error,
        };
        let place = error.path().clone();
        let error = error.into_inner();
        let Some(field) = repeated_field(&error) else { return Err(error) };
        let Some(fields) = tree.object_at(&place).filter(|fields| fields.len() <= FIELDS_MAX) else { return Err(error) };
        let same: Vec<bool> =
            fields.iter().map(|(name, value)| *name == field || is_other_name::<T>(&place, name, &value.to_value(), &field)).collect();
        if same.iter().filter(|same| **same).count() < 2 {
            return Err(error);
        }
        let last = same.iter().rposition(|same| *same);
        let mut places = 0..;
        fields.retain(|_| places.next().is_some_and(|place: usize| !same[place] || Some(place) == last));
    }
    serde_json::from_value(tree.to_value())
}

/// The field that a reader found twice.
pub(super) fn repeated_field(error: &Error) -> Option<String> {
    error.to_string().strip_prefix("duplicate field `")?.split('`').next().map(str::to_owned)
}

/// An item with nothing but both in that place is told that they are one.
fn is_other_name<T: DeserializeOwned>(place: &Path, name: &str, value: &Value, field: &str) -> bool {
    let both: Map<String, Value> = [(name.to_owned(), value.clone()), (field.to_owned(), value.clone())].into_iter().collect();
    let item = tree::wrapped(Value::Object(both), place);
    serde_json::from_value::<T>(item).is_err_and(|error| repeated_field(&error).as_deref() == Some(field))
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
    fn also_further_inside() {
        let event: Event = read(
            r#"{"name":"a","context":{"os":"x"},"context":{"os":"a","userId":"1","platform":"b","os":"c","user_id":"2","x":1,"x":2}}"#,
        )
        .expect("an event");
        let context = event.context.expect("a context");
        assert_eq!((context.os.as_deref(), context.user_id.as_deref(), &context.rest["x"]), (Some("c"), Some("2"), &Value::from(2)));
    }

    #[test]
    fn what_is_wrong_besides_stays_wrong() {
        assert!(read::<Event>(r#"{"name":"a","event":"b","sample_rate":"x"}"#).is_err());
        assert!(read::<Event>(r#"{"name":"a","event":5}"#).is_err());
        assert!(read::<Event>(r#"{"name":"a","event":"b","context":{"os":"a","platform":[]}}"#).is_err());
    }
}
