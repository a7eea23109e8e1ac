//! The database goes away while a spool is there: nobody who sends notices.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;
use tempfile::TempDir;

use crate::client::{Answer, Client};
use crate::load::Load;
use crate::proxy::Proxy;
use crate::recount;
use crate::server::{Server, lasting_port};
use crate::shop::{Shop, database};
use crate::terminal;
use testkit::deadline::until;

/// A sender is told within this that its batch is kept or refused, also when the database hangs.
const TOLD_WITHIN: Duration = Duration::from_secs(2);
/// The same once the outage is known.
const TOLD_AT_ONCE: Duration = Duration::from_millis(100);

pub fn serve(database: &str, folder: &Path, listen: &str) -> Server {
    Server::start_with(database, &["--listen", listen, "--spool", folder.to_str().expect("text")])
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// How many requests wait in the server's spool.
pub fn waiting(client: &Client) -> u64 {
    let metrics = client.get("/metrics", &[]).text;
    let line = metrics.lines().find_map(|line| line.strip_prefix("throughline_spool_records "));
    line.expect("the metric of a server with a spool").parse().expect("a number")
}

fn batch(id: &str, name: &str) -> Value {
    json!({"batch_id": id, "events": [{"name": name, "user_id": "u1"}]})
}

fn is_spooled(answer: &Answer) -> bool {
    answer.status == 202 && answer.header("x-durability") == "spool"
}

async fn everything_drained(client: &Client) {
    until("the spool is drained", async || waiting(client) == 0).await;
}

#[sqlx::test(migrations = false)]
async fn what_is_acknowledged_while_the_database_is_away_is_stored_once_when_it_is_back(pool: PgPool) {
    let (mut proxy, folder) = (Proxy::start(&pool), folder());
    let shop = Shop::create(&database(&pool), "shop");
    let server = serve(&proxy.database(), folder.path(), "127.0.0.1:0");
    let client = server.client();
    let load = Load::start(&server.endpoint, &shop.public_key, 4, recount::now(&pool).await);
    load.journal.wait_for_more(500);
    for _ in 0..2 {
        proxy.pull_out();
        load.journal.wait_for_more(2_000);
        assert!(waiting(&client) > 0);
        // It can still acknowledge: nobody should take its senders away.
        assert_eq!(client.get("/readyz", &[]).status, 200);
        proxy.plug_in();
        load.journal.wait_for_more(1_000);
    }
    let journal = load.finish();
    everything_drained(&client).await;

    let acknowledged = journal.read();
    assert_eq!(recount::stored_events(&pool).await, acknowledged);
    assert_eq!(recount::number(&pool, "select sum(accepted)::int8 from batch").await, acknowledged.len() as i64);
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
    assert_eq!(recount::number(&pool, "select count(*) from dead_letter").await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_killed_server_finds_its_spool_again_and_stores_it_in_order(pool: PgPool) {
    let (mut proxy, folder) = (Proxy::start(&pool), folder());
    let shop = Shop::create(&database(&pool), "shop");
    let listen = format!("127.0.0.1:{}", lasting_port());
    let server = serve(&proxy.database(), folder.path(), &listen);
    let client = server.client();
    let send =
        |n: usize| client.post_with_key("/v1/track:batch", &shop.public_key, &batch(&format!("batch {n}"), &format!("event {n:02}")));
    assert_eq!(send(0).status, 202);
    proxy.pull_out();
    for n in 1..40 {
        assert!(is_spooled(&send(n)));
    }
    // The guide's collector answers without a body, and says so as well.
    let collected = client.post_with_key("/api/events/collect", &shop.public_key, &json!([{"name": "event 40"}]));
    assert_eq!((collected.status, collected.header("x-durability")), (204, "spool"));
    // An item is judged at once, whatever comes later.
    let judged = client.post_with_key("/v1/track:batch", &shop.public_key, &json!({"events": [{"name": "event 41"}, {"name": ""}]}));
    assert!(is_spooled(&judged) && judged.json()["rejected"] == 1, "{judged:?}");
    server.kill();

    // Nobody can be authenticated by a process that has never seen the database: it says so, and the spool stays as it is.
    let path = folder.path().to_str().expect("text");
    let refused = terminal::run(&proxy.database(), &["serve", "--listen", &listen, "--spool", path]);
    assert_eq!((refused.code, refused.err.contains("cannot be used")), (1, true), "{refused:?}");
    proxy.plug_in();
    let server = serve(&proxy.database(), folder.path(), &listen);
    everything_drained(&server.client()).await;

    let names: Vec<String> = sqlx::query_scalar("select name from event order by received_at, n").fetch_all(&pool).await.expect("names");
    assert_eq!(names, (0..42).map(|n| format!("event {n:02}")).collect::<Vec<_>>());
    let again = server.client().post_with_key("/v1/track:batch", &shop.public_key, &batch("batch 7", "event 07")).json();
    assert_eq!((&again["accepted"], &again["duplicate"]), (&json!(1), &json!(true)));
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn a_database_that_hangs_is_away_as_well(pool: PgPool) {
    let (proxy, folder) = (Proxy::start(&pool), folder());
    let shop = Shop::create(&database(&pool), "shop");
    let spools = serve(&proxy.database(), folder.path(), "127.0.0.1:0");
    let refuses = Server::start(&proxy.database());
    let send = |server: &Server, id: String| {
        let began = Instant::now();
        let answer = server.client().post_with_key("/v1/track:batch", &shop.public_key, &batch(&id, "a"));
        (answer, began.elapsed())
    };
    for server in [&spools, &refuses] {
        assert_eq!(send(server, server.endpoint.clone()).0.status, 202);
    }
    proxy.freeze();
    for server in [&spools, &refuses] {
        let (first, took) = send(server, format!("hung {}", server.endpoint));
        assert!(took < TOLD_WITHIN, "told after {took:?}");
        let others: Vec<(Answer, Duration)> = (0..8).map(|n| send(server, format!("hung {n} {}", server.endpoint))).collect();
        let fastest = others.iter().map(|(_, took)| *took).min().expect("eight");
        let slowest = others.iter().map(|(_, took)| *took).max().expect("eight");
        assert!(fastest < TOLD_AT_ONCE, "once it is known, told after {fastest:?} at best");
        assert!(slowest < TOLD_WITHIN, "once it is known, told after {slowest:?} at worst");
        for answer in others.iter().map(|(answer, _)| answer).chain([&first]) {
            let is_right = if std::ptr::eq(server, &spools) { is_spooled(answer) } else { answer.status == 503 };
            assert!(is_right, "{answer:?}");
        }
    }
    // History waits on its sender's side.
    let key = shop.create_key(&database(&pool), "import");
    assert_eq!(spools.client().post_with_key("/v1/import:batch", &key, &json!({"events": []})).status, 503);
    proxy.thaw();
    everything_drained(&spools.client()).await;
    let by_spool = "select count(distinct batch_id) from event";
    until("what was spooled is stored", async || recount::number(&pool, by_spool).await >= 11).await;
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn a_stop_during_an_outage_leaves_everything_in_the_spool(pool: PgPool) {
    let (mut proxy, folder) = (Proxy::start(&pool), folder());
    let shop = Shop::create(&database(&pool), "shop");
    let server = serve(&proxy.database(), folder.path(), "127.0.0.1:0");
    let load = Load::start(&server.endpoint, &shop.public_key, 4, recount::now(&pool).await);
    load.journal.wait_for_more(200);
    proxy.pull_out();
    load.journal.wait_for_more(500);
    let (status, _, log) = server.terminate();
    assert!(status.success(), "{status}: {log}");
    let acknowledged = load.give_up().read();
    proxy.plug_in();
    let server = serve(&proxy.database(), folder.path(), "127.0.0.1:0");
    everything_drained(&server.client()).await;
    let stored = recount::stored_events(&pool).await;
    let lost = acknowledged.iter().filter(|event| stored.binary_search(event).is_err()).count();
    assert_eq!(lost, 0, "of {} acknowledged events", acknowledged.len());
    assert!(stored.windows(2).all(|pair| pair[0] != pair[1]), "an event is stored twice");
}

#[sqlx::test(migrations = false)]
async fn a_spool_folder_is_held_by_one_server_and_a_useless_one_is_told(pool: PgPool) {
    let folder = folder();
    let database = database(&pool);
    let held = serve(&database, folder.path(), "127.0.0.1:0");
    let second = terminal::run(&database, &["serve", "--listen", "127.0.0.1:0", "--spool", folder.path().to_str().expect("text")]);
    assert_eq!((second.code, second.err.contains("is held by another process")), (1, true), "{second:?}");
    drop(held);

    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let broken = serve(&database, &file, "127.0.0.1:0");
    let ready = broken.client().get("/readyz", &[]);
    assert_eq!((ready.status, ready.text.as_str()), (503, "the spool cannot be used\n"));
}
