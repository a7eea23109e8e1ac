//! Audience · Metrics: people, page views and events over time.
//!
//! Everything here comes from quarters of an hour, by bitmap, whose actors become persons by the identity links as they are
//! now: see [`analysis::audience`] for what is counted and [`analysis::calendar`] for where days begin. The totals of the
//! range before are cut at the same time on the wall, to the quarter of an hour, so that a morning is compared with a morning.

use analysis::audience::{Ranked, Ranking, Tally};
use analysis::calendar::{self, Frame};
use analysis::persons::Persons;
use analysis::quarter;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::audience::{AudienceAnswer, AudienceBucket, Counts, NameCounts, RouteCounts};
use protocol::event::PAGE_VIEW;
use protocol::range::Range;
use protocol::receipt::Accuracy;
use storage::event_quarters::{self, BotRule, Dimension, QuarterRow};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget, people};

/// Routes and names in an answer.
const ROWS_SHOWN: usize = 10;
/// Days read at a time: memory stays that of a week, however long the range.
const DAYS_AT_ONCE: TimeDelta = TimeDelta::days(7);

/// What the Audience · Metrics page shows.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range that this page does not offer; else when the database does not answer in time.
pub async fn metrics(state: &QueryState, context: &ProjectContext, range: Range) -> Result<AudienceAnswer, ApiError> {
    budget::within(state, run(state, context, range)).await
}

/// Whether the project ever had an event, of a person or of a bot: a page with nothing to show says what to do then.
///
/// # Errors
/// When the database does not answer in time.
pub async fn has_begun(state: &QueryState, context: &ProjectContext) -> Result<bool, ApiError> {
    budget::within(state, async { Ok(event_quarters::any(state.db(), context.id()).await?) }).await
}

async fn run(state: &QueryState, context: &ProjectContext, range: Range) -> Result<AudienceAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frames = calendar::audience(range, making.now, context.zone()).ok_or_else(|| ApiError::range(range, &Range::AUDIENCE))?;
    let persons = people::persons(state, context).await?;
    let current = tally(state, context, &persons, &mut making, &frames.current, frames.current.end()).await?;
    let previous = tally(state, context, &persons, &mut making, &frames.previous, frames.previous_until).await?;
    let routes = ranking(state, context, &persons, &mut making, Dimension::Route, &frames.current).await?;
    let names = ranking(state, context, &persons, &mut making, Dimension::Name, &frames.current).await?;
    let counted = format!("Distinct people, page views and events of the {}, by the event's own time.", range.sentence());
    Ok(AudienceAnswer {
        range,
        step: frames.current.step,
        totals: current.totals(),
        previous_totals: previous.totals(),
        buckets: buckets(&frames.current, &current.buckets(), &making),
        previous: buckets(&frames.previous, &previous.buckets(), &making),
        routes: routes.top(ROWS_SHOWN, |row| row.people as f64).into_iter().map(route_counts).collect(),
        names: names.top(ROWS_SHOWN, |row| row.events).into_iter().map(name_counts).collect(),
        receipt: making.receipt(context, counted, frames.current.start(), frames.current.end(), Accuracy::Exact),
    })
}

async fn tally(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    making: &mut Making,
    frame: &Frame,
    until: DateTime<Utc>,
) -> Result<Tally, ApiError> {
    let mut tally = Tally::new(frame.clone(), until);
    for (from, until) in weeks(frame) {
        let rows = event_quarters::read(state.db(), context.id(), Dimension::All, from, until, BotRule::Humans).await?;
        making.note(&rows);
        for row in rows {
            tally.add_events(row.bucket, row.weight, &persons.of_all(&quarter::decode(&row.actors)?));
        }
        let rows = event_quarters::read_value(state.db(), context.id(), Dimension::Name, PAGE_VIEW, from, until, BotRule::Humans).await?;
        making.note(&rows);
        for row in rows {
            tally.add_page_views(row.bucket, row.weight);
        }
    }
    Ok(tally)
}

async fn ranking(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    making: &mut Making,
    dimension: Dimension,
    frame: &Frame,
) -> Result<Ranking, ApiError> {
    let mut ranking = Ranking::default();
    for (from, until) in weeks(frame) {
        let rows = event_quarters::read(state.db(), context.id(), dimension, from, until, BotRule::Humans).await?;
        making.note(&rows);
        for row in rows {
            ranking.add(&row.value, row.weight, &persons.of_all(&quarter::decode(&row.actors)?));
        }
    }
    Ok(ranking)
}

/// The frame in pieces that are read one after the other.
fn weeks(frame: &Frame) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let end = frame.end();
    let starts = std::iter::successors(Some(frame.start()), |start| Some(*start + DAYS_AT_ONCE)).take_while(move |start| *start < end);
    starts.map(move |start| (start, (start + DAYS_AT_ONCE).min(end)))
}

impl Making {
    fn note(&mut self, rows: &[QuarterRow]) {
        self.rows_read += rows.len() as u64;
        self.weighted |= rows.iter().any(|row| row.weight != row.n as f64);
    }
}

fn buckets(frame: &Frame, counts: &[Counts], making: &Making) -> Vec<AudienceBucket> {
    let bucket = |(bucket, counts): (&calendar::Bucket, &Counts)| AudienceBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        counts: *counts,
        open: making.is_open(bucket.end),
    };
    frame.buckets.iter().zip(counts).map(bucket).collect()
}

fn route_counts(Ranked { value: route, people, events }: Ranked) -> RouteCounts {
    RouteCounts { route, people, events }
}

fn name_counts(Ranked { value: name, people, events }: Ranked) -> NameCounts {
    NameCounts { name, people, events }
}
