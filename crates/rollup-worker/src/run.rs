//! The loop: count while there is work, look again five times a second, rest when the database is away. The chores are
//! done beside it.

use std::time::Duration;

use protocol::time::Clock;
use storage::Db;
use tokio::sync::watch;

use crate::chores::{self, Chores, Compaction};
use crate::config::Config;
use crate::count::Counted;
use crate::drain;

/// Counts until `stop` turns true (or its sender is gone), whatever happens to the database meanwhile. Then it finishes
/// the transaction at hand, or rolls it back when that takes longer than [`Config::stop_max`].
pub async fn run(db: Db, clock: Clock, config: Config, stop: watch::Receiver<bool>) {
    let chores = Chores::new(db.clone(), clock.clone(), config.series);
    tokio::select! {
        () = count_until_stopped(&db, &clock, &config, stop) => {}
        () = chores.run() => {}
        () = Compaction::new(db.clone(), clock.clone()).run() => {}
        () = chores::verify_for_ever(db.clone(), clock.clone(), config.jitter) => {}
    }
}

async fn count_until_stopped(db: &Db, clock: &Clock, config: &Config, mut stop: watch::Receiver<bool>) {
    tracing::info!("the worker counts");
    let mut errors = 0_u32;
    while !is_stopped(&stop) {
        let watched = stop.clone();
        let round = tokio::select! {
            round = drain::round(db, clock, config, || is_stopped(&watched)) => round,
            () = stopped_for(&mut stop, config.stop_max) => {
                tracing::warn!("the worker stopped within a transaction, which is rolled back");
                return;
            }
        };
        match &round {
            Ok(_) if errors > 0 => tracing::info!(errors, "the worker counts again"),
            Err(error) if errors == 0 => tracing::warn!(error = format!("{error:#}"), "the worker pauses until the database is well"),
            Ok(_) | Err(_) => {}
        }
        errors = if round.is_err() { errors.saturating_add(1) } else { 0 };
        let pause = match round {
            Ok(counted) if counted != Counted::default() => continue,
            Ok(_) => config.poll_every,
            Err(_) => pause_after(errors, config),
        };
        tokio::select! {
            () = tokio::time::sleep(pause.mul_f64(0.9 + 0.2 * (config.jitter)())) => {}
            () = stopped_for(&mut stop, Duration::ZERO) => {}
        }
    }
    tracing::info!("the worker stopped");
}

/// Twice as long after each error.
fn pause_after(errors: u32, config: &Config) -> Duration {
    config.poll_every.saturating_mul(1 << errors.min(16)).min(config.pause_max)
}

/// It is time to stop: somebody said so, or nobody is left who could.
fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Returns once it has been time to stop for so long.
async fn stopped_for(stop: &mut watch::Receiver<bool>, long: Duration) {
    // An error means that the sender is gone.
    let _ = stop.wait_for(|stop| *stop).await;
    tokio::time::sleep(long).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_their_limit() {
        let config = Config::new(|| 0.5);
        let pauses: Vec<u128> = [1, 2, 3, 4, 5, 60, u32::MAX].map(|errors| pause_after(errors, &config).as_millis()).to_vec();
        assert_eq!(pauses, [400, 800, 1600, 3200, 5000, 5000, 5000]);
    }
}
