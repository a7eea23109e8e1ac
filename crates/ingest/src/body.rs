//! Reading a request's body within the byte budget, and getting rid of one that nobody wants.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, header};
use bytes::BytesMut;
use http_body_util::BodyExt as _;

use crate::commit::Reserved;
use crate::decompress;
use crate::rejection::Rejection;

/// A refused body is read on for so long and so far: a sender that is still writing would not see the refusal, but a
/// broken connection.
const DRAIN_WITHIN: Duration = Duration::from_secs(2);
const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How large a body may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) wire_bytes_max: usize,
    pub(crate) plain_bytes_max: usize,
}

impl Size {
    /// The bytes that will be sent, by what the head says: all that may be sent when it says nothing.
    pub(crate) fn announced(self, body: &Body) -> Result<usize, Rejection> {
        match body.size_hint().exact().map(usize::try_from) {
            None => Ok(self.wire_bytes_max),
            Some(Ok(bytes)) if bytes <= self.wire_bytes_max => Ok(bytes),
            Some(_) => Err(self.exceeded()),
        }
    }

    fn exceeded(self) -> Rejection {
        Rejection::TooManyBytes { limit: self.wire_bytes_max, when: "as sent" }
    }
}

/// The body's plain bytes. `reserved` holds the announced bytes, and holds the plain ones afterwards.
pub(crate) async fn read(body: &mut Body, headers: &HeaderMap, size: Size, reserved: &mut Reserved) -> Result<Bytes, Rejection> {
    let wire = read_wire(body, size).await?;
    reserved.shrink_to(wire.len());
    let plain = decompress::body(wire, headers, size.plain_bytes_max, reserved)?;
    reserved.shrink_to(plain.len());
    Ok(plain)
}

/// The body as it was sent.
pub(crate) async fn read_wire(body: &mut Body, size: Size) -> Result<Bytes, Rejection> {
    // One allocation where the length is known; else it grows, within what is reserved.
    let mut wire = BytesMut::with_capacity(body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Rejection::Malformed(format!("the body broke off: {error}")))?;
        if let Ok(data) = frame.into_data() {
            if wire.len() + data.len() > size.wire_bytes_max {
                return Err(size.exceeded());
            }
            wire.extend_from_slice(&data);
        }
    }
    Ok(wire.freeze())
}

/// Reads the rest of a refused body and forgets it. A sender that asked first whether to send it need not.
pub(crate) async fn drain(body: &mut Body, headers: &HeaderMap) {
    if body.is_end_stream() || headers.contains_key(header::EXPECT) {
        return;
    }
    let rest = async {
        let mut drained = 0;
        while drained <= DRAIN_BYTES_MAX
            && let Some(Ok(frame)) = body.frame().await
        {
            drained += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // Who has not sent it by then sees a closed connection.
    let _ = tokio::time::timeout(DRAIN_WITHIN, rest).await;
}
