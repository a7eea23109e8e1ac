//! Event names that arrived lately: what `throughline verify` compares with what should arrive.

use chrono::{DateTime, Utc};
use protocol::audience::SeenEvent;
use protocol::id::ProjectId;

use crate::{Db, Result};

/// The names of events that were received at or after `from`, by name, bots included: somebody who checks an integration
/// may well send with curl. First and last seen are times of receipt. At most `limit` names, those with most events.
pub async fn names(db: &Db, project: ProjectId, from: DateTime<Utc>, limit: i64) -> Result<Vec<SeenEvent>> {
    let rows = sqlx::query!(
        r#"select name, count(*) as "events!", count(distinct session_id) as "sessions!", min(received_at) as "first_seen!", max(received_at) as "last_seen!"
           from event where project_id = $1 and received_at >= $2 and flags & $3 = 0
           group by name order by count(*) desc, name limit $4"#,
        project.0,
        from,
        crate::flags::IMPORTED,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    let mut names: Vec<SeenEvent> = rows
        .into_iter()
        .map(|row| SeenEvent {
            name: row.name,
            events: row.events.unsigned_abs(),
            sessions: row.sessions.unsigned_abs(),
            first_seen: row.first_seen,
            last_seen: row.last_seen,
        })
        .collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(names)
}
