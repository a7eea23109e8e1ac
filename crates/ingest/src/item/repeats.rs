//! Whether some object within an item names a key twice. JSON allows it; every reader silently keeps one of them, and whoever
//! looks at the item later should know.

use std::borrow::Cow;

/// Looks through valid JSON once, without recursion. Names are compared as they read, so `"a"` and `"\u0061"` are the same.
pub(super) fn there_are(json: &str) -> bool {
    let bytes = json.as_bytes();
    // The names of every open object, and where those of each begin; a list has none.
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut name_follows = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = end_of_text(bytes, at);
                if name_follows {
                    names.push(name(&json[at..end]));
                    name_follows = false;
                }
                at = end;
                continue;
            }
            b'{' => {
                open.push(Some(names.len()));
                name_follows = true;
            }
            b'[' => open.push(None),
            b',' => name_follows = matches!(open.last(), Some(Some(_))),
            b'}' | b']' => {
                name_follows = false;
                if let Some(Some(begin)) = open.pop() {
                    let own = &mut names[begin..];
                    own.sort_unstable();
                    if own.windows(2).any(|pair| pair[0] == pair[1]) {
                        return true;
                    }
                    names.truncate(begin);
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Behind the closing quote of the text that begins at `at`.
fn end_of_text(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn name(quoted: &str) -> Cow<'_, str> {
    match quoted.contains('\\').then(|| serde_json::from_str(quoted)) {
        Some(Ok(name)) => Cow::Owned(name),
        // What cannot be read has been refused before, or will be.
        Some(Err(_)) | None => Cow::Borrowed(quoted.trim_matches('"')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_name_may_stand_in_several_objects_but_only_once_in_each() {
        for (json, want) in [
            ("{}", false),
            (r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#, false),
            (r#"{"a":"a","b":["a","a"],"c":"\"a\",\"a\""}"#, false),
            (r#"{"a":1,"a":1}"#, true),
            (r#"{"b":{"c":[1,{"a":[],"x":{},"a":2}]}}"#, true),
            (r#"{"a":1,"\u0061":2}"#, true),
            (r#"{"":1,"":2}"#, true),
            (r#"{"a\\":1,"a":2}"#, false),
            (r#"[{"a":{"b":1}},{"a":{"b":1,"c":{"b":1},"b":2}}]"#, true),
        ] {
            assert_eq!(there_are(json), want, "{json}");
        }
    }

    /// JSON objects as a sender writes them, names repeated or not.
    fn written() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![Just("1".to_owned()), Just(r#""a\"b{""#.to_owned()), Just("[]".to_owned()), Just("{}".to_owned())];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let object = prop::collection::vec(("[a-d]{1,2}", inner.clone()), 0..5)
                .prop_map(|fields| fields.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect::<Vec<_>>().join(","));
            prop_oneof![
                object.prop_map(|fields| format!("{{{fields}}}")),
                prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            ]
        })
    }

    /// How many names a reader keeps.
    fn names(value: &Value) -> usize {
        match value {
            Value::Object(object) => object.len() + object.values().map(names).sum::<usize>(),
            Value::Array(items) => items.iter().map(names).sum(),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn a_reader_loses_names_exactly_when_some_are_repeated(json in written()) {
            let read: Value = serde_json::from_str(&json).expect("json");
            // Every name stands before a colon, and no text in these holds one.
            prop_assert_eq!(there_are(&json), names(&read) < json.matches(" : ").count());
        }
    }
}
