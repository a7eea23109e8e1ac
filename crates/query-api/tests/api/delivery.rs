//! The books of delivery and the event x-ray.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{DeliveryAnswer, HopStep, HopVerdict, ItemCounts, ProcessState, QueueState, XrayAnswer, XrayVerdict};
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use sqlx::PgPool;
use storage::batches::{self, NewBatch};
use storage::dead_letters::{self, DeadBatch};
use storage::outcomes::{self, HourOutcome};
use storage::pending::{self, NewPending};
use storage::rejections::{self, NewRejection};
use storage::{counted, flags, ingest_processes};
use testkit::keys;
use uuid::Uuid;

use crate::app::App;
use crate::sent::id;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A UUIDv7 of that moment.
fn v7(at: DateTime<Utc>) -> Uuid {
    let mut bytes = id().into_bytes();
    bytes[..6].copy_from_slice(&at.timestamp_millis().to_be_bytes()[2..]);
    uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand).with_variant(uuid::Variant::RFC4122).into_uuid()
}

/// An event as its row, and what became of it.
struct Stored {
    event: Uuid,
    batch: Uuid,
    flush: Uuid,
    ts: DateTime<Utc>,
    client_ts: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    flags: i32,
    is_bot: bool,
}

impl App {
    fn arriving(&self, received_at: &str) -> Stored {
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
    async fn keep(&self, stored: &Stored) {
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
        self.keep_batch(self.shop.id, stored.batch, stored.flush, stored.received_at, 1).await;
    }

    async fn keep_batch(&self, project: ProjectId, batch_id: Uuid, flush: Uuid, at: DateTime<Utc>, accepted: i32) {
        let mut tx = self.db.begin().await.expect("transaction");
        let entry = NewBatch { batch_id, signal: Signal::Event.code(), body_hash: [0; 16], accepted, rejected: 1, errors: Vec::new() };
        batches::enter(&mut tx, project, flush, at, &[entry]).await.expect("the ledger");
        let note = NewPending {
            flush_id: flush,
            received_from: at,
            received_until: at,
            committed_at: at,
            events: accepted,
            points: 0,
            imported: false,
            outcomes: Vec::new(),
            usage: Vec::new(),
        };
        pending::insert(&mut tx, project, &note).await.expect("a note");
        tx.commit().await.expect("commit");
    }

    /// Counts the flush at `at`: what the worker does.
    async fn settle(&self, flush: Uuid, at: DateTime<Utc>) {
        let mut tx = self.db.begin().await.expect("transaction");
        assert_eq!(pending::remove(&mut tx, self.shop.id, &[flush]).await.expect("removed"), 1);
        counted::insert(&mut tx, self.shop.id, at, &[id(), flush], 2).await.expect("noted");
        tx.commit().await.expect("commit");
    }

    async fn refuse(&self, project: ProjectId, at: DateTime<Utc>, change: impl FnOnce(&mut NewRejection)) {
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

    async fn xray(&self, id: &str) -> XrayAnswer {
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

/// The hop of that step: its verdict, its time, and all of its words.
fn hop(answer: &XrayAnswer, step: HopStep) -> (HopVerdict, Option<DateTime<Utc>>, String) {
    let hop = answer.hops.iter().find(|hop| hop.step == step).unwrap_or_else(|| panic!("no hop {step:?}: {answer:?}"));
    (hop.verdict, hop.at, format!("{}. {}", hop.title, hop.details.join(" ")))
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
        app.keep_batch(app.shop.id, v7(now), flush, now - TimeDelta::seconds(seconds), 4).await;
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

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_event_is_followed_from_its_device_to_the_screen(pool: PgPool) {
    let app = App::start(pool).await;
    let stored = app.arriving("2026-05-14T11:59:50Z");
    app.keep(&stored).await;
    let waiting = app.xray(&stored.event.to_string()).await;
    assert_eq!(waiting.verdict, XrayVerdict::Waiting);
    assert_eq!(hop(&waiting, HopStep::Counted).0, HopVerdict::Waiting);

    app.settle(stored.flush, at("2026-05-14T11:59:51Z")).await;
    let shown = app.xray(&stored.event.to_string()).await;
    assert_eq!(shown.verdict, XrayVerdict::Shown);
    let steps: Vec<HopStep> = shown.hops.iter().map(|hop| hop.step).collect();
    use HopStep::{Counted, Decided, Happened, Made, Received, Shown};
    assert_eq!(steps, [Made, Happened, Received, Decided, Counted, Shown]);
    assert!(shown.hops.iter().all(|hop| hop.verdict == HopVerdict::Passed), "{:?}", shown.hops);
    let times: Vec<_> = shown.hops.iter().filter_map(|hop| hop.at).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(hop(&shown, Counted).1, Some(at("2026-05-14T11:59:51Z")));
    let words = hop(&shown, Shown).2;
    assert!(words.contains("user u1") && words.contains("/cart") && words.contains("Environment prod"), "{words}");
    assert!(hop(&shown, Received).2.contains(&stored.batch.to_string()));

    // The same by its batch, and in any spelling of the id.
    let batch = app.xray(&stored.batch.to_string()).await;
    assert_eq!((batch.verdict, batch.items.len()), (XrayVerdict::Shown, 1));
    assert!(batch.headline.contains("1 item stored, 1 refused"), "{}", batch.headline);
    assert_eq!(app.xray(&stored.event.simple().to_string().to_uppercase()).await.verdict, XrayVerdict::Shown);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_odd_about_an_event_is_said_at_its_hop(pool: PgPool) {
    let app = App::start(pool).await.with_days_back(9).await;
    let mut corrected = app.arriving("2026-05-14T11:59:50Z");
    corrected.client_ts = Some(corrected.ts - TimeDelta::hours(5));
    corrected.flags = flags::CLOCK_CORRECTED | flags::TEXT_REPAIRED;
    let mut late = app.arriving("2026-05-14T11:59:40Z");
    late.ts = at("2026-05-11T11:00:00Z");
    // Its id is of its own time: days before its receipt.
    late.event = v7(late.ts);
    let bot = Stored { is_bot: true, ..app.arriving("2026-05-14T11:59:30Z") };
    // No time inside, and a clock that is years off.
    let timeless = Stored { event: id(), ..app.arriving("2026-05-08T11:59:20Z") };
    let wrong = Stored { event: v7(at("2031-01-01T00:00:00Z")), ..app.arriving("2026-05-14T11:59:10Z") };
    for stored in [&corrected, &late, &bot, &timeless, &wrong] {
        app.keep(stored).await;
        app.settle(stored.flush, stored.received_at + TimeDelta::seconds(1)).await;
    }
    let answer = app.xray(&corrected.event.to_string()).await;
    let (verdict, time, words) = hop(&answer, HopStep::Happened);
    assert_eq!((verdict, time), (HopVerdict::Noted, Some(corrected.ts)));
    assert!(words.contains("As sent: 2026-05-14 06:59:47.000 UTC") && words.contains("off by 5\u{a0}h\u{a0}00\u{a0}m"), "{words}");
    assert!(hop(&answer, HopStep::Decided).2.contains("repaired"));
    assert_eq!(answer.items[0].changes.len(), 2);

    let (verdict, _, words) = hop(&app.xray(&late.event.to_string()).await, HopStep::Received);
    assert!(verdict == HopVerdict::Noted && words.starts_with("late, 3 days 0 h after it happened"), "{words}");
    let answer = app.xray(&bot.event.to_string()).await;
    assert_eq!((answer.verdict, hop(&answer, HopStep::Shown).0), (XrayVerdict::Hidden, HopVerdict::Failed));
    for stored in [&timeless, &wrong] {
        assert_eq!(app.xray(&stored.event.to_string()).await.verdict, XrayVerdict::Shown);
    }

    let poisoned = app.arriving("2026-05-14T11:59:00Z");
    app.keep(&poisoned).await;
    for _ in 0..5 {
        pending::record_failure(&app.db, app.shop.id, poisoned.flush, "no such kind", app.clock.now()).await.unwrap();
    }
    let answer = app.xray(&poisoned.event.to_string()).await;
    assert_eq!(answer.verdict, XrayVerdict::Stuck);
    assert!(hop(&answer, HopStep::Counted).2.contains("Last error: no such kind"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn batches_are_found_by_the_text_that_their_sender_called_them(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    for (word, sent) in [("order-7", "order-7"), ("old", "019e0000-0000-4000-8000-000000000000")] {
        let hash = match sent.parse::<Uuid>() {
            Ok(id) => batches::project_hash(app.shop.id, id.as_bytes()),
            Err(_) => batches::project_hash(app.shop.id, sent.as_bytes()),
        };
        let kept = batches::ledger_id(sent.parse().unwrap_or(Uuid::nil()), hash, now);
        assert_ne!(kept.to_string(), sent);
        app.keep_batch(app.shop.id, kept, id(), now, 2).await;
        app.refuse(app.shop.id, now, |one| one.batch_id = Some(kept)).await;
        let answer = app.xray(sent).await;
        assert_eq!((answer.verdict, answer.rejections.len()), (XrayVerdict::Waiting, 1), "{word}");
        assert!(hop(&answer, HopStep::Received).2.contains(&kept.to_string()), "{word}");
        // The ledger's own id leads there too.
        assert_eq!(app.xray(&kept.to_string()).await.verdict, XrayVerdict::Waiting, "{word}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_event_says_why_and_an_unknown_one_what_to_check(pool: PgPool) {
    let app = App::start(pool).await;
    let event = v7(app.clock.now());
    app.refuse(app.shop.id, app.clock.now(), |one| one.item_id = Some(event.to_string())).await;
    let answer = app.xray(&event.to_string()).await;
    assert_eq!(answer.verdict, XrayVerdict::Refused);
    let (verdict, _, words) = hop(&answer, HopStep::Decided);
    assert_eq!(verdict, HopVerdict::Failed);
    assert!(words.contains("too_old: the event is 9 days old") && words.contains("What to do: check the sender's clock"), "{words}");

    let unknown = app.xray(&v7(at("2026-05-14T10:00:00Z")).to_string()).await;
    assert_eq!((unknown.verdict, unknown.hops.len()), (XrayVerdict::NotFound, 0));
    let checks = unknown.checks.join("\n");
    for part in ["202", "throughline keys", "made at 2026-05-14 10:00:00 UTC", "environment", "throughline tail"] {
        assert!(checks.contains(part), "{part} is missing in {checks}");
    }
    assert!(app.xray("x%27%20or%201=1").await.checks.iter().any(|check| check.contains("Idempotency-Key")));
    assert_eq!(app.get(&app.path(&format!("/delivery/events/{}", "x".repeat(501)))).await.0, 400);
    assert_eq!(app.get(&app.path("/delivery/events/a%00b")).await.0, 400);
}
