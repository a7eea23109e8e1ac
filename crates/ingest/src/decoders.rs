//! What ingest makes of bytes before they meet the database: the way of a request without its server, for fuzzing and for
//! replaying what fuzzing found. Nothing here is read by the server itself.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::limits::BODY_BYTES_MAX;
use protocol::outcome::Signal;
use storage::raw::{RawRows, Row};
use uuid::Uuid;

use crate::accept::{Form, Limits};
use crate::commit::Budget;
use crate::enrich::{Enricher, Shown};
use crate::prepare::{self, Setting, Source};
use crate::text::Text;
use crate::{authenticate, decompress};

/// Where a body may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v1/{signal}:batch`.
    Live(Signal),
    /// `/v1/import:batch`.
    Import,
    /// `/api/events/collect`, which takes items without an envelope.
    Collect,
}

impl Endpoint {
    /// Every one of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Signal::ALL.into_iter().map(Self::Live).chain([Self::Import, Self::Collect])
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// Items that were sent.
    pub items: usize,
    /// Those that can be stored.
    pub rows: Vec<Row>,
    /// How many were refused.
    pub rejected: usize,
    /// Bytes of the rows as they would be copied into the database.
    pub encoded_bytes: usize,
}

/// Reads a body that is plain already, at this time.
///
/// # Errors
/// The detail of the problem with which the request would be refused.
pub fn batch(endpoint: Endpoint, body: &[u8], now: DateTime<Utc>) -> Result<Verdicts, String> {
    let (source, form) = match endpoint {
        Endpoint::Live(signal) => (Source::Live(signal), Form::Envelope),
        Endpoint::Import => (Source::Import, Form::Envelope),
        Endpoint::Collect => (Source::Live(Signal::Event), Form::BareList),
    };
    let limits = Limits::of(source);
    let text = Text::of(body, limits.size.plain_bytes_max).map_err(|rejection| rejection.to_string())?;
    let batch = form.decode(&text, &HeaderMap::new(), &limits).map_err(|rejection| rejection.to_string())?;
    let items = batch.lists.iter().map(Vec::len).sum();
    let enricher = Enricher::default();
    let surroundings = enricher.surroundings(&Shown::default(), Arc::default());
    let setting = Setting {
        project: ProjectId(1),
        key_id: 1,
        dedupe: false,
        history_days: 400,
        source,
        now,
        random: || 0,
        text: &text,
        surroundings,
    };
    let prepared = prepare::batch(batch, &setting);
    let mut encoded = RawRows::default();
    for (n, item) in (1..).zip(&prepared.items) {
        encoded.add(prepared.place(now, Uuid::nil(), n), &item.row);
    }
    Ok(Verdicts {
        items,
        rejected: prepared.entry.rejected as usize,
        encoded_bytes: encoded.byte_len(),
        rows: prepared.items.into_iter().map(|item| item.row).collect(),
    })
}

/// Decompresses a body as the live endpoints do.
///
/// # Errors
/// The detail of the problem with which the request would be refused.
pub fn plain(wire: &[u8], encoding: &str) -> Result<Vec<u8>, String> {
    let value = HeaderValue::from_str(encoding).map_err(|error| error.to_string())?;
    let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, value)]);
    let mut reserved = Budget::new(usize::MAX).reserve(ProjectId(1), wire.len()).map_err(|_| "no room".to_owned())?;
    decompress::body(Bytes::copy_from_slice(wire), &headers, BODY_BYTES_MAX, &mut reserved)
        .map(Into::into)
        .map_err(|rejection| rejection.to_string())
}

/// The key that a request to `uri` with this `Authorization` presents. Neither need be well-formed.
pub fn credential(authorization: &[u8], uri: &str) -> Option<String> {
    let headers = HeaderValue::from_bytes(authorization).ok().map(|value| (header::AUTHORIZATION, value));
    authenticate::credential(&headers.into_iter().collect(), &uri.parse::<Uri>().ok()?).map(str::to_owned)
}
