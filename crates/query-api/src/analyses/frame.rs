//! The buckets of a question.

use analysis::calendar::{self, BUCKETS_MAX, Frame};
use protocol::analyses::TimeBucket;
use protocol::range::{Period, Step};

use crate::ApiError;
use crate::access::ProjectContext;
use crate::receipt::Making;

/// The frame of a period.
///
/// # Errors
/// [`ApiError::InvalidParameter`] when it has too many buckets, or ends before it begins.
pub(crate) fn frame(context: &ProjectContext, making: &Making, period: Period, step: Option<Step>) -> Result<Frame, ApiError> {
    if let Period::Between { from, until } = period
        && until <= from
    {
        let allowed = "a time after `from`".to_owned();
        return Err(ApiError::InvalidParameter { name: "until", problem: "is not after `from`".to_owned(), allowed });
    }
    if let Period::Days { first, last } = period {
        let today = making.now.with_timezone(&context.zone()).date_naive();
        let wrong = |name, problem: &str, allowed: String| Err(ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed });
        if last < first {
            return wrong("until", "is before `from`", "the same day as `from`, or a later one".to_owned());
        }
        if first > today {
            return wrong("from", "is in the future", format!("{today} or before"));
        }
    }
    calendar::period(period, step, making.now, context.zone()).ok_or_else(|| ApiError::InvalidParameter {
        name: if step.is_some() { "step" } else { "from" },
        problem: match step {
            Some(_) => format!("cuts the range into more than {BUCKETS_MAX} buckets"),
            None => format!("is more than {BUCKETS_MAX} days before `until`"),
        },
        allowed: if step.is_some() { "a wider step, or a shorter range" } else { "a shorter range" }.to_owned(),
    })
}

/// The buckets as they are told.
pub(crate) fn buckets(making: &Making, frame: &Frame) -> Vec<TimeBucket> {
    let bucket = |bucket: &calendar::Bucket| TimeBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        open: making.is_open(bucket.end),
    };
    frame.buckets.iter().map(bucket).collect()
}
