//! The demo shop of `dev`: its project and keys, its history on the first run, its traffic on every run.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ::demo::History;
use ::demo::live::Traffic as LiveTraffic;
use anyhow::Context as _;
use chrono::TimeDelta;
use protocol::access::Project;
use protocol::time::Clock;
use storage::api_keys::{self, Presented};
use storage::{Db, projects};
use tokio::task::JoinHandle;

use super::SECRET_SCOPES;
use crate::command::projects::create_public_key;
use crate::command::{demo, keys};
use crate::shutdown::Stop;

pub(super) const SLUG: &str = "shop";
const NAME: &str = "Harbor Goods";
const ZONE: &str = "Europe/Berlin";
const SEED: u64 = 7;
const DAYS: u32 = 30;
/// On the first run, live traffic begins so long ago: Live's half hour is full at once. The history ends there.
const LEAD_IN: TimeDelta = TimeDelta::minutes(30);

pub(super) struct Shop {
    pub(super) key: String,
    pub(super) secret: String,
    /// Exists once the history was sent.
    history_mark: PathBuf,
}

/// Traffic that is being sent.
pub(super) struct Traffic(JoinHandle<()>);

impl Shop {
    /// The project and its keys, made on the first run.
    pub(super) async fn ensure(db: &Db, folder: &Path, clock: &Clock) -> anyhow::Result<Self> {
        let project = match projects::find_by_slug(db, SLUG).await? {
            Some(project) => project,
            None => projects::create(db, SLUG, NAME, ZONE, clock.now()).await?,
        };
        let key = match api_keys::public_key(db, project.id).await? {
            Some(key) => key,
            None => create_public_key(db, &project, "default", clock).await?.1,
        };
        let secret = secret(db, &project, folder, clock).await?;
        Ok(Self { key, secret, history_mark: folder.join(format!("history-of-project-{}", project.id)) })
    }

    /// Starts sending: the history once, live traffic from now on.
    pub(super) fn open(self, address: SocketAddr, users: u32, clock: Clock, stop: Stop) -> Traffic {
        let endpoint = format!("http://{address}");
        let now = clock.now();
        let is_new = !self.history_mark.exists();
        let live = LiveTraffic { seed: SEED, users, since: if is_new { now - LEAD_IN } else { now } };
        Traffic(tokio::spawn(async move {
            let live = demo::live(&endpoint, &self.key, live, clock, stop.clone());
            let history = async {
                if is_new {
                    let history = History { seed: SEED, users, days: DAYS, until: now - LEAD_IN };
                    self.send_history(history, &endpoint, stop.clone()).await?;
                }
                anyhow::Ok(())
            };
            let (live, history) = tokio::join!(live, history);
            for error in [live.err(), history.err()].into_iter().flatten() {
                tracing::error!("the demo shop: {error:#}");
            }
        }))
    }

    async fn send_history(&self, history: History, endpoint: &str, stop: Stop) -> anyhow::Result<()> {
        if demo::send_in_background(history, endpoint, &self.secret, stop).await? {
            std::fs::write(&self.history_mark, "sent\n")?;
        }
        Ok(())
    }
}

impl Traffic {
    /// Waits until what was on its way is sent.
    pub(super) async fn finished(self) {
        let _ = self.0.await;
    }
}

/// The secret key of the last run, if it still works; else a new one. A secret is stored as a hash only, so `dev` keeps
/// its own copy beside the data, readable by its user alone.
async fn secret(db: &Db, project: &Project, folder: &Path, clock: &Clock) -> anyhow::Result<String> {
    let file = folder.join("secret-key");
    if let Ok(kept) = std::fs::read_to_string(&file)
        && let Some(presented) = Presented::of(kept.trim())
        && api_keys::find(db, &presented).await?.is_some_and(|grant| grant.project_id == project.id)
    {
        return Ok(kept.trim().to_owned());
    }
    let (_, secret) = keys::create(db, project, "throughline dev", &SECRET_SCOPES, clock).await?;
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    writeln!(out, "{secret}")?;
    Ok(secret)
}
