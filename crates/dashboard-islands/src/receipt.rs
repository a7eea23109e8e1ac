//! The receipt mark: a torn slip and a word beside a figure, which opens what the figure says about itself.

use leptos::prelude::*;
use protocol::number;
use protocol::receipt::{BotRule, Missing, Receipt};

use crate::clock;

/// An answer lags by this much in the ordinary course of things; beyond it, the mark says `partial`.
const LAG_SECONDS_ORDINARY: i64 = 120;

/// How the receipt's times are shown: seconds that the zone is ahead of UTC when the range begins and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// At `receipt.from`.
    pub from: i32,
    /// At `receipt.until`.
    pub until: i32,
}

impl Offsets {
    /// One offset for both, as in a range that no clock change lies in.
    pub fn same(seconds: i32) -> Self {
        Self { from: seconds, until: seconds }
    }
}

/// The mark and its card.
#[component]
pub fn ReceiptMark(
    /// What the figure says about itself.
    receipt: Receipt,
    /// For showing times of day.
    offsets: Offsets,
    /// The figure in words, for the card's head.
    #[prop(into)]
    figure: String,
    /// The card opens upwards: for marks in a panel's foot.
    #[prop(optional)]
    up: bool,
) -> impl IntoView {
    let partial = receipt.missing.is_some() || (receipt.until - receipt.complete_through).num_seconds() > LAG_SECONDS_ORDINARY;
    let missing = receipt.missing.map(|missing| missing_in_words(missing, offsets));
    let filter = Some(receipt.filter.clone()).filter(|filter| !filter.is_empty());
    let word = mark(&receipt, offsets, partial);
    let class = match (partial, up) {
        (false, false) => "receipt",
        (false, true) => "receipt up",
        (true, false) => "receipt partial",
        (true, true) => "receipt up partial",
    };
    let until = clock::wall(receipt.until, offsets.until);
    view! {
        <details class=class name="receipt">
            <summary aria-label=format!("Receipt: {word}")>
                <svg viewBox="0 0 10 12" aria-hidden="true">
                    <path d="M1 .8h8v10.4l-1.6-1.2-1.6 1.2-.8-.6-.8.6L2.6 10 1 11.2zM3 3.8h4M3 6.3h4"></path>
                </svg>
                <span>{word.clone()}</span>
            </summary>
            <div class="receipt-card">
                <h3>{figure}<small>"receipt"</small></h3>
                <dl>
                    <dt>"Counts"</dt>
                    <dd>{receipt.counted.clone()}</dd>
                    <dt>"Range"</dt>
                    <dd>{range(&receipt, offsets)}</dd>
                    <dt>"Zone"</dt>
                    <dd>{clock::zone(&receipt.zone, offsets.until)}</dd>
                    {filter.map(|filter| view! {
                        <dt>"Filter"</dt>
                        <dd>{filter}</dd>
                    })}
                    <dt>"Bots"</dt>
                    <dd>{match receipt.bots { BotRule::Humans => "hidden", BotRule::All => "counted too" }}</dd>
                    <dt>"Accuracy"</dt>
                    <dd>{accuracy(&receipt)}</dd>
                    <dt>"Complete to"</dt>
                    <dd>{at(clock::wall(receipt.complete_through, offsets.until), until)}</dd>
                    {missing.map(|missing| view! {
                        <dt>"Missing"</dt>
                        <dd>{missing}</dd>
                    })}
                    <dt>"Read"</dt>
                    <dd>{format!("{} rows in {}", number::count(receipt.rows_read as f64), number::duration(receipt.elapsed_ms / 1e3))}</dd>
                </dl>
            </div>
        </details>
    }
}

fn missing_in_words(missing: Missing, offsets: Offsets) -> String {
    match missing {
        Missing::Before(time) => {
            format!("what happened before {}: by then only counts are kept", clock::day(clock::wall(time, offsets.from)))
        }
        Missing::Arriving => "events from before an update, which are still being made ready".to_owned(),
    }
}

fn mark(receipt: &Receipt, offsets: Offsets, partial: bool) -> String {
    match receipt.missing {
        Some(Missing::Before(time)) => return format!("partial, from {}", clock::day(clock::wall(time, offsets.from))),
        Some(Missing::Arriving) => return "partial, older events follow".to_owned(),
        None => {}
    }
    if partial {
        let until = clock::wall(receipt.until, offsets.until);
        return format!("partial, complete to {}", at(clock::wall(receipt.complete_through, offsets.until), until));
    }
    let exactness = receipt.accuracy.label();
    if receipt.weighted { format!("{exactness}, sampled") } else { exactness }
}

fn accuracy(receipt: &Receipt) -> String {
    let exactness = receipt.accuracy.label();
    if receipt.weighted { format!("{exactness}; senders sampled, so counts are weighted") } else { exactness }
}

fn range(receipt: &Receipt, offsets: Offsets) -> String {
    let (from, until) = (clock::wall(receipt.from, offsets.from), clock::wall(receipt.until, offsets.until));
    if from.date() == until.date() {
        return format!("{}, {} – {}", clock::weekday(from), clock::minute(from), clock::minute(until));
    }
    format!("{} {} – {} {}", clock::day(from), clock::minute(from), clock::day(until), clock::minute(until))
}

/// The time of day; with its date when that is another one than `reference`'s.
fn at(wall: chrono::NaiveDateTime, reference: chrono::NaiveDateTime) -> String {
    if wall.date() == reference.date() { clock::second(wall) } else { format!("{} {}", clock::day(wall), clock::second(wall)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::receipt::Accuracy;

    fn receipt(complete_through: &str) -> Receipt {
        Receipt {
            counted: "people".to_owned(),
            from: "2026-05-07T22:00:00Z".parse().expect("a time"),
            until: "2026-05-14T12:03:20Z".parse().expect("a time"),
            zone: "Europe/Berlin".to_owned(),
            filter: String::new(),
            bots: BotRule::Humans,
            accuracy: Accuracy::Relative { error: 0.01 },
            complete_through: complete_through.parse().expect("a time"),
            missing: None,
            weighted: false,
            rows_read: 10,
            elapsed_ms: 3.0,
        }
    }

    #[test]
    fn the_mark_names_the_error_bound_until_something_is_missing() {
        let berlin = Offsets::same(7_200);
        assert_eq!(mark(&receipt("2026-05-14T12:03:18Z"), berlin, false), "±1% sketch");
        assert_eq!(mark(&receipt("2026-05-14T11:40:00Z"), berlin, true), "partial, complete to 13:40:00");
        assert_eq!(mark(&receipt("2026-05-12T11:40:00Z"), berlin, true), "partial, complete to 12 May 13:40:00");
        let cut = Missing::Before("2026-05-09T22:00:00Z".parse().expect("a time"));
        let lacking = |missing| mark(&Receipt { missing: Some(missing), ..receipt("2026-05-14T12:03:18Z") }, berlin, true);
        assert_eq!([cut, Missing::Arriving].map(lacking), ["partial, from 10 May", "partial, older events follow"]);
    }

    #[test]
    fn the_range_is_shown_in_the_projects_zone() {
        assert_eq!(range(&receipt("2026-05-14T12:03:18Z"), Offsets::same(7_200)), "8 May 00:00 – 14 May 14:03");
    }
}
