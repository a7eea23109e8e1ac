//! The last half hour of one project, in memory.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use analysis::live::{self, Figures, Row, Split, Symbols};
use analysis::persons::Persons;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::filter::{Field, Filter, Value};
use protocol::id::ProjectId;
use protocol::limits::FUTURE_MINUTES_KEPT;
use protocol::live::{LiveEvent, LiveQuery, LiveSlice};
use protocol::receipt::BotRule;
use storage::Db;
use storage::live_events::{self, Cursor, LiveRow};
use uuid::Uuid;

use super::feed;
use super::people::{People, symbol_text};
use crate::ApiError;

/// Rows kept per project, 48 bytes each: of a busier project only the newest are counted, and the receipt says so.
pub(super) const ROWS_MAX: usize = 500_000;
/// Rows read at a time.
const PAGE_ROWS: usize = 50_000;
/// A flush is visible at most about two seconds after its time of receipt; clocks of several ingest processes may differ.
/// So long before the last refresh it is looked again, and flushes that were read before are left out.
const OVERLAP: TimeDelta = TimeDelta::seconds(15);
/// The feed is read again this often even when nothing new came, so that old events leave it.
const FEED_LASTS: TimeDelta = TimeDelta::seconds(60);
/// Numbers without a row are given up when there are this many, beyond two for every row.
const SPARE_SYMBOLS_MAX: usize = 100_000;

/// The last half hour of one project.
#[derive(Default)]
pub(super) struct Window {
    rows: Vec<Row>,
    actors: Symbols,
    people: People,
    sessions: Symbols,
    values: Symbols,
    /// Flushes that were read and may be met again, with their time of receipt.
    known: HashMap<Uuid, DateTime<Utc>>,
    feed: Vec<LiveEvent>,
    feed_read_at: Option<DateTime<Utc>>,
    refreshed_at: Option<DateTime<Utc>>,
    refresh_took: Duration,
    /// Rows before this were given up.
    partial_before: Option<DateTime<Utc>>,
}

impl Window {
    /// Reads what arrived since the last refresh, and forgets what is over. After an error, or when the future is dropped,
    /// the window is as it was.
    pub(super) async fn refresh(&mut self, db: &Db, project: ProjectId, now: DateTime<Utc>) -> Result<(), ApiError> {
        let began = Instant::now();
        // The client's clock may be a few minutes ahead: such an event was received before its own time.
        let earliest = live::first_minute(now) - TimeDelta::minutes(FUTURE_MINUTES_KEPT);
        let from = self.refreshed_at.map_or(earliest, |at| (at - OVERLAP).max(earliest));
        let known: Vec<Uuid> = self.known.keys().copied().collect();
        let (fresh, given_up) = read(db, project, from, &known, now).await?;
        let feed_is_old = self.feed_read_at.is_none_or(|at| now - at >= FEED_LASTS);
        let feed = if fresh.is_empty() && !feed_is_old {
            None
        } else {
            Some(feed::read(db, project, earliest, BotRule::Humans, &Filter::all()).await?)
        };

        self.partial_before = self.partial_before.max(given_up);
        for row in fresh.iter().rev() {
            self.known.insert(row.flush_id, row.received_at);
            self.push(row);
        }
        if let Some(feed) = feed {
            (self.feed, self.feed_read_at) = (feed, Some(now));
        }
        self.forget(now);
        self.people.grow(self.actors.len());
        self.refreshed_at = Some(now);
        self.refresh_took = began.elapsed();
        Ok(())
    }

    /// Tells which actors of the window are one person; after an error it is as it was told last.
    pub(super) async fn join(&mut self, db: &Db, project: ProjectId, persons: &Persons) -> Result<(), ApiError> {
        self.people.join(db, project, &self.actors, persons).await
    }

    fn push(&mut self, row: &LiveRow) {
        let actor = (row.actor_kind != 0).then(|| self.actors.intern(&symbol_text(row.actor_kind, &row.actor)));
        let session = row.session_id.as_deref().map(|text| self.sessions.intern(text));
        let values = [&row.country, &row.os, &row.route, &row.release, &row.referrer];
        let values = values.map(|value| value.as_deref().map(|text| self.values.intern(text)));
        let name = Some(self.values.intern(&row.name));
        self.rows.push(Row { ts_micros: row.ts.timestamp_micros(), actor, session, name, values, is_bot: row.is_bot });
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        let first = live::first_minute(now).timestamp_micros();
        self.rows.retain(|row| row.ts_micros >= first);
        if self.rows.len() > ROWS_MAX {
            // A quarter at a time, so that it is not sorted at every refresh.
            self.rows.sort_by_key(|row| row.ts_micros);
            self.rows.drain(..self.rows.len() - ROWS_MAX * 3 / 4);
            self.partial_before = self.partial_before.max(self.rows.first().and_then(|row| DateTime::from_timestamp_micros(row.ts_micros)));
        }
        self.known.retain(|_, received_at| *received_at >= now - OVERLAP);
        if self.actors.len() + self.sessions.len() + self.values.len() > self.rows.len() * 2 + SPARE_SYMBOLS_MAX {
            self.renumber();
        }
    }

    /// Gives the texts of the rows that are left new numbers, and forgets the others.
    fn renumber(&mut self) {
        let (mut actors, mut sessions, mut values) = (Symbols::default(), Symbols::default(), Symbols::default());
        for row in &mut self.rows {
            row.actor = row.actor.map(|symbol| actors.intern(self.actors.text(symbol)));
            row.session = row.session.map(|symbol| sessions.intern(self.sessions.text(symbol)));
            row.name = row.name.map(|symbol| values.intern(self.values.text(symbol)));
            row.values = row.values.map(|value| value.map(|symbol| values.intern(self.values.text(symbol))));
        }
        (self.actors, self.sessions, self.values) = (actors, sessions, values);
        self.people.forget();
    }

    pub(super) fn count(&self, now: DateTime<Utc>, query: &LiveQuery) -> Figures {
        let (filter, all) = (&query.filter, query.filter.is_all());
        let rows = self.rows.iter().filter(|row| all || filter.matches(&|field| self.value(row, field)));
        live::count(rows, query.bots, self.people.firsts(), self.sessions.len(), now, TimeDelta::minutes(query.window.minutes()))
    }

    fn value(&self, row: &Row, field: &Field) -> Value<'_> {
        let [country, os, route, release, referrer] = row.values;
        let symbol = match field {
            Field::Name => row.name,
            Field::Country => country,
            Field::Os => os,
            Field::Route => route,
            Field::Release => release,
            Field::Referrer => referrer,
            // No filter of Live is about another field.
            _ => None,
        };
        symbol.map_or(Value::Absent, |symbol| Value::Text(self.values.text(symbol)))
    }

    pub(super) fn slices(&self, figures: &Figures) -> [Vec<LiveSlice>; Split::ALL.len()] {
        std::array::from_fn(|split| live::top(&figures.splits[split], &self.values))
    }

    /// The newest events: those of people are held, others are read now.
    pub(super) async fn feed(&self, db: &Db, project: ProjectId, query: &LiveQuery) -> Result<Vec<LiveEvent>, ApiError> {
        if query.bots == BotRule::Humans && query.filter.is_all() {
            return Ok(self.feed.clone());
        }
        let earliest = live::first_minute(self.refreshed_at()) - TimeDelta::minutes(FUTURE_MINUTES_KEPT);
        feed::read(db, project, earliest, query.bots, &query.filter).await
    }

    /// Rows that are counted.
    pub(super) fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Some events at or after `from` were given up.
    pub(super) fn is_partial(&self, from: DateTime<Utc>) -> bool {
        self.partial_before.is_some_and(|before| from < before)
    }

    pub(super) fn refreshed_at(&self) -> DateTime<Utc> {
        self.refreshed_at.unwrap_or(DateTime::UNIX_EPOCH)
    }

    pub(super) fn refresh_took(&self) -> Duration {
        self.refresh_took
    }
}

/// What arrived, newest first, and the time of receipt before which rows were given up.
async fn read(
    db: &Db,
    project: ProjectId,
    from: DateTime<Utc>,
    known: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(Vec<LiveRow>, Option<DateTime<Utc>>), ApiError> {
    let mut rows: Vec<LiveRow> = Vec::new();
    // An ingest process's clock may be ahead of ours.
    let mut before = Cursor::after(now + TimeDelta::hours(1));
    loop {
        let page = live_events::since(db, project, from, known, before, PAGE_ROWS as i64).await?;
        let is_last = page.len() < PAGE_ROWS;
        rows.extend(page);
        match rows.last() {
            Some(last) if !is_last && rows.len() >= ROWS_MAX => {
                let given_up = last.received_at;
                return Ok((rows, Some(given_up)));
            }
            Some(last) if !is_last => before = last.cursor(),
            _ => return Ok((rows, None)),
        }
    }
}
