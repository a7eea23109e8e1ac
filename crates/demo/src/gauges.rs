//! What the shop's machines say about themselves, whoever visits.

use chrono::{DateTime, Utc};
use protocol::metric::{MetricKind, MetricPoint};

use crate::dice::Dice;
use crate::signal::Signal;

const GAUGES: u64 = 2;
const HOSTS: [&str; 2] = ["web-1", "web-2"];

/// The readings of one moment.
pub(crate) fn read(seed: u64, at: DateTime<Utc>) -> Vec<Signal> {
    let mut dice = Dice::of(&[seed, GAUGES, at.timestamp() as u64]);
    // Quiet at four in the morning, busy twelve hours later.
    let hour = (at.timestamp() % 86_400) as f64 / 3_600.0;
    let load = 0.55 - 0.4 * ((hour - 4.0) / 24.0 * std::f64::consts::TAU).cos();
    let mut readings = Vec::new();
    for host in HOSTS {
        let in_use = (dice.log_normal(12.0 * load, 0.25)).round().min(20.0);
        readings.push(reading(at, "db.pool.in_use", in_use, "connections", host));
    }
    let waiting = dice.log_normal(18.0 * load, 0.6).round();
    readings.push(reading(at, "queue.depth", waiting, "jobs", "worker-1"));
    readings
}

fn reading(at: DateTime<Utc>, name: &str, value: f64, unit: &str, host: &str) -> Signal {
    let point = MetricPoint {
        name: name.to_owned(),
        kind: MetricKind::Gauge,
        value: value.into(),
        unit: Some(unit.to_owned()),
        tags: [("host".to_owned(), host.to_owned())].into(),
        ..MetricPoint::default()
    };
    Signal::metric(at, point)
}
