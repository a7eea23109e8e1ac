//! The database goes away, and comes back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::client::{Answer, Client};
use crate::proxy::Proxy;
use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal;
use testkit::deadline::until;

/// A sender is not kept waiting for longer.
const SENDER_TOLD_WITHIN: Duration = Duration::from_secs(1);
/// A reader waits for a free connection for at most two.
const READER_TOLD_WITHIN: Duration = Duration::from_secs(3);

fn batch(id: &str) -> Value {
    json!({"batch_id": id, "events": [{"name": "cart.add", "user_id": "u1"}]})
}

fn is_told_to_come_back(answer: &Answer) -> bool {
    answer.status == 503
        && answer.json()["code"] == "unavailable"
        && answer.header("retry-after").parse().is_ok_and(|seconds: u32| seconds <= 10)
}

fn statuses(client: &Client, paths: [&str; 2]) -> [u16; 2] {
    paths.map(|path| client.get(path, &[]).status)
}

#[sqlx::test(migrations = false)]
async fn while_the_database_is_away_everybody_is_told_to_come_back_and_then_all_goes_on(pool: PgPool) {
    let mut proxy = Proxy::start(&pool);
    let shop = Shop::create(&database(&pool), "shop");
    let server = Server::start(&proxy.database());
    let client = server.client();
    let send = |id: &str| client.post_with_key("/v1/track:batch", &shop.public_key, &batch(id));
    let look = || client.get_with_key(&shop.path("/live"), &shop.secret_key);
    let are_told = |within: Duration, ask: &dyn Fn() -> Answer| {
        let began = Instant::now();
        let answer = ask();
        assert!(is_told_to_come_back(&answer), "{answer:?}");
        assert!(began.elapsed() < within, "told after {:?}", began.elapsed());
    };
    assert_eq!((send("before").status, look().status), (202, 200));

    proxy.pull_out();
    for _ in 0..5 {
        are_told(SENDER_TOLD_WITHIN, &|| send("first outage"));
    }
    are_told(READER_TOLD_WITHIN, &look);
    // A key that nobody remembers is not called unknown because nobody can be asked.
    are_told(SENDER_TOLD_WITHIN, &|| client.post_with_key("/v1/track:batch", &format!("pk_{}", "0".repeat(32)), &batch("x")));
    // Restarting the server would not bring the database back, so it is alive but not ready.
    assert_eq!(statuses(&client, ["/healthz", "/readyz"]), [200, 503]);
    assert_eq!(terminal::run("", &["doctor", "--endpoint", &server.endpoint]).code, 1);
    proxy.plug_in();
    until("signals are taken again", async || send("first outage").status == 202).await;
    until("questions are answered again", async || look().status == 200).await;
    assert_eq!(statuses(&client, ["/healthz", "/readyz"]), [200, 200]);

    proxy.pull_out();
    are_told(SENDER_TOLD_WITHIN, &|| send("second outage"));
    proxy.plug_in();
    until("signals are taken again", async || send("second outage").status == 202).await;

    assert_eq!(recount::number(&pool, "select count(*) from event").await, 3);
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn a_commit_that_nobody_heard_of_is_recognised_and_not_made_twice(pool: PgPool) {
    let proxy = Proxy::start(&pool);
    let shop = Shop::create(&database(&pool), "shop");
    let server = Server::start_with(&proxy.database(), &["--listen", "127.0.0.1:0", "--role", "ingest"]);
    let client = server.client();
    for n in 0..5 {
        let body = batch(&format!("batch {n}"));
        proxy.swallow_next_commit();
        let first = client.post_with_key("/v1/track:batch", &shop.public_key, &body);
        assert!(!proxy.swallows());
        assert!(first.status == 202 || is_told_to_come_back(&first), "{first:?}");
        let second = client.post_with_key("/v1/track:batch", &shop.public_key, &body);
        assert_eq!((second.status, &second.json()["duplicate"]), (202, &json!(true)));
        assert_eq!(recount::number(&pool, "select count(*) from event").await, n + 1);
    }
}

#[sqlx::test(migrations = false)]
async fn a_count_whose_commit_nobody_heard_of_is_not_made_twice(pool: PgPool) {
    let proxy = Proxy::start(&pool);
    let shop = Shop::create(&database(&pool), "shop");
    let ingest = Server::start_with(&database(&pool), &["--listen", "127.0.0.1:0", "--role", "ingest"]);
    let _worker = Server::start_with(&proxy.database(), &["--listen", "127.0.0.1:0", "--role", "worker"]);
    for n in 0..5 {
        proxy.swallow_next_commit();
        ingest.client().post_with_key("/v1/track:batch", &shop.public_key, &batch(&format!("batch {n}")));
        until("a commit was swallowed", async || !proxy.swallows()).await;
        recount::everything_counted(&pool).await;
    }
    recount::assert_quarters_are_right(&pool).await;
}
