//! A shop's metrics: the numbers that describe how it runs.

use std::collections::BTreeMap;

use chrono::{DurationRound as _, TimeDelta};
use dashboard::Frame;
use dashboard::pages::explorer::ExplorerQuery;
use protocol::explorer::{
    AggregateAnswer, AggregateBucket, AggregateSeries, MetricCatalogue, MetricKey, MetricSummary, SAMPLES_MAX, Sample, SampleOrder,
    SamplesAnswer,
};
use protocol::metric::{Aggregate, MetricKind};
use protocol::range::{Range, Step};
use protocol::receipt::Accuracy;
use protocol::trace::{SpanId, TraceId};

use crate::numbers::Numbers;
use crate::shop;

const METRICS: [(&str, MetricKind, &str, f64, &[&str]); 13] = [
    ("cache.hits", MetricKind::Counter, "hits", 5_400.0, &["region"]),
    ("cache.misses", MetricKind::Counter, "misses", 420.0, &["region"]),
    ("checkout.failed", MetricKind::Counter, "events", 3.0, &["reason"]),
    ("checkout.payment.gateway.handshake.duration_ms", MetricKind::Distribution, "ms", 640.0, &["gateway"]),
    ("checkout.value", MetricKind::Distribution, "eur", 84.0, &["method", "country"]),
    ("db.pool.in_use", MetricKind::Gauge, "connections", 14.0, &[]),
    ("db.query.duration_ms", MetricKind::Distribution, "ms", 4.2, &["table", "operation"]),
    ("http.server.duration_ms", MetricKind::Distribution, "ms", 430.0, &["method", "route", "status"]),
    ("http.server.requests", MetricKind::Counter, "requests", 3_180.0, &["route", "status"]),
    ("jobs.backlog", MetricKind::Gauge, "jobs", 31.0, &["queue"]),
    ("nightly.export.bytes", MetricKind::Distribution, "bytes", 1.42e9, &[]),
    ("search.users", MetricKind::Set, "people", 212.0, &[]),
    ("web.vitals.lcp", MetricKind::Distribution, "ms", 2_300.0, &["route", "device"]),
];
const QUIET: &str = "nightly.export.bytes";

fn base(name: &str) -> f64 {
    METRICS.iter().find(|metric| metric.0 == name).map_or(100.0, |metric| metric.3)
}

fn seed(name: &str) -> u64 {
    name.bytes().fold(7, |seed, byte| (seed * 31 + u64::from(byte)) % 100_000)
}

pub(crate) fn catalogue(frame: &Frame) -> MetricCatalogue {
    let metrics = METRICS.iter().filter(|_| frame.project.slug != "new").map(|(name, kind, unit, base, tags)| {
        let mut numbers = Numbers::of(seed(name));
        let quiet = *name == QUIET || frame.project.slug == "quiet";
        MetricSummary {
            metric: MetricKey { name: (*name).to_owned(), kind: *kind, unit: (*unit).to_owned() },
            series: 4,
            points: if quiet { 0 } else { 48_112 },
            spark: (0..24).map(|_| (!quiet).then(|| numbers.around(*base, 0.5))).collect(),
            last_seen: frame.now - if quiet { TimeDelta::days(3) } else { TimeDelta::seconds(4) },
            tag_keys: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    });
    let from = frame.now - TimeDelta::days(1);
    MetricCatalogue {
        metrics: metrics.collect(),
        receipt: shop::receipt(frame, "metric points of the last 24 hours", from, frame.now, Accuracy::Exact),
    }
}

fn known<'a>(query: &ExplorerQuery, catalogue: &'a MetricCatalogue) -> Option<&'a MetricSummary> {
    catalogue.metrics.iter().find(|summary| Some(&summary.metric) == query.metric.as_ref())
}

fn widths(range: Range) -> (Step, i32, TimeDelta) {
    match range {
        Range::Hour1 => (Step::Minute1, 60, TimeDelta::minutes(1)),
        Range::Hours24 => (Step::Minutes15, 96, TimeDelta::minutes(15)),
        Range::Days7 => (Step::Hour1, 168, TimeDelta::hours(1)),
        Range::Days30 => (Step::Hours6, 120, TimeDelta::hours(6)),
        _ => (Step::Minutes5, 72, TimeDelta::minutes(5)),
    }
}

pub(crate) fn aggregates(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue) -> Option<AggregateAnswer> {
    let summary = known(query, catalogue)?;
    let (step, count, width) = widths(query.range);
    let aggregate = query.shown_aggregate()?;
    let newest = frame.now.duration_trunc(width).unwrap_or(frame.now);
    let buckets: Vec<_> = (0..count)
        .rev()
        .map(|back| {
            let start = newest - width * back;
            AggregateBucket { start, end: start + width, utc_offset_seconds: frame.offset(start), open: back == 0 }
        })
        .collect();
    let quiet = summary.points == 0 && query.range != Range::Days7 && query.range != Range::Days30;
    let tag = query.by.clone().filter(|tag| summary.tag_keys.contains(tag));
    let labels: &[Option<&str>] = match &tag {
        None => &[None],
        Some(_) => &[
            Some("POST /api/checkout"),
            Some("GET /api/search"),
            Some("GET /api/products/:id"),
            Some("POST /api/cart"),
            None,
            Some("Other"),
        ],
    };
    let level = match aggregate {
        Aggregate::P50 => 0.4,
        Aggregate::P99 => 1.8,
        Aggregate::Count => 900.0 / base(&summary.metric.name),
        Aggregate::PerSecond => 0.02,
        _ => 1.0,
    };
    let series: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(k, label)| {
            let mut numbers = Numbers::of(seed(&summary.metric.name) + k as u64);
            let values: Vec<_> = (0..count)
                .map(|i| {
                    let value = numbers.around(base(&summary.metric.name) * level / (1.0 + 0.7 * k as f64), 0.2);
                    let slow = if k == 0 && i > count * 5 / 6 { 4.4 } else { 1.0 };
                    let missing = k == 0 && tag.is_none() && summary.metric.kind == MetricKind::Gauge && (i > count / 3 && i < count / 2);
                    (!missing && !quiet).then_some(value * slow)
                })
                .map(|value| {
                    value.map(|value: f64| {
                        if summary.metric.kind == MetricKind::Counter || aggregate == Aggregate::Unique { value.round() } else { value }
                    })
                })
                .collect();
            let known: Vec<f64> = values.iter().flatten().copied().collect();
            AggregateSeries {
                label: label.filter(|label| *label != "Other").map(str::to_owned),
                other: *label == Some("Other"),
                total: known.iter().copied().reduce(f64::max).map(|most| most * 0.7),
                points: if quiet { 0 } else { 21_000 / (k as u64 + 1) },
                values,
            }
        })
        .collect();
    let accuracy = if aggregate.quantile().is_some() { Accuracy::Relative { error: 0.01 } } else { Accuracy::Exact };
    Some(AggregateAnswer {
        metric: summary.metric.clone(),
        aggregate,
        by: tag,
        tag_keys: summary.tag_keys.clone(),
        range: query.range,
        step,
        points: series.iter().map(|series| series.points).sum(),
        series,
        receipt: shop::receipt(frame, "points of every series", buckets[0].start, frame.now, accuracy),
        buckets,
    })
}

pub(crate) fn samples(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue) -> Option<SamplesAnswer> {
    let summary = known(query, catalogue)?;
    let mut numbers = Numbers::of(seed(&summary.metric.name));
    let count = if summary.points == 0 { 0 } else { SAMPLES_MAX };
    let span = if query.order == SampleOrder::Latest { 90.0 } else { 20_000.0 };
    let mut samples: Vec<_> = (0..count).map(|i| sample(frame, summary, i, span, &mut numbers)).collect();
    match query.order {
        SampleOrder::Latest => samples.sort_by_key(|sample| std::cmp::Reverse(sample.ts)),
        SampleOrder::Largest => samples.sort_by(|a, b| b.value.total_cmp(&a.value)),
    }
    Some(SamplesAnswer {
        metric: summary.metric.clone(),
        range: query.range,
        order: query.order,
        points: if count == 0 { 0 } else { 2_486 },
        samples,
        receipt: shop::receipt(frame, "stored points of the range", frame.now - TimeDelta::hours(6), frame.now, Accuracy::Exact),
    })
}

fn sample(frame: &Frame, summary: &MetricSummary, index: usize, span: f64, numbers: &mut Numbers) -> Sample {
    let slow = numbers.unit() < 0.2;
    let tags = summary
        .tag_keys
        .iter()
        .map(|key| (key.clone(), (*numbers.one(&["/api/checkout", "200", "POST", "eu-central", "orders"])).to_owned()))
        .collect();
    Sample {
        ts: frame.now - TimeDelta::milliseconds((span * 1_000.0 * numbers.unit()) as i64 + 700),
        value: numbers.around(base(&summary.metric.name), 0.3) * if slow { 4.8 } else { 1.0 },
        member: None,
        tags: if index % 9 == 8 { BTreeMap::new() } else { tags },
        trace_id: (index % 6 != 5).then(|| TraceId(numbers.bytes())),
        span_id: Some(SpanId([1, 2, 3, 4, 5, 6, 7, index as u8])),
        user_id: (index % 3 != 1).then(|| format!("u_{:05}", (numbers.unit() * 60_000.0) as u32)),
        session_id: Some(format!("s_{:06x}", (numbers.unit() * 16e6) as u32)),
        release: Some("api@3.18.2".to_owned()),
        environment: "prod".to_owned(),
    }
}
