//! What an account may do in which project.

use protocol::access::{Project, Role};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// The account's role in the project; `None` when it has none, or the project does not exist.
pub async fn find(db: &Db, project: ProjectId, account: i32) -> Result<Option<Role>> {
    let word = sqlx::query_scalar!("select role from project_role where project_id = $1 and account_id = $2", project.0, account)
        .fetch_optional(&db.pool)
        .await?;
    Ok(word.and_then(|word| Role::from_word(&word)))
}

/// The projects in which the account has a role, oldest first.
pub async fn of_account(db: &Db, account: i32) -> Result<Vec<(Project, Role)>> {
    let rows = sqlx::query!(
        "select p.id, p.slug, p.name, p.zone, r.role from project_role r join project p on p.id = r.project_id where r.account_id = $1 order by p.id",
        account
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some((Project { id: ProjectId(row.id), slug: row.slug, name: row.name, zone: row.zone }, Role::from_word(&row.role)?))
        })
        .collect())
}

/// Gives the account this role, instead of the one that it had.
pub async fn grant(db: &Db, project: ProjectId, account: i32, role: Role) -> Result<()> {
    sqlx::query!(
        "insert into project_role (project_id, account_id, role) values ($1, $2, $3) on conflict (project_id, account_id) do update set role = excluded.role",
        project.0,
        account,
        role.word()
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Makes the account an owner of every project that exists.
pub async fn grant_ownership_everywhere(tx: &mut Transaction, account: i32) -> Result<u64> {
    let done = sqlx::query!(
        "insert into project_role (project_id, account_id, role) select id, $1, 'owner' from project on conflict (project_id, account_id) do update set role = excluded.role",
        account
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Makes everybody who owns some project an owner of this new one too, so that a project made in the shell is seen.
pub async fn grant_to_owners(db: &Db, project: ProjectId) -> Result<u64> {
    let done = sqlx::query!(
        "insert into project_role (project_id, account_id, role) select distinct $1::int4, account_id, 'owner' from project_role where role = 'owner' on conflict (project_id, account_id) do nothing",
        project.0
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected())
}
