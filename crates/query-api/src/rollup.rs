//! Quarters of an hour over a frame, read in pieces: memory stays that of a week, however long the range.

use analysis::calendar::Frame;
use analysis::persons::Persons;
use analysis::quarter;
use chrono::TimeDelta;
use protocol::receipt::BotRule;
use roaring::RoaringBitmap;
use storage::event_quarters::{self, Dimension, QuarterRow};

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Days read at a time.
const DAYS_AT_ONCE: TimeDelta = TimeDelta::days(7);

/// Which rows: a dimension's, or those of one of its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice<'a> {
    pub(crate) dimension: Dimension,
    pub(crate) value: Option<&'a str>,
    pub(crate) bots: BotRule,
}

/// Calls `each` for every row of the frame, by time.
///
/// # Errors
/// When the database does not answer, or `each` fails.
pub(crate) async fn each_row(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    slice: Slice<'_>,
    frame: &Frame,
    mut each: impl FnMut(&QuarterRow) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let bots = match slice.bots {
        BotRule::Humans => event_quarters::BotRule::Humans,
        BotRule::All => event_quarters::BotRule::All,
    };
    let (project, end) = (context.id(), frame.end());
    let starts = std::iter::successors(Some(frame.start()), |start| Some(*start + DAYS_AT_ONCE)).take_while(move |start| *start < end);
    for from in starts {
        let until = (from + DAYS_AT_ONCE).min(end);
        let rows = match slice.value {
            None => event_quarters::read(state.db(), project, slice.dimension, from, until, bots).await?,
            Some(value) => event_quarters::read_value(state.db(), project, slice.dimension, value, from, until, bots).await?,
        };
        making.rows_read += rows.len() as u64;
        making.weighted |= rows.iter().any(|row| row.weight != row.n as f64);
        rows.iter().try_for_each(&mut each)?;
    }
    Ok(())
}

/// The persons of a row, by the identity links as they are now.
///
/// # Errors
/// When its bitmap is damaged.
pub(crate) fn people_of(row: &QuarterRow, persons: &Persons) -> Result<RoaringBitmap, ApiError> {
    Ok(persons.of_all(&quarter::decode(&row.actors)?))
}
