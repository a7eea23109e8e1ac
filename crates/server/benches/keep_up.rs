//! Whether counting keeps up with ingest: the age of what is not counted yet.
//!
//! `make bench` runs it against a durable scratch cluster: raw COPY of the same rows first, then half a minute of batches of
//! 500 events at a quarter of that rate with the worker beside it, then a minute at half of it, and how long the worker
//! needs afterwards. Sender, server, worker and Postgres share the machine.

#[path = "../../ingest/benches/load/mod.rs"]
mod load;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ingest::{Config, Ingest};
use load::Plan;
use protocol::time::Clock;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use storage::{Db, PoolSize, partitions, pending};
use testkit::{keys, raw_copy};
use tokio::net::TcpListener;
use tokio::sync::watch;

const BATCH_EVENTS: usize = 500;
/// Different bodies; each is sent many times, under a new batch id.
const BODIES: usize = 200;
const CONNECTIONS: usize = 16;
const COPY_ROWS: usize = 5_000;
const COPY_CONNECTIONS: usize = 4;
const QUARTER_LASTS: Duration = Duration::from_secs(30);
const HALF_LASTS: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() {
    let Some(url) = load::database_url() else { return };
    let size = |connections_max| PoolSize { connections_max, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(60) };
    let db = Db::connect(&url, "bench", size(8)).await.expect("a database");
    db.migrate().await.expect("a schema");
    partitions::ensure(&db, load::now()).await.expect("partitions");
    let project = keys::project(&db, "bench", load::now()).await;
    let key = keys::public(&db, &project, 'b', load::now()).await;
    let (ingest, _committers) = Ingest::start(db.clone(), Clock::new(load::now), load::random, Config::default(), None);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, ingest::router(ingest)).await });
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.expect("a pool");

    let bodies: Arc<[String]> = (0..BODIES).map(|body| load::events(body * BATCH_EVENTS, BATCH_EVENTS)).collect();
    let bench = Bench { pool, db: Db::connect(&url, "worker", size(4)).await.expect("a database"), address, key, bodies };
    let copied = bench.copy(&url).await;
    println!("raw COPY BINARY, 4 connections                {copied:>9.0} events/s");

    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(rollup_worker::run(bench.db.clone(), Clock::new(load::now), rollup_worker::Config::new(|| 0.5), stopped));
    let mut ages = bench.send(copied / 4.0, QUARTER_LASTS).await;
    ages.sort();
    let p95 = ages[ages.len() * 95 / 100];
    println!("age of what is not counted, p95, at a quarter {:>9.2} s", p95.as_secs_f64());
    bench.drained().await;
    let ages = bench.send(copied / 2.0, HALF_LASTS).await;
    let behind = ages.last().copied().unwrap_or_default();
    println!("behind after a minute at half of it           {:>9.2} s", behind.as_secs_f64());
    println!("caught up after                               {:>9.2} s", bench.drained().await.as_secs_f64());
    let (events, bytes): (i64, i64) =
        sqlx::query_as("select sum(events)::int8, sum(bytes)::int8 from segment").fetch_one(&bench.pool).await.expect("segments");
    println!("events in segments                            {events:>9}, {:.1} bytes each", bytes as f64 / events as f64);
    stop.send(true).expect("the worker runs");
    worker.await.expect("the worker ends");
}

struct Bench {
    pool: PgPool,
    /// The worker's own connections.
    db: Db,
    address: String,
    key: String,
    bodies: Arc<[String]>,
}

impl Bench {
    /// Raw COPY of what a few batches stored. Nothing of it is left afterwards.
    async fn copy(&self, url: &str) -> f64 {
        self.plan(None, BODIES * 2).send().await;
        let chunks = raw_copy::out(&self.pool, COPY_ROWS).await;
        raw_copy::empty(&self.pool).await;
        let start = Instant::now();
        raw_copy::back_in(url, &chunks, COPY_CONNECTIONS).await;
        let rate = (BODIES * 2 * BATCH_EVENTS) as f64 / start.elapsed().as_secs_f64();
        raw_copy::empty(&self.pool).await;
        rate
    }

    fn plan(&self, every: Option<Duration>, requests: usize) -> Plan {
        let (address, key, bodies) = (self.address.clone(), self.key.clone(), Arc::clone(&self.bodies));
        let request = move |number: usize| (number < requests).then(|| request(&address, &key, number, &bodies[number % bodies.len()]));
        Plan { address: self.address.clone(), connections: CONNECTIONS, every, request: Arc::new(request) }
    }

    /// Sends at a rate for a time, and returns the age of the oldest uncounted flush, looked at again and again.
    async fn send(&self, events_per_second: f64, lasts: Duration) -> Vec<Duration> {
        let every = Duration::from_secs_f64(BATCH_EVENTS as f64 / events_per_second);
        let plan = self.plan(Some(every), (lasts.as_secs_f64() / every.as_secs_f64()) as usize);
        let done = Arc::new(AtomicBool::new(false));
        let sending = tokio::spawn({
            let done = Arc::clone(&done);
            async move {
                let answers = plan.send().await;
                done.store(true, Ordering::Relaxed);
                answers
            }
        });
        let mut ages = Vec::new();
        while !done.load(Ordering::Relaxed) {
            ages.push(self.age().await);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let answers = sending.await.expect("senders end");
        let taken = answers.iter().filter(|answer| answer.status == 202).count();
        let (rate, sent) = (load::per_second(&answers, BATCH_EVENTS), answers.len());
        let p99 = load::p99(answers.iter().map(|answer| answer.took).collect()).as_secs_f64() * 1e3;
        println!("sent at {rate:>8.0} events/s, taken {taken} of {sent} batches, p99 of an answer {p99:.0} ms");
        ages
    }

    async fn age(&self) -> Duration {
        let oldest = pending::oldest_of_all(&self.db).await.expect("a database");
        oldest.map_or(Duration::ZERO, |oldest| (load::now() - oldest).to_std().unwrap_or_default())
    }

    /// Waits until everything is counted.
    async fn drained(&self) -> Duration {
        let start = Instant::now();
        while self.age().await > Duration::ZERO {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        start.elapsed()
    }
}

fn request(address: &str, key: &str, number: usize, items: &str) -> Vec<u8> {
    let random = ((load::random() as u64 as u128) << 16 | number as u128).to_be_bytes();
    let millis = load::now().timestamp_millis() as u64;
    let batch_id = uuid::Builder::from_unix_timestamp_millis(millis, &random[6..].try_into().expect("ten bytes")).into_uuid();
    let body = format!(r#"{{"batch_id":"{batch_id}","install_id":"i{}","events":[{items}]}}"#, number % 100);
    let length = body.len();
    let head =
        format!("POST /v1/track:batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n");
    (head + &body).into_bytes()
}
