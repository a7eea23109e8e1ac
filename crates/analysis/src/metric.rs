//! Metrics over time: which lines a chart has, and what their buckets are worth.
//!
//! Values of several cells are never averaged: cells are added up, sketches included, and the sum is asked. So a percentile
//! of a day is that of the day's points, and "other" is what its points say together.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use protocol::metric::Aggregate;

use crate::calendar::Frame;
use crate::cell::Cell;

/// A group: a value for each attribute that is grouped by, `None` where points have none.
pub type GroupKey = Vec<Option<String>>;

/// Series by what they are grouped by, with what their points of the range say together.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    by_key: BTreeMap<Option<GroupKey>, Group>,
}

/// The series of one group.
#[derive(Clone, Debug, Default)]
struct Group {
    series: Vec<i32>,
    total: Option<Cell>,
}

impl Groups {
    /// Adds a series to a group; `None` for one that stands for what is beyond the series limit, which is part of the rest
    /// whatever is grouped by.
    pub fn add(&mut self, series_id: i32, key: Option<GroupKey>) {
        self.by_key.entry(key).or_default().series.push(series_id);
    }

    /// Tells the points of a series, a cell at a time.
    pub fn tell<'c>(&mut self, group_of: &HashMap<i32, Option<GroupKey>>, cells: impl IntoIterator<Item = (i32, &'c Cell)>) {
        for (series_id, cell) in cells {
            let Some(group) = group_of.get(&series_id).and_then(|key| self.by_key.get_mut(key)) else { continue };
            match &mut group.total {
                Some(total) => total.merge(cell),
                empty => *empty = Some(cell.clone()),
            }
        }
    }

    /// The groups with the largest values over `seconds`, largest first, at most `top`; of equal ones those with more points,
    /// then the first by name. Groups without points have no rank.
    pub fn largest(&self, aggregate: Aggregate, seconds: f64, top: usize) -> Vec<GroupKey> {
        let ranked = self.by_key.iter().filter_map(|(key, group)| {
            let total = group.total.as_ref()?;
            Some((key.as_ref()?, total.aggregate(aggregate, seconds).unwrap_or(f64::NEG_INFINITY), total.n))
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)));
        ranked.into_iter().take(top).map(|(key, ..)| key.clone()).collect()
    }
}

/// Which line of the chart a series belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The groups with a line each; what is in none of them is the rest, whose line comes last.
    pub groups: Vec<GroupKey>,
    places: HashMap<GroupKey, usize>,
    grouped: bool,
}

impl Lines {
    /// One line for all series.
    pub fn together() -> Self {
        Self { groups: vec![Vec::new()], places: HashMap::new(), grouped: false }
    }

    /// A line for each of these groups, and one for the rest.
    pub fn of_groups(groups: Vec<GroupKey>) -> Self {
        let places = groups.iter().cloned().zip(0..).collect();
        Self { groups, places, grouped: true }
    }

    /// The line of a group; `None` stands for what is beyond the series limit.
    pub fn of(&self, key: Option<&GroupKey>) -> usize {
        if !self.grouped {
            return 0;
        }
        key.and_then(|key| self.places.get(key)).copied().unwrap_or(self.groups.len())
    }

    /// Lines, the rest included where there can be one.
    pub fn count(&self) -> usize {
        self.groups.len() + usize::from(self.grouped)
    }
}

/// Cells added up by line and bucket.
#[derive(Clone, Debug)]
pub struct Chart {
    frame: Frame,
    lines: Vec<Vec<Option<Cell>>>,
}

impl Chart {
    /// A chart without points.
    pub fn new(frame: Frame, lines: usize) -> Self {
        let line = vec![None; frame.buckets.len()];
        Self { frame, lines: vec![line; lines] }
    }

    /// Adds a cell that begins at `start` to a line; one outside of the frame is left out.
    pub fn add(&mut self, line: usize, start: DateTime<Utc>, cell: &Cell) {
        let Some(bucket) = self.frame.index_of(start) else { return };
        match &mut self.lines[line][bucket] {
            Some(sum) => sum.merge(cell),
            empty => *empty = Some(cell.clone()),
        }
    }

    /// A line's value in each bucket; `None` where there were no points. Rates are over the whole bucket, also of one that
    /// is not over.
    pub fn values(&self, line: usize, aggregate: Aggregate) -> Vec<Option<f64>> {
        let seconds = |start: DateTime<Utc>, end: DateTime<Utc>| (end - start).num_milliseconds() as f64 / 1_000.0;
        let buckets = self.frame.buckets.iter().zip(&self.lines[line]);
        buckets.map(|(bucket, cell)| cell.as_ref()?.aggregate(aggregate, seconds(bucket.start, bucket.end))).collect()
    }

    /// A line's value over the whole frame, whose part before `until` counts for rates.
    pub fn total(&self, line: usize, aggregate: Aggregate, until: DateTime<Utc>) -> Option<f64> {
        self.total_of(line, self.frame.buckets.len(), aggregate, until)
    }

    /// The same over the first so many buckets alone.
    pub fn total_of(&self, line: usize, buckets: usize, aggregate: Aggregate, until: DateTime<Utc>) -> Option<f64> {
        let seconds = (self.frame.end().min(until) - self.frame.start()).num_milliseconds() as f64 / 1_000.0;
        self.cell(line, buckets)?.aggregate(aggregate, seconds)
    }

    /// What a line's points say together, over the first so many buckets.
    pub fn cell(&self, line: usize, buckets: usize) -> Option<Cell> {
        let mut cells = self.lines[line].iter().take(buckets).flatten();
        let mut sum = cells.next()?.clone();
        for cell in cells {
            sum.merge(cell);
        }
        Some(sum)
    }

    /// How many values of each bucket lie between which of some rising bounds; see [`Cell::spread`].
    pub fn spread(&self, line: usize, bounds: &[f64]) -> Vec<Vec<u64>> {
        let rows = bounds.len().saturating_sub(1);
        let bucket = |cell: &Option<Cell>| {
            let mut counts = vec![0; rows];
            if let Some(cell) = cell {
                cell.spread(bounds, &mut counts);
            }
            counts
        };
        self.lines[line].iter().map(bucket).collect()
    }

    /// Where it begins.
    pub fn start(&self) -> DateTime<Utc> {
        self.frame.start()
    }

    /// Points of a line.
    pub fn points(&self, line: usize) -> u64 {
        self.lines[line].iter().flatten().map(|cell| cell.n.unsigned_abs()).sum()
    }
}
