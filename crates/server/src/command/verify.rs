//! `throughline verify`: did the expected events arrive?

use std::process::ExitCode;

use chrono::TimeDelta;
use protocol::event::canonical_name;
use protocol::time::Clock;
use storage::seen_events;

use super::{cell, table};
use crate::config::VerifyOptions;
use crate::database;

/// Names looked at; a project with more has another problem.
const NAMES_MAX: i64 = 10_000;

/// Prints a table of the events that were seen and a mark for each expected one; fails when one is missing.
pub(crate) async fn run(options: VerifyOptions, clock: &Clock) -> anyhow::Result<ExitCode> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    let from = clock.now() - TimeDelta::minutes(i64::from(options.minutes));
    let seen = seen_events::names(&db, project.id, from, NAMES_MAX).await?;
    // Other spellings of a page view are stored as one.
    let expected: Vec<String> = options.expected.iter().map(|name| canonical_name(name).to_owned()).collect();
    let mut rows = table(["", "event", "events", "sessions", "first seen", "last seen"]);
    for event in &seen {
        let mark = if expected.contains(&event.name) { "✓" } else { "" };
        let time = |at: chrono::DateTime<chrono::Utc>| at.format("%H:%M:%S").to_string();
        rows.add_row([
            mark.to_owned(),
            cell(&event.name),
            event.events.to_string(),
            event.sessions.to_string(),
            time(event.first_seen),
            time(event.last_seen),
        ]);
    }
    let missing: Vec<&String> = expected.iter().filter(|name| !seen.iter().any(|event| event.name == **name)).collect();
    for name in &missing {
        rows.add_row(["✗", name, "0", "", "", ""]);
    }
    out!("Events of `{}` in the last {} minutes, UTC", project.slug, options.minutes)?;
    out!("{rows}")?;
    if missing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    out!("{} of {} expected events did not arrive.", missing.len(), expected.len())?;
    Ok(ExitCode::FAILURE)
}
