//! Metrics over time: one to four lines, by group, beside an earlier range, and what a formula makes of them.

use std::collections::{BTreeSet, HashMap};

use analysis::calendar::{self, Frame};
use analysis::cell::Cell;
use analysis::metric::{Chart, GroupKey, Groups, Lines};
use chrono::{DateTime, Utc};
use protocol::access::Role;
use protocol::analyses::TimeBucket;
use protocol::explorer::{AggregateAnswer, AggregateQuery, AggregateSeries, AnsweredLine, Compared, MetricKey, Overflow, Threshold};
use protocol::filter::Filter;
use protocol::formula::Formula;
use protocol::metric::Aggregate;
use protocol::range::{Period, Step};
use protocol::receipt::Accuracy;
use storage::metric_notes;

use super::catalogue;
use super::chosen::{self, Chosen};
use super::matching::Asked;
use super::reckon::{self, Term};
use super::resolve::{self, Resolved};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, audience, budget};

/// What the sketches behind percentiles promise.
pub(super) const SKETCH_ERROR: Accuracy = Accuracy::Relative { error: 0.01 };

/// How exact an aggregate is, of single points or of what they were added up to.
pub(super) fn accuracy(aggregate: Aggregate, single: bool) -> Accuracy {
    if aggregate.quantile().is_some() && !single { SKETCH_ERROR } else { Accuracy::Exact }
}

/// Answers an [`AggregateQuery`].
///
/// # Errors
/// [`ApiError::UnknownMetric`]; [`ApiError::InvalidParameter`] for a question that makes no sense, such as an aggregate that the
/// kind does not have or an attribute that no line has; else when the database does not answer in time.
pub async fn aggregate(state: &QueryState, context: &ProjectContext, query: &AggregateQuery) -> Result<AggregateAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

/// One line while it is counted.
struct Line {
    letter: char,
    metric: MetricKey,
    aggregate: Aggregate,
    filter: Filter,
    tag_keys: Vec<String>,
    thresholds: Vec<Threshold>,
    /// What matches.
    points: Chosen,
    /// What matches in the earlier range, where this is not the same series.
    earlier: Option<Chosen>,
}

impl Line {
    fn accuracy(&self) -> Accuracy {
        accuracy(self.aggregate, self.points.is_of_points())
    }
}

async fn run(state: &QueryState, context: &ProjectContext, query: &AggregateQuery) -> Result<AggregateAnswer, ApiError> {
    let formula = check(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.period, query.step, &making, context)?;
    let before = calendar::metrics_before(&frame, query.compare, context.zone());
    let mut lines = Vec::new();
    let mut overflows = Vec::new();
    let mut left = chosen::POINTS_MAX;
    for (letter, asked) in ('A'..).zip(&query.lines) {
        let Resolved { metric, series } = resolve::metric(state, context, &asked.metric).await?;
        let filter = query.filter.clone().and(asked.filter.clone());
        let asked_for = Asked::of(&filter, &metric.name, &series)?;
        if !overflows.iter().any(|overflow: &Overflow| overflow.metric == metric) {
            overflows.extend(catalogue::overflow(state, context, &making, &metric, &series).await?);
        }
        let aggregate = allowed("aggregate", &metric, asked.aggregate)?;
        let note = metric_notes::find(state.db(), context.id(), &metric).await?.unwrap_or_default();
        let thresholds = note.thresholds.into_iter().filter(|threshold| threshold.aggregate == aggregate).collect();
        let tag_keys = resolve::tag_keys(&series);
        let of = (&metric, series.as_slice(), &asked_for);
        let points = Chosen::of(state, context, &mut making, of, (frame.start(), frame.end()), &mut left).await?;
        let earlier = match &before {
            Some(before) if asked_for.is_of_points() => {
                if let Some(kept) = chosen::lacks(state, context, &series, before.start()).await? {
                    return Err(too_early(&asked_for, kept));
                }
                Some(Chosen::of(state, context, &mut making, of, (before.start(), before.end()), &mut left).await?)
            }
            _ => None,
        };
        lines.push(Line { letter, metric, aggregate, filter, tag_keys, thresholds, points, earlier });
    }
    known_keys(&query.by, &lines)?;

    let groups = if query.by.is_empty() {
        Lines::together()
    } else {
        Lines::of_groups(largest(state, context, &mut making, &frame, &lines[0], query).await?)
    };
    let mut series = Vec::new();
    for line in &lines {
        let chart = chart(state, context, &mut making, &frame, &line.points, (&query.by, &groups)).await?;
        let earlier = match &before {
            Some(before) => {
                let points = line.earlier.as_ref().unwrap_or(&line.points);
                Some(self::chart(state, context, &mut making, before, points, (&query.by, &groups)).await?)
            }
            None => None,
        };
        series.extend(told(line, &groups, &frame, &chart, earlier.as_ref(), &making));
    }
    let terms: Vec<Term<'_>> =
        lines.iter().map(|line| Term { letter: line.letter, metric: &line.metric, aggregate: line.aggregate }).collect();
    let formula = formula.map(|formula| reckon::formula(&formula, &terms, &series));
    let accuracy = lines.iter().map(Line::accuracy).find(|accuracy| *accuracy != Accuracy::Exact).unwrap_or_default();
    let what = lines.iter().map(|line| format!("`{}` as {}", line.metric.name, line.aggregate.label())).collect::<Vec<_>>().join(", ");
    let counted = format!("Points of {what} in {}, by their own time.{}", query.period.sentence(), from_points(&lines));
    let releases = audience::releases(state, context, &frame).await?;
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), accuracy);
    receipt.filter = query.filter.to_string();
    let points = |letter: char| series.iter().filter(|series| series.letter == letter).map(|series| series.points).sum::<u64>();
    let answered = |line: &Line| AnsweredLine {
        letter: line.letter,
        metric: line.metric.clone(),
        aggregate: line.aggregate,
        filter: line.filter.to_string(),
        tag_keys: line.tag_keys.clone(),
        points: points(line.letter),
        accuracy: line.accuracy(),
        single: line.points.is_of_points(),
        thresholds: line.thresholds.clone(),
    };
    Ok(AggregateAnswer {
        by: query.by.clone(),
        period: query.period,
        step: frame.step,
        buckets: buckets(&frame, &making),
        points: series.iter().map(|series| series.points).sum(),
        lines: lines.iter().map(answered).collect(),
        series,
        formula,
        releases,
        overflows,
        receipt,
    })
}

/// Which lines were counted from single points.
fn from_points(lines: &[Line]) -> String {
    let letters: Vec<String> = lines.iter().filter(|line| line.points.is_of_points()).map(|line| line.letter.to_string()).collect();
    if letters.is_empty() {
        return String::new();
    }
    let which = if letters.len() == lines.len() { String::new() } else { format!(" {}", letters.join(", ")) };
    format!(" Counted{which} from the single points, of which alone the filter's fields are known: percentiles of these are exact.")
}

fn too_early(asked: &Asked<'_>, kept: DateTime<Utc>) -> ApiError {
    let problem = format!(
        "reaches further back than single points, which alone know {}: they are kept from {} on",
        asked.singles_in_words(),
        kept.date_naive()
    );
    wrong("compare", &problem, "nothing, or a shorter time".to_owned())
}

/// The buckets of a time of metrics.
pub(crate) fn frame(period: Period, step: Option<Step>, making: &Making, context: &ProjectContext) -> Result<Frame, ApiError> {
    if step.is_some_and(|step| !AggregateQuery::STEPS.contains(&step)) {
        return Err(wrong("step", "is none that metrics have", AggregateQuery::STEPS.map(Step::word).join(", ")));
    }
    calendar::metrics(period, step, making.now, context.zone()).ok_or_else(|| {
        let name = if step.is_some() { "step" } else { "from" };
        let problem = format!("makes no buckets, or more than {}", calendar::BUCKETS_MAX);
        wrong(name, &problem, "a time that has begun, and a step that cuts it into fewer".to_owned())
    })
}

fn wrong(name: &'static str, problem: &str, allowed: String) -> ApiError {
    ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed }
}

/// The formula, if the question makes sense.
fn check(query: &AggregateQuery) -> Result<Option<Formula>, ApiError> {
    if query.lines.is_empty() || query.lines.len() > AggregateQuery::LINES_MAX {
        return Err(wrong("name", "must be given", format!("1 to {} metrics", AggregateQuery::LINES_MAX)));
    }
    if query.by.len() > AggregateQuery::BY_MAX {
        return Err(wrong("by", "is given too often", format!("at most {} attributes", AggregateQuery::BY_MAX)));
    }
    if query.top == 0 || query.top > AggregateQuery::TOP_MAX {
        return Err(wrong("top", "is out of range", format!("1 to {}", AggregateQuery::TOP_MAX)));
    }
    let Some(text) = &query.formula else { return Ok(None) };
    let formula: Formula =
        text.parse().map_err(|error| wrong("formula", &format!("cannot be read: {error}"), "such as A/B*100".to_owned()))?;
    let known = ('A'..).take(query.lines.len()).collect::<BTreeSet<char>>();
    if formula.letters().into_iter().any(|letter| !known.contains(&letter)) {
        return Err(wrong("formula", "names a line that is not there", known.into_iter().map(String::from).collect::<Vec<_>>().join(", ")));
    }
    Ok(Some(formula))
}

/// The aggregate that is asked for in parameter `name`, if the metric's kind has it; its default where none is.
pub(super) fn allowed(name: &'static str, metric: &MetricKey, asked: Option<Aggregate>) -> Result<Aggregate, ApiError> {
    let allowed = metric.kind.aggregates();
    match asked {
        None => Ok(allowed[0]),
        Some(aggregate) if allowed.contains(&aggregate) => Ok(aggregate),
        Some(aggregate) => Err(ApiError::InvalidParameter {
            name,
            problem: format!("cannot be `{}` for a {}", aggregate.word(), metric.kind.word()),
            allowed: allowed.iter().map(|aggregate| aggregate.word()).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// An attribute that no line has is a mistake; one that some line lacks has no value there.
fn known_keys(by: &[String], lines: &[Line]) -> Result<(), ApiError> {
    let known: BTreeSet<&str> = lines.iter().flat_map(|line| &line.tag_keys).map(String::as_str).chain(["environment"]).collect();
    match by.iter().find(|key| !known.contains(key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let problem = format!("names the attribute `{}`, which this metric does not have", key.chars().take(100).collect::<String>());
            Err(wrong("by", &problem, known.into_iter().collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Those groups of a line that are drawn by themselves.
async fn largest(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    line: &Line,
    query: &AggregateQuery,
) -> Result<Vec<GroupKey>, ApiError> {
    let mut groups = Groups::default();
    let group_of: HashMap<i32, Option<GroupKey>> = (0..).zip(line.points.groups(&query.by)).collect();
    group_of.iter().for_each(|(place, key)| groups.add(*place, key.clone()));
    let tell = |place: usize, _, cell: &Cell| groups.tell(&group_of, i32::try_from(place).ok().map(|place| (place, cell)));
    line.points.each(state, context, making, frame, tell).await?;
    let seconds = (frame.end().min(making.now) - frame.start()).num_milliseconds() as f64 / 1_000.0;
    Ok(groups.largest(line.aggregate, seconds, query.top))
}

async fn chart(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
    points: &Chosen,
    (by, groups): (&[String], &Lines),
) -> Result<Chart, ApiError> {
    let places: Vec<usize> = points.groups(by).iter().map(|key| groups.of(key.as_ref())).collect();
    let mut chart = Chart::new(frame.clone(), groups.count());
    points.each(state, context, making, frame, |place, start, cell| chart.add(places[place], start, cell)).await?;
    Ok(chart)
}

/// The lines of one metric; a rest without points is none.
fn told(line: &Line, groups: &Lines, frame: &Frame, chart: &Chart, earlier: Option<&Chart>, making: &Making) -> Vec<AggregateSeries> {
    let complete = frame.buckets.iter().take_while(|bucket| !making.is_open(bucket.end)).count();
    let over = frame.buckets.get(complete).map_or(frame.end(), |bucket| bucket.start);
    let series = |place: usize| {
        let other = place == groups.groups.len();
        let compared = earlier.map(|earlier| Compared {
            values: earlier.values(place, line.aggregate),
            total: earlier.total_of(place, complete, line.aggregate, earlier.start() + (over - frame.start())),
            complete: chart.total_of(place, complete, line.aggregate, over),
        });
        AggregateSeries {
            letter: line.letter,
            labels: groups.groups.get(place).cloned().unwrap_or_default(),
            other,
            values: chart.values(place, line.aggregate),
            total: chart.total(place, line.aggregate, making.now),
            points: chart.points(place),
            compared,
        }
    };
    (0..groups.count()).map(series).filter(|series| !series.other || series.points > 0).collect()
}

pub(super) fn buckets(frame: &Frame, making: &Making) -> Vec<TimeBucket> {
    let bucket = |bucket: &calendar::Bucket| TimeBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        open: making.is_open(bucket.end),
    };
    frame.buckets.iter().map(bucket).collect()
}
