//! Audience · Users: the people of a range, one by one, and one of them.

pub(crate) mod person;
mod profile;
mod timeline;
mod traits;

use std::collections::BTreeSet;

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, History, OUT, RowRef, Spread};
use analysis::persons::Persons;
use analysis::segment::{Attribute, ColumnKey};
use analysis::visitors::{self, By, DAYS_MAX, Visitor};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use protocol::receipt::Accuracy;
use protocol::shared_link::SharedPage;
use protocol::users::{LastSeen, UserRow, UsersAnswer, UsersQuery, UsersSort};
use storage::actors::{self, Named};

use crate::access::ProjectContext;
use crate::analyses::frame;
use crate::engine::{self, Asked, Found, LOOKED_AT_MAX, Question};
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
    let day = |at: DateTime<Utc>| at.with_timezone(&context.zone()).date_naive();
    if (day(frame.end()) - day(frame.start())).num_days() >= DAYS_MAX as i64 {
        let (problem, allowed) = ("is too far from `from`".to_owned(), format!("fewer than {DAYS_MAX} days"));
        return Err(ApiError::InvalidParameter { name: "until", problem, allowed });
    }
    let links_version = making.horizon(state, context).await?.links_version;
    let (_, persons) = people::at_version(state, context.id(), links_version).await?;
    let only = found(state, context, query, &persons).await?;
    let asked = Asked { columns: LAST.map(ColumnKey::Text).into_iter().collect(), ..Asked::of(&query.scope, &frame) };
    let skip = query.page.saturating_mul(UsersQuery::PAGE);
    let question = VisitorPage { frame: frame.clone(), zone: context.zone(), only, by: by(query.sort), skip };
    let page = engine::answer(state, context, &mut making, asked, question).await?;
    Ok(UsersAnswer {
        users: told(state, context, &persons, &page.visitors).await?,
        total: page.total,
        receipt: making.receipt_of(
            context,
            "People with at least one such event, each with what they did in the range.",
            &query.scope,
            (frame.start(), frame.end()),
            Accuracy::Exact,
        ),
    })
}

#[derive(Hash)]
struct VisitorPage {
    frame: Frame,
    /// Whose days are counted.
    zone: Tz,
    /// The persons that the search finds, rising.
    only: Option<Vec<u32>>,
    by: By,
    skip: usize,
}

/// Some of the visitors, each with its last event.
struct Page {
    total: u64,
    visitors: Vec<(Visitor, LastSeen)>,
}

impl Question for VisitorPage {
    type Counted = Page;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Page, Cancelled> {
        let date = |at: DateTime<Utc>| at.with_timezone(&self.zone).date_naive();
        let first = date(self.frame.start());
        let day = |quarter: DateTime<Utc>| match self.frame.index_of(quarter) {
            Some(_) => (date(quarter) - first).num_days() as u16,
            None => OUT,
        };
        let (history, only) = (&found.history, self.only.as_ref().map(|persons| persons.iter().collect()));
        let all = visitors::list(history, &found.chosen(), &Spread::by(history, day), only.as_ref(), cancel)?;
        let total = all.len() as u64;
        let page = visitors::page(all, self.by, self.skip, UsersQuery::PAGE);
        Ok(Page { total, visitors: page.into_iter().map(|visitor| (visitor, last(history, &visitor.last))).collect() })
    }
}

fn by(sort: UsersSort) -> By {
    match sort {
        UsersSort::LastSeen => By::LastSeen,
        UsersSort::Events => By::Events,
        UsersSort::Days => By::Days,
    }
}

/// The persons that a search finds, rising; `None` without one.
async fn found(state: &QueryState, context: &ProjectContext, query: &UsersQuery, persons: &Persons) -> Result<Option<Vec<u32>>, ApiError> {
    if query.search.is_empty() {
        return Ok(None);
    }
    let numbers = actors::containing(state.db(), context.id(), &query.search, LOOKED_AT_MAX + 1).await?;
    if numbers.len() as i64 > LOOKED_AT_MAX {
        let (problem, allowed) = ("is part of more than a million ids".to_owned(), "a longer part".to_owned());
        return Err(ApiError::InvalidParameter { name: "search", problem, allowed });
    }
    let found = numbers.into_iter().filter_map(|number| Some(persons.person_of(u32::try_from(number).ok()?)));
    Ok(Some(found.collect::<BTreeSet<_>>().into_iter().collect()))
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
    page: &[(Visitor, LastSeen)],
) -> Result<Vec<UserRow>, ApiError> {
    let ids = person::ids_of_each(state, context, persons, page.iter().map(|(visitor, _)| visitor.person)).await?;
    let row = |((visitor, last), ids): (&(Visitor, LastSeen), Vec<Named>)| {
        Some(UserRow {
            name: person::name(ids.first()?)?,
            others: ids.iter().skip(1).take(UserRow::OTHERS_MAX).filter_map(person::name).collect(),
            ids: ids.len(),
            events: visitor.events,
            days: visitor.days,
            first_seen: ids.iter().map(|named| named.first_seen).min()?,
            last_seen: DateTime::from_timestamp_millis(visitor.last.ts_ms)?,
            last: last.clone(),
        })
    };
    Ok(page.iter().zip(ids).filter_map(row).collect())
}
