//! Request bodies as they were before compression, with a cap that stops early: a small body may hold gigabytes.

use std::io::Read;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use protocol::limits::{INFLATED_BYTES_FREE, INFLATION_MAX};

use crate::commit::Reserved;
use crate::rejection::Rejection;

/// The base-2 logarithm of the largest zstd window: 8 MB, as RFC 9659 has it for HTTP. A frame may ask for 2 GB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// The first byte of a brotli stream with windows of up to 1 GB, an extension that HTTP does not have; its last bit is data.
const BROTLI_LARGE_WINDOW: u8 = 0x11;

/// What is decompressed before the next bytes of the budget are asked for; as much as there is already, within these.
const PIECE_BYTES_MIN: usize = 32 * 1024;
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// The body's plain bytes. A body that begins like gzip is read as gzip even when no header says so: browsers' beacons
/// cannot set one. What decompression adds is taken from the budget piece by piece; it ends when there is nothing left.
pub(crate) fn body(wire: Bytes, headers: &HeaderMap, limit: usize, reserved: &mut Reserved) -> Result<Bytes, Rejection> {
    let encoding =
        headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().trim().to_ascii_lowercase();
    let cap = Cap::of(&wire, limit);
    let plain = match encoding.as_str() {
        "" | "identity" if wire.starts_with(&[0x1f, 0x8b]) => cap.read(flate2::read::MultiGzDecoder::new(&wire[..]), reserved)?,
        "" | "identity" if wire.len() <= limit => return Ok(wire),
        "" | "identity" => return Err(cap.exceeded()),
        "gzip" | "x-gzip" => cap.read(flate2::read::MultiGzDecoder::new(&wire[..]), reserved)?,
        "deflate" => cap.read(flate2::read::ZlibDecoder::new(&wire[..]), reserved)?,
        "br" if wire.first().is_some_and(|first| first & 0x7f == BROTLI_LARGE_WINDOW) => {
            return Err(Rejection::Malformed("the body cannot be decompressed: brotli with large windows is not read here".to_owned()));
        }
        "br" => cap.read(brotli::Decompressor::new(&wire[..], 8 * 1024), reserved)?,
        "zstd" => cap.read(zstd(&wire).map_err(unreadable)?, reserved)?,
        other => return Err(Rejection::EncodingUnknown(other.chars().take(40).collect())),
    };
    Ok(plain.into())
}

fn zstd(wire: &[u8]) -> std::io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::new(wire)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(decoder)
}

/// How far a body may inflate.
#[derive(Clone, Copy)]
struct Cap {
    bytes: usize,
    why: &'static str,
}

impl Cap {
    fn of(wire: &[u8], limit: usize) -> Self {
        let by_size = wire.len().saturating_mul(INFLATION_MAX).max(INFLATED_BYTES_FREE);
        if by_size < limit {
            Self { bytes: by_size, why: "after decompression, a hundred times what was sent" }
        } else {
            Self { bytes: limit, why: "after decompression" }
        }
    }

    fn read(self, mut decoder: impl Read, reserved: &mut Reserved) -> Result<Vec<u8>, Rejection> {
        // Room for all at once: a list that grows is copied and then there twice. Pages that stay empty cost nothing.
        let mut plain = Vec::with_capacity(self.bytes + 1);
        loop {
            let piece = plain.len().clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX).min(self.bytes + 1 - plain.len());
            reserved.grow(piece)?;
            let read = decoder.by_ref().take(piece as u64).read_to_end(&mut plain).map_err(unreadable)?;
            if plain.len() > self.bytes {
                return Err(self.exceeded());
            }
            if read < piece {
                plain.shrink_to_fit();
                return Ok(plain);
            }
        }
    }

    fn exceeded(self) -> Rejection {
        Rejection::TooManyBytes { limit: self.bytes, when: self.why }
    }
}

fn unreadable(error: std::io::Error) -> Rejection {
    Rejection::Malformed(format!("the body cannot be decompressed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use protocol::id::ProjectId;

    use super::*;
    use crate::commit::Budget;

    fn decompress(wire: Bytes, headers: &HeaderMap, limit: usize) -> Result<Bytes, Rejection> {
        let mut reserved = Budget::new(usize::MAX).reserve(ProjectId(1), wire.len()).expect("room");
        body(wire, headers, limit, &mut reserved)
    }

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("write");
        encoder.finish().expect("finish").into()
    }

    fn headers(encoding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, encoding.parse().expect("value"))])
    }

    /// What a body of so many equal bytes is answered, and what it weighs.
    fn inflated(encoding: &str, bytes: usize, limit: usize) -> (Result<usize, String>, usize) {
        let plain = vec![b' '; bytes];
        let wire = match encoding {
            "gzip" => gzip(&plain),
            "zstd" => zstd::bulk::compress(&plain, 3).expect("compressed").into(),
            other => panic!("{other}"),
        };
        let weight = wire.len();
        (decompress(wire, &headers(encoding), limit).map(|plain| plain.len()).map_err(|rejection| rejection.to_string()), weight)
    }

    #[test]
    fn a_body_may_be_very_alike_up_to_a_megabyte_and_then_inflate_a_hundredfold() {
        for encoding in ["gzip", "zstd"] {
            assert_eq!(inflated(encoding, 1_000_000, 10_000_000).0, Ok(1_000_000), "{encoding}");
            let (refused, weight) = inflated(encoding, 5_000_000, 10_000_000);
            let cap = (weight * 100).max(1_000_000);
            assert_eq!(refused, Err(format!("the body is over {cap} bytes after decompression, a hundred times what was sent")));
            assert_eq!(inflated(encoding, 1_000, 999).0, Err("the body is over 999 bytes after decompression".to_owned()));
        }
    }

    #[test]
    fn windows_beyond_what_http_allows_are_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("an encoder");
        encoder.window_log(24).expect("a window");
        encoder.write_all(b"{}").expect("write");
        let wire = encoder.finish().expect("finish");
        assert!(matches!(decompress(wire.into(), &headers("zstd"), 100), Err(Rejection::Malformed(_))));
        let mut large = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { large_window: true, lgwin: 26, ..Default::default() };
        brotli::BrotliCompress(&mut &b"{}"[..], &mut large, &parameters).expect("compressed");
        assert!(matches!(decompress(large.into(), &headers("br"), 100), Err(Rejection::Malformed(_))));
    }

    #[test]
    fn gzip_is_recognised_without_a_header() {
        assert_eq!(decompress(gzip(b"{}"), &HeaderMap::new(), 100).expect("plain"), "{}");
    }

    #[test]
    fn an_unknown_or_broken_encoding_is_an_error() {
        assert!(matches!(decompress(Bytes::from_static(b"{}"), &headers("lzma"), 100), Err(Rejection::EncodingUnknown(_))));
        for encoding in ["gzip", "br", "zstd", "deflate"] {
            assert!(
                matches!(decompress(Bytes::from_static(b"\x01\x02not compressed"), &headers(encoding), 100), Err(Rejection::Malformed(_))),
                "{encoding}"
            );
        }
    }

    #[test]
    fn decompression_ends_with_the_budget() {
        let alike: Vec<u8> = (0..2_000_000_u32).flat_map(|n| (n / 50).to_le_bytes()).collect();
        let wire = gzip(&alike);
        let mut reserved = Budget::new(4_000_000).reserve(ProjectId(1), wire.len()).expect("room");
        assert!(matches!(body(wire.clone(), &headers("gzip"), 10_000_000, &mut reserved), Err(Rejection::Overloaded(_))));
        assert_eq!(decompress(wire, &headers("gzip"), 10_000_000).expect("plain").len(), 8_000_000);
    }
}
