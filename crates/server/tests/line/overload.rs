//! Far more is sent than can be taken.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use testkit::deadline::{PATIENCE, until};

/// Of requests that are worked on; the server's other memory comes on top.
const BUDGET_MB: &str = "16";
/// What the whole process may hold, in a build without optimisation.
const MEMORY_MAX: usize = 256 * 1024 * 1024;
/// Requests that are sent at the same moment, whatever becomes of those before: four times the budget and more.
const WAVE: usize = 150;
const EVENTS: usize = 500;

/// One request on a connection of its own, written to its end before the answer is looked at.
async fn send(address: Arc<str>, key: Arc<str>, body: String) -> Answer {
    let mut stream = TcpStream::connect(&*address).await.expect("a connection");
    let head = format!(
        "POST /v1/track:batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.write_all(body.as_bytes()).await.expect("the server reads on, also what it refuses");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let retry_after = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).and_then(|seconds| seconds.parse().ok());
    Answer { status, retry_after }
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    status: u16,
    retry_after: Option<u64>,
}

fn id(batch: usize, event: usize) -> Uuid {
    Uuid::from_u128((batch as u128) << 32 | event as u128)
}

fn body(batch: usize) -> String {
    let text = "x".repeat(400);
    let events: Vec<Value> = (0..EVENTS)
        .map(|n| json!({"event_id": id(batch, n), "name": "cart.add", "user_id": format!("u{n}"), "props": {"text": text}}))
        .collect();
    json!({"batch_id": format!("batch {batch}"), "events": events}).to_string()
}

#[sqlx::test(migrations = false)]
async fn what_is_too_much_is_refused_politely_within_bounded_memory_and_what_is_taken_is_kept(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--ingest-memory-mb", BUDGET_MB]);
    let address: Arc<str> = server.address().into();
    let key: Arc<str> = shop.public_key.as_str().into();

    let (mut acknowledged, mut refused, mut batch) = (Vec::new(), 0, 0);
    while refused < WAVE {
        let wave: Vec<_> = (0..WAVE).map(|n| tokio::spawn(send(Arc::clone(&address), Arc::clone(&key), body(batch + n)))).collect();
        for (n, answer) in (batch..).zip(wave) {
            let answer = tokio::time::timeout(PATIENCE, answer).await.expect("nobody is kept waiting").expect("an answer");
            match answer {
                Answer { status: 202, .. } => acknowledged.extend((0..EVENTS).map(|event| id(n, event))),
                Answer { status: 429 | 503, retry_after: Some(1..=30) } => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        batch += WAVE;
    }
    let peak = server.peak_memory();
    assert!(peak < MEMORY_MAX, "the process held {} MB", peak / 1024 / 1024);

    let next = json!({"events": [{"name": "afterwards"}]});
    until("a batch is taken again", async || server.client().post_with_key("/v1/track:batch", &shop.public_key, &next).status == 202).await;
    assert!(!acknowledged.is_empty());
    let stored = recount::stored_events(&pool).await;
    let distinct: BTreeSet<_> = stored.iter().collect();
    assert_eq!(distinct.len(), stored.len(), "something was stored twice");
    let lost = acknowledged.iter().filter(|event| !distinct.contains(event)).count();
    assert_eq!(lost, 0, "of {} acknowledged events", acknowledged.len());
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}
