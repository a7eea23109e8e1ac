//! Acknowledged events per second over HTTP, beside raw COPY of the same rows into the same table in the same run.
//!
//! `make bench` runs it against a durable scratch cluster. Batches of 500 events with three props over 16 connections;
//! then one event per request over 64 connections; then COPY BINARY, 5,000 rows per transaction over 4 connections, into
//! the table with its indexes. Median of three rounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use ingest::{Config, Ingest};
use protocol::time::Clock;
use sqlx::postgres::PgPoolOptions;
use storage::{Db, PoolSize, partitions};
use testkit::{keys, raw_copy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BATCH_EVENTS: usize = 500;
const BATCHES: usize = 400;
const BATCH_CONNECTIONS: usize = 16;
const SINGLES: usize = 20_000;
const SINGLE_CONNECTIONS: usize = 64;
const COPY_ROWS: usize = 5_000;
const COPY_CONNECTIONS: usize = 4;
const ROUNDS: usize = 3;

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn random() -> u128 {
    static STATE: AtomicUsize = AtomicUsize::new(1);
    let step = STATE.fetch_add(1, Ordering::Relaxed) as u128;
    (step.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).rotate_left(37)
}

#[tokio::main]
async fn main() {
    #[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("DATABASE_URL names no database; run `make bench`");
        return;
    };
    let size = PoolSize { connections_max: 8, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(60) };
    let db = Db::connect(&url, "bench", size).await.expect("a database");
    db.migrate().await.expect("a schema");
    partitions::ensure(&db, now()).await.expect("partitions");
    let project = keys::project(&db, "bench", now()).await;
    let key = keys::public(&db, &project, 'b', now()).await;
    let (ingest, _committers) = Ingest::start(db, Clock::new(now), random, Config::default(), None);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, ingest::router(ingest)).await });
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.expect("a pool");

    let batches: Arc<[Vec<u8>]> = (0..BATCHES).map(|i| request(&address, &key, &body(i, BATCH_EVENTS))).collect();
    let singles: Arc<[Vec<u8>]> = (0..SINGLES).map(|i| request(&address, &key, &body(BATCHES + i, 1))).collect();
    let (mut batched, mut copied, mut single) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw_copy::empty(&pool).await;
        single.push(SINGLES as f64 / send(&address, &singles, SINGLE_CONNECTIONS).await.as_secs_f64());
        raw_copy::empty(&pool).await;
        batched.push((BATCHES * BATCH_EVENTS) as f64 / send(&address, &batches, BATCH_CONNECTIONS).await.as_secs_f64());
        let chunks = raw_copy::out(&pool, COPY_ROWS).await;
        raw_copy::empty(&pool).await;
        let start = Instant::now();
        raw_copy::back_in(&url, &chunks, COPY_CONNECTIONS).await;
        copied.push((BATCHES * BATCH_EVENTS) as f64 / start.elapsed().as_secs_f64());
    }
    let (batched, copied, single) = (median(batched), median(copied), median(single));
    println!("acknowledged over HTTP, 500 events per batch  {batched:>9.0} events/s");
    println!("raw COPY BINARY of the same rows              {copied:>9.0} events/s");
    println!("ratio                                         {:>9.2}", batched / copied);
    println!("one event per request, 64 connections         {single:>9.0} requests/s, all acknowledged after commit");
}

fn body(number: usize, events: usize) -> String {
    let items: Vec<String> = (0..events)
        .map(|i| {
            let n = number * events + i;
            format!(
                r#"{{"event_id":"019e2622-4600-7000-8000-{n:012x}","name":"cart.add","ts":"{}","seq":{n},"user_id":"u{}","session_id":"019e2622-4600-7000-9000-{:012x}","route":"/products/:id","release":"web@5.2","props":{{"sku":"A-{}","qty":{},"price":{}.5}},"context":{{"os":"iOS","browser":"Safari","device":"mobile","country":"DE"}}}}"#,
                now().to_rfc3339(),
                n % 20_000,
                n % 50_000,
                n % 1_000,
                n % 5,
                n % 300
            )
        })
        .collect();
    format!(
        r#"{{"batch_id":"{}","install_id":"i{}","events":[{}]}}"#,
        uuid::Builder::from_unix_timestamp_millis(
            now().timestamp_millis() as u64,
            &((random() as u64 as u128) << 16 | number as u128).to_be_bytes()[6..].try_into().expect("ten bytes")
        )
        .into_uuid(),
        number % 100,
        items.join(",")
    )
}

fn request(address: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /v1/track:batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends every request over a few kept connections and waits for each answer.
async fn send(address: &str, requests: &Arc<[Vec<u8>]>, connections: usize) -> Duration {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (next, requests, address) = (Arc::clone(&next), Arc::clone(requests), address.to_owned());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(&address).await.expect("a connection");
                stream.set_nodelay(true).expect("nodelay");
                let mut answer = vec![0; 64 * 1024];
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    stream.write_all(request).await.expect("send");
                    let mut read = 0;
                    // The answers are short and end with the JSON's closing brace.
                    while read == 0 || answer[read - 1] != b'}' {
                        read += stream.read(&mut answer[read..]).await.expect("receive");
                    }
                    assert!(answer.starts_with(b"HTTP/1.1 202"), "{}", String::from_utf8_lossy(&answer[..read]));
                    assert!(
                        answer[..read].windows(17).any(|part| part == b"\"duplicate\":false"),
                        "{}",
                        String::from_utf8_lossy(&answer[..read])
                    );
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("every request is acknowledged");
    }
    start.elapsed()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
