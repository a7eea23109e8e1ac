//! The host application's own say about each item.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::loss::LossReason;

type Call<T> = Arc<dyn Fn(T) -> Option<T> + Send + Sync>;

/// A function that may change an item or leave it out; none by default.
pub(crate) struct Hook<T>(Option<Call<T>>);

impl<T> Hook<T> {
    pub(crate) fn new(call: impl Fn(T) -> Option<T> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(call)))
    }

    /// A hook that panics loses its item, not the host application.
    pub(crate) fn call(&self, item: T) -> Result<T, LossReason> {
        match &self.0 {
            None => Ok(item),
            Some(call) => catch_unwind(AssertUnwindSafe(|| call(item))).ok().flatten().ok_or(LossReason::BeforeSend),
        }
    }
}

impl<T> Clone for Hook<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Hook<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> std::fmt::Debug for Hook<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Hook" } else { "no hook" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_changes_or_leaves_out() {
        let hook = Hook::new(|n: i32| (n > 0).then_some(n * 2));
        assert_eq!(hook.call(4), Ok(8));
        assert_eq!(hook.call(-4), Err(LossReason::BeforeSend));
        assert_eq!(Hook::default().call(-4), Ok(-4));
    }
}
