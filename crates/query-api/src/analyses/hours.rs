//! When in the week something happens, by the clock on the wall of the project's zone.

use analysis::history::{OUT, Spread};
use analysis::keys::Keys;
use analysis::trend;
use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use protocol::analyses::{HourOfWeek, HoursAnswer, HoursQuery};
use protocol::receipt::{Accuracy, Missing};

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// Answers a [`HoursQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn hours(state: &QueryState, context: &ProjectContext, query: &HoursQuery) -> Result<HoursAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &HoursQuery) -> Result<HoursAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let found = engine::find(state, context, &mut making, Asked::of(&query.scope, &frame)).await?;
    let (zone, spread_frame) = (context.zone(), frame.clone());
    let counted = engine::run(state, move |cancel| {
        let bucket = |quarter: DateTime<Utc>| spread_frame.index_of(quarter).map_or(OUT, |_| hour_of_week(quarter, zone) as u16);
        let (spread, keys) = (Spread::by(&found.history, bucket), Keys::none(&found.history));
        Ok(trend::count(&found.history, &found.chosen(), &spread, HoursAnswer::HOURS, &keys, cancel)?.remove(0))
    })
    .await?;
    // Hours of which nothing is kept have no mean.
    let kept_from = match making.missing {
        Some(Missing::Before(whole_from)) => whole_from.max(frame.start()),
        _ => frame.start(),
    };
    let passed = passed(kept_from, frame.end().min(making.now), zone);
    let hour = |(cell, hours): (&trend::Cell, &f64)| HourOfWeek { hours: *hours, events: cell.events, people: cell.people };
    let said = "Events by weekday and hour of the project's zone.";
    Ok(HoursAnswer {
        hours: counted.buckets.iter().zip(&passed).map(hour).collect(),
        receipt: making.receipt_of(context, said, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

/// Which hour of the week it is on the wall, from Monday 0:00.
fn hour_of_week(at: DateTime<Utc>, zone: Tz) -> usize {
    let local = at.with_timezone(&zone);
    local.weekday().num_days_from_monday() as usize * 24 + local.hour() as usize
}

/// How many hours of each there were between two times, which is what sums are divided by.
fn passed(from: DateTime<Utc>, until: DateTime<Utc>, zone: Tz) -> Vec<f64> {
    let mut hours = vec![0.0; HoursAnswer::HOURS];
    let mut quarter = from;
    while quarter < until {
        let share = (until - quarter).min(QUARTER).num_seconds() as f64 / 3_600.0;
        hours[hour_of_week(quarter, zone)] += share;
        quarter += QUARTER;
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_clocks_skip_or_repeat_is_counted_as_often_as_it_was_there() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let berlin = chrono_tz::Europe::Berlin;
        // Sundays at 2: skipped in March, twice in October.
        let sunday_at_2 = 6 * 24 + 2;
        let spring = passed(at("2026-03-22T23:00:00Z"), at("2026-03-29T22:00:00Z"), berlin);
        assert_eq!((spring[sunday_at_2], spring.iter().sum::<f64>()), (0.0, 167.0));
        let autumn = passed(at("2026-10-18T22:00:00Z"), at("2026-10-25T23:00:00Z"), berlin);
        assert_eq!((autumn[sunday_at_2], autumn.iter().sum::<f64>()), (2.0, 169.0));
        assert_eq!(passed(at("2026-05-14T12:00:00Z"), at("2026-05-14T12:20:00Z"), berlin)[3 * 24 + 14], 20.0 / 60.0);
    }
}
