//! Audience · Metrics: people, page views and events over time.
//!
//! Segments are counted where they reach back far enough, else the rollup, which outlives them; both say the same. See
//! [`analysis::calendar`] for where days begin. The totals of the earlier range are cut at the same time on the wall, to
//! the quarter of an hour, so that a morning is compared with a morning.

mod beside;
mod from_rollup;
mod from_segments;

pub(crate) use beside::releases;

use std::sync::Arc;

use analysis::audience::Ranked;
use analysis::calendar::{self, Comparison, Earlier, Frame};
use chrono::{DateTime, Utc};
use protocol::analyses::Scope;
use protocol::audience::{AudienceAnswer, AudienceBucket, AudienceQuery, Counts, NameCounts, RouteCounts};
use protocol::range::{Period, Range};
use protocol::receipt::{Accuracy, Missing};
use storage::event_quarters;

use crate::access::ProjectContext;
use crate::analyses::frame;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Routes and names in an answer.
const ROWS_SHOWN: usize = 10;

/// One range, counted from wherever.
struct Half {
    buckets: Vec<Counts>,
    /// Up to the cut.
    totals: Counts,
    top: Top,
}

/// What leads in a range.
#[derive(Default)]
struct Top {
    /// By people.
    routes: Vec<Ranked>,
    /// By events.
    names: Vec<Ranked>,
}

/// A range to be counted.
struct Wanted<'a> {
    frame: &'a Frame,
    /// Where totals are cut.
    until: DateTime<Utc>,
    scope: &'a Scope,
    /// What leads is wanted as well.
    top: bool,
}

/// What the Audience · Metrics page shows.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range that this page does not offer; else when the database does not answer in time.
pub async fn metrics(state: &QueryState, context: &ProjectContext, query: &AudienceQuery) -> Result<AudienceAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

/// Whether the project ever had an event, of a person or of a bot: a page with nothing to show says what to do then.
///
/// # Errors
/// When the database does not answer in time.
pub async fn has_begun(state: &QueryState, context: &ProjectContext) -> Result<bool, ApiError> {
    budget::within(state, async { Ok(event_quarters::any(state.db(), context.id()).await?) }).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &AudienceQuery) -> Result<AudienceAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frames = frames(context, &making, query)?;
    let wanted = Wanted { frame: &frames.current, until: frames.current.end(), scope: &query.scope, top: true };
    let current = half(state, context, &mut making, &wanted).await?;
    let missing = making.missing;
    let mut earlier = None;
    if let Some(Earlier { frame, until }) = &frames.earlier {
        let wanted = Wanted { frame, until: *until, scope: &query.scope, top: false };
        let counted = half(state, context, &mut making, &wanted).await?;
        // Where part of it is gone, the rest is nothing to compare with.
        earlier = making.missing.is_none_or(|gone| gone == Missing::Arriving).then_some((frame, counted));
        making.missing = missing;
    }
    let errors = beside::errors(state, context, &frames.current, &query.scope.filter).await?;
    let releases = beside::releases(state, context, &frames.current).await?;
    let what = if current.totals.sessions.is_some() {
        "Distinct people, sessions by when they began, page views"
    } else {
        "Distinct people, page views"
    };
    let counted = format!("{what} and events of {}, by the event's own time.", query.scope.period.sentence());
    let (start, end) = (frames.current.start(), frames.current.end());
    Ok(AudienceAnswer {
        period: query.scope.period,
        compare: query.compare,
        step: frames.current.step,
        totals: current.totals,
        previous_totals: earlier.as_ref().map(|(_, half)| half.totals),
        buckets: buckets(&frames.current, &current.buckets, &making),
        previous: earlier.map_or_else(Vec::new, |(frame, half)| buckets(frame, &half.buckets, &making)),
        errors,
        releases,
        routes: current.top.routes.iter().map(route_counts).collect(),
        names: current.top.names.iter().map(name_counts).collect(),
        receipt: making.receipt_of(context, counted, &query.scope, (start, end), Accuracy::Exact),
    })
}

/// The range, and what it is compared with.
fn frames(context: &ProjectContext, making: &Making, query: &AudienceQuery) -> Result<Comparison, ApiError> {
    let period = query.scope.period;
    if let Period::Last(range) = period
        && !Range::AUDIENCE.contains(&range)
    {
        return Err(ApiError::range(range, &Range::AUDIENCE));
    }
    // Says what is wrong with days or times.
    frame(context, making, period, None)?;
    let frames = calendar::compared(period, query.compare, making.now, context.zone());
    frames.ok_or_else(|| ApiError::Fault(format!("{period:?} has a frame, and none to compare")))
}

/// Counts a range from segments where they reach back far enough, else from the rollup, which knows nothing that a filter could
/// test.
async fn half(state: &QueryState, context: &ProjectContext, making: &mut Making, wanted: &Wanted<'_>) -> Result<Arc<Half>, ApiError> {
    let horizon = making.horizon(state, context).await?;
    making.missing = None;
    if !horizon.segments_cover(wanted.frame.start()) && wanted.scope.filter.is_all() {
        return Ok(Arc::new(from_rollup::half(state, context, making, wanted).await?));
    }
    match from_segments::half(state, context, making, wanted, true).await {
        // Better without sessions than not at all.
        Err(ApiError::TooMuch { .. }) => from_segments::half(state, context, making, wanted, false).await,
        half => half,
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

fn route_counts(Ranked { value, people, events }: &Ranked) -> RouteCounts {
    RouteCounts { route: value.clone(), people: *people, events: *events }
}

fn name_counts(Ranked { value, people, events }: &Ranked) -> NameCounts {
    NameCounts { name: value.clone(), people: *people, events: *events }
}
