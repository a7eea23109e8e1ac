//! The same question to engines that read every point: the 95th percentile, nearest rank, of one metric's last day by route.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::TimeDelta;
use serde::Deserialize;
use sqlx::{Connection as _, PgConnection};

use crate::load::end;
use crate::points::Point;

/// What an engine said.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub engine: String,
    /// Route and percentile.
    pub rows: Vec<(String, f64)>,
    /// Milliseconds of each try, sorted.
    pub ms: Vec<f64>,
}

/// Plain SQL on the raw points.
pub async fn postgres(url: &str, times: usize) -> Answer {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    for statement in ["set work_mem = '256MB'", "set jit = off"] {
        sqlx::query(statement).execute(&mut connection).await.expect(statement);
    }
    let (mut rows, mut ms) = (Vec::new(), Vec::new());
    for _ in 0..=times.max(1) {
        let begin = Instant::now();
        let asked = sqlx::query_as(include_str!("p95_by_route.sql")).bind(end() - TimeDelta::hours(24)).bind(end());
        rows = asked.fetch_all(&mut connection).await.expect("rows");
        ms.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    // The first was for nothing.
    ms.remove(0);
    ms.sort_by(f64::total_cmp);
    Answer { engine: "plain SQL".to_owned(), rows, ms }
}

/// The points as a file that chdb loads.
pub struct File {
    path: PathBuf,
    out: BufWriter<fs::File>,
}

impl File {
    pub fn create(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let path = folder.join("points.tsv");
        Self { out: BufWriter::new(fs::File::create(&path).expect("a file")), path }
    }

    pub fn write(&mut self, points: &[Point]) {
        for point in points {
            let [(_, region), (_, route), (_, status)] = point.series.tags();
            let ts = point.ts().format("%Y-%m-%d %H:%M:%S%.3f");
            writeln!(self.out, "{ts}\t{}\t{route}\t{status}\t{region}\t{}", point.series.name(), point.value).expect("a line");
        }
    }

    pub fn finish(mut self) -> PathBuf {
        self.out.flush().expect("a file");
        self.path
    }
}

pub fn chdb(folder: &Path, file: &Path, times: usize) -> Answer {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/explorer/ask_chdb.py");
    let mut command = Command::new(folder.join("venv/bin/python"));
    command.arg(script).arg(file).arg(end().format("%Y-%m-%d %H:%M:%S").to_string()).arg(times.to_string());
    let output = command.stderr(Stdio::inherit()).output().expect("chdb; `make bench-explorer` installs it");
    assert!(output.status.success(), "chdb: {}", output.status);
    // It is made anew by each run, and large.
    fs::remove_file(file).expect("the file goes");
    serde_json::from_slice(&output.stdout).expect("an answer")
}
