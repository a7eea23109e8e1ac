//! Rates and quotas, as an operator sets them.

use serde_json::json;
use sqlx::PgPool;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{masked, run, succeed};

const TRACK: &str = "/v1/track:batch";

#[sqlx::test(migrations = false)]
async fn an_operator_limits_a_project_and_its_keys(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let keys = |arguments: &[&str]| succeed(&database, &[&["keys", "--project", "shop"], arguments].concat());
    let set = succeed(&database, &["projects", "set", "shop", "--events-per-second", "1", "--events-per-month", "1_000"]);
    assert_eq!(set, "Project 1 is called shop, cuts its days in Europe/Berlin and may send 1 event per second and 1,000 per month\n");
    assert_eq!(keys(&["set", "1", "--events-per-month", "50"]), "Key 1 may send 50 events per month\n");
    let narrow = keys(&["create", "--label", "narrow", "--events-per-second", "7"]);
    insta::assert_snapshot!("limited_projects", masked(&succeed(&database, &["projects", "list"])));
    insta::assert_snapshot!("limited_keys", masked(&keys(&["list"])));

    let server = Server::start(&database);
    let body = |events: usize| json!({"events": vec![json!({"name": "a"}); events]});
    let sent = server.client().post_with_key(TRACK, narrow.trim(), &body(1_000));
    assert_eq!((sent.status, sent.header("x-ratelimit-limit"), sent.header("x-ratelimit-remaining")), (202, "5", "0"));
    // The project owes what one of its keys has sent.
    let refused = server.client().post_with_key(TRACK, &shop.public_key, &body(1));
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("too_many")));
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 900), "{refused:?}");

    // What was sent counts for the month, whoever asks.
    recount::everything_counted(&pool).await;
    let unhurried = succeed(&database, &["projects", "set", "shop", "--events-per-second", "none"]);
    assert_eq!(unhurried, "Project 1 is called shop, cuts its days in Europe/Berlin and may send 1,000 events per month\n");
    let other_server = Server::start(&database);
    let refused = other_server.client().post_with_key(TRACK, &shop.public_key, &body(1));
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("quota_exceeded")));
    assert_eq!(recount::number(&pool, "select count(*) from event").await, 1_000);
}

#[sqlx::test(migrations = false)]
async fn a_limit_that_makes_no_sense_is_refused(pool: PgPool) {
    let database = database(&pool);
    Shop::create(&database, "shop");
    let fails = |arguments: &[&str]| run(&database, arguments).code;
    assert_eq!(fails(&["projects", "set", "shop", "--events-per-second=-1"]), 2);
    assert_eq!(fails(&["projects", "set", "shop", "--events-per-month", "many"]), 2);
    assert_eq!(fails(&["keys", "--project", "shop", "set", "9", "--events-per-second", "1"]), 1);
    assert_eq!(fails(&["keys", "--project", "shop", "set", "1"]), 1);
}
