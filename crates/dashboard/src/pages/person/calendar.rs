//! Fifteen weeks, a square for each day.

use chrono::Datelike;
use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::number;
use protocol::profile::ProfileAnswer;

/// Shades beside the one for nothing.
const SHADES: f64 = 4.0;

pub(super) fn panel(profile: &ProfileAnswer) -> AnyView {
    let days = &profile.activity;
    let most = days.iter().map(|day| day.events).fold(0.0, f64::max);
    // Weeks begin on Monday: the first column may lack its first days.
    let lead = days.first().map_or(0, |day| day.day.weekday().num_days_from_monday());
    let squares = days.iter().map(|day| {
        let title = format!("{}: {}", clock::weekday(day.day.into()), number::counted(day.events.round() as u64, "event", "events"));
        view! { <i data-shade=shade(day.events, most).to_string() title=title></i> }
    });
    let active = days.iter().filter(|day| day.events > 0.0).count();
    let events: f64 = days.iter().map(|day| day.events).sum();
    let at_least = if profile.activity_at_least { "at least " } else { "" };
    let said = format!("Active on {active} of {} days, {at_least}{} events", days.len(), number::count(events));
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

/// By the square root, so that one busy day does not make all others look empty.
fn shade(events: f64, most: f64) -> u8 {
    if events <= 0.0 || most <= 0.0 { 0 } else { ((events / most).sqrt() * SHADES).ceil().clamp(1.0, SHADES) as u8 }
}

#[cfg(test)]
mod tests {
    use super::shade;

    #[test]
    fn any_event_shows_and_only_the_busiest_day_is_darkest() {
        assert_eq!([0.0, 1.0, 100.0, 400.0, 1_000.0].map(|events| shade(events, 1_000.0)), [0, 1, 2, 3, 4]);
    }
}
