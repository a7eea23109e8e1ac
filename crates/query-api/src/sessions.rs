//! Audience · Sessions: the sessions of a range, one by one.

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, History, RowRef, Spread};
use analysis::persons::Persons;
use analysis::segment::{Attribute, ColumnKey};
use analysis::sessions::{By, Found, Stretches, list};
use chrono::{DateTime, TimeDelta};
use protocol::receipt::Accuracy;
use protocol::sessions::{SeenSession, SessionListAnswer, SessionListQuery, SessionRow, SessionSort};
use protocol::shared_link::SharedPage;
use storage::actors::Named;
use storage::error_reports::{self, Stay};

use crate::access::ProjectContext;
use crate::analyses::frame;
use crate::engine::{self, Asked, Question};
use crate::receipt::Making;
use crate::users::person;
use crate::{ApiError, QueryState, budget, people};

/// What is told of a session's first event.
const FIRST: [Attribute; 5] = [Attribute::Referrer, Attribute::Country, Attribute::Os, Attribute::Browser, Attribute::Release];

/// Answers a [`SessionListQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn sessions(state: &QueryState, context: &ProjectContext, query: &SessionListQuery) -> Result<SessionListAnswer, ApiError> {
    context.require_page(SharedPage::Sessions)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SessionListQuery) -> Result<SessionListAnswer, ApiError> {
    if query.page > SessionListQuery::PAGES_MAX {
        let (problem, allowed) = ("is too high".to_owned(), format!("at most {}", SessionListQuery::PAGES_MAX));
        return Err(ApiError::InvalidParameter { name: "page", problem, allowed });
    }
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(context, &making, query.scope.period, None)?;
    let links_version = making.horizon(state, context).await?.links_version;
    let (_, persons) = people::at_version(state, context.id(), links_version).await?;
    let told = [Attribute::Name, Attribute::Route].into_iter().chain(FIRST).map(ColumnKey::Text);
    let asked =
        Asked { only_matching: false, columns: told.chain(Stretches::COLUMNS).collect(), ordered: true, ..Asked::of(&query.scope, &frame) };
    let question = SessionPage { frame: frame.clone(), by: by(query.sort), skip: query.page * SessionListQuery::PAGE };
    let page = engine::answer(state, context, &mut making, asked, question).await?;
    let counted = "Sessions that began in the range with at least one such event, each with all of its events in the range.";
    Ok(SessionListAnswer {
        sessions: named(state, context, &persons, &page.sessions).await?,
        total: page.total,
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct SessionPage {
    frame: Frame,
    by: By,
    skip: usize,
}

/// Some of the sessions, each with its person.
struct Page {
    total: u64,
    sessions: Vec<(u32, SeenSession)>,
}

impl Question for SessionPage {
    type Counted = Page;

    fn count(&self, found: &engine::Found, cancel: &Cancel) -> Result<Page, Cancelled> {
        let (history, spread) = (&found.history, Spread::over(&found.history, &self.frame));
        let stretches = found.stretches(self.frame.start(), self.frame.end());
        let page = list(history, (&stretches, &found.chosen()), &spread, self.by, (self.skip, SessionListQuery::PAGE), cancel)?;
        let seen = page.sessions.iter().filter_map(|listed| Some((listed.person, seen(history, &listed.session)?)));
        Ok(Page { total: page.total, sessions: seen.collect() })
    }
}

fn by(sort: SessionSort) -> By {
    match sort {
        SessionSort::Start => By::Start,
        SessionSort::Duration => By::Duration,
        SessionSort::Events => By::Events,
        SessionSort::PageViews => By::Views,
    }
}

/// A session as its events tell it.
fn seen(history: &History, session: &Found) -> Option<SeenSession> {
    let text = |row: &RowRef, attribute: Attribute| {
        let text = history.blocks()[row.block as usize].text(&ColumnKey::Text(attribute))?;
        text.value(text.codes.at(row.row as usize)).map(str::to_owned)
    };
    let [referrer, country, os, browser, release] = FIRST.map(|attribute| text(&session.first, attribute));
    let [entry, exit] = [session.entry, session.exit].map(|view| text(&view?, Attribute::Route));
    Some(SeenSession {
        id: text(&session.first, Attribute::Session),
        from: DateTime::from_timestamp_millis(session.first.ts_ms)?,
        until: DateTime::from_timestamp_millis(session.last.ts_ms)?,
        events: session.events,
        page_views: session.page_views,
        bounced: session.bounced(),
        entry,
        exit,
        referrer,
        country,
        os,
        browser,
        release,
    })
}

/// The rows with their names and what went wrong. A person who was erased meanwhile is left out.
async fn named(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    page: &[(u32, SeenSession)],
) -> Result<Vec<SessionRow>, ApiError> {
    let ids = person::ids_of_each(state, context, persons, page.iter().map(|(person, _)| *person)).await?;
    // Times in columns are whole milliseconds, those of raw rows may be finer.
    let stay = |place: usize, id: &Named, seen: &SeenSession| Stay {
        place: place as i64,
        kind: id.kind,
        id: id.id.clone(),
        from: seen.from,
        until: seen.until + TimeDelta::milliseconds(1),
    };
    let stays = page.iter().zip(&ids).enumerate().flat_map(|(place, ((_, seen), ids))| ids.iter().map(move |id| stay(place, id, seen)));
    let mut errors = vec![0; page.len()];
    for (place, count) in error_reports::counts(state.db(), context.id(), &stays.collect::<Vec<_>>(), SessionRow::ERRORS_MAX).await? {
        errors[place as usize] += count;
    }
    let row = |(((_, seen), ids), errors): ((&(u32, SeenSession), Vec<Named>), u64)| {
        Some(SessionRow { name: person::name(ids.first()?)?, errors, seen: seen.clone() })
    };
    Ok(page.iter().zip(ids).zip(errors).filter_map(row).collect())
}
