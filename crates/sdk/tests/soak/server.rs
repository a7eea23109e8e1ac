//! A server that is hostile in one way after the other, and keeps books without keeping what it got: its memory must not hide
//! that of the client, which runs in the same process.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::{Value, json};

/// Batches of a path that are recognised when they come again; a client has one under way.
const REMEMBERED: usize = 16;

/// What the server does with every request for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Stores it.
    #[default]
    Takes,
    /// Stores it and closes the connection before the answer.
    TakesSilently,
    /// Reads it and never answers.
    Hangs,
    /// Answers 500.
    Fails,
    /// Resets the connection before it has read the request.
    Resets,
    /// Answers 429, and not even always with a time to come back.
    Storms,
}

impl Mode {
    /// In the order in which they come round.
    pub const ALL: [Self; 7] = [Self::Takes, Self::Hangs, Self::Fails, Self::Takes, Self::Resets, Self::Storms, Self::TakesSilently];
}

/// One signal's books, as the server sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub made: u64,
    pub stored: u64,
    pub lost: BTreeMap<String, u64>,
    recent: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Seen {
    mode: Mode,
    requests: u64,
    books: BTreeMap<String, Books>,
}

/// The server; it ends with the process.
#[derive(Clone, Debug)]
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self { url: format!("http://{}", listener.local_addr()?), seen: Arc::default() };
        let accepting = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = accepting.clone();
                thread::spawn(move || server.serve(&stream));
            }
        });
        Ok(server)
    }

    pub fn turn(&self, mode: Mode) {
        self.seen().mode = mode;
    }

    pub fn requests(&self) -> u64 {
        self.seen().requests
    }

    /// The books of a path, without what is remembered to recognise batches.
    pub fn books(&self, path: &str) -> Books {
        let books = self.seen().books.get(path).cloned().unwrap_or_default();
        Books { recent: VecDeque::new(), ..books }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the client goes away, or is sent away.
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let path = line.split(' ').nth(1)?.to_owned();
            let mode = {
                let mut seen = self.seen();
                seen.requests += 1;
                seen.mode
            };
            if mode == Mode::Resets {
                // Bytes that nobody has read make the system reset the connection.
                return None;
            }
            let body = body(&mut reader)?;
            let answer = match mode {
                Mode::Hangs => {
                    let _ = reader.read(&mut [0]);
                    return None;
                }
                Mode::Fails => "500 x\r\n".to_owned(),
                Mode::Storms if body.len() % 2 == 0 => "429 x\r\nretry-after: 0\r\n".to_owned(),
                Mode::Storms => "429 x\r\n".to_owned(),
                Mode::Takes | Mode::TakesSilently | Mode::Resets => {
                    let answer = self.enter(path, &body)?;
                    if mode == Mode::TakesSilently {
                        return None;
                    }
                    let answer = answer.to_string();
                    write!(&*stream, "HTTP/1.1 202 x\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).ok()?;
                    continue;
                }
            };
            write!(&*stream, "HTTP/1.1 {answer}content-length: 0\r\n\r\n").ok()?;
        }
    }

    fn enter(&self, path: String, body: &str) -> Option<Value> {
        let body: Value = serde_json::from_str(body).ok()?;
        let id = body["batch_id"].as_str()?.to_owned();
        let items = body.as_object()?.values().find_map(Value::as_array).map_or(0, Vec::len) as u64;
        let mut seen = self.seen();
        let books = seen.books.entry(path).or_default();
        let duplicate = books.recent.contains(&id);
        if !duplicate {
            books.made += body["made"].as_u64().unwrap_or(0);
            books.stored += items;
            for (reason, n) in body["lost"].as_object().into_iter().flatten() {
                *books.lost.entry(reason.clone()).or_default() += n.as_u64().unwrap_or(0);
            }
            books.recent.push_back(id);
            if books.recent.len() > REMEMBERED {
                books.recent.pop_front();
            }
        }
        Some(json!({ "accepted": items, "duplicate": duplicate, "rejected": 0, "errors": [] }))
    }
}

/// A request's body, its head read and forgotten.
fn body(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let (mut length, mut gzip) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("content-encoding", value)) => gzip = value == "gzip",
            Some(_) => {}
            None => break,
        }
    }
    let mut wire = vec![0; length];
    reader.read_exact(&mut wire).ok()?;
    if !gzip {
        return String::from_utf8(wire).ok();
    }
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&wire[..]).read_to_string(&mut plain).ok()?;
    Some(plain)
}
