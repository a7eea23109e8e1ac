//! When in the week something happens, by the clock on the wall: the project's, or each visitor's own.

use std::collections::HashMap;

use analysis::calendar::Frame;
use analysis::clocks::{self, Clocks};
use analysis::history::{Cancel, Cancelled, History, OUT, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::segment::Attribute;
use analysis::trend;
use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use protocol::analyses::{HourOfWeek, HoursAnswer, HoursQuery, WeekClock};
use protocol::receipt::{Accuracy, Missing};

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
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
    let mut asked = Asked::of(&query.scope, &frame);
    if query.clock == WeekClock::Visitor {
        asked.columns.extend(visitors_zone().columns());
    }
    let question = HoursOfWeek { frame: frame.clone(), zone: context.zone(), clock: query.clock };
    let counted = engine::answer(state, context, &mut making, asked, question).await?;
    let (buckets, own_clock) = &*counted;
    // Hours of which nothing is kept have no mean.
    let kept_from = match making.missing {
        Some(Missing::Before(whole_from)) => whole_from.max(frame.start()),
        _ => frame.start(),
    };
    let passed = passed(kept_from, frame.end().min(making.now), context.zone());
    let hour = |(cell, hours): (&trend::Cell, &f64)| HourOfWeek { hours: *hours, events: cell.events, people: cell.people };
    let said = match query.clock {
        WeekClock::Project => "Events by weekday and hour of the project's zone.",
        WeekClock::Visitor => "Events by weekday and hour of each visitor's own zone, of the project's where it is unknown.",
    };
    Ok(HoursAnswer {
        hours: buckets.iter().zip(&passed).map(hour).collect(),
        own_clock: *own_clock,
        receipt: making.receipt_of(context, said, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct HoursOfWeek {
    frame: Frame,
    zone: Tz,
    clock: WeekClock,
}

impl Question for HoursOfWeek {
    type Counted = (Vec<trend::Cell>, Option<f64>);

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        match self.clock {
            WeekClock::Project => {
                let (spread, keys) = (on_clock(&found.history, &self.frame, self.zone), Keys::none(&found.history));
                let counted = trend::count(&found.history, &found.chosen(), &spread, HoursAnswer::HOURS, &keys, cancel)?.remove(0);
                Ok((counted.buckets, None))
            }
            WeekClock::Visitor => on_own_clocks(found, &self.frame, self.zone, cancel),
        }
    }
}

fn visitors_zone() -> Dimension {
    Dimension::Text(Attribute::Timezone)
}

/// The hours of the week of a frame, as a zone has them.
fn on_clock(history: &History, frame: &Frame, zone: Tz) -> Spread {
    Spread::by(history, |quarter| frame.index_of(quarter).map_or(OUT, |_| hour_of_week(quarter, zone) as u16))
}

/// Counted by each visitor's own clock, with the part of the events whose clock is known.
fn on_own_clocks(found: &Found, frame: &Frame, usual: Tz, cancel: &Cancel) -> Result<(Vec<trend::Cell>, Option<f64>), Cancelled> {
    let (history, chosen) = (&found.history, found.chosen());
    let keys = Keys::of(history, &visitors_zone());
    // Zones by name: a name that nobody knows is no zone.
    let zones: Vec<Option<Tz>> = keys.values().iter().map(|name| name.as_ref().and_then(|name| name.parse().ok())).collect();
    let mut clocks = Clocks { spreads: Vec::new(), of_key: Vec::new() };
    let mut known = HashMap::new();
    for zone in &zones {
        let zone = zone.unwrap_or(usual);
        let place = *known.entry(zone).or_insert_with(|| {
            clocks.spreads.push(on_clock(history, frame, zone));
            clocks.spreads.len() - 1
        });
        clocks.of_key.push(place);
    }
    let counted = clocks::count(history, &chosen, &keys, &clocks, HoursAnswer::HOURS, cancel)?;
    let whole = on_clock(history, frame, usual).joined();
    let by_zone = trend::count(history, &chosen, &whole, 1, &keys, cancel)?;
    let events =
        |own: bool| by_zone.iter().zip(&zones).filter(|(_, zone)| !own || zone.is_some()).map(|(series, _)| series.total.events).sum();
    let (all, own): (f64, f64) = (events(false), events(true));
    Ok((counted, (all > 0.0).then(|| own / all)))
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
