//! What an event looks like, the same to every engine.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::traffic::{BEGIN_MS, DAY_MS, Hit, Person};

/// Changes with what the rows look like: what peers loaded of others is of no use.
pub const SHAPE: u32 = 2;
pub const OS: [&str; 6] = ["Windows", "iOS", "Android", "macOS", "Linux", "ChromeOS"];
pub const BROWSERS: [&str; 6] = ["Chrome", "Safari", "Edge", "Firefox", "Samsung Internet", "Opera"];
pub const ENVIRONMENT: &str = "production";
const NAMED: [&str; 12] = [
    "$pageview",
    "view_product",
    "search",
    "add_to_cart",
    "scroll",
    "begin_checkout",
    "purchase",
    "log_in",
    "sign_up",
    "play_video",
    "share",
    "see_error",
];
const PLANS: [&str; 4] = ["free", "pro", "team", "trial"];
const SOURCES: [&str; 5] = ["search", "direct", "newsletter", "social", "partner"];

/// One event in texts and numbers.
#[derive(Clone, Debug)]
pub struct Row {
    pub event_id: Uuid,
    pub ts: DateTime<Utc>,
    pub seq: i64,
    pub user: u32,
    pub user_id: String,
    pub session_id: String,
    pub install_id: String,
    pub name: String,
    pub route: String,
    pub country: String,
    pub os: &'static str,
    pub browser: &'static str,
    pub release: String,
    /// A JSON object of seven props, about 130 bytes.
    pub props: String,
}

impl Row {
    pub fn of(hit: &Hit, people: &[Person]) -> Self {
        let person = people[hit.user as usize];
        let ms = BEGIN_MS + i64::from(hit.ms);
        Self {
            event_id: event_id(ms, hit),
            ts: DateTime::from_timestamp_millis(ms).unwrap_or_default(),
            seq: hit.seq.into(),
            user: hit.user,
            user_id: format!("u_{:07}", hit.user),
            session_id: random_id(1, hit.session),
            install_id: random_id(2, hit.user),
            name: NAMED.get(usize::from(hit.name)).map_or_else(|| format!("feature_{:02}_used", hit.name), |name| (*name).to_owned()),
            route: format!("/route/{:02}", hit.route),
            country: [person.country / 26, person.country % 26].map(|letter| char::from(b'A' + letter)).iter().collect(),
            os: OS[usize::from(person.os)],
            browser: BROWSERS[usize::from(person.browser)],
            release: format!("3.{}.{}", person.version / 4, person.version),
            props: props(hit),
        }
    }
}

/// A UUIDv7 of the event's own time, as SDKs make them.
fn event_id(ms: i64, hit: &Hit) -> Uuid {
    let random = (u128::from(mixed(u64::from(hit.user) << 32 | u64::from(hit.seq))) << 64) | u128::from(mixed(u64::from(hit.chance)));
    let bytes: [u8; 16] = random.to_be_bytes();
    uuid::Builder::from_unix_timestamp_millis(ms as u64, &bytes[..10].try_into().expect("ten bytes")).into_uuid()
}

fn random_id(kind: u64, number: u32) -> String {
    let half = |n: u64| u128::from(mixed(kind << 40 | u64::from(number) << 1 | n));
    uuid::Builder::from_random_bytes((half(0) << 64 | half(1)).to_be_bytes()).into_uuid().to_string()
}

fn props(hit: &Hit) -> String {
    let n = hit.chance;
    format!(
        r#"{{"plan": "{}", "source": "{}", "price": {}.{:02}, "product": "p_{:05}", "variant": "{}", "took_ms": {}, "experiment": "e_{:02}"}}"#,
        PLANS[hit.user as usize % 4],
        SOURCES[(n % 5) as usize],
        n / 7 % 400,
        n / 3 % 100,
        n / 11 % 20_000,
        if n & 1 == 0 { "control" } else { "treatment" },
        n / 17 % 30_000,
        n / 13 % 20,
    )
}

/// A number without a visible relation to this one.
fn mixed(n: u64) -> u64 {
    fastrand::Rng::with_seed(n).u64(..)
}

/// The day of an event, counted from the first.
pub fn day(hit: &Hit) -> i64 {
    i64::from(hit.ms) / DAY_MS
}
