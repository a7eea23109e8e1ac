//! From bytes to a batch: the envelope is read, the items stay raw, so that one item's fault stays its own.

mod bounded;

use axum::http::HeaderMap;
use protocol::envelope::{Envelope, Sdk};
use protocol::limits::{ATTRIBUTE_BYTES_MAX, ITEM_BYTES_MAX};
use protocol::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::rejection::Rejection;
use crate::repair;
use bounded::{Fields, List};

/// A batch whose items nobody has looked at yet.
pub(crate) struct Batch<'b> {
    pub(crate) envelope: Envelope,
    /// What identifies the batch, as sent: its `batch_id`, else the `Idempotency-Key`.
    pub(crate) identity: Option<Identity>,
    /// One list per requested field, in that order.
    pub(crate) lists: Vec<Vec<&'b RawValue>>,
    /// Over the raw bytes of the lists only: `sent_at` changes with every attempt.
    pub(crate) body_hash: [u8; 16],
}

/// A batch's identity as its sender wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Uuid(Uuid),
    Text(String),
}

/// Reads an object with the envelope's fields and the item lists `fields`; lists that are missing are empty, but one of
/// them must be there.
pub(crate) fn batch<'b>(body: &'b str, headers: &HeaderMap, fields: &[&str], limit: usize) -> Result<Batch<'b>, Rejection> {
    let object: Fields<'b> = serde_json::from_str(body).map_err(|error| not_json(&error))?;
    if fields.iter().all(|field| object.get(field).is_none()) {
        return Err(Rejection::Malformed(format!("the object has no list `{}`", fields.join("` or `"))));
    }
    // One of them would be lost without a word.
    if let Some(field) = fields.iter().find(|field| object.is_repeated(field)) {
        return Err(Rejection::Malformed(format!("the object has the list `{field}` twice")));
    }
    let mut hash = Sha256::new();
    let mut lists = Vec::with_capacity(fields.len());
    for field in fields {
        let raw = object.get(field).map_or("[]", |raw| raw.get());
        hash.update(raw);
        lists.push(serde_json::from_str::<List<'b>>(raw).map_err(|_| Rejection::Malformed(format!("`{field}` is not a list")))?);
    }
    let batch_id: Option<String> = field(&object, &["batch_id", "batchId"])?;
    finish(batch_id, headers, envelope(&object)?, lists, hash, limit)
}

/// Reads the lifecycle guide's form: one event, or a list of them, without an envelope.
pub(crate) fn bare_list<'b>(body: &'b str, headers: &HeaderMap, limit: usize) -> Result<Batch<'b>, Rejection> {
    let list = if body.trim_start().starts_with('[') {
        serde_json::from_str(body).map_err(|error| not_json(&error))?
    } else {
        let one: &RawValue = serde_json::from_str(body).map_err(|error| not_json(&error))?;
        List { items: vec![one], found: 1 }
    };
    finish(None, headers, Envelope::default(), vec![list], Sha256::new_with_prefix(body), limit)
}

fn finish<'b>(
    batch_id: Option<String>,
    headers: &HeaderMap,
    envelope: Envelope,
    lists: Vec<List<'b>>,
    hash: Sha256,
    limit: usize,
) -> Result<Batch<'b>, Rejection> {
    let found = lists.iter().map(|list| list.found).sum();
    if found > limit {
        return Err(Rejection::TooManyItems { found, limit });
    }
    let header = || headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    // A blank id is none: an unset variable must not make two batches one.
    let identity = batch_id
        .or_else(header)
        .filter(|text| !text.trim().is_empty())
        .map(|text| text.parse().map_or(Identity::Text(text), Identity::Uuid));
    let mut body_hash = [0; 16];
    body_hash.copy_from_slice(&hash.finalize()[..16]);
    let lists = lists.into_iter().map(|list| list.items).collect();
    Ok(Batch { envelope, identity, lists, body_hash })
}

fn envelope(object: &Fields<'_>) -> Result<Envelope, Rejection> {
    let sent_at: Option<Timestamp> = field(object, &["sent_at", "sentAt"])?;
    let sdk: Option<Sdk> = field(object, &["sdk"])?;
    Ok(Envelope {
        batch_id: None,
        sent_at,
        sdk,
        install_id: install_id(object)?,
        made: field(object, &["made"])?,
        lost: field(object, &["lost"])?.unwrap_or_default(),
    })
}

/// Every row of the batch may carry it.
fn install_id(object: &Fields<'_>) -> Result<Option<String>, Rejection> {
    let id: Option<String> = field(object, &["install_id", "installId"])?;
    match id.as_deref().map_or(0, str::len) {
        0..=ATTRIBUTE_BYTES_MAX => Ok(id),
        len => Err(Rejection::Malformed(format!("`install_id` has {len} bytes, the limit is {ATTRIBUTE_BYTES_MAX}"))),
    }
}

fn field<T: DeserializeOwned>(object: &Fields<'_>, names: &[&str]) -> Result<Option<T>, Rejection> {
    let Some((name, raw)) = names.iter().find_map(|name| Some((name, object.get(name)?))) else { return Ok(None) };
    if raw.get().len() > ITEM_BYTES_MAX {
        return Err(Rejection::Malformed(format!("`{name}` is over {ITEM_BYTES_MAX} bytes")));
    }
    // What Postgres cannot hold is repaired here too, or the whole batch could not be stored.
    let repaired = repair::escapes(raw.get());
    serde_json::from_str(repaired.as_deref().unwrap_or(raw.get()))
        .map_err(|error| Rejection::Malformed(format!("`{name}`: {}", without_position(&error))))
}

/// `serde_json` says where: "… at line 3 column 17".
fn not_json(error: &serde_json::Error) -> Rejection {
    Rejection::Malformed(format!("the body is not the JSON that is expected here: {error}"))
}

fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Batch<'_>, Rejection> {
        batch(body, &HeaderMap::new(), &["events"], 3)
    }

    fn refusal(body: &str) -> String {
        read(body).err().map(|rejection| rejection.to_string()).unwrap_or_default()
    }

    #[test]
    fn broken_json_is_refused_with_its_position() {
        assert!(
            refusal("{\"events\":[{\"name\":\"a\"},\n  NaN]}").ends_with("at line 2 column 3"),
            "{}",
            refusal("{\"events\":[{\"name\":\"a\"},\n  NaN]}")
        );
        assert!(refusal("{\"events\":[").contains("at line 1 column 11"));
    }

    #[test]
    fn a_missing_list_and_too_many_items_are_named() {
        assert_eq!(refusal("{}"), "the object has no list `events`");
        assert_eq!(refusal("{\"events\":[],\"made\":1,\"events\":[]}"), "the object has the list `events` twice");
        assert_eq!(refusal("{\"events\":7}"), "`events` is not a list");
        assert_eq!(refusal("{\"events\":[1,2,3,4]}"), "the batch holds 4 items, the limit is 3");
        assert_eq!(refusal("{\"events\":[],\"made\":-1}"), "`made`: invalid value: integer `-1`, expected u64");
    }

    #[test]
    fn the_hash_covers_the_items_only() {
        let hash = |body| read(body).map(|batch| batch.body_hash).ok();
        assert_eq!(hash("{\"sent_at\":1,\"events\":[{\"name\":\"a\"}]}"), hash("{\"sent_at\":2,\"events\":[{\"name\":\"a\"}]}"));
        assert_ne!(hash("{\"events\":[{\"name\":\"a\"}]}"), hash("{\"events\":[{\"name\":\"b\"}]}"));
    }

    #[test]
    fn an_idempotency_key_identifies_a_batch_without_an_id() {
        let headers = HeaderMap::from_iter([(axum::http::HeaderName::from_static("idempotency-key"), "order-7".parse().expect("value"))]);
        let with = batch("{\"events\":[]}", &headers, &["events"], 3).expect("batch");
        assert_eq!(with.identity, Some(Identity::Text("order-7".to_owned())));
        assert_eq!(read("{\"events\":[]}").expect("batch").identity, None);
    }
}
