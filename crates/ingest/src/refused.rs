//! Refused items, kept with their flush for people who look for them. A sample: the books count them all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use protocol::limits::ITEM_BYTES_MAX;
use protocol::outcome::Signal;
use protocol::verdict::ItemError;
use serde_json::value::RawValue;
use storage::rejections::NewRejection;
use uuid::Uuid;

use crate::excerpt::excerpt;

/// Refused items that are kept of one batch.
pub(crate) const OF_A_BATCH_MAX: usize = 10;
/// Refused items that are kept of one project's part of a flush.
pub(crate) const OF_A_FLUSH_MAX: usize = 100;
/// Bytes of an id, a name or a message that are kept.
const TEXT_BYTES_MAX: usize = 200;

/// A refused item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    signal: Signal,
    index: u32,
    code: &'static str,
    message: String,
    item_id: Option<String>,
    name: Option<String>,
    excerpt: String,
}

impl Refused {
    /// From the item as it was sent.
    pub(crate) fn new(signal: Signal, raw: &RawValue, error: &ItemError) -> Self {
        let fields = Fields::read(raw.get());
        Self {
            item_id: fields.text(&["event_id", "eventId"]),
            name: fields.text(&["name", "event", "event_name", "type"]),
            excerpt: excerpt(raw.get()),
            ..Self::without_text(signal, error)
        }
    }

    /// From an item of which only the row is left.
    pub(crate) fn without_text(signal: Signal, error: &ItemError) -> Self {
        let (code, message) = (error.code.word(), cut(&error.message));
        Self { signal, index: error.index, code, message, item_id: None, name: None, excerpt: String::new() }
    }

    /// The row, under a new id.
    pub(crate) fn row(&self, rejection_id: Uuid, batch_id: Uuid, sdk: &str) -> NewRejection {
        NewRejection {
            rejection_id,
            signal: Some(self.signal),
            code: self.code.to_owned(),
            message: self.message.clone(),
            index: Some(self.index),
            item_id: self.item_id.clone(),
            name: self.name.clone(),
            sdk: sdk.to_owned(),
            excerpt: self.excerpt.clone(),
            batch_id: Some(batch_id),
            correlation_id: None,
        }
    }
}

/// The fields of an item, as far as it can be read.
struct Fields<'i>(BTreeMap<Cow<'i, str>, &'i RawValue>);

impl<'i> Fields<'i> {
    fn read(raw: &'i str) -> Self {
        // What is too large was refused for that, and is not worth the time.
        Self(if raw.len() > ITEM_BYTES_MAX { BTreeMap::new() } else { serde_json::from_str(raw).unwrap_or_default() })
    }

    /// The first of these fields that is a text, fit to be stored.
    fn text(&self, names: &[&str]) -> Option<String> {
        let text = |name: &&str| serde_json::from_str::<String>(self.0.get(*name)?.get()).ok();
        names.iter().find_map(text).map(|text| cut(&text)).filter(|text| !text.is_empty())
    }
}

/// At most so many bytes, without what Postgres cannot hold.
pub(crate) fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES_MAX)].replace('\0', "")
}

#[cfg(test)]
mod tests {
    use protocol::verdict::ItemCode;

    use super::*;

    fn refused(json: &str) -> Refused {
        let raw = RawValue::from_string(json.to_owned()).expect("json");
        let error = ItemError { index: 3, code: ItemCode::TooOld, message: "old".to_owned(), hint: String::new() };
        Refused::new(Signal::Event, &raw, &error)
    }

    #[test]
    fn an_item_is_recognised_as_far_as_it_can_be_read() {
        let one = refused(r#"{"eventId":"e1","name":"a\u0000b","password":"x"}"#);
        assert_eq!((one.item_id.as_deref(), one.name.as_deref()), (Some("e1"), Some("ab")));
        assert_eq!(one.excerpt, r#"{"eventId":"e1","name":"a\u0000b","password":"***"}"#);
        for json in ["[1]", "7", r#"{"name":7,"event_id":{}}"#, &format!("{}1{}", "[".repeat(100), "]".repeat(100))] {
            let one = refused(json);
            assert_eq!((one.item_id, one.name), (None, None), "{json}");
        }
        assert_eq!(refused(&format!(r#"{{"name":"{}"}}"#, "ü".repeat(150))).name.map(|name| name.len()), Some(200));
    }
}
