//! What the page's URL says.

use std::collections::HashMap;

use protocol::outcome::Signal;
use protocol::range::Range;
use query_api::delivery::RANGES;

use crate::shell::Entry;
use crate::{Frame, url};

/// What the page's URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// How far back.
    pub range: Range,
    /// Only this signal; `None` for all.
    pub signal: Option<Signal>,
    /// The id whose way is shown; empty for none.
    pub id: String,
}

impl DeliveryQuery {
    /// Reads the query string; what it does not know is left at its default.
    pub fn read(words: &HashMap<String, String>) -> Self {
        Self {
            range: url::choice(words, "range", &RANGES, Range::word).unwrap_or(Range::Hours24),
            signal: words.get("signal").and_then(|word| Signal::from_word(word)),
            id: words.get("id").map(|id| id.trim().to_owned()).unwrap_or_default(),
        }
    }

    /// The page's address.
    pub(super) fn href(&self, frame: &Frame) -> String {
        let signal = self.signal.map(Signal::word).unwrap_or_default();
        url::with_query(&frame.path(Entry::Delivery.page()), [("range", self.range.word()), ("signal", signal), ("id", self.id.as_str())])
    }

    /// The address of an id's x-ray.
    pub(super) fn xray_href(frame: &Frame, id: &str) -> String {
        url::with_query(&frame.path(Entry::Delivery.page()), [("id", id)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_in_the_url_is_the_default() {
        let words = [("range", "90d"), ("signal", "wave"), ("id", " e1 ")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let query = DeliveryQuery::read(&HashMap::from(words));
        assert_eq!(query, DeliveryQuery { range: Range::Hours24, signal: None, id: "e1".to_owned() });
    }
}
