//! What the host application has set up to stand between capture and the wire: sampling, a hook per signal, what is removed.

mod deny_list;
mod hook;
mod look;
mod sample;
mod scrub;

use protocol::error_report::ErrorReport;
use protocol::event::Event;
use protocol::identity::Identity;
use protocol::log::LogRecord;
use protocol::metric::MetricPoint;
use protocol::span::Span;

use crate::item::Wire;
use crate::loss::LossReason;
use deny_list::DenyList;
pub(crate) use hook::Hook;
pub(crate) use sample::Rate;
use scrub::Scrub;

/// What every item passes on the background thread: it can be left out, changed, and loses what may not leave the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters {
    pub(crate) scrub: Scrub,
    pub(crate) event_rate: Rate,
    pub(crate) span_rate: Rate,
    pub(crate) log_rate: Rate,
    pub(crate) event: Hook<Event>,
    pub(crate) metric: Hook<MetricPoint>,
    pub(crate) span: Hook<Span>,
    pub(crate) error: Hook<ErrorReport>,
    pub(crate) log: Hook<LogRecord>,
    pub(crate) identity: Hook<Identity>,
}

impl Wire for Event {
    fn pass(mut self, filters: &Filters) -> Result<Self, LossReason> {
        filters.event_rate.keep(&mut self.sample_rate, || {
            let person = [&self.user_id, &self.anonymous_id, &self.session_id].into_iter().flatten().next();
            // Nobody's event is taken by chance: its id is random.
            person.map_or_else(|| self.event_id.unwrap_or_default().into_bytes().to_vec(), |id| id.clone().into_bytes())
        })?;
        let mut event = filters.event.call(self)?;
        filters.scrub.object(&mut event.props);
        event.route.iter_mut().for_each(|route| filters.scrub.text(route));
        if let Some(context) = &mut event.context {
            filters.scrub.object(&mut context.utm);
            filters.scrub.object(&mut context.rest);
            context.referrer.iter_mut().for_each(|referrer| filters.scrub.text(referrer));
        }
        Ok(event)
    }
}

impl Wire for MetricPoint {
    fn pass(self, filters: &Filters) -> Result<Self, LossReason> {
        let mut point = filters.metric.call(self)?;
        filters.scrub.tags(&mut point.tags);
        Ok(point)
    }
}

impl Wire for Span {
    /// A trace is sent whole or not at all.
    fn pass(mut self, filters: &Filters) -> Result<Self, LossReason> {
        filters.span_rate.keep(&mut self.sample_rate, || self.trace_id.0.to_vec())?;
        let mut span = filters.span.call(self)?;
        filters.scrub.object(&mut span.attributes);
        Ok(span)
    }
}

impl Wire for ErrorReport {
    fn pass(self, filters: &Filters) -> Result<Self, LossReason> {
        let mut report = filters.error.call(self)?;
        filters.scrub.tags(&mut report.tags);
        filters.scrub.object(&mut report.context);
        for crumb in &mut report.breadcrumbs {
            filters.scrub.object(&mut crumb.data);
        }
        let causes = report.cause.iter_mut().map(|cause| &mut cause.message);
        let crumbs = report.breadcrumbs.iter_mut().map(|crumb| &mut crumb.message);
        let messages = causes.chain(crumbs).chain([&mut report.message, &mut report.route]);
        messages.flatten().for_each(|message| filters.scrub.text(message));
        Ok(report)
    }

    /// The newest breadcrumbs and the innermost frames say most.
    fn slim(&mut self) -> bool {
        const CRUMBS: usize = 10;
        const FRAMES: usize = 40;
        let surplus = self.breadcrumbs.len().saturating_sub(CRUMBS);
        self.breadcrumbs.drain(..surplus);
        for crumb in &mut self.breadcrumbs {
            crumb.data.clear();
        }
        self.stacktrace.truncate(FRAMES);
        self.context.clear();
        true
    }
}

impl Wire for LogRecord {
    /// The records of a trace stay together; others are taken by their person, or by chance.
    fn pass(mut self, filters: &Filters) -> Result<Self, LossReason> {
        filters.log_rate.keep(&mut self.sample_rate, || match (&self.trace_id, &self.user_id, &self.session_id) {
            (Some(trace), ..) => trace.0.to_vec(),
            (None, Some(id), _) | (None, None, Some(id)) => id.clone().into_bytes(),
            (None, None, None) => format!("{:?}{}", self.ts, self.body).into_bytes(),
        })?;
        let mut log = filters.log.call(self)?;
        filters.scrub.object(&mut log.attributes);
        filters.scrub.text(&mut log.body);
        Ok(log)
    }
}

impl Wire for Identity {
    /// Never sampled: a link that is missing would make two people of one.
    fn pass(self, filters: &Filters) -> Result<Self, LossReason> {
        let mut identity = filters.identity.call(self)?;
        filters.scrub.object(&mut identity.traits);
        Ok(identity)
    }
}
