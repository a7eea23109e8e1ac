//! Senders that post one batch after the other and repeat each until it is acknowledged, as our SDK does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::journal::Journal;

/// The pause of a sender that got no acknowledgement.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);
const NAMES: [&str; 4] = ["page_view", "cart.add", "search", "order.placed"];
const ROUTES: [&str; 3] = ["/", "/products/:id", "/cart"];

/// Running senders.
pub struct Load {
    pub journal: Arc<Journal>,
    orders: Arc<Orders>,
    senders: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Orders {
    begin_no_batch: AtomicBool,
    give_up: AtomicBool,
}

impl Load {
    /// Starts senders. `now` dates the batch ids, in milliseconds since 1970.
    pub fn start(endpoint: &str, key: &str, senders: u32, now: i64) -> Self {
        let (journal, orders) = (Arc::<Journal>::default(), Arc::<Orders>::default());
        let senders = (0..senders).map(|number| {
            let sender = Sender {
                number,
                client: Client::that_keeps_its_connection(endpoint),
                key: key.to_owned(),
                now,
                journal: Arc::clone(&journal),
                orders: Arc::clone(&orders),
            };
            thread::spawn(move || sender.run())
        });
        Self { senders: senders.collect(), journal, orders }
    }

    /// Lets every sender bring its batch home. Afterwards everything that was sent is acknowledged.
    pub fn finish(self) -> Arc<Journal> {
        self.orders.begin_no_batch.store(true, Ordering::SeqCst);
        self.join()
    }

    /// Lets every sender give up its batch.
    pub fn give_up(self) -> Arc<Journal> {
        self.orders.give_up.store(true, Ordering::SeqCst);
        self.join()
    }

    fn join(self) -> Arc<Journal> {
        self.senders.into_iter().for_each(|sender| sender.join().expect("no sender met an answer that it did not expect"));
        self.journal
    }
}

struct Sender {
    number: u32,
    client: Client,
    key: String,
    now: i64,
    journal: Arc<Journal>,
    orders: Arc<Orders>,
}

impl Sender {
    fn run(&self) {
        for batch in 0.. {
            let events: Vec<Uuid> = (0..1 + batch % 20).map(|n| id(self.number, batch, n + 1)).collect();
            let body = self.body(batch, &events);
            while !self.is_acknowledged(&body, events.len()) {
                if self.orders.give_up.load(Ordering::SeqCst) {
                    return;
                }
                thread::sleep(TRY_AGAIN_AFTER);
            }
            self.journal.write(&events);
            if self.orders.begin_no_batch.load(Ordering::SeqCst) || self.orders.give_up.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    fn is_acknowledged(&self, body: &Value, events: usize) -> bool {
        // Nobody answers while the server is down.
        let Ok(answer) = self.client.try_post_with_key("/v1/track:batch", &self.key, body) else {
            return false;
        };
        match answer.status {
            202 => {
                assert_eq!(answer.json()["accepted"], events, "{}", answer.text);
                true
            }
            503 => false,
            _ => panic!("{answer:?}"),
        }
    }

    fn body(&self, batch: u32, ids: &[Uuid]) -> Value {
        let events: Vec<Value> = ids
            .iter()
            .zip(batch as usize..)
            .map(|(id, n)| json!({"event_id": id, "name": NAMES[n % NAMES.len()], "route": ROUTES[n % ROUTES.len()], "user_id": format!("u{}", n % 50)}))
            .collect();
        json!({"batch_id": self.batch_id(batch), "events": events})
    }

    /// Senders with an even number make dated ids, the others ids of their own.
    fn batch_id(&self, batch: u32) -> String {
        if self.number % 2 == 1 {
            return format!("sender {} batch {batch}", self.number);
        }
        let bits = id(self.number, batch, 0).into_bytes();
        let millis = u64::try_from(self.now).expect("a time after 1970") + u64::from(batch);
        let random = bits[6..].try_into().expect("ten bytes");
        uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid().to_string()
    }
}

/// The `n`-th thing of a sender's batch.
fn id(sender: u32, batch: u32, n: u32) -> Uuid {
    Uuid::from_u128(u128::from(sender) << 56 | u128::from(batch) << 16 | u128::from(n))
}
