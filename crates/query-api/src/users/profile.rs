//! Who one person is: ids, traits, days, and what went wrong.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use protocol::access::Role;
use protocol::identity_link::ActorName;
use protocol::profile::{DayActivity, KnownId, ProfileAnswer};
use protocol::receipt::{Accuracy, BotRule};
use storage::partitions::{self, Table};
use storage::profile::{self, QuarterActivity};

use super::person::{self, Ids};
use super::traits;
use crate::access::ProjectContext;
use crate::people::{self, LinksQuery};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Statements about a user that are read.
const SAID_MAX: i64 = 1_000;
/// Events that are read for the calendar.
const EVENTS_MAX: i64 = 50_000;
/// Error reports and spans of one id that are looked at.
const FAILED_MAX: i64 = 1_000;

/// Tells who has this id.
///
/// # Errors
/// [`ApiError::UnknownPerson`] for an id that nobody was counted with; else when the database does not answer in time.
pub async fn profile(state: &QueryState, context: &ProjectContext, actor: &ActorName) -> Result<ProfileAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, actor)).await
}

async fn run(state: &QueryState, context: &ProjectContext, actor: &ActorName) -> Result<ProfileAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let ids = Ids::of(state, context, actor).await?;
    let (db, project, whose, now) = (state.db(), context.id(), ids.whose(&[]), making.now);
    let today = now.with_timezone(&context.zone()).date_naive();
    let first_day = today - Days::new(ProfileAnswer::ACTIVITY_DAYS as u64 - 1);
    // A day more than any zone is away from UTC, and clocks that are a little ahead.
    let calendar = (now - TimeDelta::days(ProfileAnswer::ACTIVITY_DAYS + 1), now + TimeDelta::days(1));
    let kept = async |table| Ok::<_, ApiError>(partitions::days(db, table).await?.first().copied());
    let (events_from, errors_from) = tokio::try_join!(kept(Table::Event), kept(Table::ErrorReport))?;
    let errors_days = errors_from.map_or(1, |first| (now.date_naive() - first).num_days() + 1);
    let lately = (now - TimeDelta::days(errors_days.clamp(1, ProfileAnswer::FAILED_DAYS)), now);
    let (quarters, last, said, failed) = tokio::try_join!(
        profile::activity(db, project, whose, calendar, EVENTS_MAX),
        profile::last_event(db, project, whose),
        profile::said(db, project, whose.users, SAID_MAX),
        profile::failed(db, project, whose, lately, FAILED_MAX),
    )?;
    let links = people::links(state, context, &LinksQuery { actor: Some(actor.clone()), ..LinksQuery::default() }).await?;
    let rows: i64 = quarters.iter().map(|quarter| quarter.rows).sum();
    making.rows_read = rows.unsigned_abs() + said.len() as u64 + failed.errors + failed.spans;
    let (traits, changes) = traits::of(said, ProfileAnswer::CHANGES_MAX);
    let known = |id: &storage::actors::Named| Some(KnownId { name: person::name(id)?, first_seen: id.first_seen });
    let known: Vec<KnownId> = ids.named().iter().filter_map(known).collect();
    let first_seen = known.iter().map(|id| id.first_seen).min().unwrap_or(now);
    let counted = "What is stored of every id that is this person; the days, which are those of the project's zone, leave bots out.";
    let (last_seen, last) = last.unzip();
    let mut receipt = making.receipt(context, counted, first_seen, now, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(ProfileAnswer {
        name: known.first().map_or_else(|| actor.clone(), |id| id.name.clone()),
        ids_total: known.len(),
        ids: known.into_iter().take(ProfileAnswer::IDS_MAX).collect(),
        links: links.links,
        first_seen,
        last_seen,
        last: last.unwrap_or_default(),
        traits,
        changes,
        activity: days(&quarters, context.zone(), (first_day, today), events_from.unwrap_or(today)),
        activity_at_least: rows >= EVENTS_MAX,
        failed,
        receipt,
    })
}

/// Every day from one to another with its events; before `kept_from`, nothing is known of a day without any.
fn days(quarters: &[QuarterActivity], zone: Tz, (first, last): (NaiveDate, NaiveDate), kept_from: NaiveDate) -> Vec<DayActivity> {
    let mut events = BTreeMap::<NaiveDate, f64>::new();
    for quarter in quarters {
        let at: DateTime<Tz> = quarter.quarter.with_timezone(&zone);
        *events.entry(at.date_naive()).or_default() += quarter.events;
    }
    let none = |day: NaiveDate| (day >= kept_from).then_some(0.0);
    let day = |day: NaiveDate| DayActivity { day, events: events.get(&day).copied().or(none(day)) };
    first.iter_days().take_while(|at| *at <= last).map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_belongs_to_the_day_of_the_projects_zone() {
        let quarter = |text: &str, events: f64| QuarterActivity { quarter: text.parse().expect("a time"), events, rows: 1 };
        let quarters = [quarter("2026-05-13T21:45:00Z", 1.0), quarter("2026-05-13T22:00:00Z", 2.0), quarter("2026-05-10T12:00:00Z", 9.0)];
        let [first, last, kept_from] = ["2026-05-12", "2026-05-15", "2026-05-14"].map(|day| day.parse().expect("a day"));
        let days = days(&quarters, chrono_tz::Europe::Berlin, (first, last), kept_from);
        let told: Vec<_> = days.into_iter().map(|day| day.events).collect();
        assert_eq!(told, [None, Some(1.0), Some(2.0), Some(0.0)], "what is known of a day that is no longer kept is told");
    }
}
