//! From quarters of an hour, by bitmap, whose actors become persons by the identity links as they are now.

use analysis::audience::{Ranking, Tally};
use analysis::persons::Persons;
use protocol::event::PAGE_VIEW;
use storage::event_quarters::Dimension;

use super::{Half, ROWS_SHOWN, Top, Wanted};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::rollup::{Slice, each_row, people_of};
use crate::{ApiError, QueryState, people};

/// A range.
pub(super) async fn half(state: &QueryState, context: &ProjectContext, making: &mut Making, wanted: &Wanted<'_>) -> Result<Half, ApiError> {
    let persons = people::persons(state, context).await?;
    let tally = tally(state, context, &persons, making, wanted).await?;
    let mut top = Top::default();
    if wanted.top {
        let routes = ranking(state, context, &persons, making, Dimension::Route, wanted).await?;
        let names = ranking(state, context, &persons, making, Dimension::Name, wanted).await?;
        top = Top { routes: routes.top(ROWS_SHOWN, |row| row.people as f64), names: names.top(ROWS_SHOWN, |row| row.events) };
    }
    Ok(Half { buckets: tally.buckets(), totals: tally.totals(), top })
}

async fn tally(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    making: &mut Making,
    &Wanted { frame, until, scope, .. }: &Wanted<'_>,
) -> Result<Tally, ApiError> {
    let mut tally = Tally::new(frame.clone(), until);
    let all = Slice { dimension: Dimension::All, value: None, bots: scope.bots };
    each_row(state, context, making, all, frame, |row| {
        tally.add_events(row.bucket, row.weight, &people_of(row, persons)?);
        Ok(())
    })
    .await?;
    let views = Slice { dimension: Dimension::Name, value: Some(PAGE_VIEW), bots: scope.bots };
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
    &Wanted { frame, scope, .. }: &Wanted<'_>,
) -> Result<Ranking, ApiError> {
    let mut ranking = Ranking::default();
    let slice = Slice { dimension, value: None, bots: scope.bots };
    each_row(state, context, making, slice, frame, |row| {
        ranking.add(&row.value, row.weight, &people_of(row, persons)?);
        Ok(())
    })
    .await?;
    Ok(ranking)
}
