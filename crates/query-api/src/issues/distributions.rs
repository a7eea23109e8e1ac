//! How the values of tags are spread over reports.

use std::collections::BTreeMap;

use protocol::issue::{Distribution, DistributionValue, IssueQuery};
use protocol::level::Level;
use serde_json::Value;
use storage::issue_reports::Said;

/// What every report may say of itself: a name, and where it says it.
type Own = (&'static str, fn(&Said) -> Option<String>);

/// Of these reports: first what every report may say of itself, then the tags that most of them have.
pub(super) fn of(reports: &[Said]) -> Vec<Distribution> {
    let own: [Own; 9] = [
        ("release", |said| said.release.clone()),
        ("environment", |said| Some(said.environment.clone())),
        ("route", |said| said.route.clone()),
        ("service", |said| said.service.clone()),
        ("os", |said| said.os.clone()),
        ("browser", |said| said.browser.clone()),
        ("device", |said| said.device.clone()),
        ("level", |said| Level::from_code(said.level).map(|level| level.word().to_owned())),
        ("handled", |said| Some(if said.handled { "yes" } else { "no" }.to_owned())),
    ];
    let own = own.into_iter().map(|(tag, value)| distribution(tag, reports.iter().filter_map(value), reports.len()));
    let mut tags = BTreeMap::<&str, Vec<String>>::new();
    for said in reports {
        for (tag, value) in &said.tags.0 {
            let value = if let Value::String(text) = value { text.clone() } else { value.to_string() };
            tags.entry(tag).or_default().push(value);
        }
    }
    let mut tags: Vec<(&str, Vec<String>)> = tags.into_iter().collect();
    tags.sort_by_key(|(_, values)| std::cmp::Reverse(values.len()));
    let tags = tags.into_iter().map(|(tag, values)| distribution(tag, values.into_iter(), reports.len()));
    own.chain(tags).filter(|found| !found.values.is_empty()).take(IssueQuery::TAGS_TOLD).collect()
}

fn distribution(tag: &str, values: impl Iterator<Item = String>, reports: usize) -> Distribution {
    let mut counts = BTreeMap::<String, u64>::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let with: u64 = counts.values().sum();
    let mut values: Vec<DistributionValue> = counts.into_iter().map(|(value, reports)| DistributionValue { value, reports }).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.reports));
    let others = values.split_off(values.len().min(IssueQuery::VALUES_TOLD)).iter().map(|value| value.reports).sum();
    Distribution { tag: tag.to_owned(), values, others, without: reports as u64 - with }
}
