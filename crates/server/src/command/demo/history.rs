//! The history on its way: with a bar for somebody who waits, with lines in the log for `dev`.

use std::time::Duration;

use anyhow::bail;
use demo::History;
use demo::backfill::{self, Progress};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use throughline::Config;
use throughline::import::ImportSummary;

use crate::shutdown::Stop;

/// A log line for each such share of the history, in per cent.
const LOG_EVERY: usize = 20;

/// Sends the history and shows a bar on the terminal.
pub(crate) async fn send_with_bar(history: History, endpoint: &str, secret: &str, stop: Stop) -> anyhow::Result<()> {
    let bar = ProgressBar::new(history.dates().len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} day {pos} of {len}, {msg} items, {eta} left")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let shown = bar.clone();
    let sent = send(history, endpoint, secret, stop, move |progress| {
        shown.set_message(HumanCount(progress.stored).to_string());
        shown.set_position(progress.days as u64);
    })
    .await;
    bar.finish_and_clear();
    match sent? {
        Some(summary) => out!("{} items stored in {:.1} s", HumanCount(summary.stored), bar.elapsed().as_secs_f64())?,
        None => bail!("stopped before the end; what was acknowledged is stored"),
    }
    Ok(())
}

/// Sends the history beside other work and logs how far it is. Whether it was sent to its end.
pub(crate) async fn send_in_background(history: History, endpoint: &str, secret: &str, stop: Stop) -> anyhow::Result<bool> {
    tracing::info!(days = history.days, users = history.users, "sending the demo shop's history");
    let mut logged = 0;
    let sent = send(history, endpoint, secret, stop, move |progress| {
        let share = progress.days * 100 / progress.days_total;
        if share / LOG_EVERY > logged / LOG_EVERY {
            logged = share;
            tracing::info!(items = progress.stored, "the demo shop's history: {share} %");
        }
    })
    .await?;
    Ok(sent.is_some())
}

async fn send(
    history: History,
    endpoint: &str,
    secret: &str,
    stop: Stop,
    on_progress: impl FnMut(Progress) + Send + 'static,
) -> anyhow::Result<Option<ImportSummary>> {
    let config = Config::new(endpoint, secret);
    let sent = tokio::task::spawn_blocking(move || backfill::send(&history, config, on_progress, || *stop.borrow()));
    Ok(sent.await??)
}
