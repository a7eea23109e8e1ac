//! What was counted is kept: the same question about the same segments and the same persons has the same answer.
//!
//! Nothing has to be told that an answer is out of date. Segments never change, so new events make another list of segments, and
//! links another version: who asks then, asks for something that is not kept. A range that is over is counted once.

use std::any::{Any, TypeId};
use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::Arc;

use analysis::history::{Cancel, Cancelled};
use analysis::segment::ColumnKey;
use analysis::select::ActorSets;
use protocol::filter::Filter;
use protocol::id::ProjectId;
use protocol::receipt::BotRule;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Asked, Found, Sought, load, run};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Answers that are kept, about.
const ANSWERS_MAX: usize = 512;
/// What they take together, at most. One is mostly some kilobytes, as it is cut to what is shown.
const BYTES_MAX: u64 = 64 << 20;

/// What is counted of the rows that are found. The answer depends on its fields, on what was asked for and on nothing else, since
/// it is kept under these.
pub(crate) trait Question: Hash + Send + Sync + 'static {
    /// The answer, cut to what is shown.
    type Counted: Send + Sync + 'static;

    /// The most bytes that its answer takes, about.
    fn bytes_max(&self) -> usize {
        32 << 10
    }

    /// Counts.
    ///
    /// # Errors
    /// When it was cancelled meanwhile.
    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled>;
}

/// Reads what a question needs and counts, unless that was done before. Of several who ask at once, one counts.
///
/// # Errors
/// When the database does not answer, or more would have to be read than the server allows.
pub(crate) async fn answer<Q: Question>(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    asked: Asked<'_>,
    question: Q,
) -> Result<Arc<Q::Counted>, ApiError> {
    let sought = Sought::of(state, context, making, asked).await?;
    let question = Arc::new(question);
    for _ in 0..load::TRIES {
        let Some(chosen) = load::choose(state, context, &sought.wanted()).await? else { continue };
        let place = state.engine().answers().place(&sought, &chosen, &*question);
        let kept = match state.engine().answers().0.get_value_or_guard_async(&place).await {
            Ok(kept) => kept,
            Err(turn) => {
                let Some(loaded) = load::read(state, context, &sought.wanted(), &chosen).await? else { continue };
                let (sought, question) = (sought.clone(), Arc::clone(&question));
                let kept = run(state, move |cancel| Kept::of(sought.found(loaded), &*question, cancel)).await?;
                // Where it was evicted meanwhile it is not kept.
                let _ = turn.insert(kept.clone());
                kept
            }
        };
        making.rows_read += kept.rows;
        making.weighted |= kept.weighted;
        return kept.counted.downcast().map_err(|_| ApiError::Fault("an answer is kept under another question".to_owned()));
    }
    Err(load::too_busy())
}

/// An answer, and what its receipt says of it.
#[derive(Clone)]
struct Kept {
    counted: Arc<dyn Any + Send + Sync>,
    /// Events that were looked at.
    rows: u64,
    /// Some count more than one.
    weighted: bool,
    bytes: usize,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Place, Kept> for Bytes {
    fn weight(&self, _: &Place, kept: &Kept) -> u64 {
        kept.bytes as u64
    }
}

impl Kept {
    fn of<Q: Question>(found: Found, question: &Q, cancel: &Cancel) -> Result<Self, Cancelled> {
        let blocks = found.history.blocks();
        let (rows, weighted) = (found.history.rows() as u64, blocks.iter().any(|block| block.columns.contains_key(&ColumnKey::Weight)));
        Ok(Self { counted: Arc::new(question.count(&found, cancel)?), rows, weighted, bytes: question.bytes_max() })
    }
}

/// The answers that are kept, and what their places are made with.
pub(crate) struct Answers(Cache<Place, Kept, Bytes>, [RandomState; 2]);

/// Two keyed hashes of all that an answer depends on: 128 bits, which nobody outside can aim at.
type Place = [u64; 2];

/// All that an answer depends on.
#[derive(Hash)]
struct Cause<'a, Q> {
    project: ProjectId,
    segments: Vec<i64>,
    /// Which say who is who.
    links: i64,
    bots: BotRule,
    times: (i64, i64),
    filter: &'a Filter,
    /// The actors that tests of ids mean.
    actors: &'a ActorSets,
    columns: &'a BTreeSet<ColumnKey>,
    /// Two questions may have the same fields.
    kind: TypeId,
    question: &'a Q,
}

impl Answers {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(ANSWERS_MAX, BYTES_MAX, Bytes), [RandomState::new(), RandomState::new()])
    }

    pub(crate) fn forget(&self) {
        self.0.clear();
    }

    fn place<Q: Question>(&self, sought: &Sought, chosen: &[load::Chosen], question: &Q) -> Place {
        let cause = Cause {
            project: sought.project,
            segments: chosen.iter().map(load::Chosen::segment).collect(),
            links: sought.links,
            bots: sought.bots,
            times: (sought.from.timestamp_micros(), sought.until.timestamp_micros()),
            filter: &sought.filter,
            actors: &sought.actors,
            columns: &sought.columns,
            kind: TypeId::of::<Q>(),
            question,
        };
        [self.1[0].hash_one(&cause), self.1[1].hash_one(&cause)]
    }
}
