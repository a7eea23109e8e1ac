//! What a correct dashboard must show of a history, counted in the plainest way.

mod funnel;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use protocol::event::{Event, PAGE_VIEW};
use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::span::{Span, SpanStatus};
use serde::Serialize;

use crate::history::History;
use crate::signal::{Item, Signal};
use funnel::Visitors;

/// The truth about a history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// The zone in which days are cut.
    pub zone: String,
    /// No signal is before this.
    pub from: DateTime<Utc>,
    /// No signal is at or after this.
    pub until: DateTime<Utc>,
    /// People with any event.
    pub users: u64,
    /// Events.
    pub events: u64,
    /// Day by day; the first and the last may be cut short.
    pub days: Vec<Day>,
    /// People who came this far: the steps in this order, all within 30 minutes of the first.
    pub funnel: Vec<Step>,
    /// Metrics by name.
    pub metrics: Vec<Metric>,
    /// Error reports.
    pub errors: u64,
    /// Requests that a server answered, by method and route.
    pub endpoints: Vec<Endpoint>,
}

/// All spans of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Endpoint {
    /// Such as `POST /api/checkout`.
    pub name: String,
    /// Spans.
    pub requests: u64,
    /// Of those, the failed ones.
    pub failed: u64,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day in the zone.
    pub date: NaiveDate,
    /// Distinct people with any event: daily active users.
    pub users: u64,
    /// Events named `$pageview`.
    pub page_views: u64,
    /// Events.
    pub events: u64,
}

/// One step of the funnel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The event's name.
    pub event: String,
    /// People who reached it.
    pub users: u64,
}

/// All points of one metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What its values mean.
    pub kind: MetricKind,
    /// Points.
    pub points: u64,
    /// The sum of the values; of a set, the number of distinct ones.
    pub total: f64,
    /// The 95th percentile of a distribution, nearest rank; of no other kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
}

#[derive(Default)]
struct DayCount {
    users: BTreeSet<String>,
    page_views: u64,
    events: u64,
}

#[derive(Default)]
struct MetricCount {
    kind: MetricKind,
    points: u64,
    sum: f64,
    /// Of a distribution.
    values: Vec<f64>,
    members: BTreeSet<String>,
}

/// The value that 95 of 100 do not exceed, by the slow and obvious way.
fn p95(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get((values.len() * 95).div_ceil(100).saturating_sub(1)).copied()
}

/// Counts signals.
struct Tally {
    zone: Tz,
    users: BTreeSet<String>,
    days: BTreeMap<NaiveDate, DayCount>,
    visitors: Visitors,
    metrics: BTreeMap<String, MetricCount>,
    errors: u64,
    endpoints: BTreeMap<String, (u64, u64)>,
}

impl Truth {
    /// Makes the history's signals anew and counts them; keeps its people in memory.
    pub fn of(history: &History, zone: Tz) -> Self {
        let mut tally = Tally::new(zone);
        for date in history.dates() {
            history.signals(date).for_each(|signal| tally.add(&signal));
        }
        tally.close(history.from(), history.until)
    }
}

impl Tally {
    fn new(zone: Tz) -> Self {
        Self {
            zone,
            users: BTreeSet::new(),
            days: BTreeMap::new(),
            visitors: Visitors::default(),
            metrics: BTreeMap::new(),
            errors: 0,
            endpoints: BTreeMap::new(),
        }
    }

    fn add(&mut self, signal: &Signal) {
        match &signal.item {
            Item::Event(event) => self.add_event(signal.at, event),
            Item::Metric(point) => self.add_point(point),
            Item::Span(span) => self.add_span(span),
            Item::Error(_) => self.errors += 1,
            Item::Log(_) | Item::Identity(_) => {}
        }
    }

    fn add_event(&mut self, at: DateTime<Utc>, event: &Event) {
        let day = self.days.entry(at.with_timezone(&self.zone).date_naive()).or_default();
        day.events += 1;
        day.page_views += u64::from(event.name == PAGE_VIEW);
        if let Some(user) = event.user_id.as_ref().or(event.anonymous_id.as_ref()) {
            day.users.insert(user.clone());
            self.users.insert(user.clone());
            self.visitors.see(user, at, &event.name);
        }
    }

    fn add_point(&mut self, point: &MetricPoint) {
        let metric = self.metrics.entry(point.name.clone()).or_default();
        metric.kind = point.kind;
        metric.points += 1;
        match &point.value {
            MetricValue::Number(number) => {
                metric.sum += number;
                if point.kind == MetricKind::Distribution {
                    metric.values.push(*number);
                }
            }
            MetricValue::Text(text) => {
                metric.members.insert(text.clone());
            }
        }
    }

    fn add_span(&mut self, span: &Span) {
        if span.op.as_deref() == Some("http.server") {
            let (requests, failed) = self.endpoints.entry(span.name.clone()).or_default();
            *requests += 1;
            *failed += u64::from(span.status == SpanStatus::Error);
        }
    }

    fn close(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Truth {
        let day = |(date, day): (NaiveDate, DayCount)| Day {
            date,
            users: day.users.len() as u64,
            page_views: day.page_views,
            events: day.events,
        };
        let metric = |(name, metric): (String, MetricCount)| Metric {
            name,
            kind: metric.kind,
            points: metric.points,
            total: if metric.kind == MetricKind::Set { metric.members.len() as f64 } else { metric.sum },
            p95: p95(metric.values),
        };
        Truth {
            zone: self.zone.name().to_owned(),
            from,
            until,
            users: self.users.len() as u64,
            events: self.days.values().map(|day| day.events).sum(),
            days: self.days.into_iter().map(day).collect(),
            funnel: self.visitors.steps(),
            metrics: self.metrics.into_iter().map(metric).collect(),
            errors: self.errors,
            endpoints: self.endpoints.into_iter().map(|(name, (requests, failed))| Endpoint { name, requests, failed }).collect(),
        }
    }
}
