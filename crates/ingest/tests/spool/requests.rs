//! Requests to spool, and spools to put them into.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use ingest::spool::{Limits, Request, Spool};
use protocol::id::ProjectId;
use protocol::time::Clock;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse().unwrap()
}

/// A folder in memory where there is one: these tests kill processes, not machines, and need not wait for disks.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub(crate) fn open(folder: &Path) -> Spool {
    open_with(folder, Limits::default())
}

pub(crate) fn open_with(folder: &Path, limits: Limits) -> Spool {
    Spool::open(folder.to_owned(), limits, Clock::fixed(now())).unwrap()
}

/// The `n`th request, `n` milliseconds after now, with a body that hardly shrinks.
pub(crate) fn request(n: u64, body_bytes: usize) -> Request {
    let mut random = fastrand::Rng::with_seed(n);
    let body: Vec<u8> = (0..body_bytes).map(|_| random.alphanumeric() as u8).collect();
    Request {
        project: ProjectId(1 + (n % 3) as i32),
        endpoint: "track".to_owned(),
        arrived_at: now() + TimeDelta::milliseconds(n as i64),
        batch_id: Uuid::from_u128(u128::from(n)),
        facts: BTreeMap::from([("user-agent".to_owned(), format!("test/{n}"))]),
        body: body.into(),
    }
}

/// Everything that waits, in order, without taking it away.
pub(crate) async fn waiting(spool: &Spool) -> Vec<Request> {
    spool.first(usize::MAX, usize::MAX).await.unwrap().into_iter().map(|waiting| waiting.request).collect()
}
