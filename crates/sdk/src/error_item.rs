//! An exception or a message between its capture and its batch.

use std::backtrace::Backtrace;
use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::error_report::{Cause, ErrorReport, Frame};
use protocol::level::Level;
use protocol::outcome::Signal;

use crate::breadcrumbs::{self, Crumb};
use crate::clock;
use crate::event_record::props;
use crate::frames;
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::repair;
use crate::scope::{Own, Place};
use crate::value::{Text, Value, object_weight};

/// Roughly what a captured stack keeps: an address and a symbol's place for each of some dozens of frames.
const BACKTRACE_BYTES: usize = 8_000;

/// Roughly what the texts of a frame take.
const FRAME_BYTES: usize = 80;

/// What waits in the ring of errors.
#[derive(Debug)]
pub(crate) enum ErrorItem {
    /// As it was captured here.
    Built(Box<ErrorRecord>),
    /// As somebody else made it.
    Whole(Box<ErrorReport>),
}

/// What a builder collects. The stack is only addresses here: names and lines are looked up on the background thread.
#[derive(Debug)]
pub(crate) struct ErrorRecord {
    pub(crate) captured_at: i64,
    pub(crate) level: Level,
    /// The type of an exception; a message has none.
    pub(crate) kind: Option<String>,
    pub(crate) message: Text,
    pub(crate) handled: bool,
    pub(crate) causes: Vec<(String, String)>,
    pub(crate) backtrace: Option<Backtrace>,
    /// Where it was reported, or panicked: where the stack begins, and the only frame where there is no backtrace.
    pub(crate) reported_at: Option<Frame>,
    pub(crate) tags: Vec<(Text, Value)>,
    pub(crate) context: Vec<(Text, Value)>,
    pub(crate) fingerprint: Vec<Text>,
    pub(crate) crumbs: Vec<Crumb>,
    pub(crate) own: Own,
    pub(crate) place: Option<Arc<Place>>,
}

impl ErrorRecord {
    pub(crate) fn new(level: Level, message: Text) -> Self {
        Self {
            captured_at: clock::now_micros(),
            level,
            kind: None,
            message,
            handled: true,
            causes: Vec::new(),
            backtrace: None,
            reported_at: None,
            tags: Vec::new(),
            context: Vec::new(),
            fingerprint: Vec::new(),
            crumbs: Vec::new(),
            own: Own::default(),
            place: None,
        }
    }

    fn stacktrace(&self, origin: &Origin<'_>) -> Vec<Frame> {
        let place = self.reported_at.as_ref();
        let resolved = self.backtrace.as_ref().map(|backtrace| frames::of(backtrace, place, origin.in_app)).unwrap_or_default();
        if resolved.is_empty() { place.cloned().into_iter().collect() } else { resolved }
    }

    fn into_report(self, number: u64, origin: &Origin<'_>) -> ErrorReport {
        let stacktrace = self.stacktrace(origin);
        let whereabouts = self.own.within(self.place.as_deref());
        let tag = |(key, value): (Text, Value)| Some((repair::name(key), repair::attribute(Some(value.into_tag()?.into()))?));
        let mut report = ErrorReport {
            event_id: Some(origin.ids.id(self.captured_at, number)),
            ts: Some(clock::at_micros(self.captured_at).into()),
            level: Some(self.level),
            kind: self.kind.map(Text::Owned).and_then(|kind| repair::attribute(Some(kind))),
            message: Some(repair::text(self.message)),
            handled: self.handled,
            stacktrace,
            cause: self.causes.into_iter().map(cause).collect(),
            breadcrumbs: breadcrumbs::into_wire(self.crumbs),
            fingerprint: self.fingerprint.into_iter().filter_map(|part| repair::attribute(Some(part))).collect(),
            tags: self.tags.into_iter().filter_map(tag).collect::<BTreeMap<_, _>>(),
            context: props(self.context),
            trace_id: whereabouts.trace,
            span_id: whereabouts.span,
            user_id: whereabouts.user,
            anonymous_id: whereabouts.anonymous,
            session_id: whereabouts.session,
            route: whereabouts.route,
            service: origin.service.map(str::to_owned),
            release: None,
            environment: None,
            sample_rate: None,
        };
        origin.sign(&mut report.release, &mut report.environment);
        report
    }
}

fn whole_weight(report: &ErrorReport) -> usize {
    let frames = report.stacktrace.iter().map(|frame| size_of_val(frame) + FRAME_BYTES);
    let crumbs = report.breadcrumbs.iter().map(|crumb| size_of_val(crumb) + object_weight(&crumb.data));
    let texts = report.message.as_ref().map_or(0, String::len) + object_weight(&report.context);
    size_of::<ErrorReport>() + texts + frames.sum::<usize>() + crumbs.sum::<usize>()
}

fn cause((kind, message): (String, String)) -> Cause {
    Cause { kind: repair::attribute(Some(kind.into())), message: Some(message), stacktrace: Vec::new() }
}

impl Item for ErrorItem {
    const SIGNAL: Signal = Signal::Error;
    type Wire = ErrorReport;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.errors
    }

    fn weight(&self) -> usize {
        let record = match self {
            Self::Built(record) => record,
            Self::Whole(report) => return whole_weight(report),
        };
        let pairs = record.tags.iter().chain(&record.context).map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
        let causes = record.causes.iter().map(|(kind, message)| kind.len() + message.len());
        let crumbs = record.crumbs.iter().map(|crumb| size_of_val(crumb) + crumb.weight());
        let backtrace = if record.backtrace.is_some() { BACKTRACE_BYTES } else { 0 };
        let texts = record.message.len() + record.kind.as_ref().map_or(0, String::len) + record.own.weight();
        size_of::<ErrorRecord>() + backtrace + texts + pairs.sum::<usize>() + causes.sum::<usize>() + crumbs.sum::<usize>()
    }

    fn into_wire(self, number: u64, origin: &Origin<'_>) -> Result<ErrorReport, LossReason> {
        Ok(match self {
            Self::Built(record) => record.into_report(number, origin),
            Self::Whole(mut report) => {
                origin.sign(&mut report.release, &mut report.environment);
                *report
            }
        })
    }
}
