//! Each project's persons, resolved once and remembered until a link changes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use analysis::persons::{End, Link, Persons, resolve};
use protocol::id::{ActorKind, ProjectId};
use storage::Db;
use storage::identity_links::{self, Changed, Mark};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Links that are remembered over all projects, at about 60 bytes each. One project with more is remembered all the same.
const LINKS_HELD_MAX: usize = 2_000_000;
/// Links that are read at once.
const LINKS_READ: i64 = 100_000;

/// Who is one person with whom in this project, as the links are now. One small statement when no link has changed since
/// the last question; else what changed is read, and persons are resolved anew.
///
/// # Errors
/// When the database does not answer.
pub async fn persons(state: &QueryState, context: &ProjectContext) -> Result<Arc<Persons>, ApiError> {
    of_project(state, context.id()).await
}

/// As [`persons`], for who has been let in already.
pub(crate) async fn of_project(state: &QueryState, project: ProjectId) -> Result<Arc<Persons>, ApiError> {
    Ok(resolved(state, project).await?.persons.clone())
}

/// As [`persons`], as they were with this version of the links or a newer one, with that version.
pub(crate) async fn at_version(state: &QueryState, project: ProjectId, version: i64) -> Result<(i64, Arc<Persons>), ApiError> {
    let resolved = held_or_refreshed(state, project, version).await?;
    Ok((resolved.version, resolved.persons.clone()))
}

/// The links of a project that are not undone, and what they come to.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    version: i64,
    mark: Mark,
    /// In the order of their times and numbers.
    pub(super) links: Vec<Link>,
    pub(super) persons: Arc<Persons>,
}

/// As [`persons`], with the links.
pub(super) async fn resolved(state: &QueryState, project: ProjectId) -> Result<Arc<Resolved>, ApiError> {
    let version = identity_links::version(state.db(), project).await?;
    held_or_refreshed(state, project, version).await
}

async fn held_or_refreshed(state: &QueryState, project: ProjectId, version: i64) -> Result<Arc<Resolved>, ApiError> {
    let held = state.persons().held(project);
    if held.resolved.version == version {
        return Ok(held.resolved);
    }
    // In a task of its own: a question that is given up leaves the work to the next one.
    let state = state.clone();
    let refreshing = tokio::spawn(async move {
        let _one_at_a_time = held.refreshing.lock().await;
        refresh(&state, project).await
    });
    refreshing.await.map_err(|error| ApiError::Fault(format!("resolving persons failed: {error}")))?
}

async fn refresh(state: &QueryState, project: ProjectId) -> Result<Arc<Resolved>, ApiError> {
    let version = identity_links::version(state.db(), project).await?;
    let held = state.persons().held(project).resolved;
    if held.version == version {
        return Ok(held);
    }
    // A version that goes back is that of a database that was restored from a copy: nothing that is held is of it.
    let held = if version < held.version { Arc::default() } else { held };
    let (changed, mark) = changes(state.db(), project, held.mark).await?;
    let work = tokio::task::spawn_blocking(move || -> Result<Resolved, ApiError> {
        let links = merge(&held.links, &changed)?;
        let persons = Arc::new(resolve(&links));
        Ok(Resolved { version, mark, links, persons })
    });
    let resolved = Arc::new(work.await.map_err(|error| ApiError::Fault(format!("resolving persons failed: {error}")))??);
    state.persons().keep(project, resolved.clone());
    Ok(resolved)
}

/// Everything that changed after the mark, and the new mark. What is committed meanwhile may be among it, and is read again
/// next time.
async fn changes(db: &Db, project: ProjectId, mut mark: Mark) -> Result<(Vec<Changed>, Mark), ApiError> {
    let mut changed = Vec::new();
    loop {
        let page = identity_links::changed(db, project, mark, LINKS_READ).await?;
        if let Some(last) = page.last() {
            mark = Mark { version: last.version, link_id: last.link_id };
        }
        let is_last = (page.len() as i64) < LINKS_READ;
        changed.extend(page);
        if is_last {
            return Ok((changed, mark));
        }
    }
}

/// The links with the changes, of which the last one of a link counts.
fn merge(held: &[Link], changed: &[Changed]) -> Result<Vec<Link>, ApiError> {
    let mut seen = HashSet::with_capacity(changed.len());
    let latest: Vec<&Changed> = changed.iter().rev().filter(|change| seen.insert(change.link_id)).collect();
    let mut links: Vec<Link> = held.iter().filter(|link| !seen.contains(&link.id)).copied().collect();
    for change in latest.into_iter().filter(|change| !change.undone) {
        let (from, to) = (end(change.from_kind, change.from_actor)?, end(change.to_kind, change.to_actor)?);
        links.push(Link { ts: change.ts, id: change.link_id, from, to });
    }
    links.sort_by_key(|link| (link.ts, link.id));
    Ok(links)
}

/// An end of a stored link.
pub(super) fn end(kind: i16, actor: i64) -> Result<End, ApiError> {
    let actor = u32::try_from(actor).map_err(|_| ApiError::Fault(format!("a link has the actor {actor}")))?;
    Ok(End { actor, is_user: kind == ActorKind::User.code() })
}

/// What is remembered of each project.
#[derive(Default)]
pub(crate) struct PersonsCache(Mutex<Projects>);

#[derive(Default)]
struct Projects {
    by_id: HashMap<ProjectId, Slot>,
    /// Counts questions, to know what was not asked for longest.
    asked: u64,
}

#[derive(Clone, Default)]
struct Slot {
    resolved: Arc<Resolved>,
    refreshing: Arc<tokio::sync::Mutex<()>>,
    asked: u64,
}

impl PersonsCache {
    fn held(&self, project: ProjectId) -> Slot {
        let mut projects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        projects.asked += 1;
        let asked = projects.asked;
        let slot = projects.by_id.entry(project).or_default();
        slot.asked = asked;
        slot.clone()
    }

    fn keep(&self, project: ProjectId, resolved: Arc<Resolved>) {
        let mut projects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        projects.by_id.entry(project).or_default().resolved = resolved;
        projects.forget_beyond(LINKS_HELD_MAX, project);
    }
}

impl Projects {
    /// Forgets the projects that were not asked for longest, until few enough links are held. `kept` stays.
    fn forget_beyond(&mut self, links_max: usize, kept: ProjectId) {
        while self.by_id.values().map(|slot| slot.resolved.links.len()).sum::<usize>() > links_max {
            let others = self.by_id.iter().filter(|(id, slot)| **id != kept && !slot.resolved.links.is_empty());
            let Some((oldest, _)) = others.min_by_key(|(_, slot)| slot.asked) else { return };
            let oldest = *oldest;
            self.by_id.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn change(version: i64, link_id: i64, undone: bool) -> Changed {
        let ts = DateTime::from_timestamp(1_770_000_000 - link_id, 0).unwrap();
        Changed { version, link_id, from_kind: 2, from_actor: link_id, to_kind: 1, to_actor: 0, ts, undone }
    }

    #[test]
    fn of_several_changes_of_a_link_the_last_one_counts() {
        let links =
            merge(&[], &[change(1, 1, false), change(1, 2, false), change(2, 1, true), change(3, 2, true), change(4, 2, false)]).unwrap();
        assert_eq!(links.iter().map(|link| link.id).collect::<Vec<_>>(), [2]);
        let links = merge(&links, &[change(5, 1, false), change(5, 3, false)]).unwrap();
        assert_eq!(links.iter().map(|link| link.id).collect::<Vec<_>>(), [3, 2, 1], "by time");
        assert_eq!((links[0].from.is_user, links[0].to.is_user), (false, true));
    }

    #[test]
    fn the_projects_that_were_not_asked_for_longest_are_forgotten_first() {
        let cache = PersonsCache::default();
        let links = merge(&[], &[change(1, 1, false), change(1, 2, false)]).unwrap();
        for project in [1, 2, 3] {
            cache.keep(ProjectId(project), Arc::new(Resolved { links: links.clone(), ..Resolved::default() }));
            cache.held(ProjectId(project));
        }
        cache.held(ProjectId(1));
        let mut projects = cache.0.lock().unwrap();
        projects.forget_beyond(4, ProjectId(3));
        assert_eq!(projects.by_id.len(), 2);
        assert!(!projects.by_id.contains_key(&ProjectId(2)));
        projects.forget_beyond(1, ProjectId(3));
        assert!(projects.by_id.contains_key(&ProjectId(3)), "the one that is asked for stays, however large");
    }
}
