//! The books of delivery.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{DeliveryAnswer, ItemCounts, ProcessState, QueueState, XrayAnswer, XrayVerdict};
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use sqlx::PgPool;
use storage::batches::{self, NewBatch};
use storage::dead_letters::{self, DeadBatch};
use storage::outcomes::{self, HourOutcome};
use storage::pending::{self, NewPending};
use storage::rejections::{self, NewRejection};
use storage::{counted, ingest_processes};
use testkit::keys;
use uuid::Uuid;

use crate::app::App;
use crate::sent::id;

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A UUIDv7 of that moment.
pub(crate) fn v7(at: DateTime<Utc>) -> Uuid {
    let mut bytes = id().into_bytes();
    bytes[..6].copy_from_slice(&at.timestamp_millis().to_be_bytes()[2..]);
    uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand).with_variant(uuid::Variant::RFC4122).into_uuid()
}

/// An event as its row, and what became of it.
pub(crate) struct Stored {
    pub(crate) event: Uuid,
    pub(crate) batch: Uuid,
    pub(crate) flush: Uuid,
    pub(crate) ts: DateTime<Utc>,
    pub(crate) client_ts: Option<DateTime<Utc>>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) flags: i32,
    pub(crate) is_bot: bool,
}

impl App {
    pub(crate) fn arriving(&self, received_at: &str) -> Stored {
        let received_at = at(received_at);
        Stored {
            event: v7(received_at - TimeDelta::seconds(3)),
            batch: v7(received_at),
            flush: v7(received_at),
            ts: received_at - TimeDelta::seconds(3),
            client_ts: None,
            received_at,
            flags: 0,
            is_bot: false,
        }
    }

    /// Stores the event with its batch, as a flush does; uncounted.
    pub(crate) async fn keep(&self, stored: &Stored) {
        sqlx::query(
            "insert into event (project_id, received_at, flush_id, n, event_id, batch_id, ts, client_ts, actor_kind, actor, name, route, environment, props, weight, flags, is_bot)
             values ($1, $2, $3, 1, $4, $5, $6, $7, 1, 'u1', 'cart.add', '/cart', 'prod', '{}', 1, $8, $9)",
        )
        .bind(self.shop.id.0)
        .bind(stored.received_at)
        .bind(stored.flush)
        .bind(stored.event)
        .bind(stored.batch)
        .bind(stored.ts)
        .bind(stored.client_ts)
        .bind(stored.flags)
        .bind(stored.is_bot)
        .execute(&self.pool)
        .await
        .expect("an event");
        self.keep_batch(self.shop.id, Signal::Event, stored.batch, stored.flush, stored.received_at, 1).await;
    }

    pub(crate) async fn keep_batch(
        &self,
        project: ProjectId,
        signal: Signal,
        batch_id: Uuid,
        flush: Uuid,
        at: DateTime<Utc>,
        accepted: i32,
    ) {
        let mut tx = self.db.begin().await.expect("transaction");
        let entry = NewBatch { batch_id, signal: signal.code(), body_hash: [0; 16], accepted, rejected: 1, errors: Vec::new() };
        batches::enter(&mut tx, project, flush, at, &[entry]).await.expect("the ledger");
        let note = NewPending {
            flush_id: flush,
            received_from: at,
            received_until: at,
            committed_at: at,
            // Logs: nothing to read back, but items all the same.
            events: 0,
            points: 0,
            spans: 0,
            errors: 0,
            items: accepted,
            imported: false,
            outcomes: Vec::new(),
            usage: Vec::new(),
        };
        pending::insert(&mut tx, project, &note).await.expect("a note");
        tx.commit().await.expect("commit");
    }

    /// Counts the flush at `at`: what the worker does.
    pub(crate) async fn settle(&self, flush: Uuid, at: DateTime<Utc>) {
        let mut tx = self.db.begin().await.expect("transaction");
        assert_eq!(pending::remove(&mut tx, self.shop.id, &[flush]).await.expect("removed"), 1);
        counted::insert(&mut tx, self.shop.id, at, &[id(), flush], 2).await.expect("noted");
        tx.commit().await.expect("commit");
    }

    pub(crate) async fn refuse(&self, project: ProjectId, at: DateTime<Utc>, change: impl FnOnce(&mut NewRejection)) {
        let mut one = NewRejection {
            rejection_id: v7(at),
            signal: Some(Signal::Event),
            code: "too_old".to_owned(),
            message: "the event is 9 days old".to_owned(),
            index: Some(3),
            item_id: None,
            name: Some("cart.add".to_owned()),
            sdk: "web/1.2".to_owned(),
            excerpt: "{\"name\":\"cart.add\"}".to_owned(),
            batch_id: None,
            correlation_id: None,
        };
        change(&mut one);
        let mut tx = self.db.begin().await.expect("transaction");
        rejections::insert(&mut tx, project, at, &[one]).await.expect("kept");
        tx.commit().await.expect("commit");
    }

    async fn book(&self, project: ProjectId, changes: &[(&str, Signal, Outcome, &str, &str, i64)]) {
        let changes: Vec<HourOutcome> = changes
            .iter()
            .map(|(hour, signal, outcome, reason, sdk, n)| HourOutcome {
                hour: at(hour),
                count: OutcomeCount { signal: *signal, outcome: *outcome, reason: (*reason).to_owned(), sdk: (*sdk).to_owned(), n: *n },
            })
            .collect();
        let mut tx = self.db.begin().await.expect("transaction");
        outcomes::add(&mut tx, project, &changes).await.expect("booked");
        tx.commit().await.expect("commit");
    }

    pub(crate) async fn xray(&self, id: &str) -> XrayAnswer {
        let (status, body) = self.get(&self.path(&format!("/delivery/events/{id}"))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).expect("an answer")
    }

    async fn delivery(&self, query: &str) -> DeliveryAnswer {
        let (status, body) = self.get(&self.path(&format!("/delivery{query}"))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).expect("an answer")
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_equation_holds_for_senders_that_say_what_they_made(pool: PgPool) {
    let app = App::start(pool).await;
    let (hour, before) = ("2026-05-14T11:00:00Z", "2026-05-14T09:00:00Z");
    app.book(
        app.shop.id,
        &[
            (hour, Signal::Event, Outcome::Made, "", "rust/1", 100),
            (hour, Signal::Event, Outcome::Stored, "", "rust/1", 80),
            (hour, Signal::Event, Outcome::Rejected, "too_old", "rust/1", 5),
            (before, Signal::Event, Outcome::Lost, "queue_overflow", "rust/1", 3),
            (before, Signal::Event, Outcome::Duplicate, "", "rust/1", 2),
            (before, Signal::Event, Outcome::Sampled, "", "rust/1", 4),
            (before, Signal::Event, Outcome::Replayed, "", "rust/1", 50),
            (before, Signal::Event, Outcome::Stored, "", "", 1_000),
            (before, Signal::Event, Outcome::Refused, "too_large", "", 7),
            (before, Signal::Metric, Outcome::Imported, "", "", 9),
            // The day before the range.
            ("2026-05-13T11:00:00Z", Signal::Event, Outcome::Stored, "", "", 5_000),
        ],
    )
    .await;
    let answer = app.delivery("").await;
    let reported = ItemCounts { made: 100, stored: 80, rejected: 5, duplicate: 2, sampled: 4, lost: 3 };
    assert_eq!(answer.books.reported, reported);
    assert_eq!(reported.on_the_way(), 6);
    assert_eq!(answer.books.unreported, ItemCounts { stored: 1_000, ..ItemCounts::default() });
    assert_eq!((answer.books.replayed, answer.books.imported, answer.books.refused_requests), (50, 9, 7));
    assert_eq!(answer.signals.iter().map(|books| books.signal).collect::<Vec<_>>(), [Signal::Event, Signal::Metric]);

    assert_eq!(answer.buckets.len(), 24);
    let at_nine = answer.buckets.iter().find(|bucket| bucket.start == at(before)).expect("a bucket");
    assert_eq!((at_nine.counts.stored, at_nine.counts.lost, at_nine.refused_requests, at_nine.open), (1_000, 3, 7, false));
    assert!(answer.buckets.last().expect("a bucket").open);
    assert_eq!(answer.buckets.iter().map(|bucket| bucket.counts.accounted()).sum::<u64>(), 1_094);

    let senders: Vec<_> =
        answer.senders.iter().map(|sender| (sender.sdk.as_str(), sender.reports_made, sender.counts.accounted())).collect();
    assert_eq!(senders, [("", false, 1_000), ("rust/1", true, 94)]);
    let reasons: Vec<_> = answer.reasons.iter().map(|reason| (reason.reason.as_str(), reason.n)).collect();
    assert_eq!(reasons, [("too_large", 7), ("too_old", 5), ("queue_overflow", 3)]);
    assert!(answer.reasons.iter().all(|reason| !reason.hint.is_empty()), "{:?}", answer.reasons);

    let metrics = app.delivery("?signal=metric&range=7d").await;
    assert_eq!((metrics.books.imported, metrics.books.unreported.stored, metrics.buckets.len()), (9, 0, 7));
    assert_eq!(metrics.signals.len(), 2, "the others stay to be chosen");
    assert_eq!(app.delivery("?range=7d").await.books.unreported.stored, 6_000);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_refused_is_listed_with_its_fix_and_stays_in_its_project(pool: PgPool) {
    let app = App::start(pool).await;
    let bank = keys::project(&app.db, "bank", app.clock.now()).await;
    let now = app.clock.now();
    app.refuse(app.shop.id, now - TimeDelta::minutes(2), |_| ()).await;
    app.refuse(app.shop.id, now - TimeDelta::minutes(1), |one| {
        (one.index, one.code, one.correlation_id) = (None, "too_large".to_owned(), Some("c-1".to_owned()));
        one.signal = Some(Signal::Log);
    })
    .await;
    app.refuse(bank.id, now, |one| one.item_id = Some("canary".to_owned())).await;
    let answer = app.delivery("").await;
    let listed: Vec<_> = answer.rejections.iter().map(|one| (one.code.as_str(), one.index, one.docs())).collect();
    assert_eq!(
        listed,
        [("too_large", None, "/docs/problems#too_large".to_owned()), ("too_old", Some(3), "/docs/verdicts#too_old".to_owned())]
    );
    assert!(answer.rejections.iter().all(|one| !one.hint.is_empty()));
    assert_eq!(app.delivery("?signal=log").await.rejections.len(), 1);
    assert_eq!(app.xray("canary").await.verdict, XrayVerdict::NotFound);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn lag_and_processes_say_how_ingest_does(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    for (seconds, attempts) in [(40, 0), (10, 2)] {
        let flush = id();
        app.keep_batch(app.shop.id, Signal::Event, v7(now), flush, now - TimeDelta::seconds(seconds), 4).await;
        sqlx::query("update pending set attempts = $2 where flush_id = $1").bind(flush).bind(attempts).execute(&app.pool).await.unwrap();
    }
    let letter = DeadBatch { batch_id: id(), arrived_at: now, failed_at: now, error: "no such kind", payload: b"its record" };
    dead_letters::bury_batch(&app.db, app.shop.id, letter).await.unwrap();
    let dead = app.xray(&letter.batch_id.to_string()).await;
    assert_eq!((dead.verdict, dead.hops.len()), (XrayVerdict::Stuck, 1));
    assert!(dead.hops[0].details[0].contains("no such kind") && dead.checks.iter().any(|check| check.contains("dead-letters")), "{dead:?}");
    let mut tx = app.db.begin().await.unwrap();
    counted::insert(&mut tx, app.shop.id, now - TimeDelta::seconds(30), &[id()], 600).await.unwrap();
    counted::insert(&mut tx, app.shop.id, now - TimeDelta::seconds(90), &[id()], 6_000).await.unwrap();
    tx.commit().await.unwrap();
    let state = ProcessState { queue: QueueState { batches: 3, bytes: 900, oldest_wait_ms: 4 }, ..ProcessState::default() };
    let (running, gone) = (id(), id());
    for (process, seen) in [(running, 5), (gone, 45), (id(), 7_200)] {
        let seen = now - TimeDelta::seconds(seen);
        ingest_processes::renew(&app.db, process, now - TimeDelta::hours(3), seen, &state).await.unwrap();
    }
    let answer = app.delivery("").await;
    assert_eq!((answer.lag.flushes, answer.lag.items, answer.lag.failing, answer.lag.dead_letters), (2, 8, 1, 1));
    assert_eq!((answer.lag.oldest, answer.lag.items_per_second), (Some(now - TimeDelta::seconds(40)), 10.0));
    let processes: Vec<_> = answer.processes.iter().map(|process| (process.id, process.gone, process.state.clone())).collect();
    assert_eq!(processes, [(running, false, state.clone()), (gone, true, state)]);
}
