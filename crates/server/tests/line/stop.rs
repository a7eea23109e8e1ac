//! The server is asked to stop.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sqlx::PgPool;

use crate::load::Load;
use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use testkit::deadline::PATIENCE;

/// After it, orchestrators kill.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

#[sqlx::test(migrations = false)]
async fn a_server_that_is_asked_to_stop_keeps_what_it_acknowledged_and_keeps_nobody_waiting(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let mut viewer = server.client().stream(&shop.path("/live/stream"), &shop.secret_key);
    assert_eq!(viewer.next().expect("the first answer comes at once")["people"], 0);
    let (sees, seen) = mpsc::channel();
    // Ends when the server ends the stream.
    let viewer = thread::spawn(move || viewer.try_for_each(|answer| sees.send(answer["people"].as_u64().expect("a number"))));
    let load = Load::start(&server.endpoint, &shop.public_key, 4, recount::now(&pool).await);
    load.journal.wait_for_more(1_000);
    assert!(seen.recv_timeout(PATIENCE).expect("the viewer sees the load") > 0);

    let (status, took, log) = server.terminate();
    assert!(status.success(), "{status}: {log}");
    assert!(took < STOPS_WITHIN, "it took {took:?}: {log}");
    assert!(log.lines().last().is_some_and(|line| line.ends_with("stopped")) && !log.contains("not everything ended in time"), "{log}");
    viewer.join().expect("the stream").expect("it ended while somebody listened");
    let stored: BTreeSet<_> = recount::stored_events(&pool).await.into_iter().collect();
    let acknowledged = load.give_up().read();
    let lost = acknowledged.iter().filter(|event| !stored.contains(event)).count();
    assert_eq!(lost, 0, "of {} acknowledged events", acknowledged.len());

    // What it had not counted yet is counted by whoever comes next.
    let _next = Server::start(&database);
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn operators_are_told_how_the_server_does(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let client = server.client();
    client.post_with_key("/v1/track:batch", &shop.public_key, &serde_json::json!({"events": [{"name": "a"}, {"name": "b"}]}));
    client.post_with_key("/v1/track:batch", "nonsense", &serde_json::json!({"events": []}));
    recount::everything_counted(&pool).await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = client.get(path, &[]);
        assert_eq!((answer.status, answer.text.as_str()), (200, text));
    }
    let metrics = client.get("/metrics", &[]);
    assert_eq!((metrics.status, metrics.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
    for line in [r#"throughline_ingest_stored_total{signal="event"} 2"#, r#"throughline_ingest_refused_total{code="key_unknown"} 1"#] {
        assert!(metrics.text.lines().any(|found| found == line), "{line} is missing in\n{}", metrics.text);
    }
}
