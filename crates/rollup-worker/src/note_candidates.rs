//! Counts series that have no place, as far as is needed to find the heavy ones: some counters of each name, in the claim's
//! transaction. A name that has room costs nothing here.

use std::collections::{BTreeMap, HashMap};

use analysis::heavy_hitters;
use anyhow::Context as _;
use chrono::TimeDelta;
use storage::metric_series::{OTHER, SeriesKey};
use storage::series_candidates::{self, CandidateId};

use crate::claim::Claim;
use crate::config::SeriesLimit;
use crate::count_points::BySeries;

/// Whoever has a place is weighed by the points of so long ago and later, so older ones do not count here either.
pub(crate) const WEIGHED: TimeDelta = TimeDelta::hours(24);

/// Adds the points of what is beyond its limit to the counters.
pub(crate) async fn note(
    claim: &mut Claim,
    series: &BySeries,
    beyond: &HashMap<SeriesKey, SeriesKey>,
    limit: &SeriesLimit,
) -> anyhow::Result<()> {
    let since = claim.now - WEIGHED;
    let points = |key: &SeriesKey| series.get(key).map_or(0, |points| points.iter().filter(|point| point.ts >= since).count() as u64);
    // A series that senders name `__other__` never gets a place.
    let seen = beyond.keys().filter(|key| !key.tags.contains_key(OTHER)).map(|key| (CandidateId::from(key), (key, points(key))));
    let seen: HashMap<CandidateId, (&SeriesKey, u64)> = seen.filter(|(_, (_, points))| *points > 0).collect();
    if seen.is_empty() {
        return Ok(());
    }
    let mut names = BTreeMap::<String, HashMap<&CandidateId, u64>>::new();
    for (id, (_, points)) in &seen {
        names.entry(id.name.clone()).or_default().insert(id, *points);
    }
    let asked: Vec<String> = names.keys().cloned().collect();
    let stored = series_candidates::counters(&mut claim.tx, claim.project, &asked).await.context("read candidates")?;
    for (id, points) in &stored {
        *names.entry(id.name.clone()).or_default().entry(id).or_default() += points;
    }
    for (name, counters) in &mut names {
        let lowered = heavy_hitters::keep_heaviest(counters, limit.candidates_max);
        if lowered > 0 {
            series_candidates::lower(&mut claim.tx, claim.project, name, lowered).await.context("lower candidates")?;
        }
    }
    let counter = |id: &CandidateId| names.get(&id.name).and_then(|counters| counters.get(id)).copied();
    let mut counted: Vec<(&SeriesKey, u64)> = seen.iter().filter_map(|(id, (key, _))| Some((*key, counter(id)?))).collect();
    counted.sort_unstable();
    if !counted.is_empty() {
        series_candidates::save(&mut claim.tx, claim.project, &counted).await.context("write candidates")?;
    }
    Ok(())
}
