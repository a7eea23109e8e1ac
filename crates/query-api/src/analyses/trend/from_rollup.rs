//! A trend of what the rollup counts apart: everything, one name or one route, and everything by name. It outlives segments,
//! and says the same.

use std::collections::{BTreeMap, HashMap};

use analysis::calendar::Frame;
use analysis::persons::Persons;
use analysis::trend::{Cell, Key, Ranked, Series};
use protocol::analyses::TrendQuery;
use protocol::filter::{Field, Filter, Term, Test};
use roaring::RoaringBitmap;
use storage::event_quarters::{Dimension, QuarterRow};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::rollup::{Slice, each_row, people_of};
use crate::{ApiError, QueryState, people};

/// What the rollup is asked for one series; `None` where it does not know.
pub(super) fn slice<'a>(query: &TrendQuery, filter: &'a Filter) -> Option<Slice<'a>> {
    let bots = query.scope.bots;
    match (filter, &query.by[..]) {
        (filter, []) if filter.is_all() => Some(Slice { dimension: Dimension::All, value: None, bots }),
        (filter, [Field::Name]) if filter.is_all() => Some(Slice { dimension: Dimension::Name, value: None, bots }),
        (Filter::Term(Term { field, test: Test::Is(literal) }), []) => {
            let dimension = match field {
                Field::Name => Dimension::Name,
                Field::Route => Dimension::Route,
                _ => return None,
            };
            Some(Slice { dimension, value: Some(literal.text()), bots })
        }
        _ => None,
    }
}

/// The series of a slice; by name, those with most and the others together.
pub(super) async fn count(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    query: &TrendQuery,
    frame: &Frame,
    slice: Slice<'_>,
) -> Result<Vec<Ranked>, ApiError> {
    let persons = people::persons(state, context).await?;
    if query.by.is_empty() {
        let mut line = Line::over(frame);
        each_row(state, context, making, slice, frame, |row| line.add(row, &persons)).await?;
        return Ok(vec![Ranked { key: Key::Absent, series: line.series() }]);
    }
    let shown = ranked(state, context, making, query, frame, (slice, &persons)).await?;
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    each_row(state, context, making, slice, frame, |row| {
        let place = shown.get(&row.value).copied().unwrap_or(shown.len());
        lines.entry(place).or_insert_with(|| Line::over(frame)).add(row, &persons)
    })
    .await?;
    let names: HashMap<usize, &String> = shown.iter().map(|(name, place)| (*place, name)).collect();
    let key = |place: usize| names.get(&place).map_or(Key::Other, |name| Key::Value(name.as_str().into()));
    Ok(lines.into_iter().map(|(place, line)| Ranked { key: key(place), series: line.series() }).collect())
}

/// The names with most, each with its place.
async fn ranked(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    query: &TrendQuery,
    frame: &Frame,
    (slice, persons): (Slice<'_>, &Persons),
) -> Result<HashMap<String, usize>, ApiError> {
    let mut totals = BTreeMap::<String, Counted>::new();
    each_row(state, context, making, slice, frame, |row| {
        let people = people_of(row, persons)?;
        totals.entry(row.value.clone()).or_default().add(row, &people);
        Ok(())
    })
    .await?;
    let by = crate::analyses::by(query.rank);
    let mut ranked: Vec<(String, f64)> = totals.into_iter().map(|(name, counted)| (name, by.of(&counted.cell()))).collect();
    // Of equal ones the first by name, which is the order they are in.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(ranked.into_iter().take(query.top).enumerate().map(|(place, (name, _))| (name, place)).collect())
}

/// Quarters, added up.
#[derive(Clone, Debug, Default)]
struct Counted {
    events: f64,
    n: u64,
    people: RoaringBitmap,
}

impl Counted {
    fn add(&mut self, row: &QuarterRow, people: &RoaringBitmap) {
        self.events += row.weight;
        self.n += row.n.unsigned_abs();
        self.people |= people;
    }

    fn cell(&self) -> Cell {
        Cell { events: self.events, people: self.people.len(), n: self.n }
    }
}

/// One series in the making.
struct Line<'a> {
    frame: &'a Frame,
    buckets: Vec<Counted>,
    total: Counted,
}

impl<'a> Line<'a> {
    fn over(frame: &'a Frame) -> Self {
        Self { frame, buckets: vec![Counted::default(); frame.buckets.len()], total: Counted::default() }
    }

    fn add(&mut self, row: &QuarterRow, persons: &Persons) -> Result<(), ApiError> {
        if let Some(bucket) = self.frame.index_of(row.bucket) {
            let people = people_of(row, persons)?;
            self.buckets[bucket].add(row, &people);
            self.total.add(row, &people);
        }
        Ok(())
    }

    fn series(&self) -> Series {
        Series { buckets: self.buckets.iter().map(Counted::cell).collect(), total: self.total.cell() }
    }
}
