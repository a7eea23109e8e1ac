//! The equation, from sums by sender.

use std::collections::BTreeMap;

use protocol::delivery::{Books, ItemCounts, SENDERS_SHOWN, SenderBooks, SignalBooks};
use protocol::outcome::{Outcome, Signal};
use storage::outcomes::SenderSum;

/// One sender's items of one signal.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    counts: ItemCounts,
    replayed: u64,
    imported: u64,
    refused: u64,
}

impl Account {
    fn add(&mut self, sum: &SenderSum) {
        match sum.outcome {
            Outcome::Replayed => self.replayed += sum.n,
            Outcome::Imported => self.imported += sum.n,
            Outcome::Refused => self.refused += sum.n,
            // They stay in the books as stored: the sender did nothing wrong.
            Outcome::Erased => {}
            outcome => self.counts.add(outcome, sum.n),
        }
    }

    /// A sender that ever says how many it made says so with every batch.
    fn reports_made(&self) -> bool {
        self.counts.made > 0
    }
}

/// The books of every signal that has any, in the order of signals.
pub(super) fn by_signal(sums: &[SenderSum]) -> Vec<SignalBooks> {
    let mut signals: BTreeMap<Signal, Books> = BTreeMap::new();
    for ((signal, _), account) in accounts(sums) {
        let books = signals.entry(signal).or_default();
        *(if account.reports_made() { &mut books.reported } else { &mut books.unreported }) += account.counts;
        books.replayed += account.replayed;
        books.imported += account.imported;
        books.refused_requests += account.refused;
    }
    signals.into_iter().map(|(signal, books)| SignalBooks { signal, books }).collect()
}

/// The books of one signal, or the sum of all.
pub(super) fn total(signals: &[SignalBooks], wanted: Option<Signal>) -> Books {
    let mut total = Books::default();
    for books in signals.iter().filter(|books| wanted.is_none_or(|wanted| wanted == books.signal)) {
        total += books.books;
    }
    total
}

/// The books of every sender, the busiest first; of one signal where one is given.
pub(super) fn by_sender(sums: &[SenderSum], wanted: Option<Signal>) -> Vec<SenderBooks> {
    // One that says what it made of some signals only stands there twice: the equation holds for a part of its items.
    let mut senders: BTreeMap<(&str, bool), SenderBooks> = BTreeMap::new();
    for ((signal, sdk), account) in accounts(sums) {
        let arrived = account.counts.made + account.counts.accounted() + account.replayed;
        if wanted.is_some_and(|wanted| wanted != signal) || arrived == 0 {
            continue;
        }
        let reports_made = account.reports_made();
        let new = || SenderBooks { sdk: sdk.to_owned(), reports_made, counts: ItemCounts::default(), replayed: 0 };
        let sender = senders.entry((sdk, reports_made)).or_insert_with(new);
        sender.counts += account.counts;
        sender.replayed += account.replayed;
    }
    let mut senders: Vec<SenderBooks> = senders.into_values().collect();
    senders.sort_by_key(|sender| std::cmp::Reverse(sender.counts.made.max(sender.counts.accounted())));
    senders.truncate(SENDERS_SHOWN);
    senders
}

fn accounts(sums: &[SenderSum]) -> BTreeMap<(Signal, &str), Account> {
    let mut accounts: BTreeMap<(Signal, &str), Account> = BTreeMap::new();
    for sum in sums {
        accounts.entry((sum.signal, &sum.sdk)).or_default().add(sum);
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(signal: Signal, sdk: &str, outcome: Outcome, n: u64) -> SenderSum {
        SenderSum { signal, sdk: sdk.to_owned(), outcome, n }
    }

    #[test]
    fn a_sender_that_does_not_say_what_it_made_does_not_break_the_equation() {
        let sums = [
            sum(Signal::Event, "rust/1", Outcome::Made, 10),
            sum(Signal::Event, "rust/1", Outcome::Stored, 7),
            sum(Signal::Event, "rust/1", Outcome::Lost, 1),
            sum(Signal::Event, "", Outcome::Stored, 500),
            sum(Signal::Event, "", Outcome::Rejected, 3),
            sum(Signal::Event, "", Outcome::Refused, 2),
            sum(Signal::Metric, "rust/1", Outcome::Stored, 4),
            sum(Signal::Metric, "rust/1", Outcome::Replayed, 4),
        ];
        let signals = by_signal(&sums);
        let events = signals[0].books;
        assert_eq!((events.reported.made, events.reported.accounted(), events.reported.on_the_way()), (10, 8, 2));
        assert_eq!((events.unreported.stored, events.unreported.rejected, events.refused_requests), (500, 3, 2));
        // What it says of its events says nothing of its metrics.
        assert_eq!((signals[1].books.unreported.stored, signals[1].books.replayed), (4, 4));
        assert_eq!(total(&signals, None).unreported.stored, 504);
        assert_eq!(total(&signals, Some(Signal::Metric)).reported, ItemCounts::default());
        let senders = by_sender(&sums, None);
        assert_eq!(
            senders.iter().map(|sender| (sender.sdk.as_str(), sender.reports_made)).collect::<Vec<_>>(),
            [("", false), ("rust/1", true), ("rust/1", false)]
        );
    }
}
