//! The blocks of a range: listed, narrowed down by their descriptions, and read as far as they are not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::segment::{Block, Column, ColumnKey, DAY_MS, Meta, decode};
use analysis::select::may_match;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::filter::Filter;
use storage::segments::{self, Listed, StoredPart};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Bytes asked for in one statement, about.
const BYTES_AT_ONCE: usize = 8 << 20;
/// Compaction may replace a segment between the list and its parts; then the list is read again.
pub(super) const TRIES: usize = 5;

/// What is read.
pub(super) struct Wanted<'a> {
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    /// Segments without an event that may match are left out.
    pub(super) prune: &'a Filter,
    pub(super) columns: &'a BTreeSet<ColumnKey>,
    pub(super) ties: Ties,
}

/// Where rows of one millisecond must be told apart. Within one run they lie in their order already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ties {
    Nowhere,
    /// Where a day has several segments.
    OnCrowdedDays,
    /// Several actors of one segment may be one person.
    Everywhere,
}

impl Ties {
    /// What tells them apart: 12 bytes for every event.
    const COLUMNS: [ColumnKey; 2] = [ColumnKey::Seq, ColumnKey::IdTie];
}

/// The keys of the props that events of a range have.
pub(crate) async fn prop_names(
    state: &QueryState,
    context: &ProjectContext,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<BTreeSet<String>, ApiError> {
    let all = Filter::all();
    let wanted = Wanted { from, until, prune: &all, columns: &BTreeSet::new(), ties: Ties::Nowhere };
    let chosen = choose(state, context, &wanted).await?.unwrap_or_default();
    let names = chosen.iter().flat_map(|chosen| chosen.meta.parts.iter().flat_map(|part| &part.columns).filter_map(prop));
    Ok(names.map(str::to_owned).collect())
}

/// A segment that is part of the answer.
pub(super) struct Chosen {
    listed: Listed,
    meta: Arc<Meta>,
    ties: bool,
}

impl Chosen {
    pub(super) fn segment(&self) -> i64 {
        self.listed.segment_id
    }
}

/// Segments with their wanted columns, by day.
pub(super) struct Loaded {
    pub(super) segments: Vec<i64>,
    pub(super) blocks: Vec<Arc<Block>>,
}

/// The segments that may matter, with their wanted columns.
pub(super) async fn load(state: &QueryState, context: &ProjectContext, wanted: &Wanted<'_>) -> Result<Loaded, ApiError> {
    for _ in 0..TRIES {
        let Some(chosen) = choose(state, context, wanted).await? else { continue };
        if let Some(loaded) = read(state, context, wanted, &chosen).await? {
            return Ok(loaded);
        }
    }
    Err(too_busy())
}

pub(super) fn too_busy() -> ApiError {
    ApiError::Busy("segments are being merged faster than they can be read")
}

async fn list(state: &QueryState, context: &ProjectContext, wanted: &Wanted<'_>) -> Result<Vec<Listed>, ApiError> {
    let last = wanted.until - TimeDelta::microseconds(1);
    if last < wanted.from {
        return Ok(Vec::new());
    }
    Ok(segments::list(state.db(), context.id(), wanted.from.date_naive(), last.date_naive()).await?)
}

/// Those that may matter; `None` when one is gone meanwhile.
pub(super) async fn choose(state: &QueryState, context: &ProjectContext, wanted: &Wanted<'_>) -> Result<Option<Vec<Chosen>>, ApiError> {
    let listed = list(state, context, wanted).await?;
    let engine = state.engine();
    let unknown: Vec<i64> = listed.iter().map(|listed| listed.segment_id).filter(|id| engine.meta(context.id(), *id).is_none()).collect();
    let mut fresh = BTreeMap::new();
    if !unknown.is_empty() {
        for (id, meta) in segments::metas(state.db(), context.id(), &unknown).await? {
            let meta: Meta = serde_json::from_value(meta).map_err(|error| ApiError::Fault(format!("segment {id}: {error}")))?;
            let meta = Arc::new(meta);
            engine.keep_meta(context.id(), id, Arc::clone(&meta));
            fresh.insert(id, meta);
        }
    }
    let mut chosen = Vec::with_capacity(listed.len());
    for listed in listed {
        let meta = fresh.get(&listed.segment_id).cloned().or_else(|| engine.meta(context.id(), listed.segment_id));
        let Some(meta) = meta else { return Ok(None) };
        if overlaps(&listed, &meta, wanted) && may_match(&meta, wanted.prune) {
            chosen.push(Chosen { listed, meta, ties: wanted.ties == Ties::Everywhere });
        }
    }
    if wanted.ties == Ties::OnCrowdedDays {
        // They are listed by day.
        for one_day in chosen.chunk_by_mut(|a, b| a.listed.day == b.listed.day) {
            let crowded = one_day.len() > 1;
            one_day.iter_mut().for_each(|chosen| chosen.ties = crowded);
        }
    }
    Ok(Some(chosen))
}

fn overlaps(listed: &Listed, meta: &Meta, wanted: &Wanted<'_>) -> bool {
    let midnight = i64::from(listed.day.to_epoch_days()) * DAY_MS;
    let (first, last) = (midnight + i64::from(meta.first), midnight + i64::from(meta.last));
    first < wanted.until.timestamp_millis() && last >= wanted.from.timestamp_millis()
}

/// The columns of a segment that are wanted and there.
fn needed<'a>(wanted: &'a Wanted<'_>, chosen: &'a Chosen) -> impl Iterator<Item = (&'a ColumnKey, usize)> {
    let meta = &chosen.meta;
    let names: BTreeSet<&str> = wanted.columns.iter().filter_map(prop).collect();
    let is_needed = move |key: &&ColumnKey| **key != ColumnKey::RestProps || names.iter().any(|name| meta.rest_may_hold(name));
    let ties = Ties::COLUMNS.iter().filter(|key| chosen.ties && !wanted.columns.contains(key));
    wanted.columns.iter().filter(is_needed).chain(ties).filter_map(|key| Some((key, meta.part_of(key)?)))
}

fn prop(key: &ColumnKey) -> Option<&str> {
    match key {
        ColumnKey::Prop(prop) => Some(&prop.name),
        _ => None,
    }
}

/// Reads what is not kept, and puts blocks together; `None` when a segment is gone meanwhile.
pub(super) async fn read(
    state: &QueryState,
    context: &ProjectContext,
    wanted: &Wanted<'_>,
    chosen: &[Chosen],
) -> Result<Option<Loaded>, ApiError> {
    let engine = state.engine();
    let mut columns = BTreeMap::<(i64, ColumnKey), Arc<Column>>::new();
    let mut missing = BTreeSet::<(i64, i16)>::new();
    let mut sizes = BTreeMap::<(i64, i16), usize>::new();
    for one in chosen {
        let Chosen { listed, meta, .. } = one;
        for (key, part) in needed(wanted, one) {
            match engine.column(context.id(), listed.segment_id, key) {
                Some(column) => {
                    columns.insert((listed.segment_id, key.clone()), column);
                }
                None => {
                    missing.insert((listed.segment_id, part as i16));
                    sizes.insert((listed.segment_id, part as i16), meta.parts[part].bytes);
                }
            }
        }
    }
    let total: usize = sizes.values().sum();
    if total as u64 > engine.bytes_max() {
        return Err(ApiError::TooMuch { megabytes: total >> 20, megabytes_max: (engine.bytes_max() >> 20) as usize });
    }
    for batch in batches(&missing, &sizes) {
        let (ids, parts): (Vec<i64>, Vec<i16>) = batch.iter().copied().unzip();
        let found = segments::parts(state.db(), context.id(), &ids, &parts).await?;
        if found.len() != batch.len() {
            return Ok(None);
        }
        for (id, key, column) in decoded(found).await? {
            engine.keep_column(context.id(), id, key.clone(), Arc::clone(&column));
            columns.insert((id, key), column);
        }
    }
    let blocks = chosen.iter().map(|one| {
        let Chosen { listed, meta, .. } = one;
        let columns =
            needed(wanted, one).filter_map(|(key, _)| Some((key.clone(), columns.get(&(listed.segment_id, key.clone()))?.clone())));
        Arc::new(Block { day: listed.day, rows: meta.rows, columns: columns.collect() })
    });
    Ok(Some(Loaded { blocks: blocks.collect(), segments: chosen.iter().map(Chosen::segment).collect() }))
}

/// Parts to read together.
fn batches(missing: &BTreeSet<(i64, i16)>, sizes: &BTreeMap<(i64, i16), usize>) -> Vec<Vec<(i64, i16)>> {
    let mut batches: Vec<Vec<(i64, i16)>> = Vec::new();
    let mut bytes = usize::MAX;
    for part in missing {
        if bytes >= BYTES_AT_ONCE {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += sizes.get(part).copied().unwrap_or_default();
        batches.last_mut().expect("one was just made").push(*part);
    }
    batches
}

type Decoded = Vec<(i64, ColumnKey, Arc<Column>)>;

async fn decoded(parts: Vec<StoredPart>) -> Result<Decoded, ApiError> {
    let decode_all = move || -> Result<Decoded, ApiError> {
        let mut columns = Vec::new();
        for part in parts {
            let decoded = decode(&part.bytes)?;
            columns.extend(decoded.into_iter().map(|(key, column)| (part.segment_id, key, Arc::new(column))));
        }
        Ok(columns)
    };
    tokio::task::spawn_blocking(decode_all).await.map_err(|error| ApiError::Fault(format!("decoding ended: {error}")))?
}
