//! A short list of keys and values that needs no heap for its first four.

use crate::value::{Text, Value};

/// Pairs that are kept in place.
const INLINE: usize = 4;

/// Keys and values in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    inline: [Option<(Text, Value)>; INLINE],
    more: Vec<(Text, Value)>,
}

impl Pairs {
    /// Adds one; beyond `max` it is left out.
    #[inline]
    pub(crate) fn push(&mut self, key: Text, value: Value, max: usize) {
        for place in &mut self.inline {
            if place.is_none() {
                *place = Some((key, value));
                return;
            }
        }
        if INLINE + self.more.len() < max {
            self.more.push((key, value));
        }
    }

    /// Roughly the bytes that it keeps in memory beside itself.
    #[inline]
    pub(crate) fn weight(&self) -> usize {
        let inline = self.inline.iter().flatten();
        let held = inline.map(|(key, value)| key.len() + value.weight()).sum::<usize>();
        held + self.more.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight()).sum::<usize>()
    }
}

impl IntoIterator for Pairs {
    type Item = (Text, Value);
    type IntoIter =
        std::iter::Chain<std::iter::Flatten<std::array::IntoIter<Option<(Text, Value)>, INLINE>>, std::vec::IntoIter<(Text, Value)>>;

    fn into_iter(self) -> Self::IntoIter {
        self.inline.into_iter().flatten().chain(self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_and_stop_at_the_limit() {
        let mut pairs = Pairs::default();
        for i in 0..10 {
            pairs.push(format!("k{i}").into(), i.into(), 7);
        }
        let keys: Vec<_> = pairs.into_iter().map(|(key, _)| key.into_owned()).collect();
        assert_eq!(keys, ["k0", "k1", "k2", "k3", "k4", "k5", "k6"]);
    }
}
