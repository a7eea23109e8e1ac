//! From quarters of an hour, by bitmap, whose actors become persons by the identity links as they are now.

use analysis::audience::{Ranking, Tally};
use analysis::calendar::{Comparison, Frame};
use analysis::persons::Persons;
use analysis::quarter;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::event::PAGE_VIEW;
use storage::event_quarters::{self, BotRule, Dimension, QuarterRow};

use super::{Figures, ROWS_SHOWN};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, people};

/// Days read at a time: memory stays that of a week, however long the range.
const DAYS_AT_ONCE: TimeDelta = TimeDelta::days(7);

/// What the page shows.
pub(super) async fn figures(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frames: &Comparison,
) -> Result<Figures, ApiError> {
    let persons = people::persons(state, context).await?;
    let current = tally(state, context, &persons, making, &frames.current, frames.current.end()).await?;
    let previous = tally(state, context, &persons, making, &frames.previous, frames.previous_until).await?;
    let routes = ranking(state, context, &persons, making, Dimension::Route, &frames.current).await?;
    let names = ranking(state, context, &persons, making, Dimension::Name, &frames.current).await?;
    Ok(Figures {
        totals: current.totals(),
        previous_totals: previous.totals(),
        buckets: current.buckets(),
        previous: previous.buckets(),
        routes: routes.top(ROWS_SHOWN, |row| row.people as f64),
        names: names.top(ROWS_SHOWN, |row| row.events),
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
