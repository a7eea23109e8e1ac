//! The current scope of a thread, and of a future wherever it is polled.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Place, Scope};

thread_local! {
    static CURRENT: RefCell<Option<Arc<Scope>>> = const { RefCell::new(None) };
}

/// The scope that this thread is in; none while the thread ends.
#[inline]
pub(crate) fn current() -> Option<Arc<Scope>> {
    CURRENT.try_with(|current| current.try_borrow().ok().and_then(|current| current.clone())).ok().flatten()
}

/// What the scope that this thread is in says.
#[inline]
pub(crate) fn place() -> Option<Arc<Place>> {
    let look = |current: &RefCell<Option<Arc<Scope>>>| current.try_borrow().ok()?.as_ref().map(|scope| Arc::clone(&scope.place));
    CURRENT.try_with(look).ok().flatten()
}

/// Makes `scope` the current one and gives back what was.
pub(crate) fn replace(scope: Option<Arc<Scope>>) -> Option<Arc<Scope>> {
    CURRENT.try_with(|current| current.try_borrow_mut().ok().and_then(|mut current| std::mem::replace(&mut *current, scope))).ok().flatten()
}

/// The thread's scope until this is dropped; then the one before is back.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped"]
pub struct Entered {
    before: Option<Arc<Scope>>,
    /// It belongs to its thread.
    stays: PhantomData<*const ()>,
}

impl Entered {
    pub(crate) fn new(scope: Arc<Scope>) -> Self {
        Self { before: replace(Some(scope)), stays: PhantomData }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        replace(self.before.take());
    }
}

/// A future in whose code a scope is the current one; see [`Scope::bind`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Bound<F> {
    scope: Arc<Scope>,
    future: Pin<Box<F>>,
}

impl<F: Future> Bound<F> {
    pub(crate) fn new(scope: Arc<Scope>, future: F) -> Self {
        Self { scope, future: Box::pin(future) }
    }
}

impl<F: Future> Future for Bound<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = Entered::new(Arc::clone(&self.scope));
        self.future.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> Option<String> {
        place().and_then(|place| place.user.as_ref().map(|user| user.to_string()))
    }

    #[test]
    fn scopes_nest_and_end_with_their_guards() {
        assert_eq!(user(), None);
        let outer = Scope::empty().user("u1").route("/a").enter();
        {
            let _inner = Scope::inherit().user("u2").enter();
            assert_eq!(user().as_deref(), Some("u2"));
            assert_eq!(place().and_then(|place| place.route.clone()).as_deref(), Some("/a"));
        }
        assert_eq!(user().as_deref(), Some("u1"));
        assert_eq!(std::thread::spawn(user).join().ok(), Some(None), "another thread has its own");
        drop(outer);
        assert_eq!(user(), None);
    }

    #[test]
    fn a_future_has_its_scope_only_while_it_is_polled() {
        let mut future = Scope::empty().user("u1").bind(async { user() });
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert_eq!(Pin::new(&mut future).poll(&mut context), Poll::Ready(Some("u1".to_owned())));
        assert_eq!(user(), None);
    }
}
