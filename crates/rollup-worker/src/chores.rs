//! What the worker does beside counting, each at its own times. A chore that fails, or that waits for a lock, never holds
//! counting up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use storage::Db;

use crate::config::SeriesLimit;
use crate::due::Due;
use crate::{compact, erase, exchange_series, fold_days, housekeeping, pay_debts, retain, sweep, telemetry, verify};

/// How often it looks whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Far more often than needed, so that a new day never depends on one run.
const HOUSEKEEPING_EVERY: TimeDelta = TimeDelta::hours(1);
/// Often, so that a flood of refusals never grows a table by more than a minute's worth.
const SWEEP_EVERY: TimeDelta = TimeDelta::minutes(1);
/// A chart that asks for a day sooner reads its hours.
const FOLD_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Often enough that a day never has many segments.
const COMPACT_EVERY: TimeDelta = TimeDelta::seconds(2);
const DEBTS_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Soon after somebody asked.
const ERASE_EVERY: TimeDelta = TimeDelta::seconds(5);
/// Looks whether a project's hour is over; its series are weighed once an hour.
const SERIES_EVERY: TimeDelta = TimeDelta::minutes(5);
/// One quarter of each project and the sums of its day, half of the time of the last two days.
const VERIFY_EVERY: TimeDelta = TimeDelta::minutes(1);
const REPORT_EVERY: TimeDelta = TimeDelta::seconds(5);

/// Every chore with its rhythm.
pub(crate) struct Chores {
    db: Db,
    clock: Clock,
    partitions: Due,
    ledger: Due,
    retention: Due,
    sweep: Due,
    series: Due,
    backlog: Due,
    series_limit: SeriesLimit,
}

impl Chores {
    pub(crate) fn new(db: Db, clock: Clock, series_limit: SeriesLimit) -> Self {
        Self {
            db,
            clock,
            partitions: Due::every(HOUSEKEEPING_EVERY),
            ledger: Due::every(HOUSEKEEPING_EVERY),
            retention: Due::every(HOUSEKEEPING_EVERY),
            sweep: Due::every(SWEEP_EVERY),
            series: Due::every(SERIES_EVERY),
            backlog: Due::every(REPORT_EVERY),
            series_limit,
        }
    }

    /// Does them for ever.
    pub(crate) async fn run(mut self) {
        loop {
            self.round().await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Each that is due, once. The report comes first: it must not wait for one that waits for a lock.
    async fn round(&mut self) {
        let Self { db, clock, partitions, ledger, retention, sweep, series, backlog, series_limit } = self;
        let now = clock.now();
        do_when_due(backlog, now, "report the backlog", telemetry::report_backlog(db, now)).await;
        do_when_due(partitions, now, "make day partitions", housekeeping::make_partitions(db, now)).await;
        do_when_due(sweep, now, "sweep what is over", sweep::sweep_and_say(db, now)).await;
        do_when_due(ledger, now, "end the ledger's window", housekeeping::expire_ledger(db, now)).await;
        do_when_due(retention, now, "let go of what is over", retain::retain_and_say(db, now)).await;
        let exchange = exchange_series::exchange_series_and_say(db, now, series_limit);
        do_when_due(series, now, "give series' places to heavier ones", exchange).await;
    }
}

/// What is done to segments and cells beside counting: a loop of its own, since it takes as long as there is much to do.
pub(crate) struct Compaction {
    db: Db,
    clock: Clock,
    debts: Due,
    erasures: Due,
    merge: Due,
    days: Due,
}

impl Compaction {
    pub(crate) fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            debts: Due::every(DEBTS_EVERY),
            erasures: Due::every(ERASE_EVERY),
            merge: Due::every(COMPACT_EVERY),
            days: Due::every(FOLD_EVERY),
        }
    }

    /// Does it for ever.
    pub(crate) async fn run(mut self) {
        loop {
            let Self { db, clock, debts, erasures, merge, days } = &mut self;
            let now = clock.now();
            do_when_due(debts, now, "put older events into segments", pay_debts::pay_debts_and_say(db, now)).await;
            do_when_due(erasures, now, "forget people", erase::erase_and_say(db, now)).await;
            do_when_due(merge, now, "merge segments", compact::compact_and_say(db, now)).await;
            do_when_due(days, now, "fold hours of metrics into days", fold_days::fold_days_and_say(db, now)).await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Recounts what was counted, for ever: a loop of its own, since it reads whole days.
pub(crate) async fn verify_for_ever(db: Db, clock: Clock, random: fn() -> f64) {
    let mut due = Due::every(VERIFY_EVERY);
    loop {
        do_when_due(&mut due, clock.now(), "recount quarters", verify::verify_and_say(&db, random)).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn do_when_due(due: &mut Due, now: DateTime<Utc>, what: &str, chore: impl Future<Output = anyhow::Result<()>>) {
    if !due.is(now) {
        return;
    }
    let done = chore.await;
    due.tried(now, done.is_ok());
    if let Err(error) = done {
        // Of a database that is away, counting has said so.
        if error.chain().filter_map(|cause| cause.downcast_ref()).any(storage::Error::is_away) {
            tracing::debug!(error = format!("{error:#}"), "could not {what}");
        } else {
            tracing::warn!(error = format!("{error:#}"), "could not {what}; trying again in a minute at most, counting goes on");
        }
    }
}
