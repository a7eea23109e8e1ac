//! One record with the lines around it.

use std::ops::ControlFlow;
use std::time::Duration;

use chrono::TimeDelta;
use protocol::access::Role;
use protocol::filter::search::SERVICE;
use protocol::filter::{Field, Filter, Test};
use protocol::logs::{LogContext, LogOrder, StoredLog};
use protocol::receipt::{Accuracy, BotRule};
use storage::logs::{self, LogPlace};

use super::scan::{Scan, scan};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// How far before and after a record is looked for lines of its source.
const NEAR: TimeDelta = TimeDelta::hours(1);
/// Rows that are looked at in each direction.
const ROWS_MAX: u64 = 10_000;
/// After this no more of them are read.
const TIME_MAX: Duration = Duration::from_secs(1);
/// Attributes that say where a program ran, the first that a record has.
const HOSTS: [&str; 4] = ["host.name", "host", "hostname", "server"];

/// A record and at most `lines` of the same source before it, and as many after it.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for an id that names no stored record, and for too many lines; else when the database does not
/// answer in time.
pub async fn around(state: &QueryState, context: &ProjectContext, id: &str, lines: usize) -> Result<LogContext, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, id, lines)).await
}

async fn run(state: &QueryState, context: &ProjectContext, id: &str, lines: usize) -> Result<LogContext, ApiError> {
    let mut making = Making::from_rows(state);
    if lines > LogContext::LINES_MAX {
        let (problem, allowed) = (format!("cannot be {lines}"), format!("at most {}", LogContext::LINES_MAX));
        return Err(ApiError::InvalidParameter { name: "lines", problem, allowed });
    }
    let Some((place, record)) = logs::one(state.db(), context.id(), id).await? else {
        return Err(ApiError::InvalidParameter {
            name: "id",
            problem: "names no stored record".to_owned(),
            allowed: "the id of a record whose day is still kept".to_owned(),
        });
    };
    let source = source(&record);
    let looking = Looking { state, context, source: &source, place, lines };
    let (mut before, rows_before, more_before) = looking.lines(LogOrder::Newest).await?;
    let (after, rows_after, more_after) = looking.lines(LogOrder::Oldest).await?;
    before.reverse();
    making.rows_read = 1 + rows_before + rows_after;
    making.weighted = record.weight > 1.0;
    let counted = "A stored log record, and what the same source wrote within an hour of it.";
    let mut receipt = making.receipt(context, counted, place.ts - NEAR, place.ts + NEAR, Accuracy::Exact);
    receipt.filter = source.to_string();
    receipt.bots = BotRule::All;
    Ok(LogContext { record, before, after, source: source.to_string(), more: more_before || more_after, receipt })
}

/// What lines of the same source have in common with a record: program and environment, the session where it names one, else
/// the machine where it does.
fn source(record: &StoredLog) -> Filter {
    let same = |value: Option<&String>| value.map_or(Test::Absent, Test::is);
    let mut source = vec![
        Filter::term(Field::Prop(SERVICE.to_owned()), same(record.service.as_ref())),
        Filter::term(Field::Environment, Test::is(&record.environment)),
    ];
    let host = || HOSTS.iter().find_map(|key| Some((*key, record.attributes.get(*key)?.as_str()?)));
    match (&record.session_id, host()) {
        (Some(session), _) => source.push(Filter::term(Field::Session, Test::is(session))),
        (None, Some((key, host))) => source.push(Filter::term(Field::Prop(key.to_owned()), Test::is(host))),
        (None, None) => {}
    }
    Filter::And(source).tidy()
}

struct Looking<'l> {
    state: &'l QueryState,
    context: &'l ProjectContext,
    source: &'l Filter,
    place: LogPlace,
    lines: usize,
}

impl Looking<'_> {
    /// The nearest lines in one direction, the rows that were looked at, and whether there may be more.
    async fn lines(&self, order: LogOrder) -> Result<(Vec<StoredLog>, u64, bool), ApiError> {
        let asked = Scan {
            filter: self.source,
            from: self.place.ts - NEAR,
            until: self.place.ts + NEAR,
            order,
            after: Some(self.place),
            rows_max: ROWS_MAX,
            time_max: TIME_MAX,
        };
        let mut lines = Vec::new();
        let scanned = scan(self.state, self.context, asked, |_, log| {
            if lines.len() == self.lines {
                return ControlFlow::Break(());
            }
            lines.push(log);
            ControlFlow::Continue(())
        })
        .await?;
        Ok((lines, scanned.rows, !scanned.done))
    }
}
