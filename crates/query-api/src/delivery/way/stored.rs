//! The way of what was stored.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Hop, HopStep, HopVerdict, XrayVerdict};
use protocol::live::LIVE_MINUTES;
use protocol::outcome::Signal;
use storage::batches::LedgerEntry;
use storage::flags;
use storage::pending::ATTEMPTS_MAX;
use storage::stored_items::StoredItem;

use super::{Counting, actor, changes, difference, hop, made_at};

/// An item that arrives later than this after it happened is called late: its bucket had been complete.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(60);

pub(in crate::delivery) fn headline(item: &StoredItem, verdict: XrayVerdict, again: usize) -> String {
    let state = match verdict {
        XrayVerdict::Hidden => "Stored and counted, but the usual pages hide bots",
        XrayVerdict::Waiting => "Stored, and waiting to be counted",
        XrayVerdict::Stuck => "Stored, but it could not be counted",
        XrayVerdict::Shown | XrayVerdict::Refused | XrayVerdict::NotFound => "Stored and counted: pages show it",
    };
    match again {
        0 => format!("{state} ({})", item.name),
        times => format!("{state} ({}); the same id was stored {times} more times, from other batches", item.name),
    }
}

pub(in crate::delivery) fn headline_of_batch(batch: &LedgerEntry, verdict: XrayVerdict) -> String {
    let found = format!("A batch: {} stored, {} refused", items(batch.accepted), batch.rejected);
    match verdict {
        XrayVerdict::Waiting => format!("{found}; waiting to be counted"),
        XrayVerdict::Stuck => format!("{found}; it could not be counted"),
        XrayVerdict::Hidden => format!("{found}; counted, but the usual pages hide bots"),
        XrayVerdict::Shown => format!("{found} and counted"),
        XrayVerdict::Refused | XrayVerdict::NotFound => found,
    }
}

/// From the sender to the screen.
pub(in crate::delivery) fn of_item(item: &StoredItem, batch: Option<&LedgerEntry>, counting: &Counting, now: DateTime<Utc>) -> Vec<Hop> {
    let made = item.id.and_then(made_at).map(|at| hop(HopStep::Made, Some(at), HopVerdict::Passed, "its id was made", Vec::new()));
    made.into_iter().chain([happened(item), received(item), decided(item, batch), counted(counting), shown(item, counting, now)]).collect()
}

/// From its receipt to the rollups.
pub(in crate::delivery) fn of_batch(asked: &str, batch: &LedgerEntry, counting: &Counting) -> Vec<Hop> {
    let kept = batch.batch_id.to_string();
    let details = if kept == asked { Vec::new() } else { vec![format!("The ledger keeps it as {kept}.")] };
    let made = made_at(batch.batch_id).map(|at| hop(HopStep::Made, Some(at), HopVerdict::Passed, "the batch was sealed", Vec::new()));
    let decided = match batch.rejected {
        0 => (HopVerdict::Passed, format!("{} stored, none refused", items(batch.accepted))),
        rejected if batch.accepted == 0 => (HopVerdict::Failed, format!("{} refused, none stored", items(rejected))),
        rejected => (HopVerdict::Noted, format!("{} stored, {rejected} refused", items(batch.accepted))),
    };
    let again = "The same batch again stores nothing and gets the same answer, for 7 days.".to_owned();
    made.into_iter()
        .chain([
            hop(HopStep::Received, Some(batch.received_at), HopVerdict::Passed, "the batch arrived", details),
            hop(HopStep::Decided, Some(batch.received_at), decided.0, decided.1, vec![again]),
            counted(counting),
        ])
        .collect()
}

/// `1 item`, `7 items`.
fn items(n: i32) -> String {
    if n == 1 { "1 item".to_owned() } else { format!("{n} items") }
}

fn happened(item: &StoredItem) -> Hop {
    let mut details = Vec::new();
    if let Some(sent) = item.client_ts {
        details.push(format!("As sent: {} UTC.", sent.format("%Y-%m-%d %H:%M:%S%.3f")));
    }
    let on_time = flags::CLOCK_CORRECTED | flags::FUTURE_CLAMPED | flags::REORDERED;
    let (verdict, title) = if item.flags & on_time != 0 {
        details.extend(changes(item).into_iter().filter(|change| change.contains("time was")));
        (HopVerdict::Noted, "by its device's clock, corrected")
    } else {
        (HopVerdict::Passed, "by its device's clock")
    };
    hop(HopStep::Happened, Some(item.ts), verdict, title, details)
}

fn received(item: &StoredItem) -> Hop {
    let details = vec![format!("Batch {}.", item.batch_id)];
    if item.flags & flags::IMPORTED != 0 {
        return hop(HopStep::Received, Some(item.received_at), HopVerdict::Noted, "imported: filed under its own time", details);
    }
    if item.received_at - item.ts > LATE_AFTER {
        let title = format!("late, {} after it happened; it counts at its own time", difference(item.ts, item.received_at));
        return hop(HopStep::Received, Some(item.received_at), HopVerdict::Noted, title, details);
    }
    hop(HopStep::Received, Some(item.received_at), HopVerdict::Passed, "the server took it", details)
}

fn decided(item: &StoredItem, batch: Option<&LedgerEntry>) -> Hop {
    let mut details = vec![format!("Row {} of flush {}; all rows of a flush are committed together, within 2 s.", item.n, item.flush_id)];
    details.extend(batch.map(|batch| format!("Of its batch: {} stored, {} refused.", items(batch.accepted), batch.rejected)));
    let repaired = item.flags & flags::TEXT_REPAIRED != 0;
    if repaired {
        details.extend(changes(item).into_iter().filter(|change| change.contains("repaired")));
    }
    let verdict = if repaired { HopVerdict::Noted } else { HopVerdict::Passed };
    hop(HopStep::Decided, Some(item.received_at), verdict, "stored and committed", details)
}

fn counted(counting: &Counting) -> Hop {
    match counting {
        Counting::Counted(Some(at)) => hop(HopStep::Counted, Some(*at), HopVerdict::Passed, "counted into the rollups", Vec::new()),
        Counting::Counted(None) => {
            let details = vec!["When is not known any more: that is kept for 8 days.".to_owned()];
            hop(HopStep::Counted, None, HopVerdict::Passed, "counted into the rollups", details)
        }
        Counting::Pending(attempts) if attempts.attempts == 0 => {
            hop(HopStep::Counted, None, HopVerdict::Waiting, "waits for the worker", Vec::new())
        }
        Counting::Pending(attempts) => {
            let error = attempts.last_error.as_ref().map(|error| format!("Last error: {error}"));
            let title = format!("failed {} of {ATTEMPTS_MAX} times and will be tried again", attempts.attempts);
            hop(HopStep::Counted, None, HopVerdict::Waiting, title, error.into_iter().collect())
        }
        Counting::Dead(letter) => {
            let title = format!("failed {} times and lies with the dead letters", letter.attempts);
            let details = vec![format!("Last error: {}", letter.error)];
            hop(HopStep::Counted, Some(letter.last_failed_at), HopVerdict::Failed, title, details)
        }
    }
}

fn shown(item: &StoredItem, counting: &Counting, now: DateTime<Utc>) -> Hop {
    let mut details = Vec::new();
    match item.signal {
        Signal::Event => {
            let live = item.flags & flags::IMPORTED == 0 && now - item.received_at < TimeDelta::minutes(LIVE_MINUTES as i64);
            let place = item.route.as_ref().map_or_else(|| "no route".to_owned(), |route| format!("route {route}"));
            details.push(format!(
                "Audience: the day of {} in the project's zone, as {}, {place}.",
                item.ts.format("%Y-%m-%d %H:%M UTC"),
                item.name
            ));
            details.push(if live {
                "Live: within the last 30 minutes.".to_owned()
            } else {
                "Live: no more, it shows the last 30 minutes.".to_owned()
            });
            details.push(match actor(item).as_str() {
                "" => "Person: none. It has no user_id, anonymous_id, session_id or install_id, so it counts as an event and as nobody."
                    .to_owned(),
                actor => format!("Person: {actor}."),
            });
        }
        signal => details.push(format!("Explore: {} of its own time.", signal.list())),
    }
    details.push(format!("Environment {}.", item.environment));
    let (verdict, title) = match counting {
        _ if item.is_bot => (HopVerdict::Failed, "hidden: it came from a bot, and pages show humans"),
        Counting::Counted(_) => (HopVerdict::Passed, "on the pages"),
        Counting::Pending(_) => (HopVerdict::Waiting, "after it is counted; Live shows it already"),
        Counting::Dead(_) => (HopVerdict::Failed, "not on pages that count; Live showed it"),
    };
    hop(HopStep::Shown, None, verdict, title, details)
}
