//! What is too long is cut, so that it costs a tail and not the item.

use protocol::limits::{ATTRIBUTE_BYTES_MAX, NAME_BYTES_MAX, STRING_BYTES_MAX};

use crate::value::Text;

/// The head of `text`: at most `max` bytes, ending with a whole letter.
#[inline]
pub(crate) fn head(text: &str, max: usize) -> &str {
    if text.len() <= max { text } else { &text[..text.floor_char_boundary(max)] }
}

/// The same for owned text; the memory of the tail is let go.
#[inline]
pub(crate) fn shortened(mut text: String, max: usize) -> String {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.shrink_to_fit();
    }
    text
}

/// A name of an event or a metric, or a key, within its limit.
pub(crate) fn name(text: Text) -> String {
    shortened(text.into_owned(), NAME_BYTES_MAX)
}

/// An id or another short attribute within its limit; empty text is nothing.
pub(crate) fn attribute(text: Option<Text>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(|text| shortened(text.into_owned(), ATTRIBUTE_BYTES_MAX))
}

/// A message within its limit.
pub(crate) fn text(text: Text) -> String {
    shortened(text.into_owned(), STRING_BYTES_MAX)
}
