//! Changes that people make.

use std::collections::BTreeSet;

use protocol::id::ProjectId;
use protocol::issue::Issue;

use super::{known, merged_into, save};
use crate::{Db, Error, work};

/// Writes what `decide` makes of these issues, of what they are merged into, and of all that is merged into one of either. Nobody
/// counts meanwhile. Returns how many are different.
///
/// # Errors
/// What `decide` says; else when the database refuses, also when a worker holds the project for too long.
pub async fn change<E: From<Error>>(
    db: &Db,
    project: ProjectId,
    ids: &[i64],
    decide: impl FnOnce(Vec<Issue>) -> Result<Vec<Issue>, E>,
) -> Result<u64, E> {
    work::ensure(db, project).await?;
    let mut tx = db.begin().await?;
    sqlx::query!("set local lock_timeout = '5s'").execute(&mut *tx).await.map_err(Error::from)?;
    work::lock_in_turn(&mut tx, project).await?;
    let named = known(&mut tx, project, ids).await?;
    let whole: BTreeSet<i64> = named.iter().map(|issue| issue.merged_into.unwrap_or(issue.id).0).chain(ids.iter().copied()).collect();
    let whole: Vec<i64> = whole.into_iter().collect();
    let mut issues = known(&mut tx, project, &whole).await?;
    issues.extend(merged_into(&mut *tx, project, &whole).await?);
    issues.sort_by_key(|issue| issue.id);
    issues.dedup_by_key(|issue| issue.id);
    let changed = decide(issues)?;
    if !changed.is_empty() {
        save(&mut tx, project, &changed).await?;
    }
    tx.commit().await.map_err(Error::from)?;
    Ok(changed.len() as u64)
}
