//! Ten times more than an ingest process can take, by a timetable that waits for nobody.
//!
//! `make bench` runs it against a durable scratch cluster. The process under load is a child with a budget of 64 MB, so
//! that its memory is its own; it shares the machine with the senders and Postgres. First its capacity is measured: 16
//! connections that send compressed batches of 500 events as fast as they are answered. Then ten times that rate comes
//! for twenty seconds over 512 connections, then half of it over 16.

mod load;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ingest::{Config, Ingest};
use load::{Answer, Plan, p99, per_second};
use protocol::time::Clock;
use storage::{Db, PoolSize, partitions};
use testkit::keys;

const EVENTS: usize = 500;
const TIMES: f64 = 10.0;
const CAPACITY_FOR: Duration = Duration::from_secs(10);
const OVERLOAD_FOR: Duration = Duration::from_secs(20);
const AFTERWARDS_FOR: Duration = Duration::from_secs(8);
const BUDGET: usize = 64 * 1024 * 1024;
/// An answer within this is as good as any.
const GOOD: Duration = Duration::from_millis(250);

#[tokio::main]
async fn main() {
    let Some(url) = load::database_url() else { return };
    if std::env::args().any(|argument| argument == "serve") {
        serve(&url).await;
    } else {
        measure(&url).await;
    }
}

async fn connect(url: &str) -> Db {
    let size = PoolSize { connections_max: 8, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(60) };
    Db::connect(url, "bench", size).await.expect("a database")
}

/// The process under load. Its address is its first line.
async fn serve(url: &str) {
    let db = connect(url).await;
    let config = Config { bytes_in_flight_max: BUDGET, ..Config::default() };
    let (ingest, _committers) = Ingest::start(db, Clock::new(load::now), load::random, config, None);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    axum::serve(listener, ingest::router(ingest)).await.expect("it serves");
}

async fn measure(url: &str) {
    let db = connect(url).await;
    db.migrate().await.expect("a schema");
    partitions::ensure(&db, load::now()).await.expect("partitions");
    let project = keys::project(&db, "overload", load::now()).await;
    let key = keys::public(&db, &project, 'c', load::now()).await;
    let mut child = Command::new(std::env::current_exe().expect("a name")).arg("serve").stdout(Stdio::piped()).spawn().expect("a child");
    let mut address = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut address).expect("an address");
    let sender = Sender { address: address.trim().to_owned(), key, body: gzip(&format!(r#"{{"events":[{}]}}"#, load::events(0, EVENTS))) };
    let before = memory(&child);
    let most = watch_memory(child.id());

    let capacity = per_second(&sender.send(16, None, CAPACITY_FOR).await, EVENTS);
    let every = Duration::from_secs_f64(EVENTS as f64 / (capacity * TIMES));
    let overload = sender.send(512, Some(every), OVERLOAD_FOR).await;
    let afterwards = sender.send(16, Some(every.mul_f64(TIMES * 2.0)), AFTERWARDS_FOR).await;

    let goodput = per_second(&overload, EVENTS);
    let offered = overload.len() as f64 * EVENTS as f64 / OVERLOAD_FOR.as_secs_f64() / capacity;
    let taken = overload.iter().filter(|answer| answer.status == 202).map(|answer| answer.took).collect();
    let refused = overload.iter().filter(|answer| answer.status == 503).map(|answer| answer.took).collect();
    let broken = overload.iter().filter(|answer| ![202, 503].contains(&answer.status)).count();
    let recovered = afterwards.iter().rfind(|answer| answer.status != 202 || answer.took > GOOD).map_or(Duration::ZERO, |last| last.at);
    println!("capacity, 16 connections                        {capacity:>9.0} events/s");
    println!("taken while {offered:>4.1} times as much was offered       {goodput:>9.0} events/s");
    println!("ratio                                           {:>9.2}", goodput / capacity);
    println!("p99 of what was taken                           {:>9.0} ms", p99(taken).as_secs_f64() * 1e3);
    println!("p99 of what was refused with 503                {:>9.0} ms", p99(refused).as_secs_f64() * 1e3);
    println!("connections that broke, other answers           {broken:>9}");
    println!("as fast as before the load after                {:>9.1} s", recovered.as_secs_f64());
    println!("memory of the process, before and at most       {before:>5} MB {:>5} MB", most.load(Ordering::Relaxed));
    child.kill().expect("it runs");
    child.wait().expect("it is our child");
}

struct Sender {
    address: String,
    key: String,
    body: Vec<u8>,
}

impl Sender {
    /// Sends the batch again and again. It names no id, so it is a new one each time.
    async fn send(&self, connections: usize, every: Option<Duration>, lasts: Duration) -> Vec<Answer> {
        let (host, key, body, began) = (self.address.clone(), self.key.clone(), self.body.clone(), Instant::now());
        let request = move |number| {
            let is_due = every.map_or(began.elapsed(), |every: Duration| every.mul_f64(number as f64)) < lasts;
            let head = format!(
                "POST /v1/track:batch HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            is_due.then(|| [head.as_bytes(), &body].concat())
        };
        Plan { address: self.address.clone(), connections, every, request: Arc::new(request) }.send().await
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("write");
    encoder.finish().expect("finish")
}

/// Megabytes that a process holds.
fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let kilobytes: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn memory(child: &Child) -> u64 {
    resident(child.id()).unwrap_or_default()
}

fn watch_memory(id: u32) -> Arc<AtomicU64> {
    let most = Arc::new(AtomicU64::new(0));
    std::thread::spawn({
        let most = Arc::clone(&most);
        move || {
            while let Some(now) = resident(id) {
                most.fetch_max(now, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    most
}
