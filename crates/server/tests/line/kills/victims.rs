//! Who is killed: the ingest process, the worker process, and the database with all its processes.

use std::path::Path;
use std::process::Command;

use local_postgres::{Cluster, Options};
use tempfile::TempDir;

use crate::server::{Server, lasting_port};
use testkit::deadline::until;

/// One of them.
#[derive(Clone, Copy, Debug)]
pub enum Victim {
    Ingest,
    Worker,
    Postgres,
}

/// Half of the kills for ingest, a quarter each for the others.
pub fn in_some_order(kills: usize, dice: &mut fastrand::Rng) -> Vec<Victim> {
    let turns = [Victim::Ingest, Victim::Postgres, Victim::Ingest, Victim::Worker];
    let mut victims: Vec<Victim> = turns.into_iter().cycle().take(kills).collect();
    dice.shuffle(&mut victims);
    victims
}

/// A database of its own that keeps what it committed, and two processes over it.
pub struct Victims {
    pub database: String,
    ingest: Option<Server>,
    worker: Option<Server>,
    ingest_address: String,
    cluster: Cluster,
    _folder: TempDir,
}

impl Victims {
    /// Starts the database alone.
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
        let options = Options { data_dir: folder.path().join("home"), postgres_bin: None, npm_dir: Some(web), durable: true };
        open_to_others(folder.path());
        let cluster = Cluster::start(options).expect("a database");
        cluster.create_database_if_missing("kills").expect("a database");
        let ingest_address = format!("127.0.0.1:{}", lasting_port());
        Self { database: cluster.url("kills"), ingest: None, worker: None, ingest_address, cluster, _folder: folder }
    }

    pub fn start_servers(&mut self) {
        self.ingest = Some(self.start_ingest());
        self.worker = Some(self.start_worker());
    }

    pub fn ingest_endpoint(&self) -> String {
        format!("http://{}", self.ingest_address)
    }

    pub async fn kill_and_start_again(&mut self, victim: Victim) {
        match victim {
            Victim::Ingest => {
                self.ingest.take().expect("it runs").kill();
                self.ingest = Some(self.start_ingest());
            }
            Victim::Worker => {
                self.worker.take().expect("it runs").kill();
                self.worker = Some(self.start_worker());
            }
            Victim::Postgres => {
                kill_family(self.cluster.pid());
                // Until the dead one is buried, it counts as running.
                until("the killed database is gone", async || self.cluster.revive().expect("the database recovers")).await;
            }
        }
    }

    /// On the same address as ever.
    fn start_ingest(&self) -> Server {
        Server::start_with(&self.database, &["--role", "ingest", "--listen", &self.ingest_address])
    }

    fn start_worker(&self) -> Server {
        Server::start_with(&self.database, &["--role", "worker", "--listen", "127.0.0.1:0"])
    }
}

/// Kills a process and all its children at once. It is stopped first, so that it neither notices nor replaces them.
fn kill_family(parent: u32) {
    let script = r#"kill -STOP "$0" && kill -KILL "$0" $(pgrep -P "$0")"#;
    let killed = Command::new("sh").args(["-c", script, &parent.to_string()]).status().expect("sh runs");
    assert!(killed.success(), "the database could not be killed");
}

/// As root, the database runs as another user, who has to come through.
fn open_to_others(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("our own folder");
}
