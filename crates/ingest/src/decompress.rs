//! Request bodies as they were before compression, with a cap that stops early: a small body may hold gigabytes.

use std::io::Read;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};

use crate::rejection::Rejection;

/// The body's plain bytes. A body that begins like gzip is read as gzip even when no header says so: browsers' beacons
/// cannot set one.
pub(crate) fn body(wire: Bytes, headers: &HeaderMap, limit: usize) -> Result<Bytes, Rejection> {
    let encoding =
        headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().trim().to_ascii_lowercase();
    let plain = match encoding.as_str() {
        "" | "identity" if wire.starts_with(&[0x1f, 0x8b]) => read(flate2::read::MultiGzDecoder::new(&wire[..]), limit)?,
        "" | "identity" if wire.len() <= limit => return Ok(wire),
        "" | "identity" => return Err(too_large(limit)),
        "gzip" | "x-gzip" => read(flate2::read::MultiGzDecoder::new(&wire[..]), limit)?,
        "deflate" => read(flate2::read::ZlibDecoder::new(&wire[..]), limit)?,
        "br" => read(brotli::Decompressor::new(&wire[..], 8 * 1024), limit)?,
        "zstd" => read(zstd::stream::read::Decoder::new(&wire[..]).map_err(unreadable)?, limit)?,
        other => return Err(Rejection::EncodingUnknown(other.chars().take(40).collect())),
    };
    Ok(plain.into())
}

fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>, Rejection> {
    let mut plain = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut plain).map_err(unreadable)?;
    if plain.len() > limit { Err(too_large(limit)) } else { Ok(plain) }
}

fn too_large(limit: usize) -> Rejection {
    Rejection::TooManyBytes { limit, when: "after decompression" }
}

fn unreadable(error: std::io::Error) -> Rejection {
    Rejection::Malformed(format!("the body cannot be decompressed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("write");
        encoder.finish().expect("finish").into()
    }

    fn headers(encoding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, encoding.parse().expect("value"))])
    }

    #[test]
    fn a_bomb_is_refused_at_the_cap() {
        let bomb = gzip(&vec![b' '; 5_000_000]);
        assert!(bomb.len() < 50_000);
        assert!(matches!(body(bomb, &headers("gzip"), 1_000_000), Err(Rejection::TooManyBytes { .. })));
    }

    #[test]
    fn gzip_is_recognised_without_a_header() {
        assert_eq!(body(gzip(b"{}"), &HeaderMap::new(), 100).expect("plain"), "{}");
    }

    #[test]
    fn an_unknown_or_broken_encoding_is_an_error() {
        assert!(matches!(body(Bytes::from_static(b"{}"), &headers("lzma"), 100), Err(Rejection::EncodingUnknown(_))));
        for encoding in ["gzip", "br", "zstd", "deflate"] {
            assert!(
                matches!(body(Bytes::from_static(b"\x01\x02not compressed"), &headers(encoding), 100), Err(Rejection::Malformed(_))),
                "{encoding}"
            );
        }
    }
}
