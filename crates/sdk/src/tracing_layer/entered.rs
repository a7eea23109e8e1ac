//! The spans of `tracing` that a thread is in. They may be left in another order than they were entered.

use std::cell::RefCell;
use std::sync::Arc;

use tracing_core::span::Id;

use crate::scope::{Scope, replace};

/// Spans that one thread is in at a time, beyond which scopes are not changed any more.
const DEPTH_MAX: usize = 256;

/// Each with the scope that was current before.
type Stack = Vec<(Id, Option<Arc<Scope>>)>;

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Vec::new()) };
}

/// The span's scope becomes the thread's.
pub(super) fn enter(id: &Id, scope: &Arc<Scope>) {
    with(|stack| {
        if stack.len() < DEPTH_MAX {
            stack.push((id.clone(), replace(Some(Arc::clone(scope)))));
        }
    });
}

/// The scope before becomes the thread's, unless a span was entered since: then it becomes that one's scope before.
pub(super) fn exit(id: &Id) {
    with(|stack| {
        let Some(at) = stack.iter().rposition(|(entered, _)| entered == id) else { return };
        let (_, before) = stack.remove(at);
        match stack.get_mut(at) {
            Some((_, theirs)) => *theirs = before,
            None => {
                replace(before);
            }
        }
    });
}

fn with(change: impl FnOnce(&mut Stack)) {
    let _ = STACK.try_with(|stack| {
        if let Ok(mut stack) = stack.try_borrow_mut() {
            change(&mut stack);
        }
    });
}
