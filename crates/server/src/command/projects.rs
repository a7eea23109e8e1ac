//! `throughline projects`.

use anyhow::bail;
use protocol::access::{Project, Scope};
use protocol::time::Clock;
use storage::api_keys::{self, Presented};
use storage::{Db, projects};

use super::table;
use crate::config::{ProjectsAction, ProjectsOptions};
use crate::database;

pub(crate) async fn run(options: ProjectsOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    match options.action {
        ProjectsAction::Create { slug, name, zone } => create(&db, &slug, name.as_deref(), zone.name(), clock).await,
        ProjectsAction::Set { slug, name, zone, dedupe } => set(&db, &slug, name.as_deref(), zone.map(|zone| zone.name()), dedupe).await,
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
    let key = create_public_key(db, &project, "default", clock).await?;
    out!("Project {} ({slug}, {zone})\nPublic key  {key}", project.id)?;
    Ok(())
}

/// Every project has a public key from the start: snippets show it.
pub(crate) async fn create_public_key(db: &Db, project: &Project, label: &str, clock: &Clock) -> anyhow::Result<String> {
    let key = query_api::access::new_public_key(crate::random);
    api_keys::create(db, project.id, &Presented::Public(key.clone()), &key[..7], label, &[Scope::Ingest], clock.now()).await?;
    Ok(key)
}

async fn set(db: &Db, slug: &str, name: Option<&str>, zone: Option<&str>, dedupe: Option<bool>) -> anyhow::Result<()> {
    let project = super::project(db, slug).await?;
    if name.is_none() && zone.is_none() && dedupe.is_none() {
        bail!("nothing to set: give --name, --zone or --dedupe");
    }
    projects::set(db, project.id, name, zone).await?;
    if let Some(dedupe) = dedupe {
        projects::set_dedupe(db, project.id, dedupe).await?;
        out!("Events and error reports with an id that was stored before are {}", if dedupe { "left out" } else { "stored again" })?;
    }
    let project = super::project(db, slug).await?;
    out!("Project {} is called {} and cuts its days in {}", project.id, project.name, project.zone)?;
    Ok(())
}

async fn list(db: &Db) -> anyhow::Result<()> {
    let mut rows = table(["id", "word", "name", "zone"]);
    for project in projects::all(db).await? {
        rows.add_row([project.id.to_string(), project.slug, project.name, project.zone]);
    }
    out!("{rows}")?;
    Ok(())
}
