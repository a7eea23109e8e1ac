//! Who is here, by route, country, system and release.

use leptos::prelude::*;
use protocol::live::{LiveAnswer, LiveSlice};

use crate::charts::ranked::{Ranked, ranked};
use crate::country;

pub(super) fn slices(answer: &LiveAnswer) -> impl IntoView + use<> {
    let people = answer.people;
    view! {
        <div class="cols-2">
            <div class="stack">
                {slice("Routes", &answer.routes, people, true, str::to_owned)}
                {slice("Releases", &answer.releases, people, true, str::to_owned)}
            </div>
            <div class="stack">
                {slice("Countries", &answer.countries, people, false, |code| country::name(code).to_owned())}
                {slice("Systems", &answer.systems, people, false, str::to_owned)}
            </div>
        </div>
    }
}

fn slice(title: &'static str, rows: &[LiveSlice], people: u64, mono: bool, word: fn(&str) -> String) -> impl IntoView + use<> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| Ranked {
            name: row.value.as_deref().map(word),
            count: row.people as f64,
            share: (people > 0).then(|| row.people as f64 / people as f64),
            mono,
            without: None,
            href: None,
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
