//! A small real HTTP server on loopback that keeps a ledger, and misbehaves as a test's script says.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod caller;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub const KEY: &str = "pk_0123456789abcdef0123456789abcdef";
pub const SECRET: &str = "sk_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Longer than anything should take; a test that gets here fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The item lists of all signals.
pub const LISTS: [&str; 6] = ["events", "metrics", "spans", "errors", "logs", "identities"];

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Stores the batch, or recognises it, and says so.
    Take,
    /// Stores the batch but refuses its items from this index on.
    TakeBelow(usize),
    /// Stores the batch and closes the connection before the answer.
    TakeSilently,
    /// Closes the connection.
    Drop,
    /// Never answers.
    Hang,
    /// Answers with this status and these headers; stores nothing.
    Status(u16, Vec<(&'static str, String)>),
    /// Answers 200 with something that is no batch answer.
    Nonsense,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub headers: HashMap<String, String>,
    /// Bytes on the wire.
    pub wire: usize,
    /// The body before compression.
    pub plain: String,
    pub body: Value,
}

impl Request {
    pub fn batch_id(&self) -> &str {
        self.body["batch_id"].as_str().expect("a batch id")
    }

    /// The raw text of the item lists.
    pub fn lists(&self) -> &str {
        let begin = LISTS.iter().filter_map(|name| self.plain.find(&format!(",\"{name}\":"))).min();
        &self.plain[begin.expect("a list")..]
    }

    pub fn items(&self) -> usize {
        LISTS.iter().map(|list| self.body[list].as_array().map_or(0, Vec::len)).sum()
    }

    fn count(&self, field: &str) -> u64 {
        self.body[field].as_u64().unwrap_or(0)
    }
}

/// One signal's books, as the server sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub made: u64,
    pub stored: u64,
    pub rejected: u64,
    pub lost: BTreeMap<String, u64>,
}

#[derive(Default)]
pub struct Seen {
    pub requests: Vec<Request>,
    /// By batch id: the first answer and the lists.
    ledger: HashMap<String, (Value, String)>,
    /// By path.
    pub books: BTreeMap<String, Books>,
    /// Items stored, by path, in the order of arrival.
    pub stored: BTreeMap<String, Vec<Value>>,
    /// Batches that came again with other items.
    pub altered: u64,
    pub duplicates: u64,
    stopped: bool,
}

type Script = Box<dyn FnMut(&Request) -> Reply + Send>;

pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
    script: Mutex<Script>,
}

impl Server {
    /// A server that takes everything.
    pub fn new() -> Self {
        Self::scripted(|_| Reply::Take)
    }

    pub fn scripted(script: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script: Script = Box::new(script);
        let shared = Arc::new(Shared { seen: Mutex::default(), changed: Condvar::new(), script: Mutex::new(script) });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.seen.lock().unwrap().stopped {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || serve(&stream.unwrap(), &shared));
            }
        });
        Self { url, shared }
    }

    pub fn look<R>(&self, look: impl FnOnce(&Seen) -> R) -> R {
        look(&self.shared.seen.lock().unwrap())
    }

    /// Waits until `found` finds something.
    pub fn wait<R>(&self, what: &str, mut found: impl FnMut(&Seen) -> Option<R>) -> R {
        let begun = Instant::now();
        let mut seen = self.shared.seen.lock().unwrap();
        loop {
            if let Some(found) = found(&seen) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "never came: {what}");
            seen = self.shared.changed.wait_timeout(seen, Duration::from_secs(1)).unwrap().0;
        }
    }

    /// Waits for the request with this number, from 0.
    pub fn request(&self, n: usize) -> Request {
        self.wait("a request", |seen| seen.requests.get(n).cloned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.seen.lock().unwrap().stopped = true;
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let reply = (shared.script.lock().unwrap())(&request);
        let mut seen = shared.seen.lock().unwrap();
        seen.requests.push(request.clone());
        let (status, headers, answer) = match reply {
            Reply::Take => (202, vec![], seen.enter(&request, usize::MAX)),
            Reply::TakeBelow(index) => (202, vec![], seen.enter(&request, index)),
            Reply::TakeSilently => {
                seen.enter(&request, usize::MAX);
                shared.changed.notify_all();
                return;
            }
            // A batch that was stored is recognised before anything else is judged.
            Reply::Status(400..=499, _) if seen.ledger.contains_key(request.batch_id()) => (202, vec![], seen.enter(&request, 0)),
            Reply::Status(status, headers) => (status, headers, Value::Null),
            Reply::Nonsense => (200, vec![], json!("hello")),
            Reply::Drop => {
                shared.changed.notify_all();
                return;
            }
            Reply::Hang => {
                shared.changed.notify_all();
                drop(seen);
                // Until the client goes away.
                let _ = reader.read(&mut [0]);
                return;
            }
        };
        shared.changed.notify_all();
        drop(seen);
        let body = answer.to_string();
        let mut head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = stream;
        if stream.write_all(format!("{head}\r\n{body}").as_bytes()).is_err() {
            return;
        }
    }
}

impl Seen {
    fn enter(&mut self, request: &Request, accept_below: usize) -> Value {
        if let Some((answer, lists)) = self.ledger.get(request.batch_id()) {
            self.altered += u64::from(lists != request.lists());
            self.duplicates += 1;
            let mut answer = answer.clone();
            answer["duplicate"] = true.into();
            return answer;
        }
        let accepted = request.items().min(accept_below);
        let rejected = request.items() - accepted;
        let errors: Vec<Value> = (accepted..request.items())
            .map(|index| json!({"index": index, "code": "too_old", "message": "ts is old", "hint": "h"}))
            .take(100)
            .collect();
        let books = self.books.entry(request.path.clone()).or_default();
        books.made += request.count("made");
        books.stored += accepted as u64;
        books.rejected += rejected as u64;
        for (reason, n) in request.body["lost"].as_object().into_iter().flatten() {
            *books.lost.entry(reason.clone()).or_default() += n.as_u64().unwrap();
        }
        let stored = self.stored.entry(request.path.clone()).or_default();
        for list in LISTS {
            stored.extend(request.body[list].as_array().into_iter().flatten().take(accepted).cloned());
        }
        let answer = json!({"accepted": accepted, "duplicate": false, "rejected": rejected, "errors": errors});
        self.ledger.insert(request.batch_id().to_owned(), (answer.clone(), request.lists().to_owned()));
        answer
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let mut wire = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut wire).ok()?;
    let plain = match headers.get("content-encoding").map(String::as_str) {
        Some("gzip") => {
            let mut plain = String::new();
            flate2::read::GzDecoder::new(&wire[..]).read_to_string(&mut plain).unwrap();
            plain
        }
        _ => String::from_utf8(wire.clone()).unwrap(),
    };
    let body = serde_json::from_str(&plain).unwrap();
    Some(Request { path, headers, wire: wire.len(), plain, body })
}

/// A seeded generator (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}
