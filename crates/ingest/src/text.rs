//! A body as text. Bytes that are no UTF-8 are replaced, and it is known where: whose item they are in is flagged, and nobody
//! else's.

use std::borrow::Cow;

use crate::rejection::Rejection;

const REPLACEMENT: char = '\u{fffd}';

/// A body in UTF-8.
pub(crate) struct Text<'b> {
    pub(crate) json: Cow<'b, str>,
    /// Where a replacement stands, ascending.
    replaced: Vec<u32>,
}

impl<'b> Text<'b> {
    /// Reads bytes. A replacement is longer than what it replaces, so the limit counts again.
    pub(crate) fn of(bytes: &'b [u8], limit: usize) -> Result<Self, Rejection> {
        if let Ok(json) = std::str::from_utf8(bytes) {
            return Ok(Self { json: json.into(), replaced: Vec::new() });
        }
        let (mut json, mut replaced) = (String::with_capacity(bytes.len()), Vec::new());
        for chunk in bytes.utf8_chunks() {
            json.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                replaced.push(json.len() as u32);
                json.push(REPLACEMENT);
            }
            if json.len() > limit {
                return Err(Rejection::TooManyBytes { limit, when: "once its bytes that are no UTF-8 are replaced" });
            }
        }
        Ok(Self { json: json.into(), replaced })
    }

    /// Whether bytes were replaced within this part of the text.
    pub(crate) fn is_repaired_in(&self, part: &str) -> bool {
        let begin = (part.as_ptr() as usize).wrapping_sub(self.json.as_ptr() as usize);
        let next = self.replaced.partition_point(|place| (*place as usize) < begin);
        self.replaced.get(next).is_some_and(|place| (*place as usize) < begin + part.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_held_the_bytes_is_repaired() {
        let text = Text::of(b"[\"a\xffb\",\"\xef\xbf\xbd\",\"caf\xe9\",\"d\"]", 100).expect("text");
        assert_eq!(text.json, "[\"a\u{fffd}b\",\"\u{fffd}\",\"caf\u{fffd}\",\"d\"]");
        let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(&text.json).expect("a list");
        assert_eq!(items.iter().map(|item| text.is_repaired_in(item.get())).collect::<Vec<_>>(), [true, false, true, false]);
    }

    #[test]
    fn replacing_does_not_inflate_a_body_beyond_its_limit() {
        assert!(matches!(Text::of(&[0xff; 40], 100), Err(Rejection::TooManyBytes { .. })));
        assert!(Text::of(&[0xff; 33], 100).is_ok());
    }
}
