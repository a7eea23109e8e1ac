//! Audience · Users: the people of a range, one by one, and one of them.

pub(crate) mod person;
mod profile;
mod timeline;
mod traits;

use analysis::history::{History, OUT, RowRef, Spread};
use analysis::persons::Persons;
use analysis::segment::{Attribute, ColumnKey};
use analysis::visitors::{self, By, DAYS_MAX, Visitor};
use chrono::{DateTime, Utc};
use protocol::receipt::Accuracy;
use protocol::shared_link::SharedPage;
use protocol::users::{LastSeen, UserRow, UsersAnswer, UsersQuery, UsersSort};
use roaring::RoaringBitmap;
use storage::actors::{self, Named};

use crate::access::ProjectContext;
use crate::analyses::frame;
use crate::engine::{self, Asked, LOOKED_AT_MAX};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget, people};

pub use profile::profile;
pub use timeline::timeline;

/// What is told of somebody's last event.
const LAST: [Attribute; 5] = [Attribute::Route, Attribute::Country, Attribute::Os, Attribute::Browser, Attribute::Release];

/// Answers a [`UsersQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn users(state: &QueryState, context: &ProjectContext, query: &UsersQuery) -> Result<UsersAnswer, ApiError> {
    context.require_page(SharedPage::Users)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &UsersQuery) -> Result<UsersAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(context, &making, query.scope.period, None)?;
    let (zone, day) = (context.zone(), |at: DateTime<Utc>| at.with_timezone(&context.zone()).date_naive());
    let first = day(frame.start());
    if (day(frame.end()) - first).num_days() >= DAYS_MAX as i64 {
        let (problem, allowed) = ("is too far from `from`".to_owned(), format!("fewer than {DAYS_MAX} days"));
        return Err(ApiError::InvalidParameter { name: "until", problem, allowed });
    }
    let links_version = making.horizon(state, context).await?.links_version;
    let (_, persons) = people::at_version(state, context.id(), links_version).await?;
    let only = found(state, context, query, &persons).await?;
    let asked = Asked { columns: LAST.map(ColumnKey::Text).into_iter().collect(), ..Asked::of(&query.scope, &frame) };
    let history = engine::find(state, context, &mut making, asked).await?;
    let (days, by, skip) = (frame.clone(), by(query.sort), query.page.saturating_mul(UsersQuery::PAGE));
    let (total, page) = engine::run(state, move |cancel| {
        let day = |quarter: DateTime<Utc>| match days.index_of(quarter) {
            Some(_) => (quarter.with_timezone(&zone).date_naive() - first).num_days() as u16,
            None => OUT,
        };
        let (history, chosen) = (&history.history, history.chosen());
        let all = visitors::list(history, &chosen, &Spread::by(history, day), only.as_ref(), cancel)?;
        let total = all.len() as u64;
        let page = visitors::page(all, by, skip, UsersQuery::PAGE);
        Ok((total, page.into_iter().map(|visitor| (visitor, last(history, &visitor.last))).collect::<Vec<_>>()))
    })
    .await?;
    Ok(UsersAnswer {
        users: told(state, context, &persons, page).await?,
        total,
        receipt: making.receipt_of(
            context,
            "People with at least one such event, each with what they did in the range.",
            &query.scope,
            (frame.start(), frame.end()),
            Accuracy::Exact,
        ),
    })
}

fn by(sort: UsersSort) -> By {
    match sort {
        UsersSort::LastSeen => By::LastSeen,
        UsersSort::Events => By::Events,
        UsersSort::Days => By::Days,
    }
}

/// The persons that a search finds; `None` without one.
async fn found(
    state: &QueryState,
    context: &ProjectContext,
    query: &UsersQuery,
    persons: &Persons,
) -> Result<Option<RoaringBitmap>, ApiError> {
    if query.search.is_empty() {
        return Ok(None);
    }
    let numbers = actors::containing(state.db(), context.id(), &query.search, LOOKED_AT_MAX + 1).await?;
    if numbers.len() as i64 > LOOKED_AT_MAX {
        let (problem, allowed) = ("is part of more than a million ids".to_owned(), "a longer part".to_owned());
        return Err(ApiError::InvalidParameter { name: "search", problem, allowed });
    }
    Ok(Some(numbers.into_iter().filter_map(|number| Some(persons.person_of(u32::try_from(number).ok()?))).collect()))
}

/// What an event says.
fn last(history: &History, row: &RowRef) -> LastSeen {
    let block = &history.blocks()[row.block as usize];
    let [route, country, os, browser, release] = LAST.map(|attribute| {
        let text = block.text(&ColumnKey::Text(attribute))?;
        text.value(text.codes.at(row.row as usize)).map(str::to_owned)
    });
    LastSeen { route, country, os, browser, release }
}

/// The rows with their names. An actor that was erased meanwhile has none, and is left out.
async fn told(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    page: Vec<(Visitor, LastSeen)>,
) -> Result<Vec<UserRow>, ApiError> {
    let ids = person::ids_of_each(state, context, persons, page.iter().map(|(visitor, _)| visitor.person)).await?;
    let row = |((visitor, last), ids): ((Visitor, LastSeen), Vec<Named>)| {
        Some(UserRow {
            name: person::name(ids.first()?)?,
            others: ids.iter().skip(1).take(UserRow::OTHERS_MAX).filter_map(person::name).collect(),
            ids: ids.len(),
            events: visitor.events,
            days: visitor.days,
            first_seen: ids.iter().map(|named| named.first_seen).min()?,
            last_seen: DateTime::from_timestamp_millis(visitor.last.ts_ms)?,
            last,
        })
    };
    Ok(page.into_iter().zip(ids).filter_map(row).collect())
}
