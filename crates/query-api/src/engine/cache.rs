//! Decoded columns, where in them each person's runs are, and what follows from a segment's columns alone, as much as fits.
//! Segments never change, so what is kept is never wrong. Beside them the cells of metrics, which their series' revision tells apart.

use std::sync::Arc;

use analysis::history::RunIndex;
use analysis::keys::Dimension;
use analysis::segment::{Attribute, Column, ColumnKey, Meta};
use analysis::sessions::Stretches;
use analysis::trend::Digest;
use protocol::id::ProjectId;
use protocol::receipt::BotRule;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::sync::Semaphore;

use super::answer::Answers;
use crate::explorer::KeptCells;

/// Analyses that count at the same time; each uses every core.
const TURNS: usize = 4;
/// Descriptions of segments; a few kilobytes each.
const METAS_MAX: usize = 4_096;
/// What an entry takes beside its column.
const ENTRY_BYTES: u64 = 128;

/// What is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    Column(ProjectId, i64, ColumnKey),
    /// Of these segments, with the persons that a version of the links makes.
    Index(ProjectId, Arc<[i64]>, i64),
    Stretches(ProjectId, i64, BotRule),
    Digest(ProjectId, i64, BotRule, Dimension),
    FirstTimes(ProjectId, i64, Attribute),
    Cells(CellsPlace),
}

/// Cells of a metric's series in a piece of time that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CellsPlace {
    pub(crate) project: ProjectId,
    pub(crate) series_id: i32,
    /// Of the series: it goes up when such a piece changes.
    pub(crate) revision: i64,
    /// The width of a cell.
    pub(crate) minutes: i64,
    /// When the piece begins, in seconds; how long it is follows from `minutes`.
    pub(crate) start: i64,
}

/// What is kept.
#[derive(Clone)]
enum Kept {
    Column(Arc<Column>),
    Index(Arc<RunIndex>),
    Stretches(Arc<Stretches>),
    /// There is none of too many values.
    Digest(Option<Arc<Digest>>),
    FirstTimes(FirstTimes),
    Cells(KeptCells),
}

/// Values with the time of their first row, since midnight.
pub(super) type FirstTimes = Arc<[(Arc<str>, u32)]>;

/// What the query role keeps of segments, and the room for counting them.
pub(crate) struct Engine {
    kept: Cache<Place, Kept, Bytes>,
    metas: Cache<(ProjectId, i64), Arc<Meta>>,
    answers: Answers,
    turns: Arc<Semaphore>,
    bytes_max: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Place, Kept> for Bytes {
    fn weight(&self, _: &Place, kept: &Kept) -> u64 {
        let bytes = match kept {
            Kept::Column(column) => column.memory(),
            Kept::Index(index) => index.memory(),
            Kept::Stretches(stretches) => stretches.memory(),
            Kept::Digest(digest) => digest.as_ref().map_or(0, |digest| digest.memory()),
            Kept::FirstTimes(times) => times.iter().map(|(value, _)| value.len() + 32).sum(),
            Kept::Cells(cells) => cells.iter().map(|(_, cell)| cell.memory() + 12).sum(),
        };
        bytes as u64 + ENTRY_BYTES
    }
}

impl Engine {
    /// Keeps at most so many bytes.
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            kept: kept(bytes_max),
            metas: Cache::new(METAS_MAX),
            answers: Answers::new(),
            turns: Arc::new(Semaphore::new(TURNS)),
            bytes_max,
        }
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    pub(super) fn turns(&self) -> Arc<Semaphore> {
        Arc::clone(&self.turns)
    }

    /// The most that one question may read beyond what is kept.
    pub(super) fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    pub(super) fn column(&self, project: ProjectId, segment: i64, key: &ColumnKey) -> Option<Arc<Column>> {
        match self.kept.get(&Place::Column(project, segment, key.clone())) {
            Some(Kept::Column(column)) => Some(column),
            _ => None,
        }
    }

    pub(super) fn keep_column(&self, project: ProjectId, segment: i64, key: ColumnKey, column: Arc<Column>) {
        self.kept.insert(Place::Column(project, segment, key), Kept::Column(column));
    }

    /// The index of these segments, made now if it is not kept.
    pub(super) fn index(&self, project: ProjectId, segments: &[i64], links: i64, make: impl FnOnce() -> RunIndex) -> Arc<RunIndex> {
        let place = Place::Index(project, segments.into(), links);
        if let Some(Kept::Index(index)) = self.kept.get(&place) {
            return index;
        }
        let index = Arc::new(make());
        self.kept.insert(place, Kept::Index(Arc::clone(&index)));
        index
    }

    /// The stretches of a segment's rows of those who count, made now if they are not kept.
    pub(super) fn stretches(&self, project: ProjectId, segment: i64, bots: BotRule, make: impl FnOnce() -> Stretches) -> Arc<Stretches> {
        let place = Place::Stretches(project, segment, bots);
        if let Some(Kept::Stretches(stretches)) = self.kept.get(&place) {
            return stretches;
        }
        let stretches = Arc::new(make());
        self.kept.insert(place, Kept::Stretches(Arc::clone(&stretches)));
        stretches
    }

    /// The digest of a segment's rows of those who count, made now if it is not kept.
    pub(super) fn digest(
        &self,
        project: ProjectId,
        segment: i64,
        bots: BotRule,
        dimension: &Dimension,
        make: impl FnOnce() -> Option<Arc<Digest>>,
    ) -> Option<Arc<Digest>> {
        let place = Place::Digest(project, segment, bots, dimension.clone());
        if let Some(Kept::Digest(digest)) = self.kept.get(&place) {
            return digest;
        }
        let digest = make();
        self.kept.insert(place, Kept::Digest(digest.clone()));
        digest
    }

    /// When each value of a text column comes first in a segment, told now if it is not kept.
    pub(super) fn first_times(
        &self,
        project: ProjectId,
        segment: i64,
        attribute: Attribute,
        make: impl FnOnce() -> FirstTimes,
    ) -> FirstTimes {
        let place = Place::FirstTimes(project, segment, attribute);
        if let Some(Kept::FirstTimes(times)) = self.kept.get(&place) {
            return times;
        }
        let times = make();
        self.kept.insert(place, Kept::FirstTimes(Arc::clone(&times)));
        times
    }

    /// A metric's cells.
    pub(crate) fn cells(&self, place: CellsPlace) -> Option<KeptCells> {
        match self.kept.get(&Place::Cells(place)) {
            Some(Kept::Cells(cells)) => Some(cells),
            _ => None,
        }
    }

    pub(crate) fn keep_cells(&self, place: CellsPlace, cells: KeptCells) {
        self.kept.insert(Place::Cells(place), Kept::Cells(cells));
    }

    pub(super) fn meta(&self, project: ProjectId, segment: i64) -> Option<Arc<Meta>> {
        self.metas.get(&(project, segment))
    }

    pub(super) fn keep_meta(&self, project: ProjectId, segment: i64, meta: Arc<Meta>) {
        self.metas.insert((project, segment), meta);
    }

    /// Bytes that are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.kept.weight()
    }

    /// Forgets everything: what is asked next is read anew.
    pub(crate) fn forget(&self) {
        self.kept.clear();
        self.metas.clear();
        self.answers.forget();
    }
}

/// One shard: a column of a large segment is a large part of a small cache, and every shard bounds its own part.
fn kept(bytes_max: u64) -> Cache<Place, Kept, Bytes> {
    let options = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity((bytes_max / 65_536).max(64) as usize)
        .weight_capacity(bytes_max)
        .build()
        .expect("every option is set");
    Cache::with_options(options, Bytes, DefaultHashBuilder::default(), quick_cache::sync::DefaultLifecycle::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: u32) -> Arc<Column> {
        Arc::new(Column::Time((0..rows).collect()))
    }

    #[test]
    fn what_is_kept_stays_within_the_limit_and_uses_it() {
        const LIMIT: u64 = 1 << 20;
        let engine = Engine::new(LIMIT);
        for segment in 0..500 {
            // From a kilobyte to a few dozen, as columns of small and of larger segments.
            engine.keep_column(ProjectId(1), segment, ColumnKey::Time, column(256 << (segment % 6)));
            assert!(engine.bytes() <= LIMIT, "{} after {segment}", engine.bytes());
        }
        assert!(engine.bytes() >= LIMIT * 8 / 10, "{}", engine.bytes());
        engine.keep_column(ProjectId(1), 500, ColumnKey::Time, column(1 << 20));
        assert!(engine.bytes() <= LIMIT, "a column larger than the cache is not kept");
    }

    #[test]
    fn projects_with_the_same_numbers_keep_their_own_columns() {
        let engine = Engine::new(1 << 20);
        engine.keep_column(ProjectId(1), 1, ColumnKey::Time, column(10));
        assert!(engine.column(ProjectId(2), 1, &ColumnKey::Time).is_none());
        assert_eq!(engine.column(ProjectId(1), 1, &ColumnKey::Time), Some(column(10)));
    }
}
