//! The committed corpus, replayed: what fuzzing found once is never found again.

use std::fs;
use std::path::PathBuf;

use crate::properties;

/// A fuzz target: its name and what it checks.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 8] = [
    ("envelope", properties::envelope),
    ("bare_list", properties::bare_list),
    ("item", properties::item),
    ("compressed", properties::compressed),
    ("timestamp", properties::timestamp),
    ("trace_id", properties::trace_id),
    ("credential", properties::credential),
    ("spool_record", properties::spool_record),
];

/// The corpus of a target, in the order of its names.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&path).expect("bytes"))
        })
        .collect();
    inputs.sort();
    inputs
}

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn every_input_of_the_corpus_is_read_as_it_should() {
    for (target, check) in TARGETS {
        let inputs = inputs(target);
        assert!(!inputs.is_empty(), "{target} has no corpus");
        for (name, bytes) in inputs {
            println!("{target}/{name}");
            check(&bytes);
        }
    }
}

#[test]
fn every_fuzz_target_is_replayed() {
    let mut targets: Vec<String> = fs::read_dir(fuzz().join("targets"))
        .expect("the targets")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    targets.sort();
    let mut replayed = TARGETS.map(|(target, _)| target.to_owned());
    replayed.sort();
    assert_eq!(targets, replayed);
}

#[test]
fn a_record_of_the_corpus_is_a_record() {
    let (_, record) = inputs("spool_record").into_iter().find(|(name, _)| name == "one_event").expect("a record");
    let mut framed = b"TLs1".to_vec();
    framed.extend((record.len() as u32).to_le_bytes());
    framed.extend(&<sha2::Sha256 as sha2::Digest>::digest(&record)[..8]);
    framed.extend(&record);
    let request = ingest::spool::Request::from_bytes(&framed).expect("it can be read");
    assert_eq!(request.body, inputs("envelope").into_iter().find(|(name, _)| name == "one_event").expect("an event").1);
}
