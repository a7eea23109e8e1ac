//! What is different about the points of a part of the time, and how values are spread over time.

use std::collections::HashMap;

use analysis::metric::Chart;
use protocol::access::Role;
use protocol::explorer::{HeatAnswer, MetricQuery, Sample, SampleOrder, WHY_POINTS_MIN, WHY_SHOWN_MAX, WhyAnswer, WhyQuery, WhyRow};
use protocol::filter::{Field, Filter, Test};
use protocol::metric::{Aggregate, MetricKind};
use protocol::range::Period;
use protocol::receipt::Accuracy;
use storage::metric_series::SeriesRow;
use storage::samples::{self, ALIKE_MAX, Alike, Of, Single, SinglePoint, Walk};

use super::aggregate::{accuracy, buckets, frame};
use super::chosen::{Chosen, POINTS_MAX};
use super::listing;
use super::matching::{self, Asked};
use super::resolve::{self, Resolved};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// How many times as long as the part the time on either side of it is.
const AROUND: i32 = 3;
/// Points of what stands first.
const SAMPLES: i64 = 5;
/// What is told of who sent points, beside the environment.
const SENDERS: [Field; 2] = [Field::Release, Field::User];
/// Points inside and around that are looked at.
const LOOKED_AT_MAX: i64 = 2_000_000;
/// Rows of a heat map.
const ROWS: usize = 24;

/// Answers a [`WhyQuery`].
///
/// # Errors
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for a time without buckets; else when the database does not answer in
/// time.
pub async fn why(state: &QueryState, context: &ProjectContext, query: &WhyQuery) -> Result<WhyAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &WhyQuery) -> Result<WhyAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let frame = frame(query.period, None, &making, context)?;
    let (from, until) = match query.period {
        Period::Between { from, until } => (from, until),
        _ => (frame.start(), frame.end()),
    };
    let Resolved { metric, series } = resolve::metric(state, context, &query.metric).await?;
    let asked = Asked::of(&query.filter, &metric.name, &series)?;
    let around = (until - from) * AROUND;
    let (tags, mut singles) = (asked.tags(&series), asked.columns());
    // Who sent what is told apart whether it is filtered by or not.
    for field in SENDERS.iter().filter(|field| matching::is_single(field, &series)) {
        let column = matching::column(&mut singles, field);
        if *column == Single::Unasked {
            *column = Single::Any;
        }
    }
    let of = Of { metric: &metric, from: from - around, until: until + around, tags: tags.as_deref(), singles: &singles };
    let is_inside = |point: SinglePoint| (from..until).contains(&point.ts) && query.least.is_none_or(|least| point.value >= least);
    let mut read = 0;
    let count = |(inside, outside): &mut (u64, u64), point| {
        read += 1;
        *(if is_inside(point) { inside } else { outside }) += 1;
    };
    let found = samples::alike(state.db(), context.id(), of, LOOKED_AT_MAX + 1, count).await?;
    if read > LOOKED_AT_MAX || found.len() > ALIKE_MAX {
        let problem = format!("holds, with what is around it, more than {LOOKED_AT_MAX} points, or {ALIKE_MAX} combinations");
        return Err(ApiError::InvalidParameter { name: "range", problem, allowed: "a shorter part".to_owned() });
    }
    let mut counts = Counts::default();
    found.iter().filter(|(alike, _)| asked.matches(alike)).for_each(|(alike, how_many)| counts.add(alike, *how_many));
    let rows = counts.ranked();
    making.rows_read += read.unsigned_abs();
    let samples = match rows.first() {
        Some(row) => typical(state, context, &mut making, Of { from, until, ..of }, &series, query, row).await?,
        None => Vec::new(),
    };
    let (inside, outside) = (counts.inside, counts.outside);
    let counted = format!("Points of `{}` in {}, beside those around it, by their own time.", metric.name, query.period.sentence());
    let mut receipt = making.receipt(context, counted, from, until, Accuracy::Exact);
    receipt.filter = query.filter.to_string();
    Ok(WhyAnswer { metric, inside, outside, rows, samples, receipt })
}

/// How often each value of each attribute, release, environment and user occurs inside and outside, and all points there.
#[derive(Default)]
struct Counts {
    inside: u64,
    outside: u64,
    of: HashMap<String, HashMap<String, (u64, u64)>>,
}

impl Counts {
    fn add(&mut self, alike: &Alike, (inside, outside): (u64, u64)) {
        self.inside += inside;
        self.outside += outside;
        let said = [("release", alike.release.as_ref()), ("environment", Some(&alike.environment)), ("user", alike.user_id.as_ref())];
        let said = said.into_iter().filter_map(|(key, value)| Some((key, value?))).filter(|(key, _)| !alike.tags.contains_key(*key));
        for (key, value) in alike.tags.iter().map(|(key, value)| (key.as_str(), value)).chain(said) {
            // Few are new: a key or a value that is there is not copied.
            if !self.of.contains_key(key) {
                self.of.insert(key.to_owned(), HashMap::new());
            }
            let Some(values) = self.of.get_mut(key) else { continue };
            match values.get_mut(value) {
                Some((known_inside, known_outside)) => {
                    *known_inside += inside;
                    *known_outside += outside;
                }
                None => drop(values.insert(value.clone(), (inside, outside))),
            }
        }
    }

    /// The values that are more frequent inside, the largest difference of shares first.
    fn ranked(&self) -> Vec<WhyRow> {
        if self.inside.min(self.outside) < WHY_POINTS_MIN {
            return Vec::new();
        }
        let share = |n: u64, of: u64| n as f64 / of as f64;
        let values = self.of.iter().flat_map(|(key, values)| values.iter().map(move |(value, counts)| (key, value, counts)));
        let row = |(key, value, (inside, outside)): (&String, &String, &(u64, u64))| {
            let effect = share(*inside, self.inside) - share(*outside, self.outside);
            (effect > 0.0).then(|| WhyRow { key: key.clone(), value: value.clone(), inside: *inside, outside: *outside, effect })
        };
        let mut rows: Vec<WhyRow> = values.filter_map(row).collect();
        rows.sort_by(|a, b| b.effect.total_cmp(&a.effect).then_with(|| (&a.key, &a.value).cmp(&(&b.key, &b.value))));
        rows.truncate(WHY_SHOWN_MAX);
        rows
    }
}

/// The largest points inside that have a value.
async fn typical(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    inside: Of<'_>,
    series: &[SeriesRow],
    query: &WhyQuery,
    row: &WhyRow,
) -> Result<Vec<Sample>, ApiError> {
    // What may be no attribute is asked for as such; anything else is one, whatever else its key means.
    let field = match row.key.as_str() {
        key @ ("release" | "user" | "environment") => Field::named(key),
        key => Field::Prop(key.to_owned()),
    };
    let filter = query.filter.clone().and(Filter::term(field, Test::is(row.value.as_str())));
    let asked = Asked::of(&filter, &inside.metric.name, series)?;
    let (tags, singles) = (asked.tags(series), asked.columns());
    let of = Of { tags: tags.as_deref(), singles: &singles, ..inside };
    let walk = Walk { order: SampleOrder::Largest, near: 0.0, beside: None, back: false, limit: SAMPLES };
    let (found, _) = listing::page(state, context, making, of, &asked, walk).await?;
    Ok(found.into_iter().map(|(_, sample)| sample).collect())
}

/// How the values of a distribution are spread over time.
///
/// # Errors
/// As of [`why`], and [`ApiError::InvalidParameter`] for another kind.
pub async fn heat(
    state: &QueryState,
    context: &ProjectContext,
    query: &MetricQuery,
    filter: &Filter,
    period: Period,
) -> Result<HeatAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, spread(state, context, query, filter, period)).await
}

async fn spread(
    state: &QueryState,
    context: &ProjectContext,
    query: &MetricQuery,
    filter: &Filter,
    period: Period,
) -> Result<HeatAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(period, None, &making, context)?;
    let Resolved { metric, series } = resolve::metric(state, context, query).await?;
    if metric.kind != MetricKind::Distribution {
        let (problem, allowed) = (format!("is a {}", metric.kind.word()), "a distribution".to_owned());
        return Err(ApiError::InvalidParameter { name: "name", problem, allowed });
    }
    let asked = Asked::of(filter, &metric.name, &series)?;
    let (whole, mut left) = ((frame.start(), frame.end()), POINTS_MAX);
    let chosen = Chosen::of(state, context, &mut making, (&metric, &series, &asked), whole, &mut left).await?;
    let mut chart = Chart::new(frame.clone(), 1);
    chosen.each(state, context, &mut making, &frame, |_, start, cell| chart.add(0, start, cell)).await?;
    let together = chart.cell(0, frame.buckets.len());
    let bounds = together.map_or_else(Vec::new, |cell| bounds(cell.min, cell.max));
    let accuracy = accuracy(Aggregate::P50, chosen.is_of_points());
    let counted = format!("Points of `{}` in {} by their value.", metric.name, period.sentence());
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), accuracy);
    receipt.filter = filter.to_string();
    Ok(HeatAnswer { metric, step: frame.step, buckets: buckets(&frame, &making), counts: chart.spread(0, &bounds), bounds, receipt })
}

/// Rows between the least and the greatest value: each as many times as high as the one below where values span more than a
/// decade and all are positive, else all of one height.
fn bounds(least: f64, greatest: f64) -> Vec<f64> {
    let share = |row: usize| row as f64 / ROWS as f64;
    if least == greatest {
        return vec![least, least + 1.0];
    }
    if least > 0.0 && greatest / least > 10.0 {
        return (0..=ROWS).map(|row| least * (greatest / least).powf(share(row))).collect();
    }
    (0..=ROWS).map(|row| least + (greatest - least) * share(row)).collect()
}
