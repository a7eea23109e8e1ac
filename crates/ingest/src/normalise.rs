//! From what was sent to what is stored: times corrected, names and actors unified, attributes lifted.

pub(crate) mod event;
pub(crate) mod point;
pub(crate) mod time;

/// The environment of a signal that names none.
const ENVIRONMENT_DEFAULT: &str = "prod";

fn environment(sent: Option<String>) -> String {
    sent.unwrap_or_else(|| ENVIRONMENT_DEFAULT.to_owned())
}
