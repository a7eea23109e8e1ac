//! The limits of every input. Whatever crosses a trust boundary is bounded by one of these.

use crate::number::grouped;
use crate::verdict::ERRORS_LISTED_MAX;

/// Items in one batch; more is a 413 for the whole request.
pub const BATCH_ITEMS_MAX: usize = 1_000;
/// Items in one import batch: history is sent by few, trusted senders.
pub const IMPORT_ITEMS_MAX: usize = 10_000;
/// Bytes of a request body as sent.
pub const BODY_WIRE_BYTES_MAX: usize = 1_000_000;
/// Bytes of a request body after decompression.
pub const BODY_BYTES_MAX: usize = 10_000_000;
/// How many times its size as sent a body may have after decompression, once that is over [`INFLATED_BYTES_FREE`]. Signals
/// shrink to a twentieth; what shrinks to less than a hundredth was made to burst.
pub const INFLATION_MAX: usize = 100;
/// Bytes of a body after decompression for which [`INFLATION_MAX`] does not count: a few signals may be very alike.
pub const INFLATED_BYTES_FREE: usize = 1_000_000;
/// Bytes of an import body, as sent and after decompression.
pub const IMPORT_BODY_BYTES_MAX: usize = 32_000_000;
/// Bytes of one item's JSON.
pub const ITEM_BYTES_MAX: usize = 64 * 1024;
/// Nesting of one item's JSON.
pub const ITEM_DEPTH_MAX: usize = 16;
/// Keys in one item, nested ones included.
pub const ITEM_KEYS_MAX: usize = 256;
/// Bytes of one key.
pub const KEY_BYTES_MAX: usize = 200;
/// Bytes of one string value.
pub const STRING_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an event's or a metric's name.
pub const NAME_BYTES_MAX: usize = 200;
/// Bytes of an id or another short attribute (user, session, route, release, …).
pub const ATTRIBUTE_BYTES_MAX: usize = 500;
/// Tags of one metric point or error report.
pub const METRIC_TAGS_MAX: usize = 32;
/// How long a span may take.
pub const SPAN_DAYS_MAX: i64 = 30;
/// Frames of one stack; of an exception and of each of its causes.
pub const FRAMES_MAX: usize = 250;
/// Causes of one exception.
pub const CAUSES_MAX: usize = 10;
/// Breadcrumbs of one error report.
pub const BREADCRUMBS_MAX: usize = 100;
/// Parts of one fingerprint.
pub const FINGERPRINT_PARTS_MAX: usize = 16;
/// Series of one metric name per project that are told apart: the heavy ones. Others fold into `__other__`.
pub const METRIC_SERIES_MAX: usize = 10_000;
/// Routes of one project and UTC day; further ones fold into `__other__`.
pub const ROUTES_MAX: usize = 2_000;
/// Issues of one project that were seen within [`ISSUES_ALIVE_DAYS`]; errors of further ones are counted together.
pub const ISSUES_MAX: usize = 10_000;
/// An issue that was not seen for so long takes no room from others.
pub const ISSUES_ALIVE_DAYS: i64 = 30;
/// Issues that are merged into one, or changed at once.
pub const ISSUES_CHANGED_MAX: usize = 100;
/// SDKs, by name and version, that the books of one project and hour tell apart; further ones fold into `__other__`.
pub const BOOKS_SDKS_MAX: usize = 200;
/// Reasons of losses that the books of one project and hour tell apart; further ones fold into `__other__`.
pub const BOOKS_REASONS_MAX: usize = 200;
/// Segments of a route; what follows them becomes `*`.
pub const ROUTE_SEGMENTS_MAX: usize = 32;
/// Rules by which a project names its routes.
pub const ROUTE_RULES_MAX: usize = 200;
/// Actors that one person can have. An id that stands for more stands for nobody in particular, such as a tester's device
/// or an id that a product gives to everybody.
pub const PERSON_ACTORS_MAX: usize = 1_000;
/// How far in the past a timestamp may lie.
pub const LATE_DAYS_MAX: i64 = 7;
/// How far in the past an imported timestamp may lie; that of an event or identity as far as the project keeps segments.
pub const IMPORT_DAYS_MAX: i64 = 30;
/// Days for which a project keeps data, at least: what is late may be 7 days old.
pub const KEEP_DAYS_MIN: u32 = 8;
/// And at most.
pub const KEEP_DAYS_MAX: u32 = 3_650;
/// Days for which raw events and metric points are kept when a project says nothing.
pub const KEEP_RAW_DAYS: u32 = 30;
/// Days for which spans, error reports and logs are kept when a project says nothing.
pub const KEEP_TRACES_DAYS: u32 = 14;
/// Days for which segments are kept when a project says nothing.
pub const KEEP_SEGMENTS_DAYS: u32 = 400;
/// A timestamp ahead of the server by up to this many minutes is kept as it is.
pub const FUTURE_MINUTES_KEPT: i64 = 5;
/// A timestamp ahead by up to this many hours is clamped to the time of receipt; further ahead it is refused.
pub const FUTURE_HOURS_CLAMPED: i64 = 24;
/// A device clock that differs by more than this many minutes is corrected. Smaller differences may be network delay.
pub const CLOCK_SKEW_MINUTES_KEPT: i64 = 55;
/// The smallest share of items that a sender may say it sends: one of a billion. With less, one item would count more than
/// sums can hold beside the others.
pub const SAMPLE_RATE_MIN: f64 = 1e-9;
/// Days for which the batch ledger recognises a repeated batch.
pub const LEDGER_DAYS: i64 = 7;

/// The limits that a sender meets, in words: the table in `docs/sending.md`.
pub fn table() -> Vec<(&'static str, String)> {
    let n = |value: usize| grouped(value as i64);
    let kib = |value: usize| format!("{} KiB", value / 1024);
    let mb = |value: usize| format!("{} MB", value / 1_000_000);
    vec![
        ("items per batch", n(BATCH_ITEMS_MAX)),
        ("body, as sent and after decompression", format!("{} and {}", mb(BODY_WIRE_BYTES_MAX), mb(BODY_BYTES_MAX))),
        ("inflation of a compressed body, beyond 1 MB", format!("{INFLATION_MAX} times its size as sent")),
        ("one item", format!("{}, {} keys, {} levels", kib(ITEM_BYTES_MAX), n(ITEM_KEYS_MAX), n(ITEM_DEPTH_MAX))),
        ("name, key", format!("{NAME_BYTES_MAX} and {KEY_BYTES_MAX} bytes")),
        ("id or attribute", format!("{ATTRIBUTE_BYTES_MAX} bytes")),
        ("text: in props and attributes, a message, a log's body", kib(STRING_BYTES_MAX)),
        ("tags of a metric point or an error", n(METRIC_TAGS_MAX)),
        (
            "series of one metric, routes of one day; further ones fold into `__other__`",
            format!("{} and {}", n(METRIC_SERIES_MAX), n(ROUTES_MAX)),
        ),
        ("issues of a project that were seen within 30 days; errors of further ones are counted together", n(ISSUES_MAX)),
        (
            "SDK versions, reasons of losses in the books of one hour; further ones fold into `__other__`",
            format!("{BOOKS_SDKS_MAX} and {BOOKS_REASONS_MAX}"),
        ),
        ("sample rate, at least", format!("{SAMPLE_RATE_MIN:e}")),
        ("segments of a route; rules for routes", format!("{ROUTE_SEGMENTS_MAX} and {ROUTE_RULES_MAX}")),
        ("actors of one person, by identity links", n(PERSON_ACTORS_MAX)),
        ("a span's duration", format!("{SPAN_DAYS_MAX} days")),
        (
            "frames, causes, breadcrumbs, fingerprint parts of an error",
            format!("{FRAMES_MAX}, {CAUSES_MAX}, {BREADCRUMBS_MAX}, {FINGERPRINT_PARTS_MAX}"),
        ),
        ("age of an item; of an imported one", format!("{LATE_DAYS_MAX} and {IMPORT_DAYS_MAX} days")),
        ("age of an imported event or identity, unless the project keeps segments longer or shorter", format!("{KEEP_SEGMENTS_DAYS} days")),
        ("days for which a project may keep data", format!("{KEEP_DAYS_MIN} to {}", n(KEEP_DAYS_MAX as usize))),
        (
            "time ahead of the server: kept, clamped to the time of receipt",
            format!("{FUTURE_MINUTES_KEPT} minutes, {FUTURE_HOURS_CLAMPED} hours"),
        ),
        ("days for which a repeated batch is recognised", n(LEDGER_DAYS as usize)),
        ("items and body of an import", format!("{} and {}", n(IMPORT_ITEMS_MAX), mb(IMPORT_BODY_BYTES_MAX))),
        ("refused items listed in an answer", n(ERRORS_LISTED_MAX)),
    ]
}
