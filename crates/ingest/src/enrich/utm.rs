//! Campaign parameters of a page's address.

use protocol::limits::ATTRIBUTE_BYTES_MAX;
use serde_json::{Map, Value};

const NAMES: [&str; 5] = ["source", "medium", "campaign", "term", "content"];

/// The `utm_…` parameters of `url`, without their prefix; the first of a name counts.
pub(crate) fn of_url(url: &str) -> Map<String, Value> {
    let mut found = Map::new();
    let Some((_, query)) = url.split_once('?') else { return found };
    let query = query.split('#').next().unwrap_or_default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = key.strip_prefix("utm_").and_then(|key| NAMES.into_iter().find(|name| *name == key));
        if let Some(name) = name
            && !value.is_empty()
            && value.len() <= ATTRIBUTE_BYTES_MAX
            && !found.contains_key(name)
        {
            // Decoding may bring in what Postgres cannot hold.
            found.insert(name.to_owned(), Value::String(value.replace('\0', "\u{fffd}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn campaign_parameters_are_lifted_and_decoded() {
        let found = |url: &str| Value::Object(of_url(url));
        assert_eq!(
            found("https://shop.example/a?x=1&utm_source=news%20letter&utm_medium=e+mail&utm_source=second&utm_id=7&utm_term=#top"),
            json!({"source": "news letter", "medium": "e mail"})
        );
        assert_eq!(found("/a?utm_campaign=a%00b"), json!({"campaign": "a\u{fffd}b"}));
        assert_eq!(found(&format!("/a?utm_source={}", "x".repeat(501))), json!({}));
        assert_eq!(found("/a#?utm_source=b"), json!({"source": "b"}));
        assert_eq!(found("/a"), json!({}));
    }
}
