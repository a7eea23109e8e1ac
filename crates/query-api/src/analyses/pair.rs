//! Pairs of values as one text, as a breakdown by two fields needs them.

use analysis::trend;
use protocol::analyses::GroupKey;

use super::group;

/// Stands between the two values of a pair; what it marks as there follows it, so that a value may hold anything.
const APART: char = '\u{1f}';

/// A pair as one text: the length of the first value, if there is one, both values, and whether there is a second.
pub(super) fn joined_pair(first: Option<&str>, second: Option<&str>) -> String {
    let length = first.map(|first| first.len().to_string()).unwrap_or_default();
    let mark = if second.is_some() { "+" } else { "" };
    format!("{length}{APART}{mark}{APART}{}{}", first.unwrap_or_default(), second.unwrap_or_default())
}

/// The pair of a text that [`joined_pair`] made.
pub(super) fn pair(key: &trend::Key) -> GroupKey {
    let trend::Key::Value(text) = key else { return group(key) };
    let mut pieces = text.splitn(3, APART);
    let (length, mark, values) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
    let (first, second) = values.split_at(length.parse().unwrap_or(0));
    GroupKey::Pair((!length.is_empty()).then(|| first.to_owned()), (!mark.is_empty()).then(|| second.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_comes_back_as_it_was() {
        for (first, second) in [(Some("DE"), Some("iOS")), (None, Some("")), (Some("a\u{1f}b"), None), (None, None), (Some(""), Some("ü"))]
        {
            let key = pair(&trend::Key::Value(joined_pair(first, second).into()));
            assert_eq!(key, GroupKey::Pair(first.map(str::to_owned), second.map(str::to_owned)));
        }
    }
}
