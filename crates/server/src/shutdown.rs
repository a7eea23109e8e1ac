//! Stopping: the first signal stops gracefully, the second one at once.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The longest that a graceful stop may take.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Becomes `true` when the process shall stop.
pub(crate) type Stop = watch::Receiver<bool>;

/// Listens for SIGINT and SIGTERM from now on.
pub(crate) fn on_signal() -> anyhow::Result<Stop> {
    listen(|| tracing::info!("stopping; once more to stop at once"))
}

/// The same, for a command that stops at once and has nothing to say about it.
pub(crate) fn on_signal_quietly() -> anyhow::Result<Stop> {
    listen(|| ())
}

fn listen(announce: fn()) -> anyhow::Result<Stop> {
    let (sender, receiver) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        announce();
        sender.send_replace(true);
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        std::process::exit(130);
    });
    Ok(receiver)
}

/// Ends when the process shall stop.
pub(crate) async fn requested(mut stop: Stop) {
    // The sender lives as long as the process; were it gone, stopping would be right.
    let _ = stop.wait_for(|stop| *stop).await;
}
