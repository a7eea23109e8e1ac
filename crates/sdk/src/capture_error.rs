//! Exceptions and messages, as the host application reports them.

mod bounded_text;

use std::any::type_name;
use std::backtrace::Backtrace;
use std::error::Error;
use std::panic::Location;

use protocol::level::Level;
use protocol::limits::{CAUSES_MAX, FINGERPRINT_PARTS_MAX, METRIC_TAGS_MAX};

use crate::client::Client;
use crate::clock;
use crate::error_item::{ErrorItem, ErrorRecord};
use crate::event_record::PROPS_MAX;
use crate::frames;
use crate::scope::{Own, own_setters};
use crate::value::{Text, Value};
use bounded_text::{debug, display};

/// A report that is being put together. Ends with [`send`](ErrorBuilder::send).
#[derive(Debug)]
#[must_use = "nothing is captured until `send`"]
pub struct ErrorBuilder<'a> {
    client: &'a Client,
    record: Box<ErrorRecord>,
}

impl<'a> ErrorBuilder<'a> {
    pub(crate) fn message(client: &'a Client, level: Level, message: Text) -> Self {
        Self { client, record: Box::new(ErrorRecord::new(level, message)) }
    }

    /// An exception with its causes and the stack of this moment.
    pub(crate) fn exception<E: Error + ?Sized>(client: &'a Client, error: &E, location: &'static Location<'static>) -> Self {
        let mut record = ErrorRecord::new(Level::Error, display(error).into());
        record.kind = Some(type_of(error));
        let mut source = error.source();
        while let Some(cause) = source.filter(|_| record.causes.len() < CAUSES_MAX) {
            record.causes.push((type_in(&debug(cause)), display(cause)));
            source = cause.source();
        }
        record.reported_at = Some(frames::of_location(location));
        record.backtrace = client.config().backtraces.then(Backtrace::force_capture);
        Self { client, record: Box::new(record) }
    }

    /// What a panic said, with the stack that led to it.
    pub(crate) fn panic(client: &'a Client, message: String, location: Option<&Location<'_>>) -> Self {
        let mut record = ErrorRecord::new(Level::Fatal, message.into());
        record.kind = Some("panic".to_owned());
        record.handled = false;
        record.backtrace = client.config().backtraces.then(Backtrace::force_capture);
        record.reported_at = location.map(frames::of_location);
        Self { client, record: Box::new(record) }
    }

    own_setters!(user, anonymous, session, route, parent);

    fn own(&mut self) -> &mut Own {
        &mut self.record.own
    }

    /// How bad it is: an exception is an error unless another level is said.
    pub fn level(mut self, level: Level) -> Self {
        self.record.level = level;
        self
    }

    /// The exception's type, if not the one that was found: that of a boxed error is read from its `Debug` form.
    pub fn kind(mut self, kind: impl Into<Text>) -> Self {
        self.record.kind = Some(kind.into().into_owned());
        self
    }

    /// The program did not catch it.
    pub fn unhandled(mut self) -> Self {
        self.record.handled = false;
        self
    }

    /// What reports can be filtered by; at most 32.
    pub fn tag(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        if self.record.tags.len() < METRIC_TAGS_MAX {
            self.record.tags.push((key.into(), value.into()));
        }
        self
    }

    /// What else is known.
    pub fn context(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        if self.record.context.len() < PROPS_MAX {
            self.record.context.push((key.into(), value.into()));
        }
        self
    }

    /// Says which reports belong together, instead of type and frames; at most 16 parts.
    pub fn fingerprint(mut self, part: impl Into<Text>) -> Self {
        if self.record.fingerprint.len() < FINGERPRINT_PARTS_MAX {
            self.record.fingerprint.push(part.into());
        }
        self
    }

    /// Captures the report, with the breadcrumbs so far.
    pub fn send(mut self) {
        self.record.place = self.client.place(clock::now_micros());
        self.record.crumbs = self.client.crumbs();
        self.client.capture(ErrorItem::Built(self.record));
    }
}

/// The name of an error's type, without its path and parameters.
fn type_of<E: Error + ?Sized>(error: &E) -> String {
    let name = type_name::<E>();
    if name.starts_with("dyn ") { type_in(&debug(error)) } else { short(name) }
}

/// `my::PaymentError<T>` is a `PaymentError`.
pub(crate) fn short(path: &str) -> String {
    let plain = path.split('<').next().unwrap_or(path);
    plain.rsplit("::").next().unwrap_or(plain).to_owned()
}

/// The type that a derived `Debug` form begins with; `Error` where it begins with something else.
fn type_in(debug: &str) -> String {
    let name: String = debug.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':')).collect();
    if name.starts_with(|letter: char| letter.is_alphabetic()) { short(&name) } else { "Error".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no answer in {seconds} s")]
    struct GatewayTimeout {
        seconds: u32,
    }

    #[test]
    fn a_type_is_found_for_concrete_and_for_boxed_errors() {
        let error = GatewayTimeout { seconds: 30 };
        assert_eq!(type_of(&error), "GatewayTimeout");
        let boxed: Box<dyn Error> = error.into();
        assert_eq!(type_of(&*boxed), "GatewayTimeout");
        let text: Box<dyn Error> = "plain words".into();
        assert_eq!(type_of(&*text), "Error");
        assert_eq!(short("a::b::C<d::E>"), "C");
        assert_eq!(type_in("Io(Os { code: 2 })"), "Io");
    }
}
