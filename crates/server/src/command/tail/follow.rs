//! Finds what is new, each thing once.
//!
//! A flush takes its time of receipt when it begins and commits within two seconds, so flushes become visible a little out
//! of order. Every look therefore goes back a little from the newest that was seen, and leaves out the flushes that it has
//! read before. Only times of receipt are compared with one another: the clock of this machine may be wrong.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Rejection, TailLine, TailVerdict};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use storage::live_events::Cursor;
use storage::tail::{self, Arrival};
use storage::{Db, flags, ingest_processes, rejections};
use uuid::Uuid;

/// A flush commits within this time of its receipt; with some to spare for the clocks of several ingest processes.
const LOOKS_BACK: TimeDelta = TimeDelta::seconds(6);
/// Signals read at a time.
const PAGE: i64 = 500;
/// Refusals of one look; of more, the newest.
const REJECTIONS_MAX: i64 = 1_000;

/// Follows one project.
pub(super) struct Follower {
    db: Db,
    project: ProjectId,
    since: TimeDelta,
    /// Nothing from before this is shown.
    begin: Option<DateTime<Utc>>,
    signals: Vec<Signal>,
    stored: Vec<(Signal, Stream, Option<Look>)>,
    refused: Stream,
}

/// What was read of one kind.
#[derive(Default)]
struct Stream {
    /// Read already, by id, with its time: as much as the next look could meet again.
    known: BTreeMap<Uuid, DateTime<Utc>>,
    newest: Option<DateTime<Utc>>,
    /// Read, and to be shown.
    lines: VecDeque<TailLine>,
}

/// A look that is not over: an answer that fails to come does not end it.
struct Look {
    from: DateTime<Utc>,
    known: Vec<Uuid>,
    after: Cursor,
}

impl Stream {
    fn from(&self, begin: DateTime<Utc>) -> DateTime<Utc> {
        self.newest.map_or(begin, |newest| (newest - LOOKS_BACK).max(begin))
    }

    fn known(&self) -> Vec<Uuid> {
        self.known.keys().copied().collect()
    }

    fn read(&mut self, id: Uuid, at: DateTime<Utc>, line: Option<TailLine>) {
        self.known.insert(id, at);
        self.newest = self.newest.max(Some(at));
        self.lines.extend(line);
    }

    /// What the next look cannot meet again need not be known.
    fn forget(&mut self) {
        if let Some(newest) = self.newest {
            self.known.retain(|_, at| *at >= newest - LOOKS_BACK);
        }
    }
}

impl Follower {
    /// Begins so long ago; without signals, with all.
    pub(super) fn new(db: Db, project: ProjectId, signals: Vec<Signal>, only_rejected: bool, since: TimeDelta) -> Self {
        let signals = if signals.is_empty() { Signal::ALL.to_vec() } else { signals };
        let read = if only_rejected { &[] } else { signals.as_slice() };
        let stored = read.iter().map(|signal| (*signal, Stream::default(), None)).collect();
        Self { db, project, since, begin: None, signals, stored, refused: Stream::default() }
    }

    pub(super) fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Hands over what became visible since the last look, in the order of receipt, a page at a time. `now` is where it
    /// begins when no ingest process says what time it is.
    pub(super) async fn poll(&mut self, now: DateTime<Utc>, mut show: impl FnMut(TailLine) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let begin = self.begin(now).await?;
        self.rejections(begin).await?;
        for (_, stream, look) in &mut self.stored {
            let from = stream.from(begin);
            look.get_or_insert_with(|| Look { from, known: stream.known(), after: tail::beginning(from) });
        }
        loop {
            self.arrivals().await?;
            let streams = self.stored.iter_mut().map(|(_, stream, _)| stream).chain([&mut self.refused]);
            let first = streams.filter(|stream| !stream.lines.is_empty()).min_by_key(|stream| stream.lines.front().map(|line| line.at));
            match first.and_then(|stream| stream.lines.pop_front()) {
                Some(line) => show(line)?,
                None => return Ok(()),
            }
        }
    }

    /// Where it begins, by the clock that signals are received by. Until something was seen, a process that starts may
    /// still tell that this machine's clock is ahead.
    async fn begin(&mut self, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
        let seen = self.refused.newest.is_some() || self.stored.iter().any(|(_, stream, _)| stream.newest.is_some());
        let begin = match self.begin {
            Some(begin) if seen => begin,
            before => {
                let server = ingest_processes::last_seen(&self.db).await?.map(|seen| seen - self.since);
                before.into_iter().chain(server).min().unwrap_or(now - self.since)
            }
        };
        self.begin = Some(begin);
        Ok(begin)
    }

    /// Reads a page of every signal of which nothing is left to be shown, and more may be there.
    async fn arrivals(&mut self) -> anyhow::Result<()> {
        for (signal, stream, look) in &mut self.stored {
            let Some(Look { from, known, after }) = look.as_mut().filter(|_| stream.lines.is_empty()) else { continue };
            let page = tail::arrivals(&self.db, self.project, *signal, *from, known, *after, PAGE).await?;
            let full = page.len() as i64 == PAGE;
            for arrival in page {
                *after = arrival.place();
                stream.read(arrival.flush_id, arrival.received_at, Some(stored(arrival)));
            }
            stream.forget();
            if !full {
                *look = None;
            }
        }
        Ok(())
    }

    async fn rejections(&mut self, begin: DateTime<Utc>) -> anyhow::Result<()> {
        let stream = &mut self.refused;
        let mut found = rejections::latest(&self.db, self.project, None, stream.from(begin), &stream.known(), REJECTIONS_MAX).await?;
        found.reverse();
        let wanted = |one: &Rejection| one.signal.is_none_or(|signal| self.signals.contains(&signal));
        for one in found {
            stream.read(one.id, one.at, wanted(&one).then(|| refused(one)));
        }
        stream.forget();
        Ok(())
    }
}

fn stored(arrival: Arrival) -> TailLine {
    let bot = arrival.is_bot.then(|| "bot".to_owned());
    TailLine {
        at: arrival.received_at,
        verdict: TailVerdict::Stored,
        signal: Some(arrival.signal),
        id: arrival.id.map(|id| id.to_string()),
        ts: Some(arrival.ts),
        name: arrival.name,
        actor: arrival.actor,
        environment: arrival.environment,
        notes: flags::words(arrival.flags).into_iter().map(str::to_owned).chain(bot).collect(),
        fix: String::new(),
    }
}

fn refused(one: Rejection) -> TailLine {
    TailLine {
        at: one.at,
        verdict: if one.index.is_some() { TailVerdict::Rejected } else { TailVerdict::Refused },
        signal: one.signal,
        id: one.item_id,
        ts: None,
        name: one.name.unwrap_or_default(),
        actor: String::new(),
        environment: String::new(),
        notes: vec![format!("{}: {}", one.code, one.message)],
        fix: one.hint,
    }
}
