//! The chart: errors by bucket, and when releases came up.

use dashboard_islands::charts::bars::{BAD, Bar, bars};
use dashboard_islands::charts::frame::ChartFrame;
use dashboard_islands::charts::scale::Scale;
use dashboard_islands::charts::time_axis;
use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::TimeBucket;
use protocol::issue::IssueAnswer;
use protocol::number;

use crate::Frame;
use crate::components::table_behind::{Table, table_behind};
use crate::components::{bucket, releases};

/// Of the plot, in pixels.
const HEIGHT: f64 = 130.0;

/// The panel.
pub(super) fn panel(frame: &Frame, answer: &IssueAnswer) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let scale = Scale::covering(answer.row.trend.iter().copied(), 3, true, HEIGHT);
    let starts: Vec<_> = answer.buckets.iter().map(|bucket| clock::wall(bucket.start, bucket.utc_offset_seconds)).collect();
    let title = format!("Errors per {}", bucket::per(answer.step));
    let name = |at: &TimeBucket| bucket::title(at.start, at.utc_offset_seconds, answer.step);
    let bar = |(at, errors): (&TimeBucket, &f64)| Bar {
        value: *errors,
        open: at.open,
        title: format!("{}: {}", name(at), number::count(*errors)),
    };
    let marks = bars(answer.buckets.iter().zip(&answer.row.trend).map(bar).collect(), scale, BAD);
    let overlay =
        releases::marks(frame, &answer.releases, |at| bucket::place(answer.buckets.iter().map(|bucket| (bucket.start, bucket.end)), at));
    let total = number::count(answer.row.events);
    let rows =
        answer.buckets.iter().zip(&answer.row.trend).rev().map(|(at, errors)| {
            vec![format!("{}{}", name(at), if at.open { " (open)" } else { "" }), number::grouped(errors.round() as i64)]
        });
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    view! {
        <section class="panel gap-below">
            <header><h2>{title.clone()}</h2></header>
            <ChartFrame
                label=format!("{title}: {total} in all.")
                scale=scale
                unit=""
                times=time_axis::labels(&starts, answer.step, open)
                open_from=None
                marks=marks
                overlay=overlay
            />
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=format!("{total} errors") up=true/>
                <span>{number::counted(answer.releases.len() as u64, "release came up", "releases came up")}</span>
            </div>
            {table_behind(Table { heads: vec!["Start".to_owned(), "Errors".to_owned()], rows: rows.collect() })}
        </section>
    }
    .into_any()
}
