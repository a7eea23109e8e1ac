//! How a client is set up.

use std::time::Duration;

use protocol::access::KeyKind;
use ureq::http::Uri;

use crate::value::Text;

/// Items that wait for a flush, per signal; beyond that the oldest goes.
pub(crate) const RING_ITEMS: usize = 500;

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
    /// A length of time is zero, or the early-flush threshold is not between 1 and 500.
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

    /// Identifies this installation across restarts: within it, the client's sequence numbers give the order.
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

    /// As soon as so many items of one signal wait, they are sent: 100 by default, 500 at most.
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

    pub(crate) fn check(&self) -> Result<(), InitError> {
        check_address(&self.url, &self.key)?;
        if !(1..=RING_ITEMS).contains(&self.flush_at) {
            return Err(InitError::OutOfRange("flush_at"));
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
