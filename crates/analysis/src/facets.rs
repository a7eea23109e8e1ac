//! Which values the fields of log records have, and how often.

use std::cmp::Ordering;
use std::collections::HashMap;

use protocol::filter::search::{ATTRIBUTE, BODY, LEVEL, SERVICE};
use protocol::filter::{Field, Filter, Test};
use protocol::logs::{LogFacet, LogSummary, LogValue, StoredLog};
use serde_json::Value;

/// Distinct values of one field that are counted.
const DISTINCT_MAX: usize = 1_000;
/// Attributes that are counted; what is met later is left out.
const KEYS_MAX: usize = 200;
/// A longer value is no value to choose by.
const VALUE_BYTES_MAX: usize = 200;

/// Values that were counted.
#[derive(Clone, Debug, Default)]
pub struct Facets {
    level: Tally,
    service: Tally,
    environment: Tally,
    release: Tally,
    attributes: HashMap<String, Tally>,
}

/// Values of one field.
#[derive(Clone, Debug, Default)]
struct Tally {
    records: u64,
    values: HashMap<String, f64>,
}

impl Tally {
    fn add(&mut self, value: &str, weight: f64) {
        self.records += 1;
        if let Some(records) = self.values.get_mut(value) {
            *records += weight;
        } else if self.values.len() < DISTINCT_MAX {
            self.values.insert(value.to_owned(), weight);
        }
    }

    /// Mostly every record has another value: an id, a time.
    fn is_scattered(&self) -> bool {
        self.values.len() >= DISTINCT_MAX || self.records >= 10 && self.values.len() as u64 * 2 > self.records
    }

    fn told(self, field: Field) -> Option<LogFacet> {
        let distinct = self.values.len() as u64;
        let mut values: Vec<(String, f64)> = self.values.into_iter().collect();
        values.sort_by(|(a, records_a), (b, records_b)| by_records(*records_a, *records_b).then_with(|| a.cmp(b)));
        values.truncate(LogSummary::VALUES_MAX);
        let value = |(value, records): (String, f64)| {
            let term = Filter::term(field.clone(), Test::is(&value)).to_string();
            LogValue { value, term, records }
        };
        (distinct > 0).then(|| LogFacet { field: field.to_string(), values: values.into_iter().map(value).collect(), distinct })
    }
}

/// The larger one first.
fn by_records(a: f64, b: f64) -> Ordering {
    b.total_cmp(&a)
}

impl Facets {
    /// Counts one record.
    pub fn add(&mut self, log: &StoredLog) {
        let weight = log.weight;
        self.level.add(log.level.word(), weight);
        self.environment.add(&log.environment, weight);
        for (tally, value) in [(&mut self.service, &log.service), (&mut self.release, &log.release)] {
            if let Some(value) = value {
                tally.add(value, weight);
            }
        }
        for (key, value) in &log.attributes {
            let text = match value {
                Value::String(text) if text.len() <= VALUE_BYTES_MAX => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(bool) => bool.to_string(),
                _ => continue,
            };
            if let Some(tally) = self.attributes.get_mut(key) {
                tally.add(&text, weight);
            } else if self.attributes.len() < KEYS_MAX {
                self.attributes.entry(key.clone()).or_default().add(&text, weight);
            }
        }
    }

    /// The facets: the fields of every record, then the attributes that most records have.
    pub fn told(self) -> Vec<LogFacet> {
        let own = |key: &str| Field::Prop(key.to_owned());
        let fields = [
            (own(LEVEL), self.level),
            (own(SERVICE), self.service),
            (Field::Environment, self.environment),
            (Field::Release, self.release),
        ];
        let mut attributes: Vec<(String, Tally)> = self.attributes.into_iter().filter(|(_, tally)| !tally.is_scattered()).collect();
        attributes.sort_by(|(a, tally_a), (b, tally_b)| tally_b.records.cmp(&tally_a.records).then_with(|| a.cmp(b)));
        attributes.truncate(LogSummary::ATTRIBUTES_MAX);
        let attributes = attributes.into_iter().map(|(key, tally)| {
            let is_column = [BODY, LEVEL, SERVICE].contains(&key.as_str());
            (Field::Prop(if is_column { format!("{ATTRIBUTE}{key}") } else { key }), tally)
        });
        fields.into_iter().chain(attributes).filter_map(|(field, tally)| tally.told(field)).collect()
    }
}
