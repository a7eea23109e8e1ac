//! Items whose id was stored before, for the projects that ask for it. The ledger already recognises repeated batches;
//! this finds the same event in two different ones.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use storage::batches::{ledger_id, project_hash};
use storage::{Transaction, seen_ids};
use uuid::Uuid;

use crate::prepare::{Item, Prepared};

/// Items of one project's part of a flush that are not stored again, by batch and position.
#[derive(Default)]
pub(crate) struct Duplicates(HashSet<(Uuid, u32)>);

impl Duplicates {
    pub(crate) fn holds(&self, batch: &Prepared, item: &Item) -> bool {
        !self.0.is_empty() && self.0.contains(&(batch.entry.batch_id, item.index))
    }
}

/// Remembers the ids of these batches' items and tells which were there before. Of several items with one id, the first
/// is stored.
pub(crate) async fn find(
    tx: &mut Transaction,
    project: ProjectId,
    received_at: DateTime<Utc>,
    batches: &[&Prepared],
) -> storage::Result<Duplicates> {
    let mut sent = Vec::new();
    for batch in batches.iter().filter(|batch| batch.dedupe) {
        for item in &batch.items {
            if let Some(id) = item.row.sent_id() {
                let id = ledger_id(id, project_hash(project, id.as_bytes()), received_at);
                sent.push((id, (batch.entry.batch_id, item.index)));
            }
        }
    }
    if sent.is_empty() {
        return Ok(Duplicates::default());
    }
    let ids: Vec<Uuid> = sent.iter().map(|(id, _)| *id).collect();
    let mut fresh = seen_ids::enter(tx, project, received_at, &ids).await?;
    Ok(Duplicates(sent.into_iter().filter(|(id, _)| !fresh.remove(id)).map(|(_, place)| place).collect()))
}
