//! What is different about the points of a part of the time, and how values are spread over time.

use analysis::metric::Chart;
use protocol::access::Role;
use protocol::explorer::{HeatAnswer, MetricQuery, Sample, SampleOrder, WHY_POINTS_MIN, WHY_SHOWN_MAX, WhyAnswer, WhyQuery, WhyRow};
use protocol::filter::{Field, Filter, Test};
use protocol::metric::MetricKind;
use protocol::range::Period;
use protocol::receipt::Accuracy;
use storage::metric_series::SeriesRow;
use storage::samples::{self, Occurring, Of};

use super::aggregate::{SKETCH_ERROR, buckets, frame};
use super::resolve::{self, Resolved};
use super::{cells, matching};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// How many times as long as the part the time on either side of it is.
const AROUND: i32 = 3;
/// Points of what stands first.
const SAMPLES: i64 = 5;
/// Points among which those of a release or a user are looked for.
const LOOKED_AT: i64 = 1_000;
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
    matching::check(&query.filter, &series)?;
    let tags = super::samples::tags(&query.filter, &series);
    let around = (until - from) * AROUND;
    let of = Of { metric: &metric, from: from - around, until: until + around, tags: tags.as_deref() };
    let occurring = samples::occurring(state.db(), context.id(), of, (from, until), query.least).await?;
    let (inside, outside, rows) = ranked(&occurring);
    making.rows_read += inside + outside;
    let samples = match rows.first() {
        Some(row) => typical(state, context, &Of { from, until, ..of }, &series, query, row).await?,
        None => Vec::new(),
    };
    let counted = format!("Points of `{}` in {}, beside those around it, by their own time.", metric.name, query.period.sentence());
    let mut receipt = making.receipt(context, counted, from, until, Accuracy::Exact);
    receipt.filter = query.filter.to_string();
    Ok(WhyAnswer { metric, inside, outside, rows, samples, receipt })
}

/// All points inside and outside, and the values that are more frequent inside, the largest difference of shares first.
fn ranked(occurring: &[Occurring]) -> (u64, u64, Vec<WhyRow>) {
    let count = |n: i64| n.unsigned_abs();
    let (inside, outside) = occurring.iter().find(|row| row.key.is_none()).map_or((0, 0), |all| (count(all.inside), count(all.outside)));
    if inside.min(outside) < WHY_POINTS_MIN {
        return (inside, outside, Vec::new());
    }
    let share = |n: i64, of: u64| n as f64 / of as f64;
    let row = |found: &Occurring| {
        let effect = share(found.inside, inside) - share(found.outside, outside);
        let (key, value) = (found.key.clone()?, found.value.clone()?);
        (effect > 0.0).then(|| WhyRow { key, value, inside: count(found.inside), outside: count(found.outside), effect })
    };
    let mut rows: Vec<WhyRow> = occurring.iter().filter_map(row).collect();
    rows.sort_by(|a, b| b.effect.total_cmp(&a.effect).then_with(|| (&a.key, &a.value).cmp(&(&b.key, &b.value))));
    rows.truncate(WHY_SHOWN_MAX);
    (inside, outside, rows)
}

/// The largest points inside that have a value. What is no attribute of series is looked for among the largest of all.
async fn typical(
    state: &QueryState,
    context: &ProjectContext,
    inside: &Of<'_>,
    series: &[SeriesRow],
    query: &WhyQuery,
    row: &WhyRow,
) -> Result<Vec<Sample>, ApiError> {
    let with = Filter::term(Field::Prop(row.key.clone()), Test::is(row.value.as_str()));
    let is_attribute = series.iter().any(|series| series.tags.contains_key(&row.key));
    let filter = if is_attribute { query.filter.clone().and(with) } else { query.filter.clone() };
    let tags = super::samples::tags(&filter, series);
    let of = Of { tags: tags.as_deref(), ..*inside };
    let limit = if is_attribute { SAMPLES } else { LOOKED_AT };
    let mut found = samples::find(state.db(), context.id(), of, SampleOrder::Largest, 0.0, limit).await?;
    if !is_attribute {
        let has = |sample: &Sample| match row.key.as_str() {
            "release" => sample.release.as_deref(),
            "user" => sample.user_id.as_deref(),
            "environment" => Some(sample.environment.as_str()),
            _ => None,
        } == Some(row.value.as_str());
        found.retain(has);
        found.truncate(SAMPLES as usize);
    }
    Ok(found)
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
    matching::check(filter, &series)?;
    let rows: Vec<&SeriesRow> = series.iter().filter(|series| matching::matches(filter, series)).collect();
    let mut chart = Chart::new(frame.clone(), 1);
    cells::each(state, context, &mut making, &frame, &rows, |_, start, cell| chart.add(0, start, cell)).await?;
    let together = chart.cell(0, frame.buckets.len());
    let bounds = together.map_or_else(Vec::new, |cell| bounds(cell.min, cell.max));
    let counted = format!("Points of `{}` in {} by their value, from sketches.", metric.name, period.sentence());
    let error = Accuracy::Relative { error: SKETCH_ERROR };
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), error);
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
