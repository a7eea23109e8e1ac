//! Keys whose values never leave the process.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

/// What stands where a value was removed.
pub(crate) const REMOVED: &str = "[removed]";

/// Keys that hold credentials or payment data wherever they occur.
const ALWAYS: [&str; 24] = [
    "accesstoken",
    "apikey",
    "authorization",
    "authtoken",
    "bearertoken",
    "cardnumber",
    "clientsecret",
    "cookie",
    "creditcard",
    "csrftoken",
    "cvc",
    "cvv",
    "iban",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "proxyauthorization",
    "pwd",
    "refreshtoken",
    "secret",
    "setcookie",
    "socialsecuritynumber",
    "ssn",
];
/// Deeper values are refused by the server anyhow.
const DEPTH_MAX: usize = 32;

/// Keys by their letters and digits in lower case: `api_key`, `apiKey` and `API-Key` are one.
#[derive(Clone, Debug)]
pub(crate) struct DenyList(HashSet<String>);

impl Default for DenyList {
    fn default() -> Self {
        Self(ALWAYS.into_iter().map(str::to_owned).collect())
    }
}

impl DenyList {
    pub(crate) fn deny(&mut self, key: &str) {
        self.0.insert(plain(key));
    }

    pub(crate) fn allow(&mut self, key: &str) {
        self.0.remove(&plain(key));
    }

    fn denies(&self, key: &str) -> bool {
        self.0.contains(&plain(key))
    }

    /// Removes the values of denied keys, at any depth.
    pub(crate) fn scrub(&self, object: &mut Map<String, Value>) {
        self.object(object, 0);
    }

    pub(crate) fn scrub_tags(&self, tags: &mut BTreeMap<String, String>) {
        for (_, value) in tags.iter_mut().filter(|(key, _)| self.denies(key)) {
            REMOVED.clone_into(value);
        }
    }

    fn object(&self, object: &mut Map<String, Value>, depth: usize) {
        for (key, value) in object.iter_mut() {
            if self.denies(key) {
                *value = REMOVED.into();
            } else {
                self.value(value, depth);
            }
        }
    }

    fn value(&self, value: &mut Value, depth: usize) {
        if depth >= DEPTH_MAX {
            return;
        }
        match value {
            Value::Object(object) => self.object(object, depth + 1),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value, depth + 1)),
            _ => {}
        }
    }
}

fn plain(key: &str) -> String {
    key.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scrubbed(list: &DenyList, value: Value) -> Value {
        let Value::Object(mut object) = value else { return value };
        list.scrub(&mut object);
        Value::Object(object)
    }

    #[test]
    fn credentials_go_at_any_depth_and_in_any_spelling() {
        let list = DenyList::default();
        assert_eq!(
            scrubbed(&list, json!({"sku": "A-1", "Api-Key": 7, "user": {"passWord": {"a": 1}, "list": [{"card_number": "4"}]}})),
            json!({"sku": "A-1", "Api-Key": REMOVED, "user": {"passWord": REMOVED, "list": [{"card_number": REMOVED}]}})
        );
        assert_eq!(scrubbed(&list, json!({"secretary": "Ada", "tokens": 12})), json!({"secretary": "Ada", "tokens": 12}));
    }

    #[test]
    fn the_list_is_the_host_applications() {
        let mut list = DenyList::default();
        list.deny("E-Mail");
        list.allow("iban");
        assert_eq!(scrubbed(&list, json!({"email": "a@b", "iban": "DE1"})), json!({"email": REMOVED, "iban": "DE1"}));
        let mut tags = BTreeMap::from([("e_mail".to_owned(), "a@b".to_owned()), ("plan".to_owned(), "pro".to_owned())]);
        list.scrub_tags(&mut tags);
        assert_eq!((tags["e_mail"].as_str(), tags["plan"].as_str()), (REMOVED, "pro"));
    }
}
