//! Series to numbers, within the limit of series per metric name.
//!
//! The first 10,000 series of a name have numbers of their own. What comes later is counted in a series with the one tag
//! `__other__`, so a metric's totals stay right and only its groups lose detail. Kind and, where the metric is known with
//! them, unit and environment are kept; an unknown unit or environment becomes `__other__` too, so that no text that a
//! sender chooses makes series without end: a name has at most twice its limit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use protocol::limits::METRIC_SERIES_MAX;
use protocol::metric::MetricKind;
use storage::metric_series::{self, Known, NewSeries, OTHER, SeriesKey};

use crate::claim::Claim;
use crate::count_points::BySeries;

/// The number of each series, in the order of `series`.
pub(crate) async fn intern(claim: &mut Claim, series: &BySeries) -> anyhow::Result<Vec<i32>> {
    let asked: Vec<(&SeriesKey, Seen)> = series.iter().map(|(key, points)| (key, Seen::of(points.iter().map(|point| point.ts)))).collect();
    let mut stored = lookup(claim, asked.iter().map(|(key, _)| *key)).await?;
    let unknown: Vec<&SeriesKey> = asked.iter().map(|(key, _)| *key).filter(|key| !stored.contains_key(*key)).collect();
    let beyond = beyond_limit(claim, &unknown).await?;
    let others: BTreeSet<&SeriesKey> = beyond.values().filter(|other| !stored.contains_key(*other)).collect();
    stored.extend(lookup(claim, others).await?);

    // What each number was seen at; several series may share one.
    let mut seen = BTreeMap::<&SeriesKey, Seen>::new();
    for (key, at) in &asked {
        let counted_as = beyond.get(*key).unwrap_or(key);
        seen.entry(counted_as).and_modify(|seen| seen.extend(*at)).or_insert(*at);
    }
    let numbers = save(claim, &seen, &stored).await?;
    asked.iter().map(|(key, _)| numbers.get(beyond.get(*key).unwrap_or(key)).copied().context("a series without a number")).collect()
}

/// First and last time.
#[derive(Clone, Copy)]
struct Seen {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

impl Seen {
    fn of(times: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let nothing = Self { first: DateTime::<Utc>::MAX_UTC, last: DateTime::<Utc>::MIN_UTC };
        times.fold(nothing, |seen, ts| Self { first: seen.first.min(ts), last: seen.last.max(ts) })
    }

    fn extend(&mut self, other: Self) {
        *self = Self { first: self.first.min(other.first), last: self.last.max(other.last) };
    }
}

async fn lookup<'a>(claim: &mut Claim, keys: impl IntoIterator<Item = &'a SeriesKey>) -> anyhow::Result<HashMap<SeriesKey, Known>> {
    let keys: Vec<SeriesKey> = keys.into_iter().cloned().collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let known = metric_series::known(&mut claim.tx, claim.project, &keys).await.context("read series")?;
    Ok(known.into_iter().map(|known| (keys[known.place].clone(), known)).collect())
}

/// Those of these unknown series for which there is no room, with the series that counts them instead. Who comes first in
/// the order of keys gets the room.
async fn beyond_limit(claim: &mut Claim, unknown: &[&SeriesKey]) -> anyhow::Result<HashMap<SeriesKey, SeriesKey>> {
    if unknown.is_empty() {
        return Ok(HashMap::new());
    }
    let names: BTreeSet<&str> = unknown.iter().map(|key| key.name.as_str()).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let mut room = Room::default();
    for stored in metric_series::admitted(&mut claim.tx, claim.project, &names).await.context("count series")? {
        room.take(&stored.name, stored.kind, &stored.unit, &stored.environment, stored.series);
    }
    let mut beyond = HashMap::new();
    for key in unknown {
        if room.left(&key.name) {
            room.take(&key.name, key.kind, &key.unit, &key.environment, 1);
        } else {
            beyond.insert((*key).clone(), room.other(key));
        }
    }
    if !beyond.is_empty() {
        metrics::counter!("throughline_worker_series_folded_total").increment(beyond.len() as u64);
    }
    Ok(beyond)
}

/// How much of each name's limit is used, and with which units and environments its metrics are known.
#[derive(Default)]
struct Room {
    used: HashMap<String, i64>,
    units: HashSet<(String, MetricKind, String)>,
    environments: HashSet<(String, MetricKind, String, String)>,
}

impl Room {
    fn take(&mut self, name: &str, kind: MetricKind, unit: &str, environment: &str, series: i64) {
        *self.used.entry(name.to_owned()).or_default() += series;
        self.units.insert((name.to_owned(), kind, unit.to_owned()));
        self.environments.insert((name.to_owned(), kind, unit.to_owned(), environment.to_owned()));
    }

    fn left(&self, name: &str) -> bool {
        self.used.get(name).copied().unwrap_or(0) < METRIC_SERIES_MAX as i64
    }

    fn other(&self, key: &SeriesKey) -> SeriesKey {
        let unit = (key.name.clone(), key.kind, key.unit.clone());
        let unit = if self.units.contains(&unit) { unit.2 } else { OTHER.to_owned() };
        let environment = (key.name.clone(), key.kind, unit.clone(), key.environment.clone());
        let environment = if self.environments.contains(&environment) { environment.3 } else { OTHER.to_owned() };
        SeriesKey { name: key.name.clone(), kind: key.kind, unit, environment, tags: [(OTHER.to_owned(), "true".to_owned())].into() }
    }
}

/// Gives new series their numbers and notes when the others were seen.
async fn save<'a>(
    claim: &mut Claim,
    seen: &BTreeMap<&'a SeriesKey, Seen>,
    stored: &HashMap<SeriesKey, Known>,
) -> anyhow::Result<HashMap<&'a SeriesKey, i32>> {
    let mut numbers = HashMap::with_capacity(seen.len());
    let (mut new, mut touched) = (Vec::new(), Vec::new());
    for (key, seen) in seen {
        if let Some(known) = stored.get(*key) {
            numbers.insert(*key, known.series_id);
            let now = Known { first_seen: known.first_seen.min(seen.first), last_seen: known.last_seen.max(seen.last), ..*known };
            if now != *known {
                touched.push(now);
            }
        } else {
            let series_id = claim.work.next_series;
            claim.work.next_series = series_id.checked_add(1).context("the project has 2^31 series")?;
            numbers.insert(*key, series_id);
            new.push(NewSeries { series_id, key: (*key).clone(), first_seen: seen.first, last_seen: seen.last });
        }
    }
    if !new.is_empty() {
        metric_series::insert(&mut claim.tx, claim.project, &new).await.context("write series")?;
    }
    if !touched.is_empty() {
        metric_series::touch(&mut claim.tx, claim.project, &touched).await.context("touch series")?;
    }
    Ok(numbers)
}
