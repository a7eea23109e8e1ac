//! When in the week people are here: a square for each hour.

use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::HoursAnswer;
use protocol::number;

use crate::Frame;
use crate::components::shade::shade;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Hours that are labelled.
const LABELLED: usize = 3;

/// The panel.
pub(in crate::pages) fn panel(frame: &Frame, answer: &HoursAnswer, clocks: AnyView) -> AnyView {
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let most = answer.hours.iter().filter_map(|hour| hour.mean_events()).fold(0.0, f64::max);
    let busiest =
        answer.hours.iter().enumerate().max_by(|(_, a), (_, b)| a.mean_events().unwrap_or(0.0).total_cmp(&b.mean_events().unwrap_or(0.0)));
    let busiest = busiest.map(|(place, hour)| {
        format!(
            "busiest {} {}, {} events in an hour",
            DAYS[place / 24],
            clock(place % 24),
            number::count(hour.mean_events().unwrap_or(0.0))
        )
    });
    let rows = DAYS.iter().zip(answer.hours.chunks(24)).map(|(day, hours)| {
        let cells = hours.iter().enumerate().map(|(hour, counted)| {
            let Some(mean) = counted.mean_events() else {
                return view! { <td class="none" title=format!("{day} {}: not in this range", clock(hour))></td> }.into_any();
            };
            let people = number::counted(counted.people, "person", "people");
            let title = format!("{day} {}: {} events in an hour, {people}", clock(hour), number::count(mean));
            view! { <td data-shade=shade(mean, most).to_string() title=title><span class="sr">{number::count(mean)}</span></td> }.into_any()
        });
        view! { <tr><th scope="row">{*day}</th>{cells.collect_view()}</tr> }
    });
    let heads = (0..24).map(|hour| {
        let label = (hour % LABELLED == 0).then(|| clock(hour));
        view! { <th scope="col"><span class="sr">{clock(hour)}</span><span aria-hidden="true">{label}</span></th> }
    });
    view! {
        <section class="panel gap-above">
            <header class="inline"><h2>"Hours of the week"</h2><span class="faint">{busiest}</span><div class="right">{clocks}</div></header>
            <div class="scroll-x body" tabindex="0" role="region" aria-label="Events by weekday and hour">
                <table class="week">
                    <thead><tr><th scope="col"><span class="sr">"Day"</span></th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure="Events in an hour, on average".to_owned() up=true/>
                <span>{clock_of(frame, answer)}</span>
            </div>
        </section>
    }
    .into_any()
}

/// Whose clock it is, and for how much of what is shown.
fn clock_of(frame: &Frame, answer: &HoursAnswer) -> String {
    let zone = &frame.project.zone;
    match answer.own_clock {
        None => format!("Events in an hour on average, clock of {zone}"),
        Some(0.0) => format!("No event says its visitor's time zone, so all are on the clock of {zone}"),
        Some(1.0) => "Events in an hour on average, each on its visitor's own clock".to_owned(),
        Some(own) => format!("{} of events on their visitor's own clock, the others on that of {zone}", number::percent(own)),
    }
}

fn clock(hour: usize) -> String {
    format!("{hour:02}:00")
}
