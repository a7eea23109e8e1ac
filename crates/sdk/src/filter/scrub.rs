//! Takes out of an item what may not leave the process.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{DenyList, look};

/// What stands where something was removed.
pub(crate) const REMOVED: &str = "[removed]";

/// Deeper values are refused by the server anyhow.
const DEPTH_MAX: usize = 32;

/// Removes values by their name and, if the host application wants it, personal data by its look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scrub {
    pub(crate) names: DenyList,
    pub(crate) texts: bool,
}

impl Scrub {
    /// At any depth.
    pub(crate) fn object(&self, object: &mut Map<String, Value>) {
        self.members(object, 0);
    }

    pub(crate) fn tags(&self, tags: &mut BTreeMap<String, String>) {
        for (name, value) in tags.iter_mut() {
            if self.names.denies(name) {
                REMOVED.clone_into(value);
            } else {
                self.text(value);
            }
        }
    }

    pub(crate) fn text(&self, text: &mut String) {
        if self.texts
            && let Some(clean) = look::cleaned(text)
        {
            *text = clean;
        }
    }

    fn members(&self, object: &mut Map<String, Value>, depth: usize) {
        for (name, value) in object.iter_mut() {
            if self.names.denies(name) {
                *value = REMOVED.into();
            } else {
                self.value(value, depth);
            }
        }
    }

    fn value(&self, value: &mut Value, depth: usize) {
        match value {
            Value::String(text) => self.text(text),
            Value::Object(object) if depth < DEPTH_MAX => self.members(object, depth + 1),
            Value::Array(values) if depth < DEPTH_MAX => values.iter_mut().for_each(|value| self.value(value, depth + 1)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scrubbed(scrub: &Scrub, value: Value) -> Value {
        let Value::Object(mut object) = value else { return value };
        scrub.object(&mut object);
        Value::Object(object)
    }

    #[test]
    fn values_go_by_their_name_at_any_depth() {
        let scrub = Scrub::default();
        assert_eq!(
            scrubbed(&scrub, json!({"sku": "A-1", "Api-Key": 7, "user": {"passWord": {"a": 1}, "list": [{"card_number": "4"}]}})),
            json!({"sku": "A-1", "Api-Key": REMOVED, "user": {"passWord": REMOVED, "list": [{"card_number": REMOVED}]}})
        );
        let mut tags = BTreeMap::from([("e_mail".to_owned(), "a@b".to_owned()), ("plan".to_owned(), "pro".to_owned())]);
        scrub.tags(&mut tags);
        assert_eq!((tags["e_mail"].as_str(), tags["plan"].as_str()), (REMOVED, "pro"));
    }

    #[test]
    fn texts_are_looked_through_when_that_is_wanted() {
        let value = json!({"note": "to ada@example.org", "deep": [["4111 1111 1111 1111"], 4_111_111_111_111_111_u64]});
        assert_eq!(scrubbed(&Scrub::default(), value.clone()), value);
        let scrub = Scrub { texts: true, ..Scrub::default() };
        assert_eq!(scrubbed(&scrub, value), json!({"note": "to [removed]", "deep": [["[removed]"], 4_111_111_111_111_111_u64]}));
    }
}
