//! A batch made ready for its flush: every item has become a row or an error.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use protocol::verdict::{BatchAnswer, ERRORS_LISTED_MAX, ItemCode};
use serde_json::value::RawValue;
use storage::batches::{NewBatch, ledger_id, other_ledger_id, project_hash};
use storage::events::NewEvent;
use storage::place::Place;
use storage::raw::Row;
use storage::rejections::NewRejection;
use uuid::Uuid;

use crate::Random;
use crate::books::Books;
use crate::decode::{Batch, Identity};
use crate::enrich::Surroundings;
use crate::normalise::time::Reading;
use crate::normalise::{self, event::restore_device_order};
use crate::refused::{OF_A_BATCH_MAX, Refused};
use crate::text::Text;
use crate::validate::{self, Refusal, Valid};

/// Which endpoint a batch came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Live(Signal),
    Import,
}

impl Source {
    /// The ledger keeps it, since the same id on another endpoint is another content.
    fn code(self) -> i16 {
        match self {
            Self::Live(signal) => signal.code(),
            Self::Import => 9,
        }
    }

    /// The signals that a batch may hold, each in its own list.
    pub(crate) fn signals(self) -> Vec<Signal> {
        match self {
            Self::Live(signal) => vec![signal],
            Self::Import => Signal::ALL.to_vec(),
        }
    }
}

/// An item that is a row.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Its position in the batch.
    pub(crate) index: u32,
    pub(crate) row: Row,
}

/// A batch whose items are rows.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) project: ProjectId,
    /// Whose quota it uses up.
    pub(crate) key_id: i32,
    pub(crate) entry: NewBatch,
    /// Under which the ledger may know it from yesterday.
    pub(crate) other_id: Option<Uuid>,
    pub(crate) install_id: Option<String>,
    pub(crate) items: Vec<Item>,
    /// The project asks that no id is stored twice.
    pub(crate) dedupe: bool,
    stored: Outcome,
    books: Books,
    /// The first items that were refused.
    refused: Vec<Refused>,
}

impl Prepared {
    /// What the sender is told when the batch is stored now.
    pub(crate) fn answer(&self) -> BatchAnswer {
        let NewBatch { accepted, rejected, ref errors, .. } = self.entry;
        BatchAnswer { accepted: accepted as u32, duplicate: false, rejected: rejected as u32, errors: errors.clone() }
    }

    /// Items that its sender put into it.
    pub(crate) fn read_items(&self) -> usize {
        usize::try_from(self.entry.accepted + self.entry.rejected).unwrap_or_default()
    }

    /// Where its `n`-th row of a flush lies.
    pub(crate) fn place(&self, received_at: DateTime<Utc>, flush_id: Uuid, n: i32) -> Place<'_> {
        let (project, batch_id) = (self.project, self.entry.batch_id);
        Place { project, received_at, flush_id, n, batch_id, install_id: self.install_id.as_deref() }
    }

    /// The first refused items as rows, each under an id of `new_id`.
    pub(crate) fn rejections(&self, mut new_id: impl FnMut() -> Uuid) -> impl Iterator<Item = NewRejection> {
        self.refused.iter().map(move |one| one.row(new_id(), self.entry.batch_id, self.books.sdk()))
    }

    /// Changes of the books when the batch is stored.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = OutcomeCount> {
        self.books.changes()
    }

    /// Changes of the books when the batch was stored before.
    pub(crate) fn replayed(&self) -> impl Iterator<Item = OutcomeCount> {
        let mut by_signal = BTreeMap::<Signal, i64>::new();
        for item in &self.items {
            *by_signal.entry(item.row.signal()).or_default() += 1;
        }
        by_signal.into_iter().map(|(signal, n)| self.books.change(signal, Outcome::Replayed, "", n))
    }

    /// Changes of the books when an item is left out because its id was stored before.
    pub(crate) fn left_out(&self, item: &Item) -> [OutcomeCount; 2] {
        let signal = item.row.signal();
        [self.books.change(signal, self.stored, "", -1), self.books.change(signal, Outcome::Duplicate, "", 1)]
    }

    /// Refuses the items at these places of `items`, which the database did not take.
    pub(crate) fn refuse(&mut self, places: &[usize]) {
        let mut place = 0..;
        let (refused, kept) =
            std::mem::take(&mut self.items).into_iter().partition(|_| place.next().is_some_and(|at| places.contains(&at)));
        self.items = kept;
        let refused: Vec<Item> = refused;
        for item in &refused {
            let code = ItemCode::NotStorable;
            let error = Refusal::new(code, "the database refused the item").at(item.index);
            self.books.moved(item.row.signal(), self.stored, (Outcome::Rejected, code.word()), 1);
            if self.refused.len() < OF_A_BATCH_MAX {
                self.refused.push(Refused::without_text(item.row.signal(), &error));
            }
            self.entry.errors.push(error);
        }
        self.entry.errors.sort_by_key(|error| error.index);
        self.entry.errors.truncate(ERRORS_LISTED_MAX);
        self.entry.accepted -= refused.len() as i32;
        self.entry.rejected += refused.len() as i32;
    }
}

/// What preparing needs to know about the request and the server.
pub(crate) struct Setting<'t> {
    pub(crate) project: ProjectId,
    pub(crate) key_id: i32,
    pub(crate) dedupe: bool,
    /// How old imported events may be.
    pub(crate) history_days: u32,
    pub(crate) source: Source,
    pub(crate) now: DateTime<Utc>,
    pub(crate) random: Random,
    /// The body, which knows where it was repaired.
    pub(crate) text: &'t Text<'t>,
    /// What the request shows of its sender.
    pub(crate) surroundings: Surroundings<'t>,
}

impl Setting<'_> {
    fn new_id(&self) -> Uuid {
        crate::uuid_v7(self.now, (self.random)())
    }
}

/// Validates and normalises every item. The lists are those of the source's signals, in their order.
pub(crate) fn batch(batch: Batch<'_>, setting: &Setting<'_>) -> Prepared {
    let Batch { envelope, identity, lists, body_hash } = batch;
    let reading = match setting.source {
        Source::Import => Reading::import(setting.now, setting.history_days),
        Source::Live(_) => Reading::live(setting.now, envelope.sent_at.as_ref()),
    };
    let stored = if setting.source == Source::Import { Outcome::Imported } else { Outcome::Stored };
    let mut books = Books::new(&envelope);
    let (mut items, mut errors) = (Vec::with_capacity(lists.iter().map(Vec::len).sum()), Vec::new());
    let mut refused = Vec::new();
    let mut index = 0;
    for (signal, list) in setting.source.signals().into_iter().zip(lists) {
        let (items_before, errors_before) = (items.len(), errors.len());
        let reading = reading.of(signal);
        for raw in list {
            match row(signal, raw, &reading, envelope.install_id.as_deref(), setting) {
                Ok(row) => items.push(Item { index, row }),
                Err(refusal) => {
                    let error = refusal.at(index);
                    if refused.len() < OF_A_BATCH_MAX {
                        refused.push(Refused::new(signal, raw, &error));
                    }
                    errors.push(error);
                }
            }
            index += 1;
        }
        books.add(signal, stored, "", (items.len() - items_before) as u64);
        books.rejected(signal, &errors[errors_before..]);
    }
    if envelope.install_id.is_some() {
        restore_device_order(&mut events(&mut items));
    }
    // An import speaks for itself: its sender is no SDK whose signals are on the way.
    if let Source::Live(signal) = setting.source {
        books.reported(signal, &envelope);
    }
    let (batch_id, other_id) = batch_ids(identity.as_ref(), setting);
    Prepared {
        project: setting.project,
        key_id: setting.key_id,
        entry: NewBatch {
            batch_id,
            signal: setting.source.code(),
            body_hash,
            accepted: items.len() as i32,
            rejected: errors.len() as i32,
            errors: errors.into_iter().take(ERRORS_LISTED_MAX).collect(),
        },
        other_id,
        install_id: envelope.install_id,
        items,
        dedupe: setting.dedupe,
        stored,
        books,
        refused,
    }
}

/// One item, from its JSON to its row.
fn row(signal: Signal, raw: &RawValue, reading: &Reading, install_id: Option<&str>, setting: &Setting<'_>) -> Result<Row, Refusal> {
    let body = BodyRepair(setting.text.is_repaired_in(raw.get()));
    let surroundings = &setting.surroundings;
    Ok(match signal {
        Signal::Event => {
            let valid = body.marked(validate::event(raw)?);
            Row::Event(normalise::event::event(valid, reading, surroundings, install_id, setting.new_id())?)
        }
        Signal::Metric => Row::Point(normalise::point::point(body.marked(validate::point(raw)?), reading)?),
        Signal::Span => Row::Span(normalise::span::span(body.marked(validate::span(raw)?), reading, surroundings)?),
        Signal::Error => {
            let valid = body.marked(validate::error_report(raw)?);
            Row::Error(normalise::error_report::error_report(valid, reading, surroundings, install_id, setting.new_id())?)
        }
        Signal::Log => Row::Log(normalise::log::log(body.marked(validate::log(raw)?), reading)?),
        Signal::Identity => Row::Identity(normalise::identity::identity(body.marked(validate::identity(raw)?), reading)?),
    })
}

/// Whether the body's repair touched this item.
struct BodyRepair(bool);

impl BodyRepair {
    fn marked<T>(&self, valid: Valid<T>) -> Valid<T> {
        Valid { repaired: valid.repaired || self.0, ..valid }
    }
}

fn events(items: &mut [Item]) -> Vec<&mut NewEvent> {
    items
        .iter_mut()
        .filter_map(|item| match &mut item.row {
            Row::Event(event) => Some(event),
            _ => None,
        })
        .collect()
}

/// The ledger's id: the sender's, or a new one that nothing will ever repeat. And its other spelling, near the window's ends.
fn batch_ids(identity: Option<&Identity>, setting: &Setting<'_>) -> (Uuid, Option<Uuid>) {
    let (sent, text) = match identity {
        Some(Identity::Uuid(id)) => (*id, id.as_bytes().as_slice()),
        Some(Identity::Text(text)) => (Uuid::nil(), text.as_bytes()),
        None => return (setting.new_id(), None),
    };
    let hash = project_hash(setting.project, text);
    (ledger_id(sent, hash, setting.now), other_ledger_id(sent, hash, setting.now))
}
