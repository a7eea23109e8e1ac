//! The event x-ray.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::delivery::{HopStep, HopVerdict, XrayAnswer, XrayVerdict};
use protocol::outcome::Signal;
use sqlx::PgPool;
use storage::batches;
use storage::dead_letters::{self, DeadBatch};
use storage::flags;
use storage::pending;
use uuid::Uuid;

use crate::app::App;
use crate::delivery::{Stored, at, v7};
use crate::sent::id;

/// The hop of that step: its verdict, its time, and all of its words.
fn hop(answer: &XrayAnswer, step: HopStep) -> (HopVerdict, Option<DateTime<Utc>>, String) {
    let hop = answer.hops.iter().find(|hop| hop.step == step).unwrap_or_else(|| panic!("no hop {step:?}: {answer:?}"));
    (hop.verdict, hop.at, format!("{}. {}", hop.title, hop.details.join(" ")))
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
        app.keep_batch(app.shop.id, Signal::Metric, kept, id(), now, 2).await;
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
    assert!(unknown.checks[0].contains("x-durability: spool") && unknown.checks[1].contains("dead-letters"), "{checks}");
    for part in ["202", "throughline keys", "made at 2026-05-14 10:00:00 UTC", "environment", "throughline tail"] {
        assert!(checks.contains(part), "{part} is missing in {checks}");
    }
    assert!(app.xray("x%27%20or%201=1").await.checks.iter().any(|check| check.contains("Idempotency-Key")));
    assert_eq!(app.get(&app.path(&format!("/delivery/events/{}", "x".repeat(501)))).await.0, 400);
    assert_eq!(app.get(&app.path("/delivery/events/a%00b")).await.0, 400);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_event_whose_dead_letter_was_discarded_is_never_called_counted(pool: PgPool) {
    let app = App::start(pool).await.with_days_back(9).await;
    let discarded = app.arriving("2026-05-14T11:00:00Z");
    // Its batch has no time inside: the partition of such a day is gone.
    let batch = batches::ledger_id(Uuid::nil(), [7; 16], app.clock.now());
    let long_ago = Stored { batch, ..app.arriving("2026-05-05T11:00:00Z") };
    let replayed = app.arriving("2026-05-10T11:00:00Z");
    for stored in [&discarded, &long_ago, &replayed] {
        app.keep(stored).await;
        for _ in 0..5 {
            pending::record_failure(&app.db, app.shop.id, stored.flush, "no such kind", app.clock.now()).await.unwrap();
        }
    }
    for stored in [&discarded, &long_ago] {
        assert!(dead_letters::remove(&app.db, app.shop.id, stored.flush).await.unwrap());
    }
    // One is replayed days later, and counts.
    assert!(dead_letters::revive_flush(&app.db, app.shop.id, replayed.flush).await.unwrap());
    app.settle(replayed.flush, at("2026-05-14T10:00:00Z")).await;

    for asked in [discarded.event, discarded.batch] {
        let answer = app.xray(&asked.to_string()).await;
        let (verdict, _, words) = hop(&answer, HopStep::Counted);
        assert_eq!((answer.verdict, verdict), (XrayVerdict::Discarded, HopVerdict::Failed), "{answer:?}");
        assert!(words.contains("discarded") && answer.headline.contains("given up on counting"), "{answer:?}");
    }
    let answer = app.xray(&long_ago.event.to_string()).await;
    let (verdict, _, words) = hop(&answer, HopStep::Counted);
    assert_eq!((answer.verdict, verdict), (XrayVerdict::Stored, HopVerdict::Noted), "{answer:?}");
    assert!(words.contains("not known any more") && words.contains("8 days"), "{words}");
    let answer = app.xray(&replayed.event.to_string()).await;
    assert_eq!((answer.verdict, hop(&answer, HopStep::Counted).1), (XrayVerdict::Shown, Some(at("2026-05-14T10:00:00Z"))));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_buried_batch_is_found_by_what_its_sender_called_it(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    let old = "019e0000-0000-4000-8000-000000000000";
    let hashes = [("order-7", b"order-7".as_slice()), (old, old.parse::<Uuid>().unwrap().as_bytes())]
        .map(|(sent, bytes)| (sent, batches::project_hash(app.shop.id, bytes)));
    for (sent, hash) in hashes {
        let batch_id = batches::ledger_id(sent.parse().unwrap_or(Uuid::nil()), hash, now);
        let letter = DeadBatch { batch_id, arrived_at: now, failed_at: now, error: "no such kind", payload: b"its record" };
        dead_letters::bury_batch(&app.db, app.shop.id, letter).await.unwrap();
        for asked in [sent.to_owned(), batch_id.to_string()] {
            let answer = app.xray(&asked).await;
            assert_eq!(answer.verdict, XrayVerdict::Stuck, "{asked}");
            assert_eq!(hop(&answer, HopStep::Decided).2, "failed once. Last error: no such kind");
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_says_how_many_of_its_items_were_duplicates(pool: PgPool) {
    let app = App::start(pool).await;
    let first = app.arriving("2026-05-14T11:00:00Z");
    app.keep(&first).await;
    // Its batch brought two more events whose ids were stored before; of another batch, nothing was new.
    sqlx::query("update batch set accepted = 3").execute(&app.pool).await.unwrap();
    let again = v7(app.clock.now());
    app.keep_batch(app.shop.id, Signal::Event, again, id(), app.clock.now(), 7).await;
    let answer = app.xray(&first.batch.to_string()).await;
    assert!(answer.headline.contains("1 item stored, 2 left out as duplicates, 1 refused"), "{}", answer.headline);
    assert_eq!((answer.verdict, hop(&answer, HopStep::Decided).0), (XrayVerdict::Waiting, HopVerdict::Noted));
    assert!(hop(&app.xray(&first.event.to_string()).await, HopStep::Decided).2.contains("2 left out as duplicates"));
    let answer = app.xray(&again.to_string()).await;
    assert_eq!((answer.verdict, answer.items.len()), (XrayVerdict::Duplicate, 0));
    assert!(answer.headline.contains("0 items stored, 7 left out as duplicates"), "{}", answer.headline);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_shows_its_first_items_and_says_whether_there_are_more(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    for (items, more) in [(20, false), (21, true)] {
        let (batch, flush) = (v7(now), v7(now));
        app.keep_batch(app.shop.id, Signal::Log, batch, flush, now, items).await;
        sqlx::query(
            "insert into log (project_id, received_at, flush_id, n, batch_id, ts, level, body, environment, attributes, weight, flags)
             select $1, $2, $3, n, $4, $2, 9, 'it works', 'prod', '{}', 1, 0 from generate_series(1, $5) n",
        )
        .bind(app.shop.id.0)
        .bind(now)
        .bind(flush)
        .bind(batch)
        .bind(items)
        .execute(&app.pool)
        .await
        .expect("logs");
        let answer = app.xray(&batch.to_string()).await;
        assert_eq!((answer.items.len(), answer.more), (20, more));
        // Logs are stored, and on no page that could hide them.
        let (verdict, _, words) = hop(&answer, HopStep::Shown);
        assert_eq!((answer.verdict, verdict), (XrayVerdict::Stored, HopVerdict::Noted));
        assert_eq!(words, "stored. No page shows logs yet: they are stored, and found by time.");
    }
}
