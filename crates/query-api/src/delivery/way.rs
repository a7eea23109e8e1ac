//! The way of an item, in words.

mod refused;
mod stored;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Hop, HopStep, HopVerdict, XrayItem, XrayVerdict};
use protocol::id::ActorKind;
use protocol::number;
use storage::batches::LedgerEntry;
use storage::dead_letters::DeadLetter;
use storage::flags;
use storage::pending::Attempts;
use storage::stored_items::StoredItem;
use uuid::Uuid;

pub(super) use refused::{headline_of_dead, headline_of_nothing, headline_of_refusal, of_dead, of_refusal};
pub(super) use stored::{headline, headline_of_batch, of_batch, of_item};

/// How far counting is.
#[derive(Clone, Debug)]
pub(super) enum Counting {
    /// The flush waits.
    Pending(Attempts),
    /// It failed too often and lies with the dead letters.
    Dead(DeadLetter),
    /// It is counted; when, as far as that is still known.
    Counted(Option<DateTime<Utc>>),
}

/// The time inside a UUIDv7.
pub(super) fn made_at(id: Uuid) -> Option<DateTime<Utc>> {
    if id.get_version() != Some(uuid::Version::SortRand) {
        return None;
    }
    let millis = id.as_u128() >> 80;
    DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)
}

pub(super) fn verdict(item: &StoredItem, counting: &Counting) -> XrayVerdict {
    match counting {
        Counting::Dead(_) => XrayVerdict::Stuck,
        Counting::Pending(_) => XrayVerdict::Waiting,
        Counting::Counted(_) if item.is_bot => XrayVerdict::Hidden,
        Counting::Counted(_) => XrayVerdict::Shown,
    }
}

pub(super) fn verdict_of_batch(batch: &LedgerEntry, items: &[StoredItem], counting: &Counting) -> XrayVerdict {
    match items.first() {
        Some(item) => verdict(item, counting),
        None if batch.accepted == 0 && batch.rejected > 0 => XrayVerdict::Refused,
        None => match counting {
            Counting::Dead(_) => XrayVerdict::Stuck,
            Counting::Pending(_) => XrayVerdict::Waiting,
            Counting::Counted(_) => XrayVerdict::Shown,
        },
    }
}

/// A stored item as it is shown.
pub(super) fn item(item: &StoredItem) -> XrayItem {
    XrayItem {
        signal: item.signal,
        id: item.id,
        name: item.name.clone(),
        ts: item.ts,
        actor: actor(item),
        route: item.route.clone(),
        release: item.release.clone(),
        environment: item.environment.clone(),
        is_bot: item.is_bot,
        changes: changes(item),
    }
}

fn actor(item: &StoredItem) -> String {
    let kind = match ActorKind::from_code(item.actor_kind) {
        None => return String::new(),
        Some(ActorKind::User) => "user",
        Some(ActorKind::Anonymous) => "anonymous",
        Some(ActorKind::Session) => "session",
        Some(ActorKind::Install) => "install",
    };
    format!("{kind} {}", item.actor)
}

/// What ingest changed, a sentence each.
fn changes(item: &StoredItem) -> Vec<String> {
    let by = item.client_ts.map(|sent| difference(sent, item.ts)).unwrap_or_default();
    let sentences = [
        (flags::CLOCK_CORRECTED, format!("The device's clock was off by {by}; the time was corrected by the batch's sent_at.")),
        (flags::FUTURE_CLAMPED, format!("The time was {by} ahead of the server and was set to the time of receipt.")),
        (
            flags::TEXT_REPAIRED,
            "Text that cannot be stored as it was sent (NUL, half a surrogate pair, a repeated key) was repaired.".to_owned(),
        ),
        (flags::IMPORTED, "It came by the import endpoint: Live leaves it out.".to_owned()),
        (flags::REORDERED, "The time was moved up, since the device's own order (seq) says that it happened later.".to_owned()),
    ];
    sentences.into_iter().filter(|(bit, _)| item.flags & bit != 0).map(|(_, sentence)| sentence).collect()
}

fn hop(step: HopStep, at: Option<DateTime<Utc>>, verdict: HopVerdict, title: impl Into<String>, details: Vec<String>) -> Hop {
    Hop { step, at, verdict, title: title.into(), details }
}

/// `2 h 05 m`, whichever came first.
fn difference(one: DateTime<Utc>, other: DateTime<Utc>) -> String {
    length(other - one)
}

fn length(delta: TimeDelta) -> String {
    let seconds = delta.abs().as_seconds_f64();
    if seconds >= 86_400.0 {
        format!("{} days {} h", (seconds / 86_400.0) as i64, (seconds % 86_400.0 / 3_600.0) as i64)
    } else {
        number::duration(seconds)
    }
}

/// What an x-ray looks through, for its receipt.
pub(super) fn looked_through() -> &'static str {
    "Events around the time inside the id or of the last 8 days, batches of the last 7 days, and the last 1,000 refusals of at most 7 days."
}

/// What to look at next.
pub(super) fn checks(verdict: XrayVerdict, id: Option<Uuid>) -> Vec<String> {
    match verdict {
        XrayVerdict::NotFound => not_found(id),
        XrayVerdict::Refused => {
            vec!["Change what the reason names and send the item again under a new id: a refused item was not stored.".to_owned()]
        }
        XrayVerdict::Waiting => {
            vec!["Reload in a few seconds. If it still waits, look at the lag and at the failing flushes below.".to_owned()]
        }
        XrayVerdict::Stuck => vec![
            "It lies with the dead letters: it failed too often and holds nothing back. Nothing of it is lost; the reason stands above."
                .to_owned(),
            "`throughline dead-letters --help` says how to look at them, and how to try them again once the reason is gone.".to_owned(),
        ],
        XrayVerdict::Shown | XrayVerdict::Hidden => Vec::new(),
    }
}

fn not_found(id: Option<Uuid>) -> Vec<String> {
    let mut checks = vec![
        "Was the answer 202, and did its body say \"accepted\":1? Repeat the request with `curl -i`: any other status says why, with a hint.".to_owned(),
        "Does the key belong to this project? `throughline keys --project NAME list` shows its keys; a key of another project stores there.".to_owned(),
    ];
    checks.push(match id {
        Some(_) => "Is it the event's `event_id`, or the `batch_id`? An event that was sent without an `event_id` got one of the server's: look for its batch instead.".to_owned(),
        None => "Is it spelled as it was sent? A text is looked for as a `batch_id`, an `Idempotency-Key`, or a refused item's `event_id`; stored events are found by their UUID.".to_owned(),
    });
    if let Some(made) = id.and_then(made_at) {
        checks.push(format!(
            "The id was made at {} UTC. Is that within the last 7 days? Older batches are forgotten, and older raw events go.",
            made.format("%Y-%m-%d %H:%M:%S")
        ));
    }
    checks.push("Did the client send it at all? SDKs send in batches: call flush, and look for its SDK in the books below; `lost` says what it gave up.".to_owned());
    checks.push(
        "Do environment, range and bot filter of the page that you look at fit? Pages show humans; curl and scripts may count as bots."
            .to_owned(),
    );
    checks.push("Run `throughline tail --project NAME` beside the sender, and send again: it prints what arrives, and what is refused with its reason.".to_owned());
    checks
}
