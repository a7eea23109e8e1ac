//! The batches of a run: each follows from its number alone, so that it can be sent again and looked for without being kept.

use serde_json::{Value, json};
use uuid::Uuid;

/// Items of one batch at most; their marks leave room for as many.
const ITEMS_MAX: u64 = 1 << 10;
/// One item of so many cannot be read and is refused.
const REFUSED_ONE_IN: u64 = 41;
const NAMES: [&str; 4] = ["page_view", "cart.add", "search", "order.placed"];
const ROUTES: [&str; 3] = ["/", "/products/:id", "/cart"];
const USERS: u64 = 50;

/// How one kind of signal is sent, and how its rows are found again.
pub struct Kind {
    /// As the books call it.
    pub signal: &'static str,
    pub path: &'static str,
    list: &'static str,
    item: fn(u64) -> Value,
    pub table: &'static str,
    /// SQL for the mark of a row.
    pub mark: &'static str,
}

const LAST_DIGITS_OF_ID: &str = "('x' || right(event_id::text, 12))::bit(48)::int8";

/// Every endpoint but the import's.
pub const KINDS: [Kind; 7] = [
    Kind { signal: "event", path: "/v1/track:batch", list: "events", item: event, table: "event", mark: LAST_DIGITS_OF_ID },
    Kind { signal: "metric", path: "/v1/metrics:batch", list: "metrics", item: point, table: "metric_point", mark: "value::int8" },
    Kind { signal: "span", path: "/v1/spans:batch", list: "spans", item: span, table: "span", mark: "span_id" },
    Kind { signal: "error", path: "/v1/errors:batch", list: "errors", item: error, table: "error_report", mark: LAST_DIGITS_OF_ID },
    Kind { signal: "log", path: "/v1/logs:batch", list: "logs", item: log, table: "log", mark: "body::int8" },
    Kind { signal: "identity", path: "/v1/identify:batch", list: "identities", item: identity, table: "identity", mark: "user_id::int8" },
    Kind { signal: "event", path: "/api/events/collect", list: "", item: event, table: "event", mark: LAST_DIGITS_OF_ID },
];

impl Kind {
    /// The collector takes a bare list.
    pub fn has_envelope(&self) -> bool {
        !self.list.is_empty()
    }
}

/// A batch by its number. `size` is how many items a batch has at most.
#[derive(Clone, Copy)]
pub struct Batch {
    pub number: u64,
    pub size: u64,
}

impl Batch {
    pub fn kind(self) -> &'static Kind {
        &KINDS[(self.number % KINDS.len() as u64) as usize]
    }

    fn len(self) -> u64 {
        assert!(self.size <= ITEMS_MAX, "marks would collide");
        1 + self.number % self.size
    }

    /// The marks of the items that can be stored. No two items of a run share one.
    pub fn marks(self) -> impl Iterator<Item = u64> {
        self.all_marks().filter(|mark| mark % REFUSED_ONE_IN != 0)
    }

    pub fn refused(self) -> usize {
        self.all_marks().count() - self.marks().count()
    }

    fn all_marks(self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(move |n| (self.number + 1) * ITEMS_MAX + n)
    }

    /// What is sent. `now`, in milliseconds since 1970, dates the id of every other batch; the rest have ids of their own
    /// making. Without an envelope, the id goes into a header.
    pub fn body(self, now: u64) -> (Value, Option<String>) {
        let kind = self.kind();
        let items: Vec<Value> =
            self.all_marks().map(|mark| if mark % REFUSED_ONE_IN == 0 { json!(mark) } else { (kind.item)(mark) }).collect();
        let id = self.id(now);
        if !kind.has_envelope() {
            return (json!(items), Some(id));
        }
        let made = items.len();
        (json!({"batch_id": id, "sdk": {"name": "kills", "version": "1"}, "made": made, kind.list: items}), None)
    }

    fn id(self, now: u64) -> String {
        if (self.number / KINDS.len() as u64).is_multiple_of(2) {
            let mut random = [0; 10];
            random[2..].copy_from_slice(&self.number.to_be_bytes());
            uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid().to_string()
        } else {
            format!("batch {}", self.number)
        }
    }
}

fn event(mark: u64) -> Value {
    json!({
        "event_id": Uuid::from_u128(u128::from(mark)),
        "name": NAMES[(mark % 4) as usize],
        "route": ROUTES[(mark % 3) as usize],
        "user_id": format!("u{}", mark % USERS),
    })
}

/// Whole numbers: sums of them are exact in every order.
fn point(mark: u64) -> Value {
    let kind = ["counter", "gauge", "distribution"][(mark % 3) as usize];
    json!({"name": format!("of.{kind}"), "kind": kind, "value": mark, "tags": {"user": format!("u{}", mark % 7)}})
}

fn span(mark: u64) -> Value {
    json!({"trace_id": format!("{mark:032x}"), "span_id": format!("{mark:016x}"), "name": "GET /", "duration_ms": mark})
}

fn error(mark: u64) -> Value {
    json!({"event_id": Uuid::from_u128(u128::from(mark)), "type": "Timeout", "stacktrace": [{"function": "f", "line": mark}]})
}

fn log(mark: u64) -> Value {
    json!({"body": mark.to_string(), "level": "warning", "attributes": {"mark": mark}})
}

fn identity(mark: u64) -> Value {
    json!({"user_id": mark.to_string(), "anonymous_id": "a", "traits": {"mark": mark}})
}
