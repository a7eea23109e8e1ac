//! Finds what is new, each thing once.
//!
//! A flush takes its time of receipt when it begins and commits within two seconds, so flushes become visible a little out
//! of order. Every look therefore goes back over the last seconds and leaves out the flushes that it has read before.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{Rejection, TailLine, TailVerdict};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use storage::tail::{self, Arrival};
use storage::{Db, flags, rejections};
use uuid::Uuid;

/// A flush commits within this time of its receipt; with some to spare for clocks that differ.
const LOOKS_BACK: TimeDelta = TimeDelta::seconds(6);
/// Signals read at a time.
const PAGE: i64 = 500;
/// Refusals of one look; of more, the newest.
const REJECTIONS_MAX: i64 = 1_000;

/// What was read already, by id, with its time: as much as the next look could meet again.
type Known = BTreeMap<Uuid, DateTime<Utc>>;

/// Follows one project.
pub(super) struct Follower {
    db: Db,
    project: ProjectId,
    signals: Vec<Signal>,
    only_rejected: bool,
    /// Nothing from before this is shown.
    begin: DateTime<Utc>,
    flushes: BTreeMap<Signal, Known>,
    refused: Known,
    looked: Option<DateTime<Utc>>,
}

impl Follower {
    /// Begins at `begin`; without signals, with all.
    pub(super) fn new(db: Db, project: ProjectId, signals: Vec<Signal>, only_rejected: bool, begin: DateTime<Utc>) -> Self {
        let signals = if signals.is_empty() { Signal::ALL.to_vec() } else { signals };
        Self { db, project, signals, only_rejected, begin, flushes: BTreeMap::new(), refused: Known::new(), looked: None }
    }

    pub(super) fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Hands over what became visible since the last look, in the order of receipt.
    pub(super) async fn poll(&mut self, now: DateTime<Utc>, mut show: impl FnMut(TailLine) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let from = self.looked.map_or(self.begin, |looked| (looked - LOOKS_BACK).max(self.begin));
        let mut lines = Vec::new();
        if !self.only_rejected {
            for signal in self.signals.clone() {
                lines.extend(self.arrivals(signal, from).await?);
            }
        }
        lines.extend(self.rejections(from).await?);
        lines.sort_by_key(|line| line.at);
        for line in lines {
            show(line)?;
        }
        self.forget(from);
        self.looked = Some(now);
        Ok(())
    }

    async fn arrivals(&mut self, signal: Signal, from: DateTime<Utc>) -> anyhow::Result<Vec<TailLine>> {
        let known = self.flushes.entry(signal).or_default();
        let before: Vec<Uuid> = known.keys().copied().collect();
        let mut lines = Vec::new();
        let mut after = tail::beginning(from);
        loop {
            let page = tail::arrivals(&self.db, self.project, signal, from, &before, after, PAGE).await?;
            let full = page.len() as i64 == PAGE;
            for arrival in page {
                known.insert(arrival.flush_id, arrival.received_at);
                after = arrival.place();
                lines.push(stored(arrival));
            }
            if !full {
                return Ok(lines);
            }
        }
    }

    async fn rejections(&mut self, from: DateTime<Utc>) -> anyhow::Result<Vec<TailLine>> {
        let before: Vec<Uuid> = self.refused.keys().copied().collect();
        let found = rejections::latest(&self.db, self.project, None, from, &before, REJECTIONS_MAX).await?;
        self.refused.extend(found.iter().map(|one| (one.id, one.at)));
        let wanted = |one: &Rejection| one.signal.is_none_or(|signal| self.signals.contains(&signal));
        Ok(found.into_iter().filter(wanted).map(refused).collect())
    }

    /// What lies before the last look's beginning is never met again: later looks begin later.
    fn forget(&mut self, from: DateTime<Utc>) {
        for known in self.flushes.values_mut().chain([&mut self.refused]) {
            known.retain(|_, at| *at >= from);
        }
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
