//! What ingest says about each item of a batch.

use serde::{Deserialize, Serialize};

/// The answer to a batch: 202, duplicates included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// Items stored.
    pub accepted: u32,
    /// The batch was stored before; the verdicts are those of the first time.
    pub duplicate: bool,
    /// Items refused.
    pub rejected: u32,
    /// Why, by item; at most the first 100.
    pub errors: Vec<ItemError>,
}

/// Errors listed in one answer; the rest is counted.
pub const ERRORS_LISTED_MAX: usize = 100;

/// One refused item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemError {
    /// Position in the batch, from 0.
    pub index: u32,
    /// Why, for programs.
    pub code: ItemCode,
    /// Why, for people, with what was found.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// Why an item was refused. A closed set; each has a paragraph in `docs/verdicts.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemCode {
    /// A field is missing or of the wrong type.
    Malformed,
    /// The name is missing or empty.
    NameMissing,
    /// The name is over 200 bytes.
    NameTooLong,
    /// A number does not fit a 64-bit float.
    NumberOutOfRange,
    /// The item's JSON is over 64 KiB.
    ItemTooLarge,
    /// The item nests deeper than 16 levels.
    TooDeep,
    /// The item has more than 256 keys.
    TooManyKeys,
    /// A key is over 200 bytes.
    KeyTooLong,
    /// A text is over 8 KiB, or an id or attribute over 500 bytes.
    TextTooLong,
    /// A metric point or an error report has more than 32 tags.
    TooManyTags,
    /// The timestamp cannot be read.
    TimeUnreadable,
    /// The timestamp is older than what is kept.
    TooOld,
    /// The timestamp is more than 24 hours ahead.
    TooNew,
    /// The sample rate is not above 0 and at most 1.
    SampleRateInvalid,
    /// The value of a counter, gauge or distribution is not a number.
    ValueNotANumber,
    /// A trace or span id is missing, or not 32 or 16 hex digits.
    TraceIdInvalid,
    /// A span has neither a duration nor an end, or a duration below 0 or over 30 days.
    DurationInvalid,
    /// An error report has neither a type nor a message, or a log record no body.
    MessageMissing,
    /// An error report has too many frames, causes, breadcrumbs or fingerprint parts.
    TooManyParts,
    /// An identity lacks an id that its kind needs.
    IdMissing,
    /// The database refused this item.
    NotStorable,
}

impl ItemCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 21] = [
        Self::Malformed,
        Self::NameMissing,
        Self::NameTooLong,
        Self::NumberOutOfRange,
        Self::ItemTooLarge,
        Self::TooDeep,
        Self::TooManyKeys,
        Self::KeyTooLong,
        Self::TextTooLong,
        Self::TooManyTags,
        Self::TimeUnreadable,
        Self::TooOld,
        Self::TooNew,
        Self::SampleRateInvalid,
        Self::ValueNotANumber,
        Self::TraceIdInvalid,
        Self::DurationInvalid,
        Self::MessageMissing,
        Self::TooManyParts,
        Self::IdMissing,
        Self::NotStorable,
    ];

    /// The word in JSON and in the outcome table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NameMissing => "name_missing",
            Self::NameTooLong => "name_too_long",
            Self::NumberOutOfRange => "number_out_of_range",
            Self::ItemTooLarge => "item_too_large",
            Self::TooDeep => "too_deep",
            Self::TooManyKeys => "too_many_keys",
            Self::KeyTooLong => "key_too_long",
            Self::TextTooLong => "text_too_long",
            Self::TooManyTags => "too_many_tags",
            Self::TimeUnreadable => "time_unreadable",
            Self::TooOld => "too_old",
            Self::TooNew => "too_new",
            Self::SampleRateInvalid => "sample_rate_invalid",
            Self::ValueNotANumber => "value_not_a_number",
            Self::TraceIdInvalid => "trace_id_invalid",
            Self::DurationInvalid => "duration_invalid",
            Self::MessageMissing => "message_missing",
            Self::TooManyParts => "too_many_parts",
            Self::IdMissing => "id_missing",
            Self::NotStorable => "not_storable",
        }
    }

    /// What is wrong, as a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Malformed => "A field is missing or of the wrong type",
            Self::NameMissing => "The name is missing or empty",
            Self::NameTooLong => "The name is over 200 bytes",
            Self::NumberOutOfRange => "A number does not fit a 64-bit float",
            Self::ItemTooLarge => "The item's JSON is over 64 KiB",
            Self::TooDeep => "The item nests deeper than 16 levels",
            Self::TooManyKeys => "The item has more than 256 keys",
            Self::KeyTooLong => "A key is over 200 bytes",
            Self::TextTooLong => "A text is over 8 KiB, or an id or attribute over 500 bytes",
            Self::TooManyTags => "A metric point or an error report has more than 32 tags",
            Self::TimeUnreadable => "The timestamp cannot be read",
            Self::TooOld => "The timestamp is older than what is kept",
            Self::TooNew => "The timestamp is more than 24 hours ahead",
            Self::SampleRateInvalid => "The sample rate is not above 0 and at most 1",
            Self::ValueNotANumber => "The value of a counter, gauge or distribution is not a number",
            Self::TraceIdInvalid => "A trace or span id is missing, or not 32 or 16 hex digits",
            Self::DurationInvalid => "A span has neither a duration nor an end, or a duration below 0 or over 30 days",
            Self::MessageMissing => "An error report has neither a type nor a message, or a log record no body",
            Self::TooManyParts => "An error report has too many frames, causes, breadcrumbs or fingerprint parts",
            Self::IdMissing => "An identity lacks an id that its kind needs",
            Self::NotStorable => "The database refused this item",
        }
    }

    /// What the sender can do.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Malformed => "compare the item with the example in the documentation of this endpoint",
            Self::NameMissing => "give the item a `name`",
            Self::NameTooLong => "keep names under 200 bytes and put what varies into props or tags",
            Self::NumberOutOfRange => "send the number as text, or smaller",
            Self::ItemTooLarge => "keep an item under 64 KiB; link to large content instead of sending it",
            Self::TooDeep => "flatten the props to at most 16 levels",
            Self::TooManyKeys => "send at most 256 keys per item",
            Self::KeyTooLong => "keep keys under 200 bytes",
            Self::TextTooLong => "shorten the text: props may hold 8 KiB each, ids and attributes 500 bytes",
            Self::TooManyTags => "send at most 32 tags",
            Self::TimeUnreadable => "send `ts` as RFC 3339 text, such as 2026-05-14T14:03:18Z, or as milliseconds since 1970",
            Self::TooOld => "check the sender's clock; history goes to the import endpoint",
            Self::TooNew => "check the sender's clock; send `sent_at`, so that its error can be corrected",
            Self::SampleRateInvalid => "send the share that is kept: above 0, at most 1",
            Self::ValueNotANumber => "send `value` as a number; text is only for the kind `set`",
            Self::TraceIdInvalid => "send `trace_id` as 32 and `span_id` as 16 hex digits, not all zero",
            Self::DurationInvalid => "send `duration_ms` in milliseconds, or `start` and `end`",
            Self::MessageMissing => "give an error a `type` or a `message`, and a log record a `body`",
            Self::TooManyParts => "send at most 250 frames, 10 causes, 100 breadcrumbs and 16 fingerprint parts",
            Self::IdMissing => "identify needs `user_id`, alias `user_id` and `anonymous_id`, reset one of both",
            Self::NotStorable => "report this: the item passed every check and the database still refused it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codes_word_is_its_json() {
        for code in ItemCode::ALL {
            assert_eq!(serde_json::to_string(&code).expect("json"), format!("\"{}\"", code.word()));
        }
    }
}
