//! Small requests that would become large: they are refused, and the server does not grow.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use protocol::limits::{BODY_BYTES_MAX, BODY_WIRE_BYTES_MAX};
use serde_json::json;
use sqlx::PgPool;

use crate::client::Client;
use crate::server::Server;
use crate::shop::{Shop, database};

/// What the server needs meanwhile for something else, such as another connection to the database.
const MEANWHILE: usize = 4 * 1024 * 1024;
const HALF_A_GIGABYTE: u64 = 512 * 1024 * 1024;
/// Its window is larger than a body may be, and still what HTTP allows.
const WIDE_BROTLI: &str = "brotli with a window of 16 MB";
const PATH: &str = "/v1/track:batch";

/// So many spaces, which are JSON as far as they go.
fn spaces(bytes: u64) -> impl Read {
    io::repeat(b' ').take(bytes)
}

fn gzip(mut plain: impl Read) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::copy(&mut plain, &mut encoder).expect("compressed");
    encoder.finish().expect("compressed")
}

fn deflate(mut plain: impl Read) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    io::copy(&mut plain, &mut encoder).expect("compressed");
    encoder.finish().expect("compressed")
}

fn zstd(plain: impl Read, window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.window_log(window_log).expect("a window");
    io::copy(&mut { plain }, &mut encoder).expect("compressed");
    encoder.finish().expect("compressed")
}

fn brotli(mut plain: impl Read, window_log: i32) -> Vec<u8> {
    let mut wire = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 1, large_window: window_log > 24, lgwin: window_log, ..Default::default() };
    brotli::BrotliCompress(&mut plain, &mut wire, &parameters).expect("compressed");
    wire
}

/// Name, encoding, body and the answer's status.
fn bombs() -> Vec<(&'static str, &'static str, Vec<u8>, u16)> {
    let member = gzip(spaces(1_000_000));
    let members = member.repeat(BODY_WIRE_BYTES_MAX / member.len());
    // As large as a request may be, and so inflated as far as a body may be.
    let full = |wire: Vec<u8>| {
        assert!(wire.len() > BODY_BYTES_MAX / 100 && wire.len() <= BODY_WIRE_BYTES_MAX, "{}", wire.len());
        wire
    };
    let zstd_frame = zstd(spaces(1_000_000), 23);
    let zstd_frames = zstd_frame.repeat(BODY_WIRE_BYTES_MAX / zstd_frame.len());
    vec![
        ("gzip", "gzip", gzip(spaces(HALF_A_GIGABYTE / 8)), 413),
        ("gzip that nobody announced", "identity", gzip(spaces(HALF_A_GIGABYTE / 8)), 413),
        ("gzip of many members", "gzip", full(members), 413),
        ("gzip of gzip", "gzip", gzip(gzip(spaces(HALF_A_GIGABYTE / 8)).as_slice()), 400),
        ("gzip of gzip, said so", "gzip, gzip", gzip(gzip(spaces(1_000)).as_slice()), 415),
        ("deflate", "deflate", deflate(spaces(HALF_A_GIGABYTE / 8)), 413),
        ("zstd", "zstd", zstd(spaces(HALF_A_GIGABYTE), 23), 413),
        ("zstd of many frames", "zstd", full(zstd_frames), 413),
        ("zstd with a window of 128 MB", "zstd", zstd(spaces(HALF_A_GIGABYTE), 27), 400),
        ("brotli", "br", brotli(spaces(HALF_A_GIGABYTE / 8), 22), 413),
        (WIDE_BROTLI, "br", brotli(spaces(HALF_A_GIGABYTE / 8), 24), 413),
        ("brotli with a window of 1 GB", "br", brotli(spaces(HALF_A_GIGABYTE / 8), 30), 400),
        ("more than a request may be", "identity", vec![b' '; 4 * BODY_WIRE_BYTES_MAX], 413),
    ]
}

#[sqlx::test(migrations = false)]
async fn compressed_bombs_are_refused_and_take_no_more_memory_than_an_honest_body(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    for (name, encoding, bomb, status) in bombs() {
        // What one bomb leaves in an allocator's pockets is no concern of the next.
        let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", "ingest"]);
        let client = server.client();
        let is_taken = || client.post_with_key(PATH, &shop.public_key, &json!({"events": [{"name": "a"}]})).status == 202;
        assert!(is_taken());
        let before = server.peak_memory();
        assert_eq!(send(&client, &shop.public_key, encoding, &bomb), status, "{name} of {} bytes", bomb.len());
        let grown = server.peak_memory() - before;
        let allowed = if name == WIDE_BROTLI { 3 } else { 2 } * BODY_BYTES_MAX + MEANWHILE;
        assert!(grown < allowed, "{name}: the server has grown by {grown} bytes");
        assert!(is_taken(), "{name}");
    }
}

fn send(client: &Client, key: &str, encoding: &str, body: &[u8]) -> u16 {
    client.send_bytes(PATH, &[("authorization", &format!("Bearer {key}")), ("content-encoding", encoding)], body).expect("an answer").status
}

#[sqlx::test(migrations = false)]
async fn a_length_that_is_not_true_costs_only_its_own_request(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", "ingest"]);
    let body = r#"{"events":[{"name":"a"}]}"#;
    let status = |length: u64| {
        let mut socket = TcpStream::connect(server.address()).expect("the server");
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\ncontent-length: {length}\r\n\r\n",
            shop.public_key
        );
        socket.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).expect("a write");
        let mut status = [0; 12];
        socket.read_exact(&mut status).expect("an answer");
        String::from_utf8_lossy(&status[9..]).into_owned()
    };
    // Refused by what it announces, not once it has come.
    assert_eq!(status(10_000_000_000), "413");
    assert_eq!(status(body.len() as u64 - 5), "400");
    assert_eq!(status(body.len() as u64), "202");
}
