//! The same events for other engines: a file that each of them loads, and programs that ask them.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::question::Answers;
use crate::row::Row;
use crate::traffic::{Hit, Person};

/// Fast, and half of what is written cannot be compressed anyway.
const ZSTD_LEVEL: i32 = 1;

/// The file of these events, written unless an earlier run with this size and seed left it.
pub fn file(folder: &Path, hits: &[Hit], people: &[Person]) -> PathBuf {
    let file = folder.join("events.tsv.zst");
    if !file.exists() {
        let unfinished = folder.join("events.part");
        write(&unfinished, hits, people).expect("a file of events");
        fs::rename(&unfinished, &file).expect("a file of events");
    }
    file
}

fn write(file: &Path, hits: &[Hit], people: &[Person]) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, zstd::Encoder::new(File::create(file)?, ZSTD_LEVEL)?);
    for row in hits.iter().map(|hit| Row::of(hit, people)) {
        let Row { event_id, seq, user_id, session_id, install_id, name, route, country, os, browser, release, props, .. } = &row;
        let ts = row.ts.format("%Y-%m-%d %H:%M:%S%.3f");
        writeln!(
            out,
            "{event_id}\t{ts}\t{seq}\t{name}\t{user_id}\t{session_id}\t{install_id}\t{route}\t{country}\t{os}\t{browser}\t{release}\t{props}"
        )?;
    }
    out.into_inner()?.finish()?.sync_all()
}

/// Lets a program load the file, unless an earlier run did, and answer every question.
pub fn ask(program: &str, arguments: &[&Path], folder: &Path, times: usize) -> Answers {
    let mut command = Command::new(program);
    command.args(arguments).arg(folder).arg(times.to_string());
    let output = command.stderr(std::process::Stdio::inherit()).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program}: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{program}: {error}"))
}
