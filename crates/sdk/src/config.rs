//! How a client is set up.

use std::ops::RangeInclusive;
use std::time::Duration;

use protocol::access::KeyKind;
use protocol::error_report::ErrorReport;
use protocol::event::Event;
use protocol::identity::Identity;
use protocol::log::LogRecord;
use protocol::metric::MetricPoint;
use protocol::span::Span;
use ureq::http::Uri;

use crate::consent::Consent;
use crate::filter::{Filters, Hook, Rate};
use crate::value::Text;

/// Items that wait for a flush, per signal, unless configured; beyond that the oldest goes.
const RING_ITEMS: usize = 500;
/// And their bytes.
const RING_BYTES: usize = 4_000_000;
/// The bounds of both.
const RING_ITEMS_RANGE: RangeInclusive<usize> = 2..=10_000;
const RING_BYTES_RANGE: RangeInclusive<usize> = 64 * 1024..=256_000_000;

/// A client's settings. Everything but the address and the key has a default.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) release: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) install_id: Option<String>,
    pub(crate) flush_every: Duration,
    pub(crate) flush_at: usize,
    pub(crate) retry_base: Duration,
    pub(crate) retry_cap: Duration,
    pub(crate) retry_for: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) drop_wait: Duration,
    pub(crate) service: Option<String>,
    pub(crate) ring_items: usize,
    pub(crate) ring_bytes: usize,
    pub(crate) in_app: Vec<String>,
    pub(crate) filters: Filters,
    pub(crate) consent: Consent,
    pub(crate) one_person: Option<Text>,
    pub(crate) track_auto_breadcrumb: bool,
    pub(crate) backtraces: bool,
    pub(crate) self_report: bool,
}

/// Why a client was not started.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The address is not `http://host[:port]` or `https://…`.
    #[error("`{0}` is not an http or https address")]
    Url(String),
    /// The key is not `pk_` and 32, or `sk_` and 64 lower-case hex digits. The key itself is not repeated here.
    #[error("the key is not `pk_` and 32 hex digits (nor `sk_` and 64); `throughline keys --project NAME list` shows it")]
    Key,
    /// A length of time is zero, the ring too small or too large, or the early-flush threshold not between 1 and its size.
    #[error("`{0}` is out of range")]
    OutOfRange(&'static str),
    /// The system refused the background thread.
    #[error("the background thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Config {
    /// The settings of a client that sends to `url`, such as `https://throughline.example.org`, with a project's key.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            key: key.into(),
            release: None,
            environment: None,
            install_id: None,
            flush_every: Duration::from_secs(30),
            flush_at: 100,
            retry_base: Duration::from_millis(500),
            retry_cap: Duration::from_secs(60),
            retry_for: Duration::from_secs(600),
            request_timeout: Duration::from_secs(10),
            drop_wait: Duration::from_millis(500),
            service: None,
            ring_items: RING_ITEMS,
            ring_bytes: RING_BYTES,
            in_app: Vec::new(),
            filters: Filters::default(),
            consent: Consent::Granted,
            one_person: None,
            track_auto_breadcrumb: false,
            backtraces: true,
            self_report: true,
        }
    }

    /// The release of the application, such as `web@5.2`; goes on every item that names none.
    #[must_use]
    pub fn release(mut self, release: impl Into<Text>) -> Self {
        self.release = Some(release.into().into_owned());
        self
    }

    /// Such as `prod`, which is also what the server takes when none is named.
    #[must_use]
    pub fn environment(mut self, environment: impl Into<Text>) -> Self {
        self.environment = Some(environment.into().into_owned());
        self
    }

    /// Identifies this installation across restarts: within it, the client's sequence numbers give the order. They are the
    /// time in microseconds, each above the one before, so a program that is started again goes on above where it was.
    /// A random one per process by default. An event without user, anonymous id and session counts for it.
    #[must_use]
    pub fn install_id(mut self, install_id: impl Into<Text>) -> Self {
        self.install_id = Some(install_id.into().into_owned());
        self
    }

    /// How often items are sent: 30 s by default.
    #[must_use]
    pub fn flush_every(mut self, interval: Duration) -> Self {
        self.flush_every = interval;
        self
    }

    /// As soon as so many items of one signal wait, they are sent: 100 by default, the ring's size at most.
    #[must_use]
    pub fn flush_at(mut self, items: usize) -> Self {
        self.flush_at = items;
        self
    }

    /// The ceiling of the first random wait before a retry; it doubles with each failure: 500 ms by default.
    #[must_use]
    pub fn retry_base(mut self, base: Duration) -> Self {
        self.retry_base = base;
        self
    }

    /// The highest ceiling of the random wait: 60 s by default.
    #[must_use]
    pub fn retry_cap(mut self, cap: Duration) -> Self {
        self.retry_cap = cap;
        self
    }

    /// How long a sealed batch is retried before it is given up and counted as lost: 10 minutes by default.
    #[must_use]
    pub fn retry_for(mut self, age: Duration) -> Self {
        self.retry_for = age;
        self
    }

    /// The longest time for one request, connection and answer included: 10 s by default.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// The longest time that dropping the last handle waits for what is queued: 500 ms by default; zero never waits.
    #[must_use]
    pub fn drop_wait(mut self, wait: Duration) -> Self {
        self.drop_wait = wait;
        self
    }

    /// The program's name among those that send, such as `api`; goes on spans, errors and logs.
    #[must_use]
    pub fn service(mut self, service: impl Into<Text>) -> Self {
        self.service = Some(service.into().into_owned());
        self
    }

    /// Items of one signal that wait for a flush: 500 by default, 2 to 10,000. Beyond that the oldest goes.
    #[must_use]
    pub fn ring_items(mut self, items: usize) -> Self {
        self.ring_items = items;
        self
    }

    /// Bytes of the items of one signal that wait: 4 MB by default, 64 KiB to 256 MB. Beyond that the oldest go.
    #[must_use]
    pub fn ring_bytes(mut self, bytes: usize) -> Self {
        self.ring_bytes = bytes;
        self
    }

    /// Whether every event leaves a breadcrumb of its name, so that an error shows what the user did before: no by default.
    #[must_use]
    pub fn track_auto_breadcrumb(mut self, yes: bool) -> Self {
        self.track_auto_breadcrumb = yes;
        self
    }

    /// Whether exceptions carry their stack: yes by default. The first one makes the background thread read the program's
    /// debug information, which costs it time and memory once.
    #[must_use]
    pub fn backtraces(mut self, yes: bool) -> Self {
        self.backtraces = yes;
        self
    }

    /// Adds a module, such as `shop`, whose frames are the application's own. By default those are whose file lies in no
    /// dependency's folder.
    #[must_use]
    pub fn in_app(mut self, module: impl Into<Text>) -> Self {
        self.in_app.push(module.into().into_owned());
        self
    }

    /// Whether the client sends a log record about its own failures, such as an outage of the server: yes by default.
    #[must_use]
    pub fn self_report(mut self, yes: bool) -> Self {
        self.self_report = yes;
        self
    }

    /// The program serves one person: a desktop application, a command line, a device. What is captured is theirs, with
    /// `anonymous_id` until they are identified, and has a session, which ends after 30 quiet minutes. With an empty id one
    /// is drawn for this process; keep your own to recognise them after a restart. Events say this system's name.
    #[must_use]
    pub fn one_person(mut self, anonymous_id: impl Into<Text>) -> Self {
        self.one_person = Some(anonymous_id.into());
        self
    }
}

/// What may be captured, and what leaves the process.
impl Config {
    /// What holds until [`Client::set_consent`](crate::Client::set_consent) says otherwise: [`Consent::Granted`] by default.
    #[must_use]
    pub fn consent(mut self, consent: Consent) -> Self {
        self.consent = consent;
        self
    }

    /// The share of people whose events are sent, above 0 and at most 1. The same people everywhere: it depends on the id
    /// alone. Events carry the rate, so that the server counts each for 1 / `share`.
    #[must_use]
    pub fn sample_events(mut self, share: f64) -> Self {
        self.filters.event_rate = Rate::new(share);
        self
    }

    /// The share of traces whose spans are sent; a trace is sent whole or not at all. Moments are spans too.
    #[must_use]
    pub fn sample_spans(mut self, share: f64) -> Self {
        self.filters.span_rate = Rate::new(share);
        self
    }

    /// The share of log records that is sent: those of a trace, or else of a person, together.
    #[must_use]
    pub fn sample_logs(mut self, share: f64) -> Self {
        self.filters.log_rate = Rate::new(share);
        self
    }

    /// Adds a key whose values are replaced by `[removed]` in props, traits, attributes, tags, context and breadcrumbs, at
    /// any depth. A key is denied by its words, in whatever spelling: `email` also denies `userEmail` and `customer.e-mail`,
    /// but not `emailed`. Keys of credentials, payment data and addresses, such as `password`, `card_number`, `email` or
    /// `phone`, are on the list from the start.
    #[must_use]
    pub fn deny_key(mut self, key: impl AsRef<str>) -> Self {
        self.filters.scrub.names.deny(key.as_ref());
        self
    }

    /// Takes a key off that list, or lets a longer one stay, such as `cookie_consent`.
    #[must_use]
    pub fn allow_key(mut self, key: impl AsRef<str>) -> Self {
        self.filters.scrub.names.allow(key.as_ref());
        self
    }

    /// Whether email addresses and card numbers (13 to 19 digits with the right check digit) are replaced by `[removed]` in
    /// texts too: in values under any key, messages of errors, log records and breadcrumbs: no by default, as one number in
    /// ten of that length has that digit by chance.
    #[must_use]
    pub fn scrub_texts(mut self, yes: bool) -> Self {
        self.filters.scrub.texts = yes;
        self
    }

    /// Shows every event to `hook` before it leaves: it may change it, or leave it out with `None`. Runs on the background
    /// thread, before keys are removed. The same for the other signals; a hook that panics costs its item.
    #[must_use]
    pub fn before_send_event(mut self, hook: impl Fn(Event) -> Option<Event> + Send + Sync + 'static) -> Self {
        self.filters.event = Hook::new(hook);
        self
    }

    /// Shows every metric point to `hook` before it leaves.
    #[must_use]
    pub fn before_send_metric(mut self, hook: impl Fn(MetricPoint) -> Option<MetricPoint> + Send + Sync + 'static) -> Self {
        self.filters.metric = Hook::new(hook);
        self
    }

    /// Shows every span to `hook` before it leaves.
    #[must_use]
    pub fn before_send_span(mut self, hook: impl Fn(Span) -> Option<Span> + Send + Sync + 'static) -> Self {
        self.filters.span = Hook::new(hook);
        self
    }

    /// Shows every error to `hook` before it leaves.
    #[must_use]
    pub fn before_send_error(mut self, hook: impl Fn(ErrorReport) -> Option<ErrorReport> + Send + Sync + 'static) -> Self {
        self.filters.error = Hook::new(hook);
        self
    }

    /// Shows every log record to `hook` before it leaves.
    #[must_use]
    pub fn before_send_log(mut self, hook: impl Fn(LogRecord) -> Option<LogRecord> + Send + Sync + 'static) -> Self {
        self.filters.log = Hook::new(hook);
        self
    }

    /// Shows every identity to `hook` before it leaves.
    #[must_use]
    pub fn before_send_identity(mut self, hook: impl Fn(Identity) -> Option<Identity> + Send + Sync + 'static) -> Self {
        self.filters.identity = Hook::new(hook);
        self
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), InitError> {
        check_address(&self.url, &self.key)?;
        for (name, is_in_range) in [
            ("ring_items", RING_ITEMS_RANGE.contains(&self.ring_items)),
            ("ring_bytes", RING_BYTES_RANGE.contains(&self.ring_bytes)),
            ("flush_at", (1..=self.ring_items).contains(&self.flush_at)),
        ] {
            if !is_in_range {
                return Err(InitError::OutOfRange(name));
            }
        }
        for (name, duration) in [
            ("flush_every", self.flush_every),
            ("retry_base", self.retry_base),
            ("retry_cap", self.retry_cap),
            ("retry_for", self.retry_for),
            ("request_timeout", self.request_timeout),
        ] {
            if duration.is_zero() || duration > Duration::from_secs(86_400) {
                return Err(InitError::OutOfRange(name));
            }
        }
        Ok(())
    }
}

/// Whether a server can be asked at this address with this key.
pub(crate) fn check_address(url: &str, key: &str) -> Result<(), InitError> {
    let uri: Uri = url.parse().map_err(|_| InitError::Url(url.to_owned()))?;
    let known_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    if !known_scheme || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
        return Err(InitError::Url(url.to_owned()));
    }
    KeyKind::of(key).map(|_| ()).ok_or(InitError::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_0123456789abcdef0123456789abcdef";

    #[test]
    fn an_address_needs_a_scheme_and_a_host() {
        for url in ["http://127.0.0.1:6440", "https://t.example.org/", "https://example.org/throughline"] {
            assert!(check_address(url, KEY).is_ok(), "{url}");
        }
        for url in ["", "127.0.0.1:6440", "ftp://example.org", "http://", "http://x/?a=1", "no url"] {
            assert!(matches!(check_address(url, KEY), Err(InitError::Url(_))), "{url}");
        }
    }

    #[test]
    fn a_broken_key_is_refused_and_never_repeated() {
        let Err(error) = Config::new("http://127.0.0.1:1", "pk_secret").check() else {
            panic!("it was taken");
        };
        assert!(matches!(error, InitError::Key));
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn thresholds_and_times_have_bounds() {
        let config = || Config::new("http://127.0.0.1:1", KEY);
        assert!(config().check().is_ok());
        for (name, bad) in [
            ("flush_at", config().flush_at(0)),
            ("flush_at", config().flush_at(501)),
            ("flush_every", config().flush_every(Duration::ZERO)),
            ("retry_base", config().retry_base(Duration::MAX)),
        ] {
            assert!(matches!(bad.check(), Err(InitError::OutOfRange(which)) if which == name), "{name}");
        }
    }
}
