//! `throughline keys`.

use anyhow::{anyhow, bail};
use protocol::access::{Project, Scope};
use protocol::time::Clock;
use storage::{Db, api_keys, send_limits};

use super::projects::{create_public_key, in_cells, in_words};
use super::table;
use crate::config::{KeyScope, KeysAction, KeysOptions, LimitOptions};
use crate::database;

pub(crate) async fn run(options: KeysOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    match options.action {
        KeysAction::Create { label, scopes, limits } => {
            let scopes: Vec<Scope> = scopes.into_iter().map(scope).collect();
            let (id, key) = create(&db, &project, &label, &scopes, clock).await?;
            limit(&db, &project, id, limits).await?;
            out!("{key}")?;
            Ok(())
        }
        KeysAction::Set { limits, .. } if limits.is_empty() => bail!("nothing to set: give --events-per-second or --events-per-month"),
        KeysAction::Set { id, limits } => {
            limit(&db, &project, id, limits).await?;
            let key = api_keys::of_project(&db, project.id).await?.into_iter().find(|key| key.id == id);
            out!("Key {id} may send {}", in_words(key.map(|key| key.limit).unwrap_or_default()))?;
            Ok(())
        }
        KeysAction::List => list(&db, &project).await,
        KeysAction::Revoke { id } => match api_keys::revoke(&db, project.id, id, clock.now()).await? {
            true => Ok(()),
            false => Err(no_such_key(&project, id)),
        },
    }
}

async fn limit(db: &Db, project: &Project, id: i32, limits: LimitOptions) -> anyhow::Result<()> {
    let (second, month) = (limits.events_per_second.unwrap_or_default(), limits.events_per_month.unwrap_or_default());
    match send_limits::set_of_key(db, project.id, id, second, month).await? {
        true => Ok(()),
        false => Err(no_such_key(project, id)),
    }
}

fn no_such_key(project: &Project, id: i32) -> anyhow::Error {
    anyhow!("project `{}` has no live key {id}: see `keys list`", project.slug)
}

/// A new key and its number: secret when it has scopes, else public.
pub(crate) async fn create(db: &Db, project: &Project, label: &str, scopes: &[Scope], clock: &Clock) -> anyhow::Result<(i32, String)> {
    if scopes.is_empty() {
        return create_public_key(db, project, label, clock).await;
    }
    let (key, presented) = query_api::access::new_secret_key(crate::random);
    let id = api_keys::create(db, project.id, &presented, &key[..7], label, scopes, clock.now()).await?;
    Ok((id, key))
}

const fn scope(word: KeyScope) -> Scope {
    match word {
        KeyScope::Read => Scope::Read,
        KeyScope::Ingest => Scope::Ingest,
        KeyScope::Import => Scope::Import,
        KeyScope::Write => Scope::Write,
    }
}

async fn list(db: &Db, project: &Project) -> anyhow::Result<()> {
    let mut rows = table(["id", "key", "for", "may", "per second", "per month", "created", "revoked"]);
    for key in api_keys::of_project(db, project.id).await? {
        let [second, month] = in_cells(key.limit);
        rows.add_row([
            key.id.to_string(),
            key.public_key.unwrap_or_else(|| format!("{}…", key.hint)),
            key.label,
            key.scopes.join(" "),
            second,
            month,
            key.created_at.format("%Y-%m-%d").to_string(),
            key.revoked_at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
        ]);
    }
    out!("{rows}")?;
    Ok(())
}
