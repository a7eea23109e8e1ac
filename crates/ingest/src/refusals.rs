//! How many requests were refused, and why.

use std::sync::atomic::{AtomicU64, Ordering};

use protocol::problem::ProblemCode;

/// Counts since the process began.
#[derive(Debug, Default)]
pub(crate) struct Refusals([AtomicU64; ProblemCode::ALL.len()]);

impl Refusals {
    pub(crate) fn count(&self, code: ProblemCode) {
        if let Some(place) = ProblemCode::ALL.iter().position(|known| *known == code) {
            self.0[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The codes that have occurred, in the order of the documentation.
    pub(crate) fn counts(&self) -> Vec<(ProblemCode, u64)> {
        let counts = ProblemCode::ALL.into_iter().zip(&self.0).map(|(code, n)| (code, n.load(Ordering::Relaxed)));
        counts.filter(|(_, n)| *n > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_count_of_its_own() {
        let refusals = Refusals::default();
        ProblemCode::ALL.into_iter().for_each(|code| refusals.count(code));
        refusals.count(ProblemCode::Unavailable);
        let expected = ProblemCode::ALL.map(|code| (code, if code == ProblemCode::Unavailable { 2 } else { 1 }));
        assert_eq!(refusals.counts(), expected);
    }
}
