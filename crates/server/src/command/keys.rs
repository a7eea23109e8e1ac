//! `throughline keys`.

use anyhow::bail;
use protocol::access::{Project, Scope};
use protocol::time::Clock;
use storage::{Db, api_keys};

use super::projects::create_public_key;
use super::table;
use crate::config::{KeyScope, KeysAction, KeysOptions};
use crate::database;

pub(crate) async fn run(options: KeysOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    match options.action {
        KeysAction::Create { label, scopes } => {
            let scopes: Vec<Scope> = scopes.into_iter().map(scope).collect();
            out!("{}", create(&db, &project, &label, &scopes, clock).await?)?;
            Ok(())
        }
        KeysAction::List => list(&db, &project).await,
        KeysAction::Revoke { id } => match api_keys::revoke(&db, project.id, id, clock.now()).await? {
            true => Ok(()),
            false => bail!("project `{}` has no live key {id}: see `keys list`", project.slug),
        },
    }
}

/// A new key: secret when it has scopes, else public.
pub(crate) async fn create(db: &Db, project: &Project, label: &str, scopes: &[Scope], clock: &Clock) -> anyhow::Result<String> {
    if scopes.is_empty() {
        return create_public_key(db, project, label, clock).await;
    }
    let (key, presented) = query_api::access::new_secret_key(crate::random);
    api_keys::create(db, project.id, &presented, &key[..7], label, scopes, clock.now()).await?;
    Ok(key)
}

const fn scope(word: KeyScope) -> Scope {
    match word {
        KeyScope::Read => Scope::Read,
        KeyScope::Ingest => Scope::Ingest,
        KeyScope::Import => Scope::Import,
    }
}

async fn list(db: &Db, project: &Project) -> anyhow::Result<()> {
    let mut rows = table(["id", "key", "for", "may", "created", "revoked"]);
    for key in api_keys::of_project(db, project.id).await? {
        rows.add_row([
            key.id.to_string(),
            key.public_key.unwrap_or_else(|| format!("{}…", key.hint)),
            key.label,
            key.scopes.join(" "),
            key.created_at.format("%Y-%m-%d").to_string(),
            key.revoked_at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
        ]);
    }
    out!("{rows}")?;
    Ok(())
}
