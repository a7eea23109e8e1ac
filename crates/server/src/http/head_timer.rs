//! When a client has taken too long for a request's head.
//!
//! hyper starts its timer when it begins to wait for a head, so a connection that rests between two requests would be
//! cut after the time that a head may take. Here the waiting has two limits: one for resting, and from a head's first
//! byte on the one for heads.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that a connection has received.
#[derive(Clone, Default)]
pub(super) struct Received(Arc<AtomicU64>);

impl Received {
    fn count(&self) -> u64 {
        // The connection's one task both reads and waits.
        self.0.load(Ordering::Relaxed)
    }
}

/// The timer of one connection.
pub(super) struct HeadTimer {
    received: Received,
    rest_within: Duration,
    head_within: Duration,
}

impl HeadTimer {
    pub(super) fn new(rest_within: Duration, head_within: Duration) -> Self {
        Self { received: Received::default(), rest_within, head_within }
    }

    /// What the connection's stream counts in.
    pub(super) fn received(&self) -> Received {
        self.received.clone()
    }

    /// A connection that has sent nothing yet has the time of a head, not that of a rest: it has no other reason to be.
    fn wait(&self) -> HeadWait {
        let before = self.received.count();
        let within = if before == 0 { self.head_within } else { self.rest_within };
        HeadWait {
            received: self.received.clone(),
            resting_at: (before > 0).then_some(before),
            head_within: self.head_within,
            sleep: Box::pin(tokio::time::sleep(within)),
        }
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(self.wait())
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(self.wait())
    }
}

/// Ends when the client has taken too long.
struct HeadWait {
    received: Received,
    /// The count at which the connection began to rest, while it rests.
    resting_at: Option<u64>,
    head_within: Duration,
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Sleep for HeadWait {}

impl Future for HeadWait {
    type Output = ();

    /// hyper asks after every read that did not complete the head.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.resting_at.is_some_and(|at| at != self.received.count()) {
            self.resting_at = None;
            let deadline = tokio::time::Instant::now() + self.head_within;
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(context)
    }
}

/// A stream that counts what it receives.
pub(super) struct Counted<S> {
    stream: S,
    received: Received,
}

impl<S> Counted<S> {
    pub(super) fn new(stream: S, received: Received) -> Self {
        Self { stream, received }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.received.0.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(75);
    const HEAD: Duration = Duration::from_secs(10);

    /// Seconds that a wait lasts whose client sends a byte after that many of them.
    async fn lasts(received_before: u64, sends_after: Option<u64>) -> u64 {
        let timer = HeadTimer::new(REST, HEAD);
        timer.received.0.store(received_before, Ordering::Relaxed);
        let began = tokio::time::Instant::now();
        let mut wait = timer.sleep(HEAD);
        if let Some(after) = sends_after {
            tokio::select! {
                () = wait.as_mut() => return began.elapsed().as_secs(),
                () = tokio::time::sleep(Duration::from_secs(after)) => { timer.received.0.fetch_add(1, Ordering::Relaxed); }
            }
        }
        wait.await;
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_head_has_ten_seconds_however_it_trickles() {
        assert_eq!(lasts(0, None).await, 10);
        assert_eq!(lasts(0, Some(9)).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_is_longer_and_ends_with_the_next_heads_first_byte() {
        assert_eq!(lasts(500, None).await, 75);
        assert_eq!(lasts(500, Some(60)).await, 70);
    }
}
