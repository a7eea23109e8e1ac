//! Log records.

use protocol::log::LogRecord;
use serde_json::value::RawValue;

use super::bounds::{self, Bounds};
use super::{Refusal, Valid};
use crate::item;

/// A log record within every limit. An empty body is one: programs write empty lines.
pub(crate) fn log(raw: &RawValue) -> Result<Valid<LogRecord>, Refusal> {
    let valid: Valid<LogRecord> = item::read(raw)?;
    let log = &valid.item;
    bounds::text("body", &log.body)?;
    bounds::attributes([
        ("service", &log.service),
        ("user_id", &log.user_id),
        ("session_id", &log.session_id),
        ("release", &log.release),
        ("environment", &log.environment),
    ])?;
    Bounds::default().object(&log.attributes, 2)?;
    bounds::sample_rate(log.sample_rate)?;
    Ok(valid)
}

#[cfg(test)]
mod tests {
    use protocol::level::Level;
    use protocol::verdict::ItemCode;

    use super::*;

    fn read(json: &str) -> Result<LogRecord, ItemCode> {
        log(&RawValue::from_string(json.to_owned()).expect("json")).map(|valid| valid.item).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_log_record_needs_a_body() {
        assert_eq!(read(r#"{"message":"paid","level":"warn"}"#).map(|log| (log.body, log.level)), Ok(("paid".to_owned(), Level::Warning)));
        assert_eq!(read(r#"{"body":""}"#).map(|log| log.level), Ok(Level::Info));
        assert_eq!(read(r#"{"level":"info"}"#), Err(ItemCode::MessageMissing));
        assert_eq!(read(r#"{"body":"a","level":"loud"}"#), Err(ItemCode::Malformed));
        assert_eq!(read(&format!(r#"{{"body":"{}"}}"#, "x".repeat(8_193))), Err(ItemCode::TextTooLong));
    }
}
