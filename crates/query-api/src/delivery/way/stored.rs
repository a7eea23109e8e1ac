//! The way of what was stored.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Hop, HopStep, HopVerdict, XrayVerdict};
use protocol::limits::LEDGER_DAYS;
use protocol::live::LIVE_MINUTES;
use protocol::number;
use protocol::outcome::Signal;
use storage::pending::ATTEMPTS_MAX;
use storage::stored_items::StoredItem;
use storage::{counted, flags};

use super::{Counting, Ledger, actor, changes_of_text, changes_of_time, difference, has_page, hop, made_at, times};
use crate::receipt::COMMIT_TAKES_AT_MOST;

/// An item that arrives later than this after it happened is called late: its bucket had been complete.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(60);

pub(in crate::delivery) fn headline(item: &StoredItem, verdict: XrayVerdict, again: usize) -> String {
    let state = match verdict {
        XrayVerdict::Hidden => "Stored and counted, but the usual pages hide bots",
        XrayVerdict::Waiting => "Stored, and waiting to be counted",
        XrayVerdict::Stuck => "Stored, but it could not be counted",
        XrayVerdict::Discarded => "Stored, but given up on counting: its dead letter was discarded",
        XrayVerdict::Stored => "Stored",
        XrayVerdict::Shown | XrayVerdict::Duplicate | XrayVerdict::Refused | XrayVerdict::NotFound => "Stored and counted: pages show it",
    };
    match again as u64 {
        0 => format!("{state} ({})", item.name),
        n => {
            let times = number::counted(n, "more time", "more times");
            format!("{state} ({}); the same id was stored {times}, from other batches", item.name)
        }
    }
}

pub(in crate::delivery) fn headline_of_batch(batch: &Ledger, verdict: XrayVerdict) -> String {
    let found = format!("A batch: {}", batch.sentence());
    match verdict {
        XrayVerdict::Waiting => format!("{found}; waiting to be counted"),
        XrayVerdict::Stuck => format!("{found}; it could not be counted"),
        XrayVerdict::Discarded => format!("{found}; given up on counting: its dead letter was discarded"),
        XrayVerdict::Hidden => format!("{found}; counted, but the usual pages hide bots"),
        XrayVerdict::Shown => format!("{found}; counted"),
        XrayVerdict::Stored | XrayVerdict::Duplicate | XrayVerdict::Refused | XrayVerdict::NotFound => found,
    }
}

/// From the sender to the screen.
pub(in crate::delivery) fn of_item(item: &StoredItem, batch: Option<&Ledger>, counting: &Counting, now: DateTime<Utc>) -> Vec<Hop> {
    let made = item.id.and_then(made_at).map(|at| hop(HopStep::Made, Some(at), HopVerdict::Passed, "its id was made", Vec::new()));
    made.into_iter().chain([happened(item), received(item), decided(item, batch), counted(counting), shown(item, counting, now)]).collect()
}

/// From its receipt to the rollups.
pub(in crate::delivery) fn of_batch(asked: &str, batch: &Ledger, items: &[StoredItem], counting: &Counting) -> Vec<Hop> {
    let entry = &batch.entry;
    let kept = entry.batch_id.to_string();
    let details = if kept == asked { Vec::new() } else { vec![format!("The ledger keeps it as {kept}.")] };
    let made = made_at(entry.batch_id).map(|at| hop(HopStep::Made, Some(at), HopVerdict::Passed, "the batch was sealed", Vec::new()));
    let verdict = match (entry.rejected, batch.duplicates()) {
        (0, 0) => HopVerdict::Passed,
        (1.., _) if entry.accepted == 0 => HopVerdict::Failed,
        _ => HopVerdict::Noted,
    };
    let mut decided = Vec::new();
    if batch.duplicates() > 0 {
        decided.push("A duplicate is an item whose id was stored before, in another batch or earlier in this one.".to_owned());
    }
    decided.push(format!("The same batch again stores nothing and gets the same answer, for {LEDGER_DAYS} days."));
    let page = items.first().filter(|item| !has_page(item.signal)).map(|item| on_no_page(item.signal, Vec::new()));
    // A batch without any item leaves nothing to count.
    let counted = (entry.accepted > 0 || entry.rejected > 0).then(|| counted(counting));
    made.into_iter()
        .chain([
            hop(HopStep::Received, Some(entry.received_at), HopVerdict::Passed, "the batch arrived", details),
            hop(HopStep::Decided, Some(entry.received_at), verdict, batch.sentence(), decided),
        ])
        .chain(counted)
        .chain(page)
        .collect()
}

fn happened(item: &StoredItem) -> Hop {
    let mut details = Vec::new();
    if let Some(sent) = item.client_ts {
        details.push(format!("As sent: {} UTC.", sent.format("%Y-%m-%d %H:%M:%S%.3f")));
    }
    let on_time = flags::CLOCK_CORRECTED | flags::FUTURE_CLAMPED | flags::REORDERED;
    let (verdict, title) = if item.flags & on_time != 0 {
        details.extend(changes_of_time(item));
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

fn decided(item: &StoredItem, batch: Option<&Ledger>) -> Hop {
    let within = number::duration(COMMIT_TAKES_AT_MOST.as_seconds_f64());
    let mut details =
        vec![format!("Row {} of flush {}; all rows of a flush are committed together, within {within}.", item.n, item.flush_id)];
    details.extend(batch.map(|batch| format!("Of its batch: {}.", batch.sentence())));
    let repaired = item.flags & flags::TEXT_REPAIRED != 0;
    details.extend(changes_of_text(item));
    let verdict = if repaired { HopVerdict::Noted } else { HopVerdict::Passed };
    hop(HopStep::Decided, Some(item.received_at), verdict, "stored and committed", details)
}

fn counted(counting: &Counting) -> Hop {
    match counting {
        Counting::Counted(at) => hop(HopStep::Counted, Some(*at), HopVerdict::Passed, "counted into the rollups", Vec::new()),
        Counting::Forgotten => {
            let details =
                vec![format!("When a flush was counted is noted for {} days. It does not wait to be counted.", counted::DAYS_KEPT)];
            hop(HopStep::Counted, None, HopVerdict::Noted, "not known any more", details)
        }
        Counting::Discarded => {
            let details = vec!["It does not wait, and was not counted: its dead letter was discarded. No figure contains it.".to_owned()];
            hop(HopStep::Counted, None, HopVerdict::Failed, "not counted, and given up on", details)
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
            let title = format!("failed {} and lies with the dead letters", times(letter.attempts));
            let details = vec![format!("Last error: {}", letter.error)];
            hop(HopStep::Counted, Some(letter.last_failed_at), HopVerdict::Failed, title, details)
        }
    }
}

/// What no page shows yet.
fn on_no_page(signal: Signal, mut details: Vec<String>) -> Hop {
    let by = match signal {
        Signal::Event | Signal::Metric | Signal::Log => "time",
        Signal::Span => "trace or time",
        Signal::Error => "id, trace or time",
        Signal::Identity => "user or time",
    };
    details.insert(0, format!("No page shows {} yet: they are stored, and found by {by}.", signal.list()));
    hop(HopStep::Shown, None, HopVerdict::Noted, "stored", details)
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
                format!("Live: within the last {LIVE_MINUTES} minutes.")
            } else {
                format!("Live: no more, it shows the last {LIVE_MINUTES} minutes.")
            });
            details.push(match actor(item).as_str() {
                "" => "Person: none. It has no user_id, anonymous_id, session_id or install_id, so it counts as an event and as nobody."
                    .to_owned(),
                actor => format!("Person: {actor}."),
            });
        }
        Signal::Metric => details.push("Metrics explorer: at its own time.".to_owned()),
        Signal::Span | Signal::Error | Signal::Log | Signal::Identity => {}
    }
    if !item.environment.is_empty() {
        details.push(format!("Environment {}.", item.environment));
    }
    if !has_page(item.signal) {
        return on_no_page(item.signal, details);
    }
    let (verdict, title) = match counting {
        _ if item.is_bot => (HopVerdict::Failed, "hidden: it came from a bot, and pages show humans"),
        Counting::Counted(_) => (HopVerdict::Passed, "on the pages"),
        Counting::Forgotten => (HopVerdict::Noted, "on the pages, if it was counted"),
        Counting::Pending(_) if item.signal == Signal::Event => (HopVerdict::Waiting, "after it is counted; Live shows it already"),
        Counting::Pending(_) => (HopVerdict::Waiting, "after it is counted"),
        Counting::Dead(_) | Counting::Discarded => (HopVerdict::Failed, "not on pages that count"),
    };
    hop(HopStep::Shown, None, verdict, title, details)
}
