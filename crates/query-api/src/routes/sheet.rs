//! Answers as tables for spreadsheets: the same figures as in JSON, as CSV (RFC 4180).

mod traces;

use axum::Json;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use protocol::analyses::{
    ActiveAnswer, ActiveDay, BreakdownRow, BreakdownsAnswer, GroupKey, LifecycleAnswer, LifecycleBucket, RoutesAnswer, TrendAnswer,
    TrendMeasure, TrendSeries,
};
use protocol::audience::{AudienceAnswer, AudienceBucket, Measure};
use protocol::explorer::{AggregateAnswer, AggregateSeries, Sample, SamplesAnswer};
use protocol::filter::Field;
use protocol::logs::{LogsAnswer, StoredLog};
use protocol::sessions::{SessionListAnswer, SessionRow};
use protocol::users::{UserRow, UsersAnswer};
use serde::Serialize;

use super::parameters::Parameters;
use crate::ApiError;
use crate::access::ProjectContext;

/// An answer that is a table.
pub(super) trait Sheet {
    /// Of the file, behind the project's word.
    const NAME: &'static str;
    /// The head, then the rows, of the same width.
    fn lines(&self) -> Vec<Vec<String>>;
}

/// The answer as `format` says: JSON, or CSV.
pub(super) fn told<A: Serialize + Sheet>(context: &ProjectContext, parameters: &Parameters, answer: A) -> Result<Response, ApiError> {
    let format: Option<Format> = parameters.choice("format", &["json", "csv"])?;
    if format != Some(Format::Csv) {
        return Ok(Json(answer).into_response());
    }
    let name = format!("attachment; filename=\"{}-{}.csv\"", context.project().slug, A::NAME);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, csv(&answer.lines())?).into_response())
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    Csv,
}

fn csv(lines: &[Vec<String>]) -> Result<Vec<u8>, ApiError> {
    let fault = |error: csv::Error| ApiError::Fault(format!("writing CSV failed: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| harmless(cell))).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| ApiError::Fault(format!("writing CSV failed: {error}")))
}

/// A text that a spreadsheet does not take for a formula: senders choose names. Numbers stay as they are.
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn optional(figure: Option<impl ToString>) -> String {
    figure.map(|figure| figure.to_string()).unwrap_or_default()
}

/// The values of a group, as the head of a column has them.
fn group(labels: &[Option<String>], other: bool) -> String {
    if other {
        return " other".to_owned();
    }
    labels.iter().map(|label| format!(" {}", label.as_deref().unwrap_or("(none)"))).collect()
}

impl Sheet for AggregateAnswer {
    const NAME: &'static str = "metrics";

    fn lines(&self) -> Vec<Vec<String>> {
        let name = |series: &AggregateSeries| {
            let line = self.lines.iter().find(|line| line.letter == series.letter);
            let line = line.map_or_else(String::new, |line| format!("{}({})", line.aggregate.word(), line.metric.name));
            format!("{} {line}{}", series.letter, group(&series.labels, series.other))
        };
        let mut heads = vec!["start".to_owned()];
        for series in &self.series {
            heads.push(name(series));
            heads.extend(series.compared.as_ref().map(|_| format!("{} before", name(series))));
        }
        let formulas = || self.formula.iter().flat_map(|formula| formula.series.iter().map(move |series| (formula, series)));
        heads.extend(formulas().map(|(formula, series)| format!("{}{}", formula.text, group(&series.labels, series.other))));
        let line = |(place, bucket): (usize, &protocol::analyses::TimeBucket)| {
            let mut line = vec![bucket.start.to_rfc3339()];
            for series in &self.series {
                line.push(optional(series.values[place]));
                line.extend(series.compared.as_ref().map(|before| optional(before.values.get(place).copied().flatten())));
            }
            line.extend(formulas().map(|(_, series)| optional(series.values[place])));
            line
        };
        std::iter::once(heads).chain(self.buckets.iter().enumerate().map(line)).collect()
    }
}

impl Sheet for LogsAnswer {
    const NAME: &'static str = "logs";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["time", "level", "service", "body", "trace", "span", "user", "session", "release", "environment", "attributes"];
        let row = |log: &StoredLog| {
            vec![
                log.ts.to_rfc3339(),
                log.level.word().to_owned(),
                optional(log.service.as_deref()),
                log.body.clone(),
                optional(log.trace_id),
                optional(log.span_id),
                optional(log.user_id.as_deref()),
                optional(log.session_id.as_deref()),
                optional(log.release.as_deref()),
                log.environment.clone(),
                serde_json::Value::Object(log.attributes.clone()).to_string(),
            ]
        };
        std::iter::once(heads.map(str::to_owned).into()).chain(self.records.iter().map(row)).collect()
    }
}

impl Sheet for SamplesAnswer {
    const NAME: &'static str = "samples";

    fn lines(&self) -> Vec<Vec<String>> {
        let keys: std::collections::BTreeSet<&String> = self.samples.iter().flat_map(|sample| sample.tags.keys()).collect();
        let heads = ["time", "value", "trace", "span", "user", "session", "release", "environment"].map(str::to_owned);
        let row = |sample: &Sample| {
            let own = [
                sample.ts.to_rfc3339(),
                sample.member.clone().unwrap_or_else(|| sample.value.to_string()),
                optional(sample.trace_id),
                optional(sample.span_id),
                optional(sample.user_id.as_deref()),
                optional(sample.session_id.as_deref()),
                optional(sample.release.as_deref()),
                sample.environment.clone(),
            ];
            own.into_iter().chain(keys.iter().map(|key| optional(sample.tags.get(*key)))).collect()
        };
        let heads = heads.into_iter().chain(keys.iter().map(|key| (*key).clone())).collect();
        std::iter::once(heads).chain(self.samples.iter().map(row)).collect()
    }
}

impl Sheet for RoutesAnswer {
    const NAME: &'static str = "routes";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads =
            ["route", "views", "people", "entries", "exits", "median_dwell_ms", "mean_dwell_ms", "dwells", "requests", "failed", "p95_ms"];
        let row = |row: &protocol::analyses::RouteRow| {
            vec![
                key(&row.route),
                row.views.to_string(),
                row.people.to_string(),
                row.entries.to_string(),
                row.exits.to_string(),
                optional(row.median_dwell_ms),
                optional(row.mean_dwell_ms),
                row.dwells.to_string(),
                optional(row.backend.map(|backend| backend.requests)),
                optional(row.backend.map(|backend| backend.failed)),
                optional(row.backend.and_then(|backend| backend.p95_ms)),
            ]
        };
        std::iter::once(heads.map(str::to_owned).to_vec()).chain(self.routes.iter().map(row)).collect()
    }
}

impl Sheet for BreakdownsAnswer {
    const NAME: &'static str = "breakdowns";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["by", "value", "people", "events"].map(str::to_owned).to_vec();
        let row = |by: &Field, row: &BreakdownRow| {
            vec![by.path().into_owned(), key(&row.key), row.counts.people.to_string(), row.counts.events.to_string()]
        };
        let rows = self.breakdowns.iter().flat_map(|list| list.rows.iter().map(|found| row(&list.by, found)));
        std::iter::once(heads).chain(rows).collect()
    }
}

impl Sheet for TrendAnswer {
    const NAME: &'static str = "trend";

    fn lines(&self) -> Vec<Vec<String>> {
        let mut heads = vec!["start".to_owned()];
        for series in &self.series {
            let name = name(series);
            heads.extend([format!("{name} events"), format!("{name} people")]);
            heads.extend(is_apart(series).then(|| format!("{name} {}", series.measure)));
            heads.extend(self.before.iter().map(|_| format!("{name} {} before", series.measure)));
        }
        heads.extend(self.formula.iter().map(|formula| formula.text.clone()));
        let mut lines = vec![heads];
        for (place, bucket) in self.buckets.iter().enumerate() {
            let mut line = vec![bucket.start.to_rfc3339()];
            for (of, series) in self.series.iter().enumerate() {
                let counts = &series.counts[place];
                line.extend([counts.events.to_string(), counts.people.to_string()]);
                line.extend(is_apart(series).then(|| optional(series.values[place])));
                let before = self.before.iter().map(|before| before.series[of].values.get(place).copied().flatten());
                line.extend(before.map(optional));
            }
            line.extend(self.formula.iter().map(|formula| optional(formula.values[place])));
            lines.push(line);
        }
        lines
    }
}

impl Sheet for ActiveAnswer {
    const NAME: &'static str = "active";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["day", "daily", "weekly", "monthly", "stickiness"].map(str::to_owned).into();
        let row = |day: &ActiveDay| {
            let figures = [day.daily, day.weekly, day.monthly].map(|people| people.to_string());
            std::iter::once(day.day.start.to_rfc3339()).chain(figures).chain([optional(day.stickiness())]).collect()
        };
        std::iter::once(heads).chain(self.days.iter().map(row)).collect()
    }
}

impl Sheet for LifecycleAnswer {
    const NAME: &'static str = "lifecycle";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["start", "new", "returning", "resurrected", "dormant"].map(str::to_owned).into();
        let row = |bucket: &LifecycleBucket| {
            let figures = [bucket.new, bucket.returning, bucket.resurrected, bucket.dormant].map(|people| people.to_string());
            std::iter::once(bucket.period.start.to_rfc3339()).chain(figures).collect()
        };
        std::iter::once(heads).chain(self.buckets.iter().map(row)).collect()
    }
}

impl Sheet for UsersAnswer {
    const NAME: &'static str = "users";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["kind", "id", "ids", "events", "days", "first_seen", "last_seen", "country", "os", "browser", "release", "route"];
        let row = |user: &UserRow| {
            let last = &user.last;
            let seen = [&last.country, &last.os, &last.browser, &last.release, &last.route].map(|text| text.clone().unwrap_or_default());
            let figures = [
                user.name.kind.word().to_owned(),
                user.name.id.clone(),
                user.ids.to_string(),
                user.events.to_string(),
                user.days.to_string(),
                user.first_seen.to_rfc3339(),
                user.last_seen.to_rfc3339(),
            ];
            figures.into_iter().chain(seen).collect()
        };
        std::iter::once(heads.map(str::to_owned).to_vec()).chain(self.users.iter().map(row)).collect()
    }
}

impl Sheet for SessionListAnswer {
    const NAME: &'static str = "sessions";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["kind", "person", "session", "from", "until", "events", "page_views", "bounced", "errors", "entry", "exit"];
        let heads = heads.into_iter().chain(["referrer", "country", "os", "browser", "release"]).map(str::to_owned).collect();
        let row = |SessionRow { name, errors, seen }: &SessionRow| {
            let figures = [
                name.kind.word().to_owned(),
                name.id.clone(),
                optional(seen.id.as_ref()),
                seen.from.to_rfc3339(),
                seen.until.to_rfc3339(),
                seen.events.to_string(),
                seen.page_views.to_string(),
                seen.bounced.to_string(),
                errors.to_string(),
            ];
            let said = [&seen.entry, &seen.exit, &seen.referrer, &seen.country, &seen.os, &seen.browser, &seen.release];
            figures.into_iter().chain(said.map(|text| optional(text.as_ref()))).collect()
        };
        std::iter::once(heads).chain(self.sessions.iter().map(row)).collect()
    }
}

impl Sheet for AudienceAnswer {
    const NAME: &'static str = "audience";

    fn lines(&self) -> Vec<Vec<String>> {
        let words = Measure::ALL.into_iter().map(Measure::word);
        let heads = std::iter::once("start").chain(words).chain(["open"]).map(str::to_owned).collect();
        let row = |bucket: &AudienceBucket| {
            let figures = Measure::ALL.into_iter().map(|measure| optional(bucket.counts.of(measure)));
            std::iter::once(bucket.start.to_rfc3339()).chain(figures).chain([bucket.open.to_string()]).collect()
        };
        std::iter::once(heads).chain(self.buckets.iter().map(row)).collect()
    }
}

/// What the series is measured by has no column yet.
fn is_apart(series: &TrendSeries) -> bool {
    !matches!(series.measure, TrendMeasure::Events | TrendMeasure::People)
}

fn name(series: &TrendSeries) -> String {
    match &series.key {
        GroupKey::All => series.letter.to_string(),
        key => self::key(key),
    }
}

/// No value is an empty cell.
fn key(key: &GroupKey) -> String {
    if *key == GroupKey::Absent { String::new() } else { key.label().into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text_and_quotes_are_doubled() {
        let cells = ["=cmd()", "-5.5", "-a", "@x", "/a, \"b\"", ""].map(str::to_owned).to_vec();
        let text = String::from_utf8(csv(&[cells]).expect("bytes")).expect("text");
        assert_eq!(text, "'=cmd(),-5.5,'-a,'@x,\"/a, \"\"b\"\"\",\n");
    }
}
