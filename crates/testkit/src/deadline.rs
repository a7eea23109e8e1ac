//! Waiting for what must happen.

use std::time::{Duration, Instant};

/// Longer than anything should take on a busy machine; a test that gets here fails.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Waits until the condition holds.
///
/// # Panics
/// After [`PATIENCE`], with `what` was waited for.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < PATIENCE, "waited too long until {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
