//! The beginning of a refused item, fit to be shown: short, on one line, without the values of keys that name secrets
//! or senders.
//!
//! The text need not be JSON that anybody can read, since it was refused: it is looked through from left to right, and
//! whatever stands behind a suspicious key is left out up to its end.

/// Bytes of an excerpt, before its ellipsis.
const BYTES_MAX: usize = 240;
/// Bytes of the item that are looked at.
const LOOKED_AT: usize = 4 * 1024;
/// What stands for a hidden value.
const MASK: &str = "\"***\"";
/// Parts of keys whose values are never shown, in lower case without `_`, `-` and the like.
const SECRETS: [&str; 18] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "auth",
    "cookie",
    "credential",
    "apikey",
    "privatekey",
    "signature",
    "card",
    "cvv",
    "cvc",
    "iban",
    "ssn",
    "pin",
];
/// Keys whose values say who somebody is and are stored nowhere else, in the same spelling.
const SENDERS: [&str; 7] = ["ip", "ipaddress", "clientip", "remoteaddress", "clientaddress", "useragent", "xforwardedfor"];
/// Keys that hold such a part and are harmless.
const HARMLESS: [&str; 4] = ["author", "shipping", "pinned", "spin"];

/// The excerpt of an item's raw text.
pub(crate) fn excerpt(raw: &str) -> String {
    let looked_at = &raw[..raw.floor_char_boundary(LOOKED_AT)];
    let masked = mask(looked_at);
    let line: String = masked.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect();
    let cut = &line[..line.floor_char_boundary(BYTES_MAX)];
    if cut.len() < line.len() || looked_at.len() < raw.len() { format!("{cut}…") } else { line }
}

/// The text with every value behind a suspicious key hidden.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(2 * BYTES_MAX));
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (before, from_quote) = rest.split_at(start);
        let string = &from_quote[..string_end(from_quote)];
        let after = &from_quote[string.len()..];
        out.push_str(before);
        out.push_str(string);
        rest = after;
        let value = after.trim_start();
        if let Some(value) = value.strip_prefix(':').filter(|_| is_suspicious(string)) {
            out.push(':');
            out.push_str(MASK);
            rest = &value[value_end(value)..];
        }
    }
    out.push_str(rest);
    out
}

/// Where the string that begins here ends, behind its quote; the whole text when it does not.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the value that begins here ends: a string, an object or list with all that is in it, or a bare word.
fn value_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = text.len() - text.trim_start().len();
    while at < text.len() {
        match text.as_bytes()[at] {
            b'"' => {
                at += string_end(&text[at..]);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { at + 1 } else { at },
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// A key that names a secret or a sender. One with an escape in it may hide any name.
fn is_suspicious(key: &str) -> bool {
    let mut word: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if SENDERS.contains(&word.as_str()) {
        return true;
    }
    for harmless in HARMLESS {
        word = word.replace(harmless, "");
    }
    key.contains('\\') || SECRETS.iter().any(|part| word.contains(part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_of_keys_that_name_secrets_are_left_out() {
        for (raw, shown) in [
            (r#"{"name":"a","props":{"sku":"A-1"}}"#, r#"{"name":"a","props":{"sku":"A-1"}}"#),
            (r#"{"password":"hunter2","x":1}"#, r#"{"password":"***","x":1}"#),
            (r#"{"Access-Token" : 42}"#, r#"{"Access-Token":"***"}"#),
            (r#"{"card":{"number":"4111","cvc":[1,{"a":"]"}]},"ok":true}"#, r#"{"card":"***","ok":true}"#),
            (r#"{"headers":{"Cookie":["a=b","c"]}}"#, r#"{"headers":{"Cookie":"***"}}"#),
            (r#"{"p\u0061ssword":"hunter2"}"#, r#"{"p\u0061ssword":"***"}"#),
            (r#"{"note":"my \"password\": hunter"}"#, r#"{"note":"my \"password\": hunter"}"#),
            (r#"{"context":{"$ip":"192.0.2.7","userAgent":"x","zip":"1"}}"#, r#"{"context":{"$ip":"***","userAgent":"***","zip":"1"}}"#),
            (r#"{"author":"Ann","pin":"1234"}"#, r#"{"author":"Ann","pin":"***"}"#),
            (r#"{"secret":"cut o"#, r#"{"secret":"***""#),
            ("{\"a\":\n  1}", r#"{"a": 1}"#),
        ] {
            assert_eq!(excerpt(raw), shown);
        }
    }

    #[test]
    fn an_excerpt_is_short_and_says_that_it_is_cut() {
        let long = excerpt(&format!(r#"{{"name":"{}"}}"#, "ü".repeat(300)));
        assert!(long.len() <= BYTES_MAX + "…".len() && long.ends_with("ü…"), "{long}");
        let huge = format!(r#"{{"token":"{}","password":"x"}}"#, "y".repeat(100_000));
        assert_eq!(excerpt(&huge), r#"{"token":"***"…"#);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_a_secret_never_shows(text in r#"[\[\]{}",:\\a ü]{0,60}"#, value in "[\\[{\",:\\\\]{0,6}") {
            excerpt(&text);
            let value = serde_json::to_string(&format!("hunter2{value}")).expect("json");
            let raw = format!(r#"{{"a":[{{"api_key":{value},"b":{{"token":[{value},{{"c":{value}}}]}}}}],"d":1}}"#);
            let shown = excerpt(&raw);
            prop_assert!(!shown.contains("hunter2") && shown.ends_with("\"d\":1}"), "{}", shown);
        }
    }
}
