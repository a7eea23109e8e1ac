//! The raw rows of every signal, as one flush writes them.

use chrono::{DateTime, Utc};
use protocol::outcome::Signal;
use uuid::Uuid;

use crate::error_reports::{self, NewErrorReport};
use crate::events::{self, NewEvent};
use crate::identities::{self, NewIdentity};
use crate::logs::{self, NewLog};
use crate::metric_points::{self, NewPoint};
use crate::place::Place;
use crate::spans::{self, NewSpan};
use crate::{Result, Rows, Transaction};

/// One item as its row.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
#[allow(clippy::large_enum_variant, reason = "events are by far the most frequent")]
pub enum Row {
    Event(NewEvent),
    Point(NewPoint),
    Span(NewSpan),
    Error(NewErrorReport),
    Log(NewLog),
    Identity(NewIdentity),
}

impl Row {
    /// Which signal it is.
    pub fn signal(&self) -> Signal {
        match self {
            Self::Event(_) => Signal::Event,
            Self::Point(_) => Signal::Metric,
            Self::Span(_) => Signal::Span,
            Self::Error(_) => Signal::Error,
            Self::Log(_) => Signal::Log,
            Self::Identity(_) => Signal::Identity,
        }
    }

    /// Its corrected time.
    pub fn ts(&self) -> DateTime<Utc> {
        match self {
            Self::Event(row) => row.ts,
            Self::Point(row) => row.ts,
            Self::Span(row) => row.ts,
            Self::Error(row) => row.ts,
            Self::Log(row) => row.ts,
            Self::Identity(row) => row.ts,
        }
    }

    /// What ingest changed about it: bits of [`crate::flags`].
    pub fn flags_mut(&mut self) -> &mut i32 {
        match self {
            Self::Event(row) => &mut row.flags,
            Self::Point(row) => &mut row.flags,
            Self::Span(row) => &mut row.flags,
            Self::Error(row) => &mut row.flags,
            Self::Log(row) => &mut row.flags,
            Self::Identity(row) => &mut row.flags,
        }
    }

    /// The id that its sender gave it; only events and error reports have one.
    pub fn sent_id(&self) -> Option<Uuid> {
        match self {
            Self::Event(row) => Some(row.event_id),
            Self::Error(row) => Some(row.event_id),
            Self::Point(_) | Self::Span(_) | Self::Log(_) | Self::Identity(_) => None,
        }
    }
}

/// Rows encoded for their tables.
#[derive(Debug, Default)]
pub struct RawRows {
    /// One per signal, in the order of [`Signal::ALL`].
    tables: [Rows; Signal::ALL.len()],
}

impl RawRows {
    /// Adds a row.
    pub fn add(&mut self, place: Place<'_>, row: &Row) {
        let rows = &mut self.tables[index(row.signal())];
        match row {
            Row::Event(row) => events::encode(rows, place, row),
            Row::Point(row) => metric_points::encode(rows, place, row),
            Row::Span(row) => spans::encode(rows, place, row),
            Row::Error(row) => error_reports::encode(rows, place, row),
            Row::Log(row) => logs::encode(rows, place, row),
            Row::Identity(row) => identities::encode(rows, place, row),
        }
    }

    /// Rows of one signal so far.
    pub fn count(&self, signal: Signal) -> usize {
        self.tables[index(signal)].len()
    }

    /// Bytes of all rows so far.
    pub fn byte_len(&self) -> usize {
        self.tables.iter().map(Rows::byte_len).sum()
    }

    /// Writes every row in the flush's transaction.
    ///
    /// # Errors
    /// When the database refuses; the transaction is then lost as a whole.
    pub async fn copy(self, tx: &mut Transaction) -> Result<()> {
        for (signal, rows) in Signal::ALL.into_iter().zip(self.tables) {
            rows.copy(tx, statement(signal)).await?;
        }
        Ok(())
    }
}

fn index(signal: Signal) -> usize {
    signal.code() as usize - 1
}

const fn statement(signal: Signal) -> &'static str {
    match signal {
        Signal::Event => events::COPY,
        Signal::Metric => metric_points::COPY,
        Signal::Span => spans::COPY,
        Signal::Error => error_reports::COPY,
        Signal::Log => logs::COPY,
        Signal::Identity => identities::COPY,
    }
}
