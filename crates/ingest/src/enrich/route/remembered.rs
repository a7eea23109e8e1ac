//! Projects' rules as they were read last, so that a request does not read them again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::id::ProjectId;

use super::Rules;

/// Projects remembered.
const PROJECTS_MAX: usize = 10_000;

type Entries = HashMap<ProjectId, (Arc<[String]>, Arc<Rules>)>;

/// The rules of projects, beside the texts that they were read from.
#[derive(Debug, Default)]
pub(crate) struct RuleCache {
    entries: Mutex<Entries>,
}

impl RuleCache {
    /// The rules that these texts are.
    pub(crate) fn rules(&self, project: ProjectId, texts: &Arc<[String]>) -> Arc<Rules> {
        if texts.is_empty() {
            return Arc::default();
        }
        if let Some((known, rules)) = self.lock().get(&project)
            && (Arc::ptr_eq(known, texts) || known == texts)
        {
            return Arc::clone(rules);
        }
        let rules = Arc::new(Rules::read(texts));
        let mut entries = self.lock();
        if entries.len() >= PROJECTS_MAX {
            entries.clear();
        }
        entries.insert(project, (Arc::clone(texts), Arc::clone(&rules)));
        rules
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        // Nothing panics while it is held.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
