//! Decoded columns, as many as fit. Segments never change, so what is kept is never wrong.

use std::sync::Arc;

use analysis::segment::{Column, ColumnKey, Meta};
use protocol::id::ProjectId;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::sync::Semaphore;

/// Analyses that count at the same time; each uses every core.
const TURNS: usize = 4;
/// Descriptions of segments; a few kilobytes each.
const METAS_MAX: usize = 4_096;
/// What an entry takes beside its column.
const ENTRY_BYTES: u64 = 128;

type Place = (ProjectId, i64, ColumnKey);

/// What the query role keeps of segments, and the room for counting them.
pub(crate) struct Engine {
    columns: Cache<Place, Arc<Column>, Bytes>,
    metas: Cache<(ProjectId, i64), Arc<Meta>>,
    turns: Arc<Semaphore>,
    bytes_max: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Place, Arc<Column>> for Bytes {
    fn weight(&self, _: &Place, column: &Arc<Column>) -> u64 {
        column.memory() as u64 + ENTRY_BYTES
    }
}

impl Engine {
    /// Keeps columns of at most so many bytes.
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self { columns: columns(bytes_max), metas: Cache::new(METAS_MAX), turns: Arc::new(Semaphore::new(TURNS)), bytes_max }
    }

    pub(super) fn turns(&self) -> Arc<Semaphore> {
        Arc::clone(&self.turns)
    }

    /// The most that one question may read beyond what is kept.
    pub(super) fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    pub(super) fn column(&self, project: ProjectId, segment: i64, key: &ColumnKey) -> Option<Arc<Column>> {
        self.columns.get(&(project, segment, key.clone()))
    }

    pub(super) fn keep_column(&self, project: ProjectId, segment: i64, key: ColumnKey, column: Arc<Column>) {
        self.columns.insert((project, segment, key), column);
    }

    pub(super) fn meta(&self, project: ProjectId, segment: i64) -> Option<Arc<Meta>> {
        self.metas.get(&(project, segment))
    }

    pub(super) fn keep_meta(&self, project: ProjectId, segment: i64, meta: Arc<Meta>) {
        self.metas.insert((project, segment), meta);
    }

    /// Bytes of the columns that are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.columns.weight()
    }

    /// Forgets everything: what is asked next is read anew.
    pub(crate) fn forget(&self) {
        self.columns.clear();
        self.metas.clear();
    }
}

/// One shard: a column of a large segment is a large part of a small cache, and every shard bounds its own part.
fn columns(bytes_max: u64) -> Cache<Place, Arc<Column>, Bytes> {
    let options = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity((bytes_max / 65_536).max(64) as usize)
        .weight_capacity(bytes_max)
        .build()
        .expect("every option is set");
    Cache::with_options(options, Bytes, DefaultHashBuilder::default(), quick_cache::sync::DefaultLifecycle::default())
}
