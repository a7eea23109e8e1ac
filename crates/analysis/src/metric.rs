//! Metrics over time: which lines a chart has, and what their buckets are worth.
//!
//! Values of several cells are never averaged: cells are added up, sketches included, and the sum is asked. So a percentile
//! of a day is that of the day's points, and "other" is what its points say together.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use protocol::explorer::SERIES_SHOWN_MAX;
use protocol::metric::Aggregate;

use crate::calendar::Frame;
use crate::cell::Cell;

/// One series with points in the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Which.
    pub series_id: i32,
    /// The value of the tag that is grouped by; `None` when it has no such tag.
    pub value: Option<String>,
    /// It stands for what is beyond the series limit: part of the rest, whatever it is grouped by.
    pub is_rest: bool,
    /// Points in the range.
    pub points: u64,
}

/// Which line of the chart a series belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The lines, largest first, the rest last.
    pub labels: Vec<Label>,
    line_of: HashMap<i32, usize>,
}

/// What a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The tag's value; `None` without grouping, for series without the tag, and for the rest.
    pub value: Option<String>,
    /// Everything beyond the largest, taken together.
    pub other: bool,
    /// Points in the range.
    pub points: u64,
}

impl Lines {
    /// One line for all series.
    pub fn together(series: &[Weighed]) -> Self {
        let points = series.iter().map(|series| series.points).sum();
        Self {
            labels: vec![Label { value: None, other: false, points }],
            line_of: series.iter().map(|series| (series.series_id, 0)).collect(),
        }
    }

    /// A line for each of the [`SERIES_SHOWN_MAX`] values with most points, of equal ones the first by name, and one for the rest.
    pub fn by_value(series: &[Weighed]) -> Self {
        let mut groups = BTreeMap::<Option<&str>, Vec<&Weighed>>::new();
        for series in series.iter().filter(|series| !series.is_rest) {
            groups.entry(series.value.as_deref()).or_default().push(series);
        }
        let points = |group: &[&Weighed]| group.iter().map(|series| series.points).sum::<u64>();
        let mut groups: Vec<_> = groups.into_iter().filter(|(_, group)| points(group) > 0).collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(points(group)));
        let rest = groups.split_off(groups.len().min(SERIES_SHOWN_MAX));
        let rest: Vec<&Weighed> = rest
            .into_iter()
            .flat_map(|(_, group)| group)
            .chain(series.iter().filter(|series| series.is_rest && series.points > 0))
            .collect();
        let mut lines = Self::default();
        for (value, group) in groups {
            lines.add(Label { value: value.map(str::to_owned), other: false, points: points(&group) }, &group);
        }
        if !rest.is_empty() {
            lines.add(Label { value: None, other: true, points: points(&rest) }, &rest);
        }
        lines
    }

    fn add(&mut self, label: Label, group: &[&Weighed]) {
        let line = self.labels.len();
        self.labels.push(label);
        self.line_of.extend(group.iter().map(|series| (series.series_id, line)));
    }

    /// The line of a series.
    pub fn of(&self, series_id: i32) -> Option<usize> {
        self.line_of.get(&series_id).copied()
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
    pub fn add(&mut self, line: usize, start: DateTime<Utc>, cell: Cell) {
        let Some(bucket) = self.frame.index_of(start) else { return };
        match &mut self.lines[line][bucket] {
            Some(sum) => sum.merge(&cell),
            empty => *empty = Some(cell),
        }
    }

    /// A line's value in each bucket; `None` where there were no points. Rates are over the whole bucket, also of one that
    /// is not over.
    pub fn values(&self, line: usize, aggregate: Aggregate) -> Vec<Option<f64>> {
        let seconds = |start: DateTime<Utc>, end: DateTime<Utc>| (end - start).num_milliseconds() as f64 / 1_000.0;
        let buckets = self.frame.buckets.iter().zip(&self.lines[line]);
        buckets.map(|(bucket, cell)| cell.as_ref()?.aggregate(aggregate, seconds(bucket.start, bucket.end))).collect()
    }

    /// A line's value over the whole frame, whose part before `now` counts for rates.
    pub fn total(&self, line: usize, aggregate: Aggregate, now: DateTime<Utc>) -> Option<f64> {
        let seconds = (self.frame.end().min(now) - self.frame.start()).num_milliseconds() as f64 / 1_000.0;
        let mut cells = self.lines[line].iter().flatten();
        let mut sum = cells.next()?.clone();
        for cell in cells {
            sum.merge(cell);
        }
        sum.aggregate(aggregate, seconds)
    }

    /// Points of a line.
    pub fn points(&self, line: usize) -> u64 {
        self.lines[line].iter().flatten().map(|cell| cell.n.unsigned_abs()).sum()
    }
}
