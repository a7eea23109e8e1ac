//! From quarters of an hour, by bitmap, whose actors become persons by the identity links as they are now.

use analysis::audience::{Ranking, Tally};
use analysis::calendar::{Comparison, Frame};
use analysis::persons::Persons;
use chrono::{DateTime, Utc};
use protocol::event::PAGE_VIEW;
use protocol::receipt::BotRule;
use storage::event_quarters::Dimension;

use super::{Figures, ROWS_SHOWN};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::rollup::{Slice, each_row, people_of};
use crate::{ApiError, QueryState, people};

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
    let all = Slice { dimension: Dimension::All, value: None, bots: BotRule::Humans };
    each_row(state, context, making, all, frame, |row| {
        tally.add_events(row.bucket, row.weight, &people_of(row, persons)?);
        Ok(())
    })
    .await?;
    let views = Slice { dimension: Dimension::Name, value: Some(PAGE_VIEW), bots: BotRule::Humans };
    each_row(state, context, making, views, frame, |row| {
        tally.add_page_views(row.bucket, row.weight);
        Ok(())
    })
    .await?;
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
    let slice = Slice { dimension, value: None, bots: BotRule::Humans };
    each_row(state, context, making, slice, frame, |row| {
        ranking.add(&row.value, row.weight, &people_of(row, persons)?);
        Ok(())
    })
    .await?;
    Ok(ranking)
}
