//! Series to numbers, within the limit of series per metric name.
//!
//! A name has 10,000 places. Series that have none are counted in a series with the one tag `__other__`, so a metric's totals
//! stay right and only its groups lose detail. Places go to whoever comes first; later [`crate::exchange_series`] gives those of
//! light series to heavy ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use storage::metric_series::{self, Known, NewSeries, SeriesKey};

use crate::claim::Claim;
use crate::config::SeriesLimit;
use crate::count_points::BySeries;
use crate::{note_candidates, series_room};

/// The number of each series, in the order of `series`.
pub(crate) async fn intern(claim: &mut Claim, series: &BySeries, limit: &SeriesLimit) -> anyhow::Result<Vec<i32>> {
    let asked: Vec<(&SeriesKey, Seen)> = series.iter().map(|(key, points)| (key, Seen::of(points.iter().map(|point| point.ts)))).collect();
    let mut stored = lookup(claim, asked.iter().map(|(key, _)| *key)).await?;
    let placeless = asked.iter().map(|(key, _)| *key).filter(|key| stored.get(*key).is_none_or(|known| known.folded));
    let beyond = series_room::beyond_limit(claim, placeless, &stored, limit).await?;
    note_candidates::note(claim, series, &beyond, limit).await?;
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
