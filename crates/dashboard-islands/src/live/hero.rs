//! The figure, what stands beside it, and the last thirty minutes.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveMinute};
use protocol::number;
use protocol::receipt::BotRule;

use crate::charts::bars::{Bar, FIGURE, bars};
use crate::charts::frame::ChartFrame;
use crate::charts::scale::Scale;
use crate::charts::time_axis::TimeLabel;
use crate::clock;
use crate::receipt::{Offsets, ReceiptMark};

/// Of the plot, in pixels.
const HEIGHT: f64 = 150.0;
/// Minutes between two labels of the time axis.
const MINUTES_PER_LABEL: usize = 5;

pub(super) fn hero(answer: &LiveAnswer, begun: bool) -> impl IntoView + use<> {
    let minutes = answer.window.minutes();
    let window = if minutes == 1 { "in the last minute".to_owned() } else { format!("in the last {minutes} minutes") };
    let people = number::count(answer.people as f64);
    let rate = answer.events as f64 / (minutes * 60) as f64;
    view! {
        <section class="panel hero" aria-label="Now">
            <div class="lead">
                <div class="big" data-figure="people">{people.clone()}</div>
                <p>
                    <b>{if answer.people == 1 { "person online" } else { "people online" }}</b>
                    " "
                    <span class="muted">{window}</span>
                </p>
                <div><ReceiptMark receipt=answer.receipt.clone() offsets=Offsets::same(answer.utc_offset_seconds) figure=format!("{people} people")/></div>
                <dl class="facts">
                    <div><dt>"Sessions"</dt><dd>{number::count(answer.sessions as f64)}</dd></div>
                    <div><dt>"Events"</dt><dd>{number::count(answer.events as f64)}</dd></div>
                    <div><dt>"Events per second"</dt><dd>{number::with_unit(rounded(rate), "")}</dd></div>
                    <div><dt>{if answer.receipt.bots == BotRule::Humans { "Bot events hidden" } else { "Bot events" }}</dt><dd>{number::count(answer.bot_events as f64)}</dd></div>
                </dl>
            </div>
            <div>
                <header class="panel-head">
                    <h2>"People active per minute"</h2>
                    <span class="faint">"last 30 minutes"</span>
                    <div class="right">
                        {begun.then(|| view! { <span class="legend"><span><i class="sw hatched"></i>"open minute"</span></span> })}
                    </div>
                </header>
                {begun.then(|| minute_chart(&answer.minutes, answer.utc_offset_seconds))}
                // Zero is a measurement: before the first event there is none.
                {(!begun).then(|| view! { <p class="no-bars">"One bar per minute, from the first event on"</p> })}
            </div>
        </section>
    }
}

/// Two figures are enough for a rate that changes every second.
fn rounded(rate: f64) -> f64 {
    if rate < 10.0 { (rate * 100.0).round() / 100.0 } else { (rate * 10.0).round() / 10.0 }
}

fn minute_chart(minutes: &[LiveMinute], offset: i32) -> impl IntoView + use<> {
    let scale = Scale::covering(minutes.iter().map(|m| m.people as f64), 3, true, HEIGHT);
    let drawn = minutes.iter().map(|minute| Bar { value: minute.people as f64, open: minute.open, title: title(minute, offset) }).collect();
    view! { <ChartFrame label=sentence(minutes, offset) scale=scale unit="" times=times(minutes, offset) marks=bars(drawn, scale, FIGURE) overlay=()/> }
}

fn title(minute: &LiveMinute, offset: i32) -> String {
    let open = if minute.open { ", open" } else { "" };
    format!("{}{open}: {} people, {} events", clock::minute(clock::wall(minute.start, offset)), minute.people, minute.events)
}

fn sentence(minutes: &[LiveMinute], offset: i32) -> String {
    let complete = || minutes.iter().filter(|m| !m.open).map(|m| m.people);
    match (minutes.first(), minutes.last()) {
        (Some(first), Some(last)) => format!(
            "People active per minute, {} to {}. Between {} and {} in complete minutes; the last minute is not over.",
            clock::minute(clock::wall(first.start, offset)),
            clock::minute(clock::wall(last.start, offset)),
            complete().min().unwrap_or(0),
            complete().max().unwrap_or(0),
        ),
        _ => "People active per minute: no minutes yet.".to_owned(),
    }
}

fn times(minutes: &[LiveMinute], offset: i32) -> Vec<TimeLabel> {
    let count = minutes.len();
    let word = |i: usize| clock::minute(clock::wall(minutes[i].start, offset));
    let mut labels: Vec<_> = (0..count)
        .step_by(MINUTES_PER_LABEL)
        .enumerate()
        .map(|(k, i)| TimeLabel {
            x: (i as f64 + 0.5) / count as f64,
            weekday: "",
            text: word(i),
            class: if k % 2 == 1 { "minor" } else { "" },
        })
        .collect();
    // The newest minute is the one that people look for; a label close to it gives way.
    if let Some(last) = count.checked_sub(1) {
        labels.retain(|label| label.x < 0.9);
        labels.push(TimeLabel { x: 1.0, weekday: "", text: word(last), class: "last" });
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn minutes() -> Vec<LiveMinute> {
        let start: chrono::DateTime<chrono::Utc> = "2026-05-14T11:34:00Z".parse().expect("a time");
        (0..30).map(|i| LiveMinute { start: start + TimeDelta::minutes(i), people: 100 + i as u64, events: 500, open: i == 29 }).collect()
    }

    #[test]
    fn the_axis_names_every_fifth_minute_and_the_newest() {
        let words: Vec<_> = times(&minutes(), 7_200).into_iter().map(|l| l.text).collect();
        assert_eq!(words, ["13:34", "13:39", "13:44", "13:49", "13:54", "13:59", "14:03"]);
    }

    #[test]
    fn the_sentence_leaves_the_open_minute_out_of_its_range() {
        assert!(sentence(&minutes(), 7_200).contains("13:34 to 14:03. Between 100 and 128"));
    }
}
