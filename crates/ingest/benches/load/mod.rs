//! Senders of the benches: as fast as they are answered, or by a timetable that waits for nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

pub fn random() -> u128 {
    static STATE: AtomicUsize = AtomicUsize::new(1);
    let step = STATE.fetch_add(1, Ordering::Relaxed) as u128;
    (step.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).rotate_left(37)
}

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
pub fn database_url() -> Option<String> {
    let url = std::env::var("DATABASE_URL").ok();
    if url.is_none() {
        eprintln!("DATABASE_URL names no database; run `make bench`");
    }
    url
}

/// Events with three props, as a client's library makes them.
pub fn events(first: usize, events: usize) -> String {
    let items: Vec<String> = (first..first + events)
        .map(|n| {
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
    items.join(",")
}

/// Who sends what.
pub struct Plan {
    pub address: String,
    pub connections: usize,
    /// The time between two requests; `None` sends each as soon as a connection is free.
    pub every: Option<Duration>,
    /// The request of that number; `None` ends the plan.
    pub request: Arc<dyn Fn(usize) -> Option<Vec<u8>> + Send + Sync>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub status: u16,
    /// From the moment at which it was due, so that a sender that is kept waiting hides nothing.
    pub took: Duration,
    /// Since the plan began.
    pub at: Duration,
}

impl Plan {
    /// Sends everything and waits for each answer.
    pub async fn send(self) -> Vec<Answer> {
        let plan = Arc::new(self);
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let senders: Vec<_> = (0..plan.connections).map(|_| tokio::spawn(Arc::clone(&plan).sender(Arc::clone(&next), began))).collect();
        let mut answers = Vec::new();
        for sender in senders {
            answers.extend(sender.await.expect("every request is answered"));
        }
        answers.sort_by_key(|answer| answer.at);
        answers
    }

    async fn sender(self: Arc<Self>, next: Arc<AtomicUsize>, began: Instant) -> Vec<Answer> {
        let mut stream = connect(&self.address).await;
        let mut answers = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = (self.request)(number) else { return answers };
            let due = self.every.map(|every| began + every.mul_f64(number as f64));
            if let Some(due) = due {
                tokio::time::sleep_until(due.into()).await;
            }
            let due = due.unwrap_or_else(Instant::now);
            let status = match ask(&mut stream, &request).await {
                Ok(status) => status,
                Err(_) => {
                    stream = connect(&self.address).await;
                    0
                }
            };
            answers.push(Answer { status, took: due.elapsed(), at: began.elapsed() });
        }
    }
}

async fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("nodelay");
    stream
}

/// Sends a request and reads its answer, whose length it says itself.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> std::io::Result<u16> {
    stream.write_all(request).await?;
    let (mut answer, mut read) = ([0; 16 * 1024], 0);
    loop {
        let more = stream.read(&mut answer[read..]).await?;
        if more == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read += more;
        let text = String::from_utf8_lossy(&answer[..read]);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Ok(head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0));
            }
        }
    }
}

/// The time within which 99 of 100 were answered.
pub fn p99(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took.get(took.len().saturating_sub(1) * 99 / 100).copied().unwrap_or_default()
}

/// Events of taken batches per second of the plan.
pub fn per_second(answers: &[Answer], events: usize) -> f64 {
    let taken = answers.iter().filter(|answer| answer.status == 202).count();
    let lasted = answers.last().map_or(Duration::from_secs(1), |answer| answer.at);
    (taken * events) as f64 / lasted.as_secs_f64()
}
