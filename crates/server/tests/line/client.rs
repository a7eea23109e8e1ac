//! Requests over a real connection.

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use serde_json::Value;
use ureq::Body;
use ureq::http::{HeaderMap, Request, Response, request};

/// Longer than a server may take for anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Somebody who talks to one server.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    endpoint: String,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// Headers of a request.
pub type Headers<'h> = &'h [(&'h str, &'h str)];

impl Client {
    /// A new connection for every request: a server may close one after it refused a request whose body it did not read.
    pub fn new(endpoint: &str) -> Self {
        Self::with_connections(endpoint, 0)
    }

    /// One connection for all requests, as long as the server keeps it. Who uses it tries again when it breaks.
    pub fn that_keeps_its_connection(endpoint: &str) -> Self {
        Self::with_connections(endpoint, 1)
    }

    fn with_connections(endpoint: &str, kept: usize) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        let config = config.timeout_global(Some(ANSWER_WITHIN)).max_idle_connections(kept).build();
        Self { agent: config.into(), endpoint: endpoint.to_owned() }
    }

    /// Sends a request; an error means that no whole answer came.
    pub fn send(&self, method: &str, path: &str, headers: Headers<'_>, body: &str) -> Result<Answer, ureq::Error> {
        read(self.open(method, path, headers, body)?)
    }

    /// Posts what need not be text.
    pub fn send_bytes(&self, path: &str, headers: Headers<'_>, body: &[u8]) -> Result<Answer, ureq::Error> {
        let request = self.request("POST", path, headers).body(body).expect("a request");
        read(self.agent.run(request)?)
    }

    /// Sends a request and does not read the body.
    pub fn open(&self, method: &str, path: &str, headers: Headers<'_>, body: &str) -> Result<Response<Body>, ureq::Error> {
        let request = self.request(method, path, headers);
        if method == "GET" {
            self.agent.run(request.body(()).expect("a request"))
        } else {
            self.agent.run(request.body(body).expect("a request"))
        }
    }

    fn request(&self, method: &str, path: &str, headers: Headers<'_>) -> request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.endpoint));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    pub fn get(&self, path: &str, headers: Headers<'_>) -> Answer {
        self.send("GET", path, headers, "").unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    pub fn get_with_key(&self, path: &str, key: &str) -> Answer {
        self.get(path, &[("authorization", &format!("Bearer {key}"))])
    }

    pub fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.try_post_with_key(path, key, body).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    pub fn try_post_with_key(&self, path: &str, key: &str, body: &Value) -> Result<Answer, ureq::Error> {
        self.send("POST", path, &[("authorization", &format!("Bearer {key}"))], &body.to_string())
    }

    /// The data of server-sent events, as they come; ends when the server ends the stream.
    pub fn stream(&self, path: &str, key: &str) -> impl Iterator<Item = Value> + use<> {
        let response = self.open("GET", path, &[("authorization", &format!("Bearer {key}"))], "").expect("a stream");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let lines = BufReader::new(response.into_body().into_reader()).lines().map_while(Result::ok);
        lines.filter_map(|line| line.strip_prefix("data: ").map(|data| serde_json::from_str(data).expect("json")))
    }
}

fn read(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
    let text = response.body_mut().read_to_string()?;
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), text })
}

/// As a browser.
impl Client {
    /// Sends a form of our own page.
    pub fn submit(&self, path: &str, form: &str) -> Answer {
        let headers = [("origin", self.endpoint.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, form).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// Creates an account by a set-up link's token; returns its cookie.
    pub fn sign_up(&self, token: &str, email: &str) -> String {
        let answer = self.submit("/setup", &format!("token={token}&email={email}&password=a+long+enough+one"));
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.cookie()
    }
}

impl Answer {
    /// The cookie that a browser sends from now on.
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .filter(|cookie| cookie.contains('='))
            .unwrap_or_else(|| panic!("no cookie: {self:?}"))
            .to_owned()
    }
}
