//! Journeys: what people do after a certain event, or before it, step by step.
//!
//! A journey begins with the first start event of a person (or session) and goes on with the events after it, until the
//! window from its beginning or its steps are over. Backwards it begins with the last start event and goes to the events
//! before it. An event that repeats the one before it may be left out.

use std::collections::{BTreeMap, HashMap};

use crate::funnel::Unit;
use crate::history::{Cancel, Cancelled, History, Ordered, RowRef, Run, Selection, Visit};
use crate::keys::{KeyReader, Keys};
use crate::sessions::{BySession, Sessions};
use crate::trend::Key;

/// Steps of a journey, the start included.
pub const STEPS_MAX: usize = 10;

/// Which way a journey goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Direction {
    After,
    Before,
}

/// How journeys are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which way they go.
    pub direction: Direction,
    /// Whose journeys they are.
    pub unit: Unit,
    /// Longest time from the start, in milliseconds.
    pub window_ms: i64,
    /// Steps with the start, at most [`STEPS_MAX`].
    pub steps: usize,
    /// An event with the value of the one before it is no step.
    pub collapse: bool,
    /// Values of a step that are shown by themselves; the others are shown together.
    pub top: usize,
}

/// What is at one step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Node {
    pub key: Key,
    pub journeys: u64,
    /// Those that end here, though there was room for another step.
    pub ended: u64,
}

/// How many went from one node to another of the next step; both by their places in their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub journeys: u64,
}

/// One step of all journeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Largest first, the others together last.
    pub nodes: Vec<Node>,
    /// From the step before; none into the first.
    pub links: Vec<Link>,
}

/// The journeys of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journeys {
    /// How many there are: persons or sessions with a start event.
    pub total: u64,
    /// Step by step, from the start on.
    pub steps: Vec<Step>,
}

/// The journeys over the rows in `chosen` that begin with rows in `start`, by the values of `keys`; sessions are made of the
/// rows in `within`.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    within: &Selection,
    chosen: &Selection,
    start: &Selection,
    keys: &Keys,
    rule: Rule,
    cancel: &Cancel,
) -> Result<Journeys, Cancelled> {
    let rule = Rule { steps: rule.steps.clamp(1, STEPS_MAX), ..rule };
    let readers: Vec<KeyReader<'_>> = (0..history.blocks().len()).map(|block| keys.reader(history, block)).collect();
    let visitor = || Visitor {
        history,
        within,
        chosen,
        start,
        readers: &readers,
        rule,
        sessions: Sessions::of(history),
        ordered: Ordered::default(),
        by_session: BySession::default(),
        paths: HashMap::new(),
    };
    let mut paths = BTreeMap::<Vec<u32>, u64>::new();
    for visitor in history.walk(cancel, visitor)? {
        for (path, journeys) in visitor.paths {
            *paths.entry(path).or_default() += journeys;
        }
    }
    Ok(draw(&paths, keys, rule))
}

struct Visitor<'a> {
    history: &'a History,
    within: &'a Selection,
    chosen: &'a Selection,
    start: &'a Selection,
    readers: &'a [KeyReader<'a>],
    rule: Rule,
    sessions: Sessions<'a>,
    ordered: Ordered,
    by_session: BySession,
    paths: HashMap<Vec<u32>, u64>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        let mut ordered = std::mem::take(&mut self.ordered);
        let rows = ordered.rows(self.history, runs, self.within);
        match self.rule.unit {
            Unit::People => self.follow(rows),
            Unit::Sessions => {
                let mut by_session = std::mem::take(&mut self.by_session);
                by_session.of(&mut self.sessions, runs, rows).iter().filter(|rows| !rows.is_empty()).for_each(|rows| self.follow(rows));
                self.by_session = by_session;
            }
        }
        self.ordered = ordered;
    }
}

impl Visitor<'_> {
    fn follow(&mut self, rows: &[RowRef]) {
        let starts = |row: &RowRef| self.start[row.block as usize].has(row.row as usize);
        let path = match self.rule.direction {
            Direction::After => rows.iter().position(starts).map(|start| self.path(rows[start..].iter())),
            Direction::Before => rows.iter().rposition(starts).map(|start| self.path(rows[..=start].iter().rev())),
        };
        if let Some(path) = path {
            *self.paths.entry(path).or_default() += 1;
        }
    }

    fn path<'r>(&self, rows: impl Iterator<Item = &'r RowRef>) -> Vec<u32> {
        let mut path = Vec::with_capacity(self.rule.steps);
        let mut began = None;
        for row in rows {
            let began = *began.get_or_insert(row.ts_ms);
            let (block, place) = (row.block as usize, row.row as usize);
            if path.len() == self.rule.steps || (row.ts_ms - began).abs() > self.rule.window_ms {
                break;
            }
            // The start belongs to the journey whatever is chosen.
            if !path.is_empty() && !self.chosen[block].has(place) {
                continue;
            }
            let key = self.readers[block].at(place);
            if !self.rule.collapse || path.last() != Some(&key) {
                path.push(key);
            }
        }
        path
    }
}

/// Folds the values of each step into its largest ones and the others.
fn draw(paths: &BTreeMap<Vec<u32>, u64>, keys: &Keys, rule: Rule) -> Journeys {
    let mut steps: Vec<Step> = Vec::new();
    let mut places_before = HashMap::new();
    for step in 0..rule.steps {
        let mut counts = HashMap::<u32, u64>::new();
        for (path, journeys) in paths {
            if let Some(key) = path.get(step) {
                *counts.entry(*key).or_default() += journeys;
            }
        }
        if counts.is_empty() {
            break;
        }
        let mut ranked: Vec<(u32, u64)> = counts.into_iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| keys.value(a.0).cmp(&keys.value(b.0))));
        let shown = ranked.len().min(rule.top);
        let places: HashMap<u32, usize> = ranked.iter().enumerate().map(|(place, (key, _))| (*key, place.min(shown))).collect();
        let key = |place: usize| match ranked.get(place).filter(|_| place < shown) {
            None => Key::Other,
            Some((key, _)) => keys.values()[*key as usize].clone().map_or(Key::Absent, Key::Value),
        };
        let count = shown + usize::from(ranked.len() > shown);
        let mut nodes: Vec<Node> = (0..count).map(|place| Node { key: key(place), journeys: 0, ended: 0 }).collect();
        let mut links = BTreeMap::<(usize, usize), u64>::new();
        for (path, journeys) in paths {
            let Some(key) = path.get(step) else { continue };
            let place = places[key];
            nodes[place].journeys += journeys;
            if path.len() == step + 1 && path.len() < rule.steps {
                nodes[place].ended += journeys;
            }
            if step > 0 {
                *links.entry((places_before[&path[step - 1]], place)).or_default() += journeys;
            }
        }
        let links = links.into_iter().map(|((from, to), journeys)| Link { from, to, journeys }).collect();
        steps.push(Step { nodes, links });
        places_before = places;
    }
    Journeys { total: paths.values().sum(), steps }
}
