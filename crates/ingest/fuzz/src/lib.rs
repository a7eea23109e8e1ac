//! What must hold for any bytes, one function per decoder. Fuzzing calls them with what it makes up, and
//! `crates/ingest/tests/decoders` with the corpus and mutations of it.

use chrono::{DateTime, Utc};
use ingest::decoders::{self, Endpoint};
use ingest::spool::Request;
use protocol::time::Timestamp;
use protocol::trace::{SpanId, TraceId};
use sha2::{Digest as _, Sha256};
use storage::raw::Row;

/// The time at which everything is read: a Thursday.
pub fn now() -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse().expect("a time")
}

/// A whole body, at every endpoint that takes an envelope.
pub fn envelope(body: &[u8]) {
    Endpoint::all().filter(|endpoint| *endpoint != Endpoint::Collect).for_each(|endpoint| batch(endpoint, body));
}

/// A whole body without an envelope.
pub fn bare_list(body: &[u8]) {
    batch(Endpoint::Collect, body);
}

/// One item of every signal.
pub fn item(json: &[u8]) {
    for signal in protocol::outcome::Signal::ALL {
        let body = [format!("{{\"{}\":[", signal.list()).as_bytes(), json, b"]}"].concat();
        batch(Endpoint::Live(signal), &body);
    }
}

/// Every item gets one verdict, what is accepted can be stored, and reading twice is the same as reading once.
fn batch(endpoint: Endpoint, body: &[u8]) {
    let read = decoders::batch(endpoint, body, now());
    if let Ok(verdicts) = &read {
        assert_eq!(verdicts.rows.len() + verdicts.rejected, verdicts.items, "a verdict for each item");
        assert_eq!(verdicts.rows.is_empty(), verdicts.encoded_bytes == 0, "what is accepted is encoded");
        verdicts.rows.iter().for_each(is_storable);
    }
    assert_eq!(read, decoders::batch(endpoint, body, now()), "reading twice is the same");
}

fn is_storable(row: &Row) {
    assert!(!holds_nul(&format!("{row:?}")), "Postgres holds no NUL: {row:?}");
    let numbers = match row {
        Row::Event(event) => vec![event.weight],
        Row::Point(point) => vec![point.value],
        Row::Span(span) => vec![span.weight, span.duration_ms],
        Row::Error(report) => vec![report.weight],
        Row::Log(log) => vec![log.weight],
        Row::Identity(_) => vec![],
    };
    assert!(numbers.iter().all(|number| number.is_finite()), "sums must stay finite: {row:?}");
    let age = now() - row.ts();
    assert!(age.num_days() <= 40 && age.num_minutes() >= -5, "a time within its bounds: {row:?}");
}

/// Whether a text in the debugged form holds NUL. There, a backslash begins an escape.
fn holds_nul(debugged: &str) -> bool {
    let mut characters = debugged.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next() == Some('0') {
            return true;
        }
    }
    false
}

/// A compressed body: within the cap or refused.
pub fn compressed(wire: &[u8]) {
    for encoding in ["", "gzip", "deflate", "br", "zstd"] {
        if let Ok(plain) = decoders::plain(wire, encoding) {
            let cap = wire.len().saturating_mul(100).clamp(1_000_000, 10_000_000);
            assert!(plain.len() <= cap.max(wire.len()), "{} bytes became {}", wire.len(), plain.len());
        }
    }
}

/// A time: what can be read is written and read again as the same.
pub fn timestamp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Timestamp::At(at) = Timestamp::parse(&text) {
        assert_eq!(Timestamp::parse(&at.to_rfc3339()), Timestamp::At(at), "{text:?}");
    }
}

/// Trace and span ids: what can be read is written and read again as the same.
pub fn trace_id(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(id) = TraceId::parse(&text) {
        assert_eq!(TraceId::parse(&id.to_string()), Some(id), "{text:?}");
        assert_ne!(id.0, [0; 16]);
    }
    if let Some(id) = SpanId::parse(&text) {
        assert_eq!(SpanId::parse(&id.to_string()), Some(id), "{text:?}");
        assert_ne!(id.0, [0; 8]);
    }
}

/// A header and a query, a line each: what is taken for a key stood there.
pub fn credential(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (authorization, uri) = (&bytes[..at], String::from_utf8_lossy(bytes.get(at + 1..).unwrap_or_default()));
    if let Some(key) = decoders::credential(authorization, &uri) {
        assert!(uri.contains(&key) || String::from_utf8_lossy(authorization).contains(&key), "{key:?}");
    }
}

/// A record of the spool, as it is and behind a frame with the right checksum: what can be read is written and read again as
/// the same.
pub fn spool_record(rest: &[u8]) {
    assert_eq!(Request::from_bytes(&rest[..rest.len().min(12)]), None, "a record is longer");
    let checksum = Sha256::digest(rest);
    let framed = [b"TLs1", (rest.len() as u32).to_le_bytes().as_slice(), &checksum[..8], rest].concat();
    for record in [rest, &framed] {
        if let Some(request) = Request::from_bytes(record)
            && let Some(again) = request.to_bytes()
        {
            assert_eq!(Request::from_bytes(&again), Some(request));
        }
    }
}
