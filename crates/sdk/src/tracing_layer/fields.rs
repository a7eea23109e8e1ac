//! The fields of a span or an event as attributes.

use std::fmt::{self, Write};

use protocol::limits::STRING_BYTES_MAX;
use tracing_core::field::{Field, Visit};

use crate::repair;
use crate::start_span::Span;
use crate::value::Value;

/// Fields of one span or event that are looked at; `tracing` itself allows 32.
const FIELDS_MAX: usize = 64;

/// Values by name, in their order.
#[derive(Default)]
pub(super) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        if self.0.len() < FIELDS_MAX {
            self.0.push((field.name(), value.into()));
        }
    }

    pub(super) fn put_on(self, span: &mut Span) {
        self.0.into_iter().for_each(|(key, value)| span.set(key, value));
    }

    /// The message, else `name`, and the other fields.
    pub(super) fn split(mut self, name: &str) -> (String, Vec<(&'static str, Value)>) {
        let at = self.0.iter().position(|(key, _)| *key == "message");
        let message = at.map(|at| self.0.remove(at).1).and_then(Value::into_tag);
        (message.unwrap_or_else(|| name.to_owned()), self.0)
    }
}

/// Takes what fits and then refuses, which ends the formatting.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = STRING_BYTES_MAX - self.0.len();
        self.0.push_str(repair::head(text, room));
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = Bounded(String::new());
        let _ = write!(text, "{value:?}");
        self.add(field, text.0);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = Bounded(String::new());
        let _ = write!(text, "{value}");
        self.add(field, text.0);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, repair::head(value, STRING_BYTES_MAX).to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
}
