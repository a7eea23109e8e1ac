//! The key of a beacon: a page that is left can set no header, so the key may be in the envelope.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::HeaderMap;
use bytes::Bytes;
use protocol::access::KeyKind;
use protocol::id::ProjectId;
use serde::Deserialize;

use crate::body::{self, Size};
use crate::commit::{Budget, Reserved};
use crate::decompress;
use crate::rejection::Rejection;

/// Browsers let the beacons of a page hold 64 KiB together (Fetch standard, keepalive). A larger body is not read as long as
/// nobody knows whose it is.
const SIZE: Size = Size { wire_bytes_max: 64 * 1024, plain_bytes_max: 64 * 1024 };
/// Bytes of bodies that are read at the same time without knowing whose they are: invented beacons take nothing from anybody.
pub(crate) const BYTES_IN_FLIGHT_MAX: usize = 4 * 1024 * 1024;
/// A beacon is sent at once.
const READ_WITHIN: Duration = Duration::from_secs(3);
/// Whom the bytes are reserved for as long as the project is not known.
const NOBODY: ProjectId = ProjectId(0);

/// Reads the key out of the body, which can be read once more afterwards.
pub(crate) async fn key(body: &mut Body, headers: &HeaderMap, budget: &Budget) -> Result<String, Rejection> {
    let size = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let Some(bytes) = size.filter(|bytes| (1..=SIZE.wire_bytes_max).contains(bytes)) else {
        return Err(Rejection::KeyMissing);
    };
    let mut reserved = budget.reserve(NOBODY, bytes)?;
    let read = tokio::time::timeout(READ_WITHIN, body::read_wire(body, SIZE));
    let wire = read.await.map_err(|_elapsed| Rejection::KeyMissing)??;
    let key = plain(&wire, headers, &mut reserved).and_then(|plain| public_key(&plain));
    *body = Body::from(wire);
    key.ok_or(Rejection::KeyMissing)
}

fn plain(wire: &Bytes, headers: &HeaderMap, reserved: &mut Reserved) -> Option<Bytes> {
    decompress::body(wire.clone(), headers, SIZE.plain_bytes_max, reserved).ok()
}

#[derive(Deserialize)]
struct Keyed<'b> {
    #[serde(borrow)]
    key: Cow<'b, str>,
}

/// A secret key has no place in a page.
fn public_key(json: &[u8]) -> Option<String> {
    let Keyed { key } = serde_json::from_slice(json).ok()?;
    (KeyKind::of(&key) == Some(KeyKind::Public)).then(|| key.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_envelope_with_a_public_key_has_one() {
        let key = format!("pk_{}", "1".repeat(32));
        assert_eq!(public_key(format!(r#"{{"events":[{{"key":"a"}}],"key":"{key}"}}"#).as_bytes()), Some(key.clone()));
        let secret = format!("sk_{}", "1".repeat(64));
        for none in [format!(r#"[{{"key":"{key}"}}]"#), format!(r#"{{"events":[{{"key":"{key}"}}]}}"#), format!(r#"{{"key":"{secret}"}}"#)]
        {
            assert_eq!(public_key(none.as_bytes()), None, "{none}");
        }
    }
}
