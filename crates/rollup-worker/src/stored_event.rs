//! An event of a segment, as it was counted into its quarter.

use analysis::quarter::CountedEvent;
use analysis::segment::{Attribute, Block, ColumnKey, DAY_MS};
use chrono::DateTime;

/// The columns that [`stored_event`] reads, beside whose the row is.
pub(crate) const COLUMNS: [ColumnKey; 6] = [
    ColumnKey::Time,
    ColumnKey::Weight,
    ColumnKey::Text(Attribute::Name),
    ColumnKey::Text(Attribute::Route),
    ColumnKey::Text(Attribute::Environment),
    ColumnKey::Text(Attribute::Bot),
];

/// The event of a row, which is this actor's.
pub(crate) fn stored_event(block: &Block, row: usize, actor: Option<u32>) -> CountedEvent<'_> {
    let text = |attribute| block.text(&ColumnKey::Text(attribute)).and_then(|text| text.at(row));
    let millis = i64::from(block.day.to_epoch_days()) * DAY_MS + i64::from(block.times()[row]);
    CountedEvent {
        ts: DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH),
        name: text(Attribute::Name).unwrap_or_default(),
        route: text(Attribute::Route),
        environment: text(Attribute::Environment).unwrap_or_default(),
        is_bot: text(Attribute::Bot).is_some(),
        weight: block.number(&ColumnKey::Weight).and_then(|weight| weight.at(row)).unwrap_or(1.0),
        actor,
    }
}
