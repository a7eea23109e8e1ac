//! Delivery: the books of what was sent, what was refused lately, how far counting is, and the way of one event.
//!
//! The books are kept by hours of UTC. A bucket takes the hours that begin in it; where a zone is not whole hours ahead,
//! a day's first and last hour may therefore lie half in its neighbour.

mod books;
mod way;
mod xray;

use analysis::calendar::{self, Bucket, Frame};
use chrono::TimeDelta;
use protocol::access::Role;
use protocol::delivery::{DeliveryAnswer, DeliveryBucket, Lag, REASONS_SHOWN, REJECTIONS_SHOWN, ReasonCount, hint};
use protocol::outcome::{Outcome, Signal};
use protocol::range::Range;
use protocol::receipt::{Accuracy, BotRule};
use storage::outcomes::{self, HourSum, ReasonSum};
use storage::{counted, dead_letters, ingest_processes, pending, rejections};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// What is kept of refusals: so many of a project, for so many days.
pub use storage::rejections::{DAYS_KEPT as REJECTION_DAYS_KEPT, KEPT_MAX as REJECTIONS_KEPT_MAX};
pub use xray::xray;

/// The ranges that are offered.
pub const RANGES: [Range; 3] = [Range::Hours24, Range::Days7, Range::Days30];
/// More than any installation runs.
const PROCESSES_MAX: i64 = 50;
/// The rate is taken over this time.
const RATE_OVER: TimeDelta = TimeDelta::seconds(60);

/// What the Delivery page shows, of one signal or of all.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range that is not in [`RANGES`]; else when the database does not answer in time.
pub async fn delivery(
    state: &QueryState,
    context: &ProjectContext,
    range: Range,
    signal: Option<Signal>,
) -> Result<DeliveryAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, range, signal)).await
}

async fn run(state: &QueryState, context: &ProjectContext, range: Range, signal: Option<Signal>) -> Result<DeliveryAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let offered = RANGES.contains(&range).then(|| calendar::audience(range, making.now, context.zone())).flatten();
    let frame = offered.ok_or_else(|| ApiError::range(range, &RANGES))?;
    let (from, until) = (calendar::hour_of(frame.start() + TimeDelta::minutes(59)), frame.end());
    let (db, project) = (state.db(), context.id());
    let hours = outcomes::by_hour(db, project, from, until).await?;
    let senders = outcomes::by_sender(db, project, from, until).await?;
    let reasons = outcomes::by_reason(db, project, signal, from, until, REASONS_SHOWN as i64).await?;
    making.rows_read = (hours.len() + senders.len() + reasons.len()) as u64;
    let signals = books::by_signal(&senders);
    let counted = format!("What became of the items of the {}, by the hour of their commit.", range.sentence());
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(DeliveryAnswer {
        range,
        step: frame.step,
        signal,
        books: books::total(&signals, signal),
        signals,
        buckets: buckets(&frame, &hours, signal, &making),
        senders: books::by_sender(&senders, signal),
        reasons: reasons.into_iter().map(reason).collect(),
        rejections: rejections::latest(db, project, signal, frame.start(), &[], REJECTIONS_SHOWN as i64).await?,
        lag: lag(state, context, &making).await?,
        processes: ingest_processes::seen_since(db, making.now - ingest_processes::KEPT, making.now, PROCESSES_MAX).await?,
        receipt,
    })
}

fn buckets(frame: &Frame, hours: &[HourSum], signal: Option<Signal>, making: &Making) -> Vec<DeliveryBucket> {
    let empty = |bucket: &Bucket| DeliveryBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        counts: Default::default(),
        refused_requests: 0,
        open: making.is_open(bucket.end),
    };
    let mut buckets: Vec<DeliveryBucket> = frame.buckets.iter().map(empty).collect();
    for sum in hours.iter().filter(|sum| signal.is_none_or(|signal| signal == sum.signal)) {
        let Some(bucket) = frame.index_of(sum.hour).and_then(|index| buckets.get_mut(index)) else { continue };
        bucket.counts.add(sum.outcome, sum.n);
        if sum.outcome == Outcome::Refused {
            bucket.refused_requests += sum.n;
        }
    }
    buckets
}

fn reason(sum: ReasonSum) -> ReasonCount {
    let ReasonSum { signal, outcome, reason, n } = sum;
    let hint = match outcome {
        Outcome::Lost => loss_hint(&reason),
        Outcome::Sampled => "nothing: its sample rate told the SDK to leave it out, and what is kept weighs more",
        _ => hint(&reason),
    };
    ReasonCount { signal, outcome, n, hint: hint.to_owned(), reason }
}

/// What to do about a loss that an SDK reports, by the words that SDKs share.
fn loss_hint(reason: &str) -> &'static str {
    match reason {
        "queue_overflow" => "flush more often, or give the SDK a larger queue",
        "send_error" | "network_error" => "look at the SDK's connection: batches were given up after their last try",
        "ratelimit_backoff" => "the sender ran into a limit: raise it, or send less",
        "before_send" => "the product's own filter left it out",
        "shutdown" => "give the SDK time to flush before the process ends",
        "not_finite" => "record only finite numbers",
        "internal_sdk_error" => "report this: it is a fault of the SDK",
        other => hint(other),
    }
}

async fn lag(state: &QueryState, context: &ProjectContext, making: &Making) -> Result<Lag, ApiError> {
    let waiting = pending::waiting(state.db(), context.id()).await?;
    let dead = dead_letters::tally(state.db(), context.id()).await?;
    let items = counted::items_since(state.db(), context.id(), making.now - RATE_OVER).await?;
    Ok(Lag {
        items_per_second: items as f64 / RATE_OVER.as_seconds_f64(),
        flushes: waiting.flushes.unsigned_abs(),
        items: waiting.items.unsigned_abs(),
        oldest: waiting.oldest,
        failing: waiting.failing.unsigned_abs(),
        dead_letters: dead.letters.unsigned_abs(),
    })
}
