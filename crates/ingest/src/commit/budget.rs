//! The bytes of all requests that are being worked on.
//!
//! A project may hold at most four times what is free. So one project alone gets four fifths, there is always room for
//! one that comes later, and the fuller the budget, the lower the same bar for everybody: who holds most is refused first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::id::ProjectId;

const TIMES_FREE: usize = 4;

/// A budget that several requests share.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Shared>);

struct Shared {
    bytes_max: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bytes: usize,
    by_project: HashMap<ProjectId, usize>,
}

/// There is no room for this project at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Bytes of the budget, given back when dropped.
pub(crate) struct Reserved {
    budget: Budget,
    project: ProjectId,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self(Arc::new(Shared { bytes_max, held: Mutex::default() }))
    }

    /// Takes bytes, or refuses at once: waiting would only move the queue into memory.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn reserve(&self, project: ProjectId, bytes: usize) -> Result<Reserved, Full> {
        let mut reserved = Reserved { budget: self.clone(), project, bytes: 0 };
        reserved.grow(bytes)?;
        Ok(reserved)
    }

    pub(crate) fn bytes_held(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it is held.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reserved {
    /// Takes more.
    ///
    /// # Errors
    /// [`Full`], and nothing is taken.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        let mut held = self.budget.lock();
        let of_project = held.by_project.get(&self.project).copied().unwrap_or_default();
        if !has_room(self.budget.0.bytes_max, held.bytes, of_project, bytes) {
            return Err(Full);
        }
        held.bytes += bytes;
        *held.by_project.entry(self.project).or_default() += bytes;
        drop(held);
        self.bytes += bytes;
        Ok(())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Hands a part of it, at most all, to somebody else.
    pub(crate) fn split_off(&mut self, bytes: usize) -> Self {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        Self { budget: self.budget.clone(), project: self.project, bytes }
    }

    /// Gives back what is over `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let over = self.bytes.saturating_sub(bytes);
        let mut held = self.budget.lock();
        held.bytes -= over;
        if let Some(of_project) = held.by_project.get_mut(&self.project) {
            *of_project -= over;
            if *of_project == 0 {
                held.by_project.remove(&self.project);
            }
        }
        drop(held);
        self.bytes -= over;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

/// Whether a project that holds `of_project` of the `held` bytes may hold `more`.
fn has_room(max: usize, held: usize, of_project: usize, more: usize) -> bool {
    let Some(free) = max.checked_sub(held).and_then(|free| free.checked_sub(more)) else {
        return false;
    };
    of_project + more <= free.saturating_mul(TIMES_FREE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUSY: ProjectId = ProjectId(1);
    const SMALL: ProjectId = ProjectId(2);

    /// Reserves pieces of ten bytes until there is no more room.
    fn fill(budget: &Budget, project: ProjectId) -> Vec<Reserved> {
        std::iter::from_fn(|| budget.reserve(project, 10).ok()).collect()
    }

    #[test]
    fn a_busy_project_leaves_room_for_others_and_is_refused_first() {
        let budget = Budget::new(1_000);
        let mut busy = fill(&budget, BUSY);
        assert_eq!(busy.len(), 80);
        let small = fill(&budget, SMALL);
        assert_eq!((small.len(), budget.bytes_held()), (16, 960));
        // What the busy one gives back, the other may have, until both hold the same.
        busy.truncate(44);
        let more = fill(&budget, SMALL);
        assert_eq!(small.len() + more.len(), 44);
        drop((busy, small, more));
        assert_eq!((budget.bytes_held(), budget.lock().by_project.len()), (0, 0));
    }

    #[test]
    fn what_is_not_needed_any_more_is_given_back_early() {
        let budget = Budget::new(1_000);
        let mut reserved = budget.reserve(BUSY, 500).expect("room");
        assert_eq!((reserved.grow(400), reserved.grow(100)), (Err(Full), Ok(())));
        reserved.shrink_to(50);
        assert_eq!(budget.bytes_held(), 50);
        reserved.shrink_to(500);
        assert_eq!(budget.bytes_held(), 50);
        let part = reserved.split_off(20);
        assert_eq!((part.bytes(), reserved.bytes(), budget.bytes_held()), (20, 30, 50));
        drop(reserved);
        assert_eq!(budget.bytes_held(), 20);
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bytes_and_gives_all_of_them_back(
            requests in prop::collection::vec((0..3_i32, 0..400_usize, 0..400_usize, any::<bool>()), 1..60)
        ) {
            let budget = Budget::new(1_000);
            let mut held = Vec::new();
            for (project, first, more, ends) in requests {
                if let Ok(mut reserved) = budget.reserve(ProjectId(project), first) {
                    let grown = reserved.grow(more);
                    prop_assert_eq!(reserved.bytes, if grown.is_ok() { first + more } else { first });
                    held.push(reserved);
                }
                if ends {
                    held.pop();
                }
                prop_assert!(budget.bytes_held() <= 1_000);
                prop_assert_eq!(budget.bytes_held(), held.iter().map(|reserved| reserved.bytes).sum::<usize>());
            }
            held.clear();
            prop_assert_eq!(budget.bytes_held(), 0);
        }
    }
}
