//! From what was sent to what is stored: times corrected, names and actors unified, attributes lifted.

pub(crate) mod error_report;
pub(crate) mod event;
pub(crate) mod identity;
pub(crate) mod log;
pub(crate) mod point;
pub(crate) mod span;
pub(crate) mod time;

use protocol::id::ActorKind;
use serde_json::{Map, Value};
use storage::flags::TEXT_REPAIRED;

/// The environment of a signal that names none.
const ENVIRONMENT_DEFAULT: &str = "prod";

fn environment(sent: Option<String>) -> String {
    sent.unwrap_or_else(|| ENVIRONMENT_DEFAULT.to_owned())
}

/// 1 / sample rate: for how many items one stands.
fn weight(sample_rate: Option<f64>) -> f64 {
    sample_rate.map_or(1.0, |rate| 1.0 / rate)
}

fn repaired_flag(repaired: bool) -> i32 {
    if repaired { TEXT_REPAIRED } else { 0 }
}

fn json(object: Map<String, Value>) -> String {
    Value::Object(object).to_string()
}

/// The strongest id that an item names.
fn actor(user: Option<String>, anonymous: Option<&str>, session: Option<&str>, install: Option<&str>) -> (i16, String) {
    let weaker = || {
        [(ActorKind::Anonymous, anonymous), (ActorKind::Session, session), (ActorKind::Install, install)]
            .into_iter()
            .find_map(|(kind, id)| Some((kind.code(), id?.to_owned())))
    };
    user.map(|id| (ActorKind::User.code(), id)).or_else(weaker).unwrap_or_default()
}

fn without_query(mut url: String) -> String {
    if let Some(end) = url.find(['?', '#']) {
        url.truncate(end);
    }
    url
}
