//! Text that JSON allows and Postgres does not: NUL, and surrogates without their other half.

/// Escapes in `raw` that cannot be stored, replaced by U+FFFD; `None` when there are none.
///
/// Works on the JSON text and reads escapes as a parser does: in `\\u0000` the backslash is escaped and the rest is text.
pub(crate) fn escapes(raw: &str) -> Option<String> {
    if !raw.contains("\\u") {
        return None;
    }
    let bytes = raw.as_bytes();
    let mut repaired = String::new();
    let mut kept = 0;
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
        } else if bytes[at + 1] != b'u' {
            at += 2;
        } else {
            let unit = code_unit(bytes, at);
            let paired = matches!(unit, Some(0xd800..=0xdbff)) && matches!(code_unit(bytes, at + 6), Some(0xdc00..=0xdfff));
            if !paired && matches!(unit, Some(0 | 0xd800..=0xdfff)) {
                repaired.push_str(&raw[kept..at]);
                repaired.push('\u{fffd}');
                kept = at + 6;
            }
            at += if paired { 12 } else { 6 };
        }
    }
    (kept > 0).then(|| repaired + &raw[kept..])
}

/// The code unit of the escape `\uXXXX` at `at`.
fn code_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_stored_is_replaced() {
        for (raw, want) in [
            (r#""plain""#, None),
            (r#""\u00e9\n""#, None),
            (r#""\ud83d\ude00""#, None),
            (r#""\\u0000""#, None),
            (r#""a\u0000b""#, Some("\"a\u{fffd}b\"")),
            (r#""\ud83d""#, Some("\"\u{fffd}\"")),
            (r#""\ude00\ud83d""#, Some("\"\u{fffd}\u{fffd}\"")),
            (r#""\ud83d\u0041""#, Some("\"\u{fffd}\\u0041\"")),
            (r#""\\\u0000""#, Some("\"\\\\\u{fffd}\"")),
        ] {
            assert_eq!(escapes(raw).as_deref(), want, "{raw}");
        }
    }
}
