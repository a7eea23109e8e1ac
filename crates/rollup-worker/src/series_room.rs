//! Who finds a place among the series of a name, and what counts the others: a series `__other__` of the same kind and, where
//! the name is known with them, the same unit and environment. What is unknown becomes `__other__` too, and so do environments
//! once a name has as many such series as it has places: no text that a sender chooses makes series without end.

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::Context as _;
use protocol::metric::MetricKind;
use storage::metric_series::{self, Known, OTHER, SeriesKey, Tally};

use crate::claim::Claim;
use crate::config::SeriesLimit;

/// Those of these series without a place that find none, with the series that counts them instead. Of the unknown ones, who
/// comes first in the order of keys gets what room there is; one that is known had a place, and waits for an exchange.
pub(crate) async fn beyond_limit<'a>(
    claim: &mut Claim,
    placeless: impl Iterator<Item = &'a SeriesKey>,
    stored: &HashMap<SeriesKey, Known>,
    limit: &SeriesLimit,
) -> anyhow::Result<HashMap<SeriesKey, SeriesKey>> {
    let placeless: Vec<&SeriesKey> = placeless.collect();
    if placeless.is_empty() {
        return Ok(HashMap::new());
    }
    let names: BTreeSet<&str> = placeless.iter().map(|key| key.name.as_str()).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let mut room = Room::of(metric_series::tally(&mut claim.tx, claim.project, &names).await.context("count series")?, limit);
    let mut beyond = HashMap::new();
    for key in placeless {
        // Only the worker names a series `__other__`: whoever sends that tag gets no place by it.
        if stored.contains_key(key) || key.tags.contains_key(OTHER) || !room.left(&key.name) {
            beyond.insert(key.clone(), room.other(key));
        } else {
            room.place(key);
        }
    }
    if !beyond.is_empty() {
        metrics::counter!("throughline_worker_series_folded_total").increment(beyond.len() as u64);
    }
    Ok(beyond)
}

/// A metric and one of its environments.
type Environment = (String, MetricKind, String, String);

/// How much of each name's limit is used, and with which units and environments its metrics are known.
struct Room {
    places_max: i64,
    names: HashMap<String, Used>,
    units: HashSet<(String, MetricKind, String)>,
    /// With whether there is a series `__other__` of it.
    environments: HashMap<Environment, bool>,
}

#[derive(Default)]
struct Used {
    places: i64,
    others: i64,
}

impl Room {
    fn of(tallies: Vec<Tally>, limit: &SeriesLimit) -> Self {
        let places_max = i64::try_from(limit.places_max).unwrap_or(i64::MAX);
        let mut room = Self { places_max, names: HashMap::new(), units: HashSet::new(), environments: HashMap::new() };
        for Tally { name, kind, unit, environment, placed, others } in tallies {
            let used = room.names.entry(name.clone()).or_default();
            used.places += placed;
            used.others += others;
            room.units.insert((name.clone(), kind, unit.clone()));
            room.environments.insert((name, kind, unit, environment), others > 0);
        }
        room
    }

    fn left(&self, name: &str) -> bool {
        self.names.get(name).is_none_or(|used| used.places < self.places_max)
    }

    fn place(&mut self, key: &SeriesKey) {
        self.names.entry(key.name.clone()).or_default().places += 1;
        self.units.insert((key.name.clone(), key.kind, key.unit.clone()));
        self.environments.entry((key.name.clone(), key.kind, key.unit.clone(), key.environment.clone())).or_default();
    }

    fn other(&mut self, key: &SeriesKey) -> SeriesKey {
        let unit = (key.name.clone(), key.kind, key.unit.clone());
        let unit = if self.units.contains(&unit) { unit.2 } else { OTHER.to_owned() };
        let environment = (key.name.clone(), key.kind, unit.clone(), key.environment.clone());
        let others = &mut self.names.entry(key.name.clone()).or_default().others;
        let is_kept = match self.environments.get_mut(&environment) {
            Some(has_other) if *has_other || *others < self.places_max => {
                *others += i64::from(!*has_other);
                *has_other = true;
                true
            }
            _ => false,
        };
        let environment = if is_kept { environment.3 } else { OTHER.to_owned() };
        SeriesKey { name: key.name.clone(), kind: key.kind, unit, environment, tags: [(OTHER.to_owned(), "true".to_owned())].into() }
    }
}
