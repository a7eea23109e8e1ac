//! One HTTP request, and what its answer means for the batch.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use protocol::problem::Problem;
use protocol::verdict::BatchAnswer;
use ureq::Agent;
use ureq::http::{Response, StatusCode, Uri};

use crate::backoff;
use crate::clock;

/// Bodies above this are compressed.
const PLAIN_BYTES_MAX: usize = 1_024;
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 1_000_000;

/// What an attempt came to.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The server has it, or had it already.
    Taken(BatchAnswer),
    /// Nobody knows, or the server asks to come back.
    Again {
        /// As long as the server says.
        after: Option<Duration>,
        /// In words.
        why: String,
    },
    /// The server will never take it.
    Refused {
        /// In words.
        why: String,
    },
}

/// Sends to one server with one key.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    base: String,
    authorization: String,
}

impl Transport {
    /// `base` has been checked to be an address.
    pub(crate) fn new(base: &str, key: &str) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(5)))
            .user_agent(concat!("throughline-rust/", env!("CARGO_PKG_VERSION")));
        if is_loopback(base) {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), base: base.trim_end_matches('/').to_owned(), authorization: format!("Bearer {key}") }
    }

    /// Posts `body`, JSON, to `/v1/<operation>`, within `timeout`.
    pub(crate) fn post(&self, operation: &str, body: &[u8], timeout: Duration) -> Attempt {
        let compressed = (body.len() > PLAIN_BYTES_MAX).then(|| gzip(body)).flatten();
        let request = self
            .agent
            .post(format!("{}/v1/{operation}", self.base))
            .header("authorization", &self.authorization)
            .header("content-type", "application/json");
        let request = if compressed.is_some() { request.header("content-encoding", "gzip") } else { request };
        let request = request.config().timeout_global(Some(timeout)).build();
        match request.send(compressed.as_deref().unwrap_or(body)) {
            Ok(response) => judge(response),
            Err(error) => Attempt::Again { after: None, why: error.to_string() },
        }
    }
}

fn is_loopback(base: &str) -> bool {
    let uri: Option<Uri> = base.parse().ok();
    uri.as_ref().and_then(Uri::host).is_some_and(|host| host == "localhost" || host == "[::1]" || host.starts_with("127."))
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn judge(mut response: Response<ureq::Body>) -> Attempt {
    let status = response.status();
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let after = header.and_then(|header| backoff::retry_after(header, clock::now()));
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
    if status.is_success() {
        // A cut answer, or one from somebody in between: the same batch again is harmless, the server knows its id.
        return match body.ok().and_then(|body| serde_json::from_slice(&body).ok()) {
            Some(answer) => Attempt::Taken(answer),
            None => Attempt::Again { after, why: format!("{status}, but the answer is no batch answer") },
        };
    }
    let why = describe(status, &body.unwrap_or_default());
    let passing = status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    if passing { Attempt::Again { after, why } } else { Attempt::Refused { why } }
}

fn describe(status: StatusCode, body: &[u8]) -> String {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => format!("{status}: {}: {}", problem.code.word(), problem.detail),
        Err(_) => status.to_string(),
    }
}
