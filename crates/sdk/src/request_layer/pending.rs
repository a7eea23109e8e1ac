//! The future of a request's response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;

use super::{Handled, Outcome};
use crate::scope::Bound;

/// A response on its way; see [`RequestLayer`](super::RequestLayer).
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Pending<F> {
    handled: Option<Handled>,
    future: Bound<F>,
}

impl<F: Future> Pending<F> {
    pub(super) fn new(handled: Handled, future: Bound<F>) -> Self {
        Self { handled: Some(handled), future }
    }
}

impl<F, R, E> Future for Pending<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let result = ready!(Pin::new(&mut self.future).poll(context));
        if let Some(mut handled) = self.handled.take() {
            handled.ended(match &result {
                Ok(response) => Outcome::Answered(response.status().as_u16()),
                Err(_) => Outcome::Failed,
            });
        }
        Poll::Ready(result)
    }
}
