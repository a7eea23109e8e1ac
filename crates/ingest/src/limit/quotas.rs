//! What keys and projects have sent this month, compared with what they may.
//!
//! The database knows what was stored, the worker's fold behind. In between, this process adds what it has stored itself.
//! So with several processes, or a worker that lags, a quota may be exceeded by what is stored within half a minute.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use protocol::id::ProjectId;
use storage::Db;
use storage::api_keys::Grant;
use storage::usage::{self, KeyUsage};

use super::Owner;

/// How long the database's word is good for.
const READ_EVERY: Duration = Duration::from_secs(30);
/// Projects remembered; then they are read anew.
const PROJECTS_MAX: usize = 10_000;

/// The usage of projects that have a quota, or whose keys have one.
#[derive(Default)]
pub(crate) struct Quotas {
    projects: Mutex<HashMap<ProjectId, Used>>,
}

/// What one project has used of a month.
struct Used {
    month: NaiveDate,
    read_at: Instant,
    all: u64,
    by_key: HashMap<i32, u64>,
}

/// A quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsedUp {
    pub(crate) owner: Owner,
    pub(crate) events_per_month: u64,
    /// Until the month ends.
    pub(crate) wait: Duration,
}

impl Quotas {
    /// The quota that has nothing left, of the key or of its project. What cannot be read at the moment limits nobody:
    /// whoever stores the batch will find the database away.
    pub(crate) async fn check(&self, db: &Db, grant: &Grant, time: DateTime<Utc>, now: Instant) -> Option<UsedUp> {
        if grant.key_limit.events_per_month.is_none() && grant.project_limit.events_per_month.is_none() {
            return None;
        }
        let month = usage::month_of(time);
        if self.is_to_be_read(grant.project_id, month, now) {
            match usage::of_month(db, grant.project_id, month).await {
                Ok(read) => self.merge(grant.project_id, month, &read),
                Err(error) => tracing::debug!(%error, "the usage of a month cannot be read"),
            }
        }
        let projects = self.lock();
        let used = projects.get(&grant.project_id).filter(|used| used.month == month)?;
        let (owner, events_per_month) = used.up(grant)?;
        Some(UsedUp { owner, events_per_month, wait: until_next(month, time) })
    }

    /// Counts what was stored just now.
    pub(crate) fn add(&self, grant: &Grant, events: u64) {
        if let Some(used) = self.lock().get_mut(&grant.project_id) {
            used.all += events;
            *used.by_key.entry(grant.key_id).or_default() += events;
        }
    }

    /// Says so to one request per period, which then reads; the others go by what is known.
    fn is_to_be_read(&self, project: ProjectId, month: NaiveDate, now: Instant) -> bool {
        let mut projects = self.lock();
        if projects.len() >= PROJECTS_MAX && !projects.contains_key(&project) {
            projects.clear();
        }
        match projects.get_mut(&project).filter(|used| used.month == month) {
            Some(used) if now.saturating_duration_since(used.read_at) < READ_EVERY => return false,
            Some(used) => used.read_at = now,
            None => {
                projects.insert(project, Used { month, read_at: now, all: 0, by_key: HashMap::new() });
            }
        }
        true
    }

    fn merge(&self, project: ProjectId, month: NaiveDate, read: &[KeyUsage]) {
        if let Some(used) = self.lock().get_mut(&project).filter(|used| used.month == month) {
            used.merge(read);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProjectId, Used>> {
        // Nothing panics while it is held.
        self.projects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    /// Takes the larger figure: the database's has what others stored, ours has what the worker has not folded yet.
    fn merge(&mut self, read: &[KeyUsage]) {
        let mut sum = 0;
        for usage in read {
            let n = u64::try_from(usage.n).unwrap_or_default();
            sum += n;
            let known = self.by_key.entry(usage.key_id).or_default();
            *known = n.max(*known);
        }
        self.all = self.all.max(sum);
    }

    /// The quota that has nothing left.
    fn up(&self, grant: &Grant) -> Option<(Owner, u64)> {
        let of_key = self.by_key.get(&grant.key_id).copied().unwrap_or_default();
        let key = grant.key_limit.events_per_month.filter(|quota| of_key >= *quota);
        let project = grant.project_limit.events_per_month.filter(|quota| self.all >= *quota);
        key.map(|quota| (Owner::Key(grant.key_id), quota)).or_else(|| project.map(|quota| (Owner::Project(grant.project_id), quota)))
    }
}

fn until_next(month: NaiveDate, time: DateTime<Utc>) -> Duration {
    let next = month.checked_add_months(Months::new(1)).unwrap_or(month).and_time(NaiveTime::MIN).and_utc();
    (next - time).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use storage::send_limits::SendLimit;

    use super::*;

    const MAY: &str = "2026-05-14T12:00:00Z";

    fn grant(of_key: Option<u64>, of_project: Option<u64>) -> Grant {
        let limit = |events_per_month| SendLimit { events_per_second: None, events_per_month };
        Grant {
            key_id: 7,
            project_id: ProjectId(1),
            scopes: Vec::new(),
            dedupe: false,
            keep_segments_days: 400,
            key_limit: limit(of_key),
            project_limit: limit(of_project),
            route_rules: Arc::default(),
        }
    }

    fn month(at: &str) -> NaiveDate {
        usage::month_of(at.parse().expect("a time"))
    }

    fn up(quotas: &Quotas, grant: &Grant) -> Option<(Owner, u64)> {
        quotas.lock().get(&grant.project_id).and_then(|used| used.up(grant))
    }

    /// What the database said at that moment.
    fn read(quotas: &Quotas, project: ProjectId, month: NaiveDate, rows: &[KeyUsage], now: Instant) {
        quotas.is_to_be_read(project, month, now);
        quotas.merge(project, month, rows);
    }

    #[test]
    fn what_is_read_and_what_was_stored_since_use_a_quota_up() {
        let (quotas, now) = (Quotas::default(), Instant::now());
        let (key, project) = (grant(Some(100), None), grant(None, Some(150)));
        read(&quotas, key.project_id, month(MAY), &[KeyUsage { key_id: 7, n: 90 }, KeyUsage { key_id: 8, n: 40 }], now);
        assert_eq!((up(&quotas, &key), up(&quotas, &project)), (None, None));
        quotas.add(&key, 10);
        assert_eq!((up(&quotas, &key), up(&quotas, &project)), (Some((Owner::Key(7), 100)), None));
        // The worker has folded some of ours, and another process has sent.
        read(&quotas, key.project_id, month(MAY), &[KeyUsage { key_id: 7, n: 95 }, KeyUsage { key_id: 8, n: 60 }], now);
        assert_eq!(up(&quotas, &key), Some((Owner::Key(7), 100)));
        assert_eq!(up(&quotas, &project), Some((Owner::Project(ProjectId(1)), 150)));
    }

    #[test]
    fn a_month_begins_at_nothing() {
        let (quotas, now) = (Quotas::default(), Instant::now());
        let key = grant(Some(10), None);
        read(&quotas, key.project_id, month(MAY), &[KeyUsage { key_id: 7, n: 10 }], now);
        assert!(up(&quotas, &key).is_some() && !quotas.is_to_be_read(key.project_id, month(MAY), now));
        assert!(quotas.is_to_be_read(key.project_id, month("2026-06-01T00:00:00Z"), now));
        read(&quotas, key.project_id, month("2026-06-01T00:00:00Z"), &[], now);
        assert_eq!(up(&quotas, &key), None);
    }

    #[test]
    fn one_request_reads_while_the_others_go_by_what_is_known() {
        let (quotas, now) = (Quotas::default(), Instant::now());
        read(&quotas, ProjectId(1), month(MAY), &[], now);
        let later = now + READ_EVERY;
        assert!(!quotas.is_to_be_read(ProjectId(1), month(MAY), later - Duration::from_millis(1)));
        assert!(quotas.is_to_be_read(ProjectId(1), month(MAY), later));
        assert!(!quotas.is_to_be_read(ProjectId(1), month(MAY), later));
    }

    #[test]
    fn a_quota_is_new_when_the_month_ends() {
        let wait = |at: &str| until_next(month(at), at.parse().expect("a time")).as_secs();
        assert_eq!((wait("2026-12-31T23:59:00Z"), wait("2028-02-28T00:00:00Z")), (60, 2 * 86_400));
    }
}
