//! Sends a history through the import endpoint.

use std::time::Duration;

use throughline::Config;
use throughline::import::{ImportError, ImportSummary, Importer};

use crate::history::History;
use crate::signal::Item;

/// Somebody waits and looks.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// How far a back-fill has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Days of the history that were handed over.
    pub days: usize,
    /// Days in all.
    pub days_total: usize,
    /// Items that the server has stored.
    pub stored: u64,
}

/// Why a history is not there.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum BackfillError {
    #[error(transparent)]
    Config(#[from] throughline::InitError),
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A history is made of valid items; one that is refused is a fault of one side.
    #[error("the server refused {rejected} items, the first one because: {reason}")]
    Rejected { rejected: u64, reason: String },
}

/// Sends the history with a secret key that may import, and tells `on_progress` after each day. Blocks.
///
/// The same history again, within 7 days, stores nothing twice.
///
/// `None` when `stop` became true before the end; what was acknowledged until then stays.
///
/// # Errors
/// When the server cannot be reached for long, refuses the key, or refuses items.
pub fn send(
    history: &History,
    config: Config,
    mut on_progress: impl FnMut(Progress),
    stop: impl Fn() -> bool,
) -> Result<Option<ImportSummary>, BackfillError> {
    let mut importer = Importer::new(config.retry_for(GIVE_UP_AFTER))?.named(history.name());
    let dates = history.dates();
    for (day, date) in dates.iter().enumerate() {
        for signal in history.signals(*date) {
            match signal.item {
                Item::Event(event) => importer.event(&event)?,
                Item::Metric(point) => importer.metric(&point)?,
                Item::Span(span) => importer.span(&span)?,
                Item::Error(report) => importer.error(&report)?,
                Item::Log(log) => importer.log(&log)?,
                Item::Identity(identity) => importer.identity(&identity)?,
            }
            if stop() {
                return Ok(None);
            }
        }
        on_progress(Progress { days: day + 1, days_total: dates.len(), stored: importer.summary().stored });
    }
    let summary = importer.finish()?;
    if summary.rejected > 0 {
        let reason = summary.errors.first().map_or_else(String::new, |error| error.message.clone());
        return Err(BackfillError::Rejected { rejected: summary.rejected, reason });
    }
    Ok(Some(summary))
}
