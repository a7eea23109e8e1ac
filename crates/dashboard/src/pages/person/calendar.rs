//! Fifteen weeks, a square for each day.

use chrono::Datelike;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::number;
use protocol::profile::ProfileAnswer;

use crate::components::shade::shade;

pub(super) fn panel(profile: &ProfileAnswer) -> AnyView {
    let days = &profile.activity;
    let most = days.iter().filter_map(|day| day.events).fold(0.0, f64::max);
    // Weeks begin on Monday: the first column may lack its first days.
    let lead = days.first().map_or(0, |day| day.day.weekday().num_days_from_monday());
    let squares = days.iter().map(|day| {
        let at = clock::weekday(day.day.into());
        match day.events {
            Some(events) => {
                let title = format!("{at}: {}", number::counted(events.round() as u64, "event", "events"));
                view! { <i data-shade=shade(events, most).to_string() title=title></i> }.into_any()
            }
            None => view! { <i class="unknown" title=format!("{at}: no longer kept")></i> }.into_any(),
        }
    });
    let known: Vec<f64> = days.iter().filter_map(|day| day.events).collect();
    let active = known.iter().filter(|events| **events > 0.0).count();
    let events: f64 = known.iter().sum();
    let kept = if known.len() < days.len() { " that are kept" } else { "" };
    let at_least = if profile.activity_at_least { "at least " } else { "" };
    let said = format!("Active on {active} of {} days{kept}, {at_least}{} events", known.len(), number::count(events));
    view! {
        <section class="panel">
            <header class="inline"><h2>"Activity"</h2><div class="right">"15 weeks"</div></header>
            <div class="body">
                <div class="calendar" role="img" aria-label=said.clone()>
                    {(0..lead).map(|_| view! { <i class="none"></i> }).collect_view()} {squares.collect_view()}
                </div>
                <p class="faint small">{said.clone()}</p>
            </div>
        </section>
    }
    .into_any()
}
