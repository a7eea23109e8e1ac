//! Changes of the books of delivery that a batch makes.

use std::collections::BTreeMap;

use protocol::envelope::Envelope;
use protocol::outcome::{Outcome, OutcomeCount, Signal, UNNAMED};
use protocol::verdict::ItemError;

/// Reasons of an SDK's losses that are looked at; more is no honest report.
const LOSS_REASONS_MAX: usize = 20;
/// A sender's own count is bounded, so that no sum can overflow.
const COUNT_MAX: u64 = 1_000_000_000;
const REASON_CHARS_MAX: usize = 60;
const SDK_CHARS_MAX: usize = 100;

/// The changes of one batch, by one SDK.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    /// As it names itself.
    sdk: String,
    /// As it is named in the books.
    label: String,
    changes: Vec<OutcomeCount>,
}

impl Books {
    pub(crate) fn new(envelope: &Envelope) -> Self {
        let sdk = envelope.sdk.as_ref().map(ToString::to_string).unwrap_or_default();
        let sdk: String = sdk.chars().take(SDK_CHARS_MAX).collect();
        // Nobody else's unreported items may be taken for theirs.
        let label = if sdk.is_empty() && envelope.made.is_some() { UNNAMED.to_owned() } else { sdk.clone() };
        Self { sdk, label, changes: Vec::new() }
    }

    /// The SDK, as it names itself.
    pub(crate) fn sdk(&self) -> &str {
        &self.sdk
    }

    /// So many items of a signal had this outcome.
    pub(crate) fn add(&mut self, signal: Signal, outcome: Outcome, reason: &str, n: u64) {
        if n > 0 {
            self.changes.push(self.change(signal, outcome, reason, n.min(COUNT_MAX) as i64));
        }
    }

    /// Refused items, by their code.
    pub(crate) fn rejected(&mut self, signal: Signal, errors: &[ItemError]) {
        let mut by_code = BTreeMap::<&'static str, u64>::new();
        for error in errors {
            *by_code.entry(error.code.word()).or_default() += 1;
        }
        for (code, n) in by_code {
            self.add(signal, Outcome::Rejected, code, n);
        }
    }

    /// What the SDK says about itself.
    pub(crate) fn reported(&mut self, signal: Signal, envelope: &Envelope) {
        self.add(signal, Outcome::Made, "", envelope.made.unwrap_or_default());
        for (reason, n) in envelope.lost.iter().take(LOSS_REASONS_MAX) {
            self.add(signal, Outcome::of_loss(reason), reason, *n);
        }
    }

    /// Items that were booked with one outcome turned out to have another.
    pub(crate) fn moved(&mut self, signal: Signal, from: Outcome, (to, reason): (Outcome, &str), n: u64) {
        if n > 0 {
            self.changes.push(self.change(signal, from, "", -(n as i64)));
            self.changes.push(self.change(signal, to, reason, n as i64));
        }
    }

    /// One change, which is not part of these books.
    pub(crate) fn change(&self, signal: Signal, outcome: Outcome, reason: &str, n: i64) -> OutcomeCount {
        OutcomeCount { signal, outcome, reason: reason.chars().take(REASON_CHARS_MAX).collect(), sdk: self.label.clone(), n }
    }

    pub(crate) fn changes(&self) -> impl Iterator<Item = OutcomeCount> {
        self.changes.iter().cloned()
    }
}

/// Adds up equal changes, so that a flush of many small batches leaves a short note.
pub(crate) fn sum(changes: impl Iterator<Item = OutcomeCount>) -> Vec<OutcomeCount> {
    let mut sums: BTreeMap<(Signal, &'static str, String, String), OutcomeCount> = BTreeMap::new();
    for change in changes {
        sums.entry((change.signal, change.outcome.word(), change.reason.clone(), change.sdk.clone()))
            .and_modify(|sum| sum.n += change.n)
            .or_insert(change);
    }
    sums.into_values().filter(|change| change.n != 0).collect()
}
