//! History: sent once, in large requests, by somebody who waits for it.
//!
//! An import needs a secret key with the scope `import`. Items keep their own time, which may lie as far back as the
//! server keeps raw data (30 days); give every item a `ts`, and every event an `event_id` if you have one.

mod signed;

use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

use protocol::envelope::Envelope;
use protocol::error_report::ErrorReport;
use protocol::event::Event;
use protocol::identity::Identity;
use protocol::limits::IMPORT_ITEMS_MAX;
use protocol::log::LogRecord;
use protocol::metric::{MetricPoint, MetricValue};
use protocol::outcome::Signal;
use protocol::span::Span;
use protocol::verdict::{BatchAnswer, ItemError};
use uuid::Uuid;

use crate::backoff;
use crate::batch::{sdk, with_lists};
use crate::clock;
use crate::config::{Config, InitError};
use crate::identity::{Ids, Randomness};
use crate::loss::LossReason;
use crate::seal::encode_bounded;
use crate::transport::{Attempt, Transport};

use self::signed::Signed;

const OPERATION: &str = "import:batch";
/// Bytes of one request's item lists before compression: below the server's limit for the whole body.
const LISTS_BYTES_MAX: usize = 30_000_000;
/// An import request is large: it may take so many times the configured time for a request.
const PATIENCE: u32 = 6;
/// Item errors that are kept for the summary.
const ERRORS_KEPT: usize = 20;

/// Sends history. Blocks; keeps at most one request's items in memory.
pub struct Importer {
    transport: Transport,
    randomness: Randomness,
    config: Config,
    items_per_request: usize,
    name: Option<String>,
    lists: BTreeMap<Signal, List>,
    summary: ImportSummary,
    progress: Box<dyn FnMut(&ImportSummary) + Send>,
}

/// What an import has come to so far: `items == stored + rejected + skipped`, once it is finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Items handed over.
    pub items: u64,
    /// Items that the server has stored.
    pub stored: u64,
    /// Items that the server refused one by one.
    pub rejected: u64,
    /// Items that were not sent, because they were over 64 KiB or no finite number.
    pub skipped: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Attempts that failed and were repeated.
    pub retries: u64,
    /// The first 20 refusals.
    pub errors: Vec<ItemError>,
}

/// Why an import ended early. What was acknowledged stays stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The server refused a whole request: a wrong key, or one without the scope `import`.
    #[error("the server refused the import: {0}")]
    Refused(String),
    /// The server did not take a request in the time given by [`Config::retry_for`].
    #[error("the server could not be reached in time: {0}")]
    GaveUp(String),
}

#[derive(Default)]
struct List {
    json: Vec<u8>,
    items: usize,
}

impl List {
    fn add(&mut self, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), LossReason>) -> Result<(), LossReason> {
        let before = self.json.len();
        self.json.push(if self.items == 0 { b'[' } else { b',' });
        let encoded = encode(&mut self.json);
        match encoded {
            Ok(()) => self.items += 1,
            Err(_) => self.json.truncate(before),
        }
        encoded
    }

    /// The list as JSON; it is empty afterwards and keeps its memory.
    fn close(&mut self) -> &[u8] {
        self.json.extend_from_slice(if self.items == 0 { b"[]" } else { b"]" });
        self.items = 0;
        &self.json
    }
}

impl Importer {
    /// An importer that sends to the configured address with the configured key.
    ///
    /// # Errors
    /// When the configuration is not valid.
    pub fn new(config: Config) -> Result<Self, InitError> {
        config.check()?;
        Ok(Self {
            transport: Transport::new(&config.url, &config.key),
            randomness: Randomness::from_system(clock::now_micros() as u64),
            config,
            items_per_request: IMPORT_ITEMS_MAX,
            name: None,
            lists: BTreeMap::new(),
            summary: ImportSummary::default(),
            progress: Box::new(|_| {}),
        })
    }

    /// Items in one request: 10,000 by default, which is also the most.
    #[must_use]
    pub fn items_per_request(mut self, items: usize) -> Self {
        self.items_per_request = items.clamp(1, IMPORT_ITEMS_MAX);
        self
    }

    /// Names the import: the same items under the same name again, within 7 days, store nothing twice.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Calls `progress` after each answered request.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(&ImportSummary) + Send + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Adds an event; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn event(&mut self, event: &Event) -> Result<(), ImportError> {
        self.add(Signal::Event, event)
    }

    /// Adds a metric point; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn metric(&mut self, point: &MetricPoint) -> Result<(), ImportError> {
        if matches!(point.value, MetricValue::Number(number) if !number.is_finite()) {
            return self.added(Err(LossReason::NotFinite));
        }
        self.add(Signal::Metric, point)
    }

    /// Adds a span; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn span(&mut self, span: &Span) -> Result<(), ImportError> {
        self.add(Signal::Span, span)
    }

    /// Adds an error report; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn error(&mut self, report: &ErrorReport) -> Result<(), ImportError> {
        self.add(Signal::Error, report)
    }

    /// Adds a log record; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn log(&mut self, log: &LogRecord) -> Result<(), ImportError> {
        self.add(Signal::Log, log)
    }

    /// Adds an identity; sends when a request is full.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn identity(&mut self, identity: &Identity) -> Result<(), ImportError> {
        self.add(Signal::Identity, identity)
    }

    /// Sends what is left and says what became of everything.
    ///
    /// # Errors
    /// When a request was refused or could not be delivered.
    pub fn finish(mut self) -> Result<ImportSummary, ImportError> {
        self.send()?;
        Ok(self.summary)
    }

    /// What has been acknowledged so far.
    pub fn summary(&self) -> &ImportSummary {
        &self.summary
    }

    /// Release and environment of the configuration are filled in where the item names none.
    fn add<T: Signed>(&mut self, signal: Signal, item: &T) -> Result<(), ImportError> {
        let Config { release, environment, .. } = &self.config;
        let list = self.lists.entry(signal).or_default();
        let added = match item.is_signed() {
            true => list.add(|out| encode_bounded(item, out)),
            false => {
                let item = item.clone().signed(release.as_deref(), environment.as_deref());
                list.add(|out| encode_bounded(&item, out))
            }
        };
        self.added(added)
    }

    fn added(&mut self, added: Result<(), LossReason>) -> Result<(), ImportError> {
        self.summary.items += 1;
        if added.is_err() {
            self.summary.skipped += 1;
        }
        let items = self.items();
        let bytes: usize = self.lists.values().map(|list| list.json.len()).sum();
        if items >= self.items_per_request || bytes >= LISTS_BYTES_MAX { self.send() } else { Ok(()) }
    }

    /// Sends one request, repeated under the same id until it is answered.
    fn send(&mut self) -> Result<(), ImportError> {
        let items = self.items() as u64;
        if items == 0 {
            return Ok(());
        }
        let mut envelope = Envelope { batch_id: Some(self.batch_id()), sdk: Some(sdk()), ..Envelope::default() };
        let answer = {
            let lists: Vec<_> = self.lists.iter_mut().map(|(signal, list)| (signal.list(), list.close())).collect();
            deliver(&self.transport, &self.config, &self.randomness, &mut self.summary.retries, || {
                envelope.sent_at = Some(clock::now().into());
                with_lists(&envelope, &lists)
            })
        };
        self.lists.values_mut().for_each(|list| list.json.clear());
        self.book(items, &answer?);
        (self.progress)(&self.summary);
        Ok(())
    }

    fn items(&self) -> usize {
        self.lists.values().map(|list| list.items).sum()
    }

    /// A named import's requests have ids of their name and their place in it.
    fn batch_id(&self) -> Uuid {
        match &self.name {
            Some(name) => Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("throughline:import:{name}:{}", self.summary.requests).as_bytes()),
            None => Ids::new(&self.randomness).id(clock::now_micros(), 0),
        }
    }

    fn book(&mut self, items: u64, answer: &BatchAnswer) {
        let rejected = u64::from(answer.rejected).min(items);
        self.summary.requests += 1;
        self.summary.rejected += rejected;
        self.summary.stored += items - rejected;
        let room = ERRORS_KEPT.saturating_sub(self.summary.errors.len());
        self.summary.errors.extend(answer.errors.iter().take(room).cloned());
    }
}

/// Attempts until there is an answer. `body` is asked for anew each time.
fn deliver(
    transport: &Transport,
    config: &Config,
    randomness: &Randomness,
    retries: &mut u64,
    mut body: impl FnMut() -> Vec<u8>,
) -> Result<BatchAnswer, ImportError> {
    let begun = Instant::now();
    for failures in 1.. {
        match transport.post(OPERATION, &body(), config.request_timeout.saturating_mul(PATIENCE)) {
            Attempt::Taken(answer) => return Ok(answer),
            Attempt::Refused { why } => return Err(ImportError::Refused(why)),
            Attempt::Again { after, why } => {
                let chosen = backoff::wait(failures, config.retry_base, config.retry_cap, randomness.unit());
                let wait = after.unwrap_or(chosen);
                if begun.elapsed() + wait >= config.retry_for {
                    return Err(ImportError::GaveUp(why));
                }
                *retries += 1;
                thread::sleep(wait);
            }
        }
    }
    Err(ImportError::GaveUp("too many attempts".to_owned()))
}

impl std::fmt::Debug for Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer").field("url", &self.config.url).field("summary", &self.summary).finish_non_exhaustive()
    }
}
