//! Keys that are remembered, also while the database is away.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Scope;
use sqlx::PgPool;
use storage::api_keys::{self, Presented};
use storage::key_cache::KeyCache;
use storage::{Db, Error, projects};

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse::<DateTime<Utc>>().expect("a time") + TimeDelta::minutes(minutes)
}

fn key(digit: &str) -> Presented {
    Presented::of(&format!("pk_{}", digit.repeat(32))).expect("well-formed")
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn known_senders_are_let_in_for_a_day_while_the_database_is_away_and_nobody_else(pool: PgPool) {
    let db = Db::from_pool(pool);
    let project = projects::create(&db, "shop", "shop", "UTC", at(0)).await.expect("project").id;
    let mut ids = Vec::new();
    for digit in ["1", "2"] {
        ids.push(api_keys::create(&db, project, &key(digit), "pk_", "", &[Scope::Ingest], at(0)).await.expect("key"));
    }
    let cache = KeyCache::default();
    let to_send = async |digit, minutes, is_away| cache.grant_to_send(&db, key(digit), at(minutes), is_away).await;
    let is_away = |answer: Result<_, Error>| answer.is_err_and(|error| error.is_away());
    for digit in ["1", "2"] {
        assert!(to_send(digit, 0, false).await.expect("an answer").is_some());
    }
    assert_eq!(to_send("3", 0, false).await.expect("an answer"), None);
    // Revoked, and the cache has heard of it.
    assert!(api_keys::revoke(&db, project, ids[1], at(1)).await.expect("revoked"));
    assert_eq!(to_send("2", 2, false).await.expect("an answer"), None);

    // Known to be away: nobody is asked. Then nobody answers.
    for is_known in [true, false] {
        if !is_known {
            db.close().await;
        }
        for minutes in [60, 24 * 60] {
            assert!(to_send("1", minutes, is_known).await.expect("it was known").is_some());
        }
        assert!(is_away(to_send("1", 24 * 60 + 1, is_known).await));
        // They may have been made since, or be revoked: neither is let in, and neither is called unknown.
        for digit in ["2", "3", "4"] {
            assert!(is_away(to_send(digit, 60, is_known).await), "{digit}");
        }
    }
    assert!(is_away(cache.grant(&db, key("1"), at(60)).await), "who reads needs the database anyway");
}
