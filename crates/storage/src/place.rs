//! Where a raw row belongs: what a flush knows and an item does not.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::Rows;

/// The first columns of every raw table, and what the batch says of all its rows.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct Place<'b> {
    pub project: ProjectId,
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
    pub batch_id: Uuid,
    pub install_id: Option<&'b str>,
}

impl Place<'_> {
    /// Begins a row of `columns` columns with project_id, received_at, flush_id, n and batch_id.
    pub(crate) fn begin(self, rows: &mut Rows, columns: i16) -> &mut Rows {
        rows.row(columns).int4(self.project.0).timestamptz(self.received_at).uuid(self.flush_id).int4(self.n).uuid(self.batch_id)
    }
}
