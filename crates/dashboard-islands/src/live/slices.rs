//! Who is here, by route, country, system and release.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveSlice};

use crate::charts::ranked::{Ranked, ranked};
use crate::country;
use crate::encoded::encoded;

/// `link` leads to a value: its condition follows.
pub(super) fn slices(answer: &LiveAnswer, link: &str) -> impl IntoView + use<> {
    let people = answer.people;
    view! {
        <div class="cols-2">
            <div class="stack">
                {slice(("Routes", "route"), &answer.routes, (people, link), true, str::to_owned)}
                {slice(("Releases", "release"), &answer.releases, (people, link), true, str::to_owned)}
                {slice(("Referrers", "referrer"), &answer.referrers, (people, link), false, str::to_owned)}
            </div>
            <div class="stack">
                {slice(("Countries", "country"), &answer.countries, (people, link), false, |code| country::name(code).to_owned())}
                {slice(("Systems", "os"), &answer.systems, (people, link), false, str::to_owned)}
            </div>
        </div>
    }
}

fn slice(
    (title, field): (&'static str, &'static str),
    rows: &[LiveSlice],
    (people, link): (u64, &str),
    mono: bool,
    word: fn(&str) -> String,
) -> impl IntoView + use<> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| Ranked {
            name: row.value.as_deref().map(word),
            count: row.people as f64,
            share: (people > 0).then(|| row.people as f64 / people as f64),
            mono,
            without: None,
            href: row.value.as_deref().map(|value| format!("{link}{}", condition(field, value))),
        })
        .collect();
    let empty = rows.is_empty();
    view! {
        <section class="panel">
            <header class="inline">
                <h2>{title}</h2>
                <div class="right"><span>"people"</span></div>
            </header>
            {ranked(rows)}
            {empty.then(|| view! { <p class="body faint">"Nobody in this window"</p> })}
        </section>
    }
}

/// `country:"DE"`, encoded for a URL. In quotes any text is a value.
fn condition(field: &str, value: &str) -> String {
    let quoted = format!("{value:?}");
    encoded(&format!("{field}:{quoted}"))
}
