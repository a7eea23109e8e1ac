//! A file that somebody or something changed: opening never fails, and no damage costs more than what it hit.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ingest::spool::Request;

use crate::requests::{folder, open, request, waiting};

const RECORDS: u64 = 6;

fn file(folder: &Path) -> PathBuf {
    folder.join("spool.redb")
}

/// A closed spool of a few requests, each in a transaction of its own.
async fn spooled() -> (Vec<Request>, Vec<u8>) {
    let folder = folder();
    let requests: Vec<_> = (0..RECORDS).map(|n| request(n, 700)).collect();
    let spool = open(folder.path());
    for request in &requests {
        spool.append(request).await.unwrap();
    }
    drop(spool);
    (requests, fs::read(file(folder.path())).unwrap())
}

/// What a spool holds that is opened on these bytes; it must work, and go on working.
async fn reopened(bytes: &[u8]) -> Vec<Request> {
    let folder = folder();
    fs::write(file(folder.path()), bytes).unwrap();
    let spool = open(folder.path());
    let there = waiting(&spool).await;
    let next = request(1_000, 10);
    spool.append(&next).await.unwrap();
    assert_eq!(waiting(&spool).await.last(), Some(&next));
    there
}

fn lost(requests: &[Request], there: &[Request]) -> usize {
    assert!(there.iter().all(|found| requests.contains(found)), "something is there that nobody sent");
    assert!(there.is_sorted_by_key(|request| request.arrived_at), "out of order");
    requests.len() - there.iter().map(|request| request.batch_id).collect::<HashSet<_>>().len()
}

#[tokio::test]
async fn a_changed_byte_costs_at_most_one_request() {
    let (requests, bytes) = spooled().await;
    // Free space says nothing; of the rest, the header with its commit slots says most.
    let (header, rest): (Vec<usize>, Vec<usize>) = (0..bytes.len()).filter(|at| bytes[*at] != 0).partition(|at| *at < 512);
    let offsets: Vec<usize> = header.into_iter().step_by(3).chain(rest.into_iter().step_by(29)).collect();
    assert!(offsets.len() > 200, "only {} offsets", offsets.len());
    for at in offsets {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        let lost = lost(&requests, &reopened(&changed).await);
        assert!(lost <= 1, "a change at {at} lost {lost}");
    }
}

#[tokio::test]
async fn a_file_that_ends_early_still_holds_what_lies_before_its_end() {
    let (requests, bytes) = spooled().await;
    let ends_at = |request: &Request| {
        let needle = request.batch_id.to_string();
        bytes.windows(needle.len()).rposition(|window| window == needle.as_bytes()).unwrap() + 2_000
    };
    for end in (0..bytes.len()).step_by(bytes.len() / 97) {
        let whole = requests.iter().filter(|request| ends_at(request) < end).count();
        let lost = lost(&requests, &reopened(&bytes[..end]).await);
        assert!(lost <= requests.len() - whole, "cut at {end}: {lost} lost, {whole} lie before");
    }
}

#[tokio::test]
async fn a_file_of_something_else_is_set_aside_and_kept() {
    let folder = folder();
    for n in 1..=2 {
        fs::write(file(folder.path()), b"this is no spool".repeat(1_000)).unwrap();
        let spool = open(folder.path());
        assert_eq!(waiting(&spool).await, []);
        assert_eq!(fs::read(folder.path().join(format!("damaged-{n}.redb"))).unwrap(), b"this is no spool".repeat(1_000));
    }
}

#[tokio::test]
async fn nobody_but_the_owner_reads_what_is_spooled() {
    let parent = folder();
    let folder = parent.path().join("spool");
    let spool = open(&folder);
    spool.append(&request(1, 10)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file(&folder))), (0o700, 0o600));
}

#[tokio::test]
async fn a_drained_spool_leaves_no_trace_of_what_was_sent() {
    let folder = folder();
    let spool = open(folder.path());
    spool.append(&request(1, 10)).await.unwrap();
    let first = spool.first(9, usize::MAX).await.unwrap();
    spool.remove(vec![first[0].seq]).await.unwrap();
    assert!(!file(folder.path()).exists());
    spool.append(&request(2, 10)).await.unwrap();
    assert_eq!(waiting(&spool).await, [request(2, 10)]);
}
