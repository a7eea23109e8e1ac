//! The corpus with a few changes at random: the short form of fuzzing.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::corpus::{TARGETS, inputs};

/// A decoder's entry and an input for it.
type Case = (fn(&[u8]), Vec<u8>);

static CORPUS: LazyLock<Vec<Case>> = LazyLock::new(|| {
    // Bombs are slow, and no change makes them another kind of input.
    let small = |(_, bytes): &(String, Vec<u8>)| bytes.len() < 8 * 1024;
    TARGETS.iter().flat_map(|(target, check)| inputs(target).into_iter().filter(small).map(|(_, bytes)| (*check, bytes))).collect()
});

/// What decoders look for.
const WORDS: [&str; 24] = [
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\0",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-",
    "1e400",
    "1e-400",
    "NaN",
    "9223372036854775808",
    "\"name\":",
    "\"user_id\":\"x\",\"userId\":\"y\",",
    "\"ts\":",
    "\u{feff}",
    "key=",
    "Bearer ",
];

/// A change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Repeat(Index, usize),
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Self::Byte(at, byte)),
            (any::<Index>(), select(&WORDS[..])).prop_map(|(at, word)| Self::Insert(at, word)),
            (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Self::Remove(at, length)),
            (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Self::Repeat(at, length)),
        ]
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        let (Self::Byte(at, _) | Self::Insert(at, _) | Self::Remove(at, _) | Self::Repeat(at, _)) = self;
        let at = at.index(bytes.len() + 1);
        let end = |length: usize| (at + length).min(bytes.len());
        match self {
            Self::Byte(_, byte) => bytes[at..].iter_mut().take(1).for_each(|old| *old = *byte),
            Self::Insert(_, word) => drop(bytes.splice(at..at, word.bytes())),
            Self::Remove(_, length) => drop(bytes.drain(at..end(*length))),
            Self::Repeat(_, length) => {
                let part = bytes[at..end(*length)].to_vec();
                drop(bytes.splice(at..at, part));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_few_changes_make_no_decoder_forget_itself(which in any::<Index>(), changes in prop::collection::vec(Change::any(), 1..6)) {
        let (check, bytes) = which.get(&CORPUS);
        let mut bytes = bytes.clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        check(&bytes);
    }
}
