//! A batch made ready for its flush: every item has become a row or an error.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::envelope::Envelope;
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use protocol::verdict::{ERRORS_LISTED_MAX, ItemError};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use storage::batches::{NewBatch, ledger_id};
use storage::events::NewEvent;
use storage::metric_points::NewPoint;
use uuid::Uuid;

use crate::Random;
use crate::decode::{Batch, Identity};
use crate::normalise;
use crate::normalise::time::Reading;
use crate::validate::{self, Refusal, Valid};

/// Which endpoint a batch came by; the ledger keeps it, since the same id on another endpoint is another content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Track,
    Metrics,
    Import,
}

impl Source {
    fn code(self) -> i16 {
        match self {
            Self::Track => Signal::Event.code(),
            Self::Metrics => Signal::Metric.code(),
            Self::Import => 9,
        }
    }
}

/// A batch whose items are rows.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) project: ProjectId,
    pub(crate) entry: NewBatch,
    pub(crate) install_id: Option<String>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) points: Vec<NewPoint>,
    /// Changes of the books when the batch is stored.
    pub(crate) outcomes: Vec<OutcomeCount>,
    /// As they are named in the books.
    pub(crate) sdk: String,
}

impl Prepared {
    pub(crate) fn rows(&self) -> usize {
        self.events.len() + self.points.len()
    }
}

/// What preparing needs to know about the request and the server.
pub(crate) struct Setting {
    pub(crate) project: ProjectId,
    pub(crate) source: Source,
    pub(crate) now: DateTime<Utc>,
    pub(crate) random: Random,
    /// The body was not UTF-8 and has been repaired.
    pub(crate) repaired: bool,
}

/// Validates and normalises every item: events in the first list, metric points in the second.
pub(crate) fn batch(batch: Batch<'_>, setting: &Setting) -> Prepared {
    let Batch { envelope, identity, lists, body_hash } = batch;
    let reading = match setting.source {
        Source::Import => Reading::import(setting.now),
        Source::Track | Source::Metrics => Reading::live(setting.now, envelope.sent_at.as_ref()),
    };
    let (event_items, point_items) = match (setting.source, lists.as_slice()) {
        (Source::Track, [events]) => (events.as_slice(), &[][..]),
        (Source::Metrics, [points]) => (&[][..], points.as_slice()),
        (_, [events, points]) => (events.as_slice(), points.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let install_id = envelope.install_id.as_deref();
    let mut errors = Vec::new();
    let mut events = rows(event_items, 0, setting.repaired, &mut errors, validate::event, |valid| {
        normalise::event::event(valid, &reading, install_id, new_id(setting))
    });
    if install_id.is_some() {
        normalise::event::restore_device_order(&mut events);
    }
    let rejected_events = errors.len();
    let points = rows(point_items, event_items.len(), setting.repaired, &mut errors, validate::point, |valid| {
        normalise::point::point(valid, &reading)
    });

    let sdk = envelope.sdk.as_ref().map(ToString::to_string).unwrap_or_default();
    let imported = setting.source == Source::Import;
    let mut books = Books { sdk: &sdk, counts: Vec::new() };
    books.signal(Signal::Event, events.len(), &errors[..rejected_events], imported);
    books.signal(Signal::Metric, points.len(), &errors[rejected_events..], imported);
    books.envelope(if setting.source == Source::Metrics { Signal::Metric } else { Signal::Event }, &envelope);

    Prepared {
        project: setting.project,
        entry: NewBatch {
            batch_id: batch_id(identity.as_ref(), setting),
            signal: setting.source.code(),
            body_hash,
            accepted: (events.len() + points.len()) as i32,
            rejected: errors.len() as i32,
            errors: errors.iter().take(ERRORS_LISTED_MAX).cloned().collect(),
        },
        outcomes: books.counts,
        install_id: envelope.install_id,
        events,
        points,
        sdk,
    }
}

fn rows<T, R>(
    items: &[&RawValue],
    first_index: usize,
    repaired: bool,
    errors: &mut Vec<ItemError>,
    validate: impl Fn(&RawValue) -> Result<Valid<T>, Refusal>,
    normalise: impl Fn(Valid<T>) -> Result<R, Refusal>,
) -> Vec<R> {
    let mut rows = Vec::with_capacity(items.len());
    for (index, raw) in items.iter().enumerate() {
        let row = validate(raw)
            .and_then(|valid| normalise(Valid { repaired: valid.repaired || repaired && raw.get().contains('\u{fffd}'), ..valid }));
        match row {
            Ok(row) => rows.push(row),
            Err(refusal) => errors.push(refusal.at((first_index + index) as u32)),
        }
    }
    rows
}

/// The ledger's id: the sender's, or a new one that nothing will ever repeat.
fn batch_id(identity: Option<&Identity>, setting: &Setting) -> Uuid {
    let hash = |bytes: &[u8]| {
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::new().chain_update(setting.project.0.to_be_bytes()).chain_update(bytes).finalize()[..16]);
        hash
    };
    match identity {
        Some(Identity::Uuid(id)) => ledger_id(*id, hash(id.as_bytes()), setting.now),
        Some(Identity::Text(text)) => ledger_id(Uuid::nil(), hash(text.as_bytes()), setting.now),
        None => new_id(setting),
    }
}

fn new_id(setting: &Setting) -> Uuid {
    crate::uuid_v7(setting.now, (setting.random)())
}

/// Changes of the books that one batch makes.
struct Books<'s> {
    sdk: &'s str,
    counts: Vec<OutcomeCount>,
}

impl Books<'_> {
    fn add(&mut self, signal: Signal, outcome: Outcome, reason: &str, n: u64) {
        if n > 0 {
            // A sender's own counts are bounded, so that no sum can overflow.
            let n = n.min(1_000_000_000) as i64;
            self.counts.push(OutcomeCount {
                signal,
                outcome,
                reason: reason.chars().take(60).collect(),
                sdk: self.sdk.chars().take(100).collect(),
                n,
            });
        }
    }

    fn signal(&mut self, signal: Signal, stored: usize, errors: &[ItemError], imported: bool) {
        self.add(signal, if imported { Outcome::Imported } else { Outcome::Stored }, "", stored as u64);
        let mut by_code = BTreeMap::<&'static str, u64>::new();
        for error in errors {
            *by_code.entry(error.code.word()).or_default() += 1;
        }
        for (code, n) in by_code {
            self.add(signal, Outcome::Rejected, code, n);
        }
    }

    /// What the SDK says about itself.
    fn envelope(&mut self, signal: Signal, envelope: &Envelope) {
        self.add(signal, Outcome::Made, "", envelope.made.unwrap_or_default());
        for (reason, n) in envelope.lost.iter().take(20) {
            self.add(signal, Outcome::Lost, reason, *n);
        }
    }
}
