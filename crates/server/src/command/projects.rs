//! `throughline projects`.

use anyhow::bail;
use protocol::access::{Project, Scope};
use protocol::number;
use protocol::time::Clock;
use storage::api_keys::{self, Presented};
use storage::send_limits::{self, SendLimit};
use storage::{Db, keeping, projects};

use super::table;
use crate::config::{KeepOptions, LimitOptions, ProjectsAction, ProjectsOptions};
use crate::database;

pub(crate) async fn run(options: ProjectsOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    match options.action {
        ProjectsAction::Create { slug, name, zone } => create(&db, &slug, name.as_deref(), zone.name(), clock).await,
        ProjectsAction::Set { slug, name, zone, dedupe, limits, keep } => {
            set(&db, &slug, name.as_deref(), zone.map(|zone| zone.name()), dedupe, limits, keep).await
        }
        ProjectsAction::List => list(&db).await,
    }
}

async fn create(db: &Db, slug: &str, name: Option<&str>, zone: &str, clock: &Clock) -> anyhow::Result<()> {
    // A word that begins with a digit would be read as a project's number.
    let begins_well = slug.starts_with(|first: char| first.is_ascii_lowercase());
    if !begins_well || slug.len() > 60 || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("`{slug}` is no project word: use up to 60 of a-z, 0-9 and dashes, beginning with a letter");
    }
    let project = match projects::create(db, slug, name.unwrap_or(slug), zone, clock.now()).await {
        Err(storage::Error::Taken(_)) => bail!("a project `{slug}` exists already"),
        other => other?,
    };
    storage::project_roles::grant_to_owners(db, project.id).await?;
    let (_, key) = create_public_key(db, &project, "default", clock).await?;
    out!("Project {} ({slug}, {zone})\nPublic key  {key}", project.id)?;
    Ok(())
}

/// Every project has a public key from the start: snippets show it.
pub(crate) async fn create_public_key(db: &Db, project: &Project, label: &str, clock: &Clock) -> anyhow::Result<(i32, String)> {
    let key = query_api::access::new_public_key(crate::random);
    let id = api_keys::create(db, project.id, &Presented::Public(key.clone()), &key[..7], label, &[Scope::Ingest], clock.now()).await?;
    Ok((id, key))
}

async fn set(
    db: &Db,
    slug: &str,
    name: Option<&str>,
    zone: Option<&str>,
    dedupe: Option<bool>,
    limits: LimitOptions,
    keep: KeepOptions,
) -> anyhow::Result<()> {
    let project = super::project(db, slug).await?;
    if name.is_none() && zone.is_none() && dedupe.is_none() && limits.is_empty() && keep.is_empty() {
        bail!("nothing to set: give --name, --zone, --dedupe, --events-per-second, --events-per-month or --keep-…-days");
    }
    projects::set(db, project.id, name, zone).await?;
    let (second, month) = (limits.events_per_second.unwrap_or_default(), limits.events_per_month.unwrap_or_default());
    send_limits::set_of_project(db, project.id, second, month).await?;
    let KeepOptions { keep_raw_days: raw, keep_traces_days: traces, keep_segments_days: segments } = keep;
    keeping::set(db, project.id, keeping::Change { raw, traces, segments }).await?;
    if !keep.is_empty() {
        let days = keeping::of_projects(db).await?.remove(&project.id).unwrap_or_default();
        out!(
            "What came is kept for {} days, traces, errors and logs for {}, events in columns for {}",
            days.raw,
            days.traces,
            days.segments
        )?;
    }
    if let Some(dedupe) = dedupe {
        projects::set_dedupe(db, project.id, dedupe).await?;
        out!("Events and error reports with an id that was stored before are {}", if dedupe { "left out" } else { "stored again" })?;
    }
    let project = super::project(db, slug).await?;
    let limit =
        send_limits::of_projects(db).await?.into_iter().find(|(id, _)| *id == project.id).map(|(_, limit)| limit).unwrap_or_default();
    out!("Project {} is called {}, cuts its days in {} and may send {}", project.id, project.name, project.zone, in_words(limit))?;
    Ok(())
}

fn events(n: u64) -> String {
    number::counted(n, "event", "events")
}

/// A limit within a sentence.
pub(super) fn in_words(limit: SendLimit) -> String {
    match (limit.events_per_second, limit.events_per_month) {
        (None, None) => "any number of events".to_owned(),
        (Some(second), None) => format!("{} per second", events(second.into())),
        (None, Some(month)) => format!("{} per month", events(month)),
        (Some(second), Some(month)) => {
            format!("{} per second and {} per month", events(second.into()), number::grouped(month.cast_signed()))
        }
    }
}

/// A limit in a table: per second, per month; empty without one.
pub(super) fn in_cells(limit: SendLimit) -> [String; 2] {
    [limit.events_per_second.map(u64::from), limit.events_per_month].map(|n| n.map(|n| n.to_string()).unwrap_or_default())
}

async fn list(db: &Db) -> anyhow::Result<()> {
    let mut rows = table(["id", "word", "name", "zone", "per second", "per month"]);
    for (project, (_, limit)) in projects::all(db).await?.into_iter().zip(send_limits::of_projects(db).await?) {
        let [second, month] = in_cells(limit);
        rows.add_row([project.id.to_string(), project.slug, project.name, project.zone, second, month]);
    }
    out!("{rows}")?;
    Ok(())
}
