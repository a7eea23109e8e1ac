//! The way of an item, in words.

mod refused;
mod stored;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Hop, HopStep, HopVerdict, XrayItem, XrayVerdict};
use protocol::id::ActorKind;
use protocol::limits::LEDGER_DAYS;
use protocol::number;
use protocol::outcome::Signal;
use storage::batches::LedgerEntry;
use storage::dead_letters::DeadLetter;
use storage::pending::Attempts;
use storage::stored_items::StoredItem;
use storage::{flags, rejections};
use uuid::Uuid;

use super::xray::DAYS_SEARCHED;

pub(super) use refused::{headline_of_dead, headline_of_nothing, headline_of_refusal, of_dead, of_refusal};
pub(super) use stored::{headline, headline_of_batch, of_batch, of_item};

/// How far counting is.
#[derive(Clone, Debug)]
pub(super) enum Counting {
    /// The flush waits.
    Pending(Attempts),
    /// It failed too often and lies with the dead letters.
    Dead(DeadLetter),
    /// It is counted, at this time.
    Counted(DateTime<Utc>),
    /// It neither waits nor was counted: its dead letter was discarded.
    Discarded,
    /// It does not wait; whether it was counted is not known any more.
    Forgotten,
}

/// A batch in the ledger.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) entry: LedgerEntry,
    /// Its rows; `None` where no item is left out as a duplicate.
    pub(super) rows: Option<i64>,
}

impl Ledger {
    /// Items that passed, and were left out because their id was stored before.
    fn duplicates(&self) -> u64 {
        self.rows.map_or(0, |rows| i64::from(self.entry.accepted).saturating_sub(rows).max(0).unsigned_abs())
    }

    fn stored(&self) -> u64 {
        u64::from(self.entry.accepted.unsigned_abs()).saturating_sub(self.duplicates())
    }

    /// `5 items stored, 2 left out as duplicates, 1 refused`.
    fn sentence(&self) -> String {
        let left_out = match self.duplicates() {
            0 => String::new(),
            n => format!(", {n} left out as {}", if n == 1 { "a duplicate" } else { "duplicates" }),
        };
        format!("{} stored{left_out}, {} refused", number::counted(self.stored(), "item", "items"), self.entry.rejected)
    }
}

/// Pages that show this signal exist.
const fn has_page(signal: Signal) -> bool {
    matches!(signal, Signal::Event | Signal::Metric)
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
    of_counting(Some(item.signal), item.is_bot, counting)
}

pub(super) fn verdict_of_batch(batch: &Ledger, items: &[StoredItem], counting: &Counting) -> XrayVerdict {
    match items.first() {
        Some(item) => verdict(item, counting),
        None if batch.entry.accepted == 0 && batch.entry.rejected > 0 => XrayVerdict::Refused,
        None if batch.stored() == 0 && batch.duplicates() > 0 => XrayVerdict::Duplicate,
        // An import: its items lie at their own times.
        None => of_counting(signal_of(batch), false, counting),
    }
}

/// Of which signal a batch is; `None` for an import, which may hold several.
fn signal_of(batch: &Ledger) -> Option<Signal> {
    Signal::ALL.into_iter().find(|signal| signal.code() == batch.entry.signal)
}

fn of_counting(signal: Option<Signal>, is_bot: bool, counting: &Counting) -> XrayVerdict {
    match counting {
        Counting::Dead(_) => XrayVerdict::Stuck,
        Counting::Discarded => XrayVerdict::Discarded,
        _ if !signal.is_none_or(has_page) => XrayVerdict::Stored,
        Counting::Forgotten => XrayVerdict::Stored,
        Counting::Pending(_) => XrayVerdict::Waiting,
        Counting::Counted(_) if is_bot => XrayVerdict::Hidden,
        Counting::Counted(_) => XrayVerdict::Shown,
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
    [changes_of_time(item), changes_of_text(item), told(item, imported())].concat()
}

fn changes_of_time(item: &StoredItem) -> Vec<String> {
    let by = item.client_ts.map(|sent| difference(sent, item.ts)).unwrap_or_default();
    let sentences = [
        (flags::CLOCK_CORRECTED, format!("The device's clock was off by {by}; the time was corrected by the batch's sent_at.")),
        (flags::FUTURE_CLAMPED, format!("The time was {by} ahead of the server and was set to the time of receipt.")),
        (flags::REORDERED, "The time was moved up, since the device's own order (seq) says that it happened later.".to_owned()),
    ];
    sentences.into_iter().flat_map(|sentence| told(item, sentence)).collect()
}

fn changes_of_text(item: &StoredItem) -> Vec<String> {
    let sentence = "Text that cannot be stored as it was sent (NUL, half a surrogate pair, a repeated key) was repaired.";
    told(item, (flags::TEXT_REPAIRED, sentence.to_owned()))
}

fn imported() -> (i32, String) {
    (flags::IMPORTED, "It came by the import endpoint: Live leaves it out.".to_owned())
}

/// The sentence, where the item has its flag.
fn told(item: &StoredItem, (flag, sentence): (i32, String)) -> Vec<String> {
    if item.flags & flag != 0 { vec![sentence] } else { Vec::new() }
}

fn hop(step: HopStep, at: Option<DateTime<Utc>>, verdict: HopVerdict, title: impl Into<String>, details: Vec<String>) -> Hop {
    Hop { step, at, verdict, title: title.into(), details }
}

/// `once`, `5 times`.
fn times(attempts: i16) -> String {
    if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") }
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
pub(super) fn looked_through() -> String {
    format!(
        "Events around the time inside the id or of the last {DAYS_SEARCHED} days, batches of the last {LEDGER_DAYS} days, \
         and the last {} refusals of at most {} days.",
        number::grouped(rejections::KEPT_MAX),
        rejections::DAYS_KEPT
    )
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
        XrayVerdict::Discarded => vec![
            "Somebody gave it up with `throughline dead-letters discard`: its rows are stored, but no figure counts them. Send it again under new ids, if its figures matter.".to_owned(),
        ],
        XrayVerdict::Duplicate => vec![
            "This project stores each `event_id` once. X-ray one of them to see the copy that was stored first; what is meant to count again needs a new id.".to_owned(),
        ],
        XrayVerdict::Shown | XrayVerdict::Hidden | XrayVerdict::Stored => Vec::new(),
    }
}

fn not_found(id: Option<Uuid>) -> Vec<String> {
    let mut checks = vec![
        "Did the answer carry `x-durability: spool`? Then the batch waits on that server's disk until the database is back: see Ingest processes below."
            .to_owned(),
        "Is it among the dead letters? `throughline dead-letters --project NAME list` shows what was acknowledged and could not be stored.".to_owned(),
        "Was the answer 202, and did its body say `\"accepted\":1`? Repeat the request with `curl -i`: any other status says why, with a hint.".to_owned(),
        "Does the key belong to this project? `throughline keys --project NAME list` shows its keys; a key of another project stores there.".to_owned(),
    ];
    checks.push(match id {
        Some(_) => "Is it the event's `event_id`, or the `batch_id`? An event that was sent without an `event_id` got one of the server's: look for its batch instead.".to_owned(),
        None => "Is it spelled as it was sent? A text is looked for as a `batch_id`, an `Idempotency-Key`, or a refused item's `event_id`; stored events are found by their UUID.".to_owned(),
    });
    if let Some(made) = id.and_then(made_at) {
        checks.push(format!(
            "The id was made at {} UTC. Is that within the last {LEDGER_DAYS} days? What is stored stays, but older batches and refusals are forgotten: look for the event itself.",
            made.format("%Y-%m-%d %H:%M:%S")
        ));
    }
    checks.push("Did the client send it at all? SDKs send in batches: call flush, and look for its SDK in the books below; `lost` says what it gave up.".to_owned());
    checks.push(
        "Do environment, range and bot filter of the page that you look at fit? Pages show humans: a crawler, a monitor or a driven browser is left out."
            .to_owned(),
    );
    checks.push("Run `throughline tail --project NAME` beside the sender, and send again: it prints what arrives, and what is refused with its reason.".to_owned());
    checks
}
