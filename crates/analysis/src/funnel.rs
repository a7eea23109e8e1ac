//! Funnels: how many do one thing after another, and how long they take.
//!
//! An attempt begins with an event of the first step and takes later events for the steps after it, one event for one
//! step, all within the window from its beginning. A person (or session) counts for every step up to the deepest one of
//! any attempt. Whose attempts: see [`Entry`]; what may lie between the steps: see [`Order`].

mod attempt;

use crate::history::{Cancel, Cancelled, History, Ordered, Rows, Run, Selection, Visit};
use crate::keys::{KeyReader, Keys};
use crate::sessions::{BySession, Sessions};

use attempt::{Attempt, Attempts, Event};

/// Steps of one funnel.
pub const STEPS_MAX: usize = 20;

/// What may lie between the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Anything.
    Loose,
    /// Nothing: the next event is the next step.
    Strict,
    /// The steps may come in any order; step `n` means `n` different ones within the window.
    Any,
}

/// Which events of the first step begin an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Each of them; the one that gets furthest counts.
    Every,
    /// The first of the range alone.
    First,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Persons, whose events of all sessions belong together.
    People,
    /// Sessions; an attempt ends with its session.
    Sessions,
}

/// How a funnel is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Rule {
    pub order: Order,
    pub entry: Entry,
    pub unit: Unit,
    /// Longest time from the first step to the last, in milliseconds, which may just be reached.
    pub window_ms: i64,
}

/// One step of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepCounts {
    /// Persons or sessions that got so far.
    pub reached: u64,
    /// Of each of them the time since the step before, in milliseconds, in no order; empty for the first step.
    pub since_previous_ms: Vec<i64>,
    /// Of each of them the time since the first step; empty for the first step.
    pub since_first_ms: Vec<i64>,
}

/// The steps of every value of `keys`, by its number. An attempt belongs to the value of the event that begins it.
///
/// `steps` are the rows of each step, at most [`STEPS_MAX`]; `within` are the rows that exist at all: sessions are made of
/// them, and between strict steps none of them may lie.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    within: &Selection,
    steps: &[Selection],
    keys: &Keys,
    rule: Rule,
    cancel: &Cancel,
) -> Result<Vec<Vec<StepCounts>>, Cancelled> {
    let steps = &steps[..steps.len().min(STEPS_MAX)];
    // Events of no step matter where nothing may lie between steps, and where they hold a session together.
    let all = rule.order == Order::Strict || rule.unit == Unit::Sessions;
    let steps_of_any = || steps.iter().cloned().reduce(Selection::or).unwrap_or_else(|| Selection::none(history.blocks().len()));
    let chosen = if all { within.clone() } else { steps_of_any().and(within.clone()) };
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
    let steps_of: Vec<Vec<&Rows>> = (0..history.blocks().len()).map(|block| steps.iter().map(|step| &step[block]).collect()).collect();
    let visitor = || Visitor {
        history,
        chosen: &chosen,
        steps: &steps_of,
        readers: &readers,
        rule,
        sessions: Sessions::of(history),
        ordered: Ordered::default(),
        events: Vec::new(),
        words: [0; STEPS_MAX],
        by_session: BySession::default(),
        attempts: Attempts::new(steps.len()),
        counts: vec![vec![StepCounts::default(); steps.len()]; keys.len()],
    };
    let mut counts = vec![vec![StepCounts::default(); steps.len()]; keys.len()];
    for visitor in history.walk(cancel, visitor)? {
        for (step, other) in counts.iter_mut().flatten().zip(visitor.counts.into_iter().flatten()) {
            step.reached += other.reached;
            step.since_previous_ms.extend(other.since_previous_ms);
            step.since_first_ms.extend(other.since_first_ms);
        }
    }
    Ok(counts)
}

struct Visitor<'a> {
    history: &'a History,
    chosen: &'a Selection,
    /// The rows of each step, by block.
    steps: &'a [Vec<&'a Rows>],
    readers: &'a [KeyReader<'a>],
    rule: Rule,
    sessions: Sessions<'a>,
    ordered: Ordered,
    events: Vec<Event>,
    /// The rows at hand of each step.
    words: [u64; STEPS_MAX],
    by_session: BySession,
    attempts: Attempts,
    counts: Vec<Vec<StepCounts>>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        let mut ordered = std::mem::take(&mut self.ordered);
        match self.rule.unit {
            Unit::People => {
                let mut events = std::mem::take(&mut self.events);
                events.clear();
                if Ordered::already(self.history, runs) {
                    runs.iter().for_each(|run| self.events_of(*run, &mut events));
                } else {
                    let rows = ordered.rows(self.history, runs, self.chosen).iter();
                    events.extend(rows.map(|row| self.event(row.block as usize, row.row as usize)));
                }
                self.settle(&events);
                self.events = events;
            }
            Unit::Sessions => {
                let (mut by_session, mut events) = (std::mem::take(&mut self.by_session), std::mem::take(&mut self.events));
                let rows = ordered.rows(self.history, runs, self.chosen);
                for rows in by_session.of(&mut self.sessions, runs, rows) {
                    events.clear();
                    events.extend(rows.iter().map(|row| self.event(row.block as usize, row.row as usize)));
                    self.settle(&events);
                }
                (self.by_session, self.events) = (by_session, events);
            }
        }
        self.ordered = ordered;
    }
}

impl Visitor<'_> {
    /// The chosen events of a run. Rows of it are neighbours, so what they are is read for 64 of them at once.
    fn events_of(&mut self, run: Run, events: &mut Vec<Event>) {
        let block = run.block as usize;
        let (steps, times, midnight) = (&self.steps[block], self.history.times(block), self.history.midnight(block));
        let words = &mut self.words[..steps.len()];
        for (index, mut chosen) in self.chosen[block].words(run.rows()) {
            words.iter_mut().zip(steps).for_each(|(word, rows)| *word = rows.word(index));
            while chosen != 0 {
                let bit = chosen.trailing_zeros();
                chosen &= chosen - 1;
                let row = index * 64 + bit as usize;
                let ts_ms = midnight + i64::from(times[row]);
                events.push(Event { ts_ms, steps: bits(words.iter().map(|word| word >> bit & 1 != 0)), key: self.readers[block].at(row) });
            }
        }
    }

    fn event(&self, block: usize, row: usize) -> Event {
        let ts_ms = self.history.midnight(block) + i64::from(self.history.times(block)[row]);
        Event { ts_ms, steps: bits(self.steps[block].iter().map(|rows| rows.has(row))), key: self.readers[block].at(row) }
    }

    /// Counts the furthest attempt of one person or session.
    fn settle(&mut self, events: &[Event]) {
        let Some(Attempt { key, times, .. }) = self.attempts.furthest(events, self.rule) else { return };
        for (step, counts) in self.counts[*key as usize].iter_mut().take(times.len()).enumerate() {
            counts.reached += 1;
            if step > 0 {
                counts.since_previous_ms.push(times[step] - times[step - 1]);
                counts.since_first_ms.push(times[step] - times[0]);
            }
        }
    }
}

/// A bit for each step that an event is.
#[inline]
fn bits(is: impl Iterator<Item = bool>) -> u32 {
    is.enumerate().fold(0, |bits, (step, is)| bits | (u32::from(is) << step))
}
