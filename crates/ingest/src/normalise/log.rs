//! Log records as rows.

use protocol::log::LogRecord;
use storage::logs::NewLog;

use super::time::Reading;
use super::{environment, json, repaired_flag, weight};
use crate::validate::{Refusal, Valid};

/// The row of a log record.
pub(crate) fn log(valid: Valid<LogRecord>, reading: &Reading) -> Result<NewLog, Refusal> {
    let Valid { item: log, repaired } = valid;
    let placed = reading.place(log.ts.as_ref())?;
    Ok(NewLog {
        ts: placed.ts,
        client_ts: placed.client_ts,
        level: log.level,
        body: log.body,
        attributes: json(log.attributes),
        service: log.service,
        trace_id: log.trace_id,
        span_id: log.span_id,
        user_id: log.user_id,
        session_id: log.session_id,
        release: log.release,
        environment: environment(log.environment),
        weight: weight(log.sample_rate),
        flags: placed.flags | repaired_flag(repaired),
    })
}
