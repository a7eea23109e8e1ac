//! The newest events, newest first by their own time. Pausing holds what is shown; the figures go on.

use leptos::either::Either;
use leptos::prelude::*;
use protocol::id::ActorKind;
use protocol::live::{LIVE_FEED_ROWS, LiveAnswer, LiveEvent};
use protocol::number;

use crate::clock;
use crate::icon::{Icon, icon};
use crate::snippet::snippet;

/// The name of page views.
const PAGE_VIEW: &str = "$pageview";

pub(super) fn feed(
    latest: RwSignal<LiveAnswer>,
    held: RwSignal<Option<LiveAnswer>>,
    begun: Signal<bool>,
    (command, xray): (String, String),
) -> impl IntoView + use<> {
    let paused = move || held.with(Option::is_some);
    let toggle = move |_| held.update(|held| *held = if held.is_some() { None } else { Some(latest.get_untracked()) });
    let something = move || paused() || latest.with(|answer| !answer.feed.is_empty());
    // Who looks into an event holds the feed, else the event would move away.
    let hold = Hold { latest, held };
    let rows = move || match &*held.read() {
        Some(held) => list(held, begun.get(), (&command, &xray), hold),
        None => list(&latest.read(), begun.get(), (&command, &xray), hold),
    };
    view! {
        <section class="panel" aria-label="Event feed">
            <header class="inline">
                <h2>"Event feed"</h2>
                <span class="faint" hidden=move || !something()>
                    {move || held.with(|held| held.as_ref().map_or_else(|| "newest first".to_owned(), paused_at))}
                </span>
                <div class="right">
                    <button class="btn scripted" hidden=move || !something() type="button" aria-pressed=move || paused().to_string() on:click=toggle>
                        {move || icon(if paused() { Icon::PLAY } else { Icon::PAUSE })}
                        <span>{move || if paused() { "Resume" } else { "Pause" }}</span>
                    </button>
                </div>
            </header>
            {rows}
        </section>
    }
}

/// Holds the feed as it is.
#[derive(Clone, Copy)]
struct Hold {
    latest: RwSignal<LiveAnswer>,
    held: RwSignal<Option<LiveAnswer>>,
}

impl Hold {
    fn hold(self) {
        if self.held.with_untracked(Option::is_none) {
            self.held.set(Some(self.latest.get_untracked()));
        }
    }
}

fn paused_at(held: &LiveAnswer) -> String {
    format!("paused at {}", clock::second(clock::wall(held.now, held.utc_offset_seconds)))
}

fn list(answer: &LiveAnswer, begun: bool, (command, xray): (&str, &str), hold: Hold) -> impl IntoView + use<> {
    if answer.feed.is_empty() {
        return Either::Left(waiting(begun, command));
    }
    let per_minute = answer.events as f64 / answer.window.minutes() as f64;
    Either::Right(view! {
        <ul class="feed">{answer.feed.iter().map(|event| row(event, answer.utc_offset_seconds, xray, hold)).collect_view()}</ul>
        <footer>
            <span>{format!("{} events per minute; the feed shows the newest {LIVE_FEED_ROWS}", number::count(per_minute.round()))}</span>
        </footer>
    })
}

/// There were events, but not lately; or there was never one, and the page says how to send it.
fn waiting(begun: bool, command: &str) -> impl IntoView + use<> {
    let (title, status) = if begun {
        ("No event in the last half hour", "Waiting for the next event")
    } else {
        ("No event yet", "Waiting for the first event")
    };
    let how =
        (!begun).then(|| view! { <p class="muted">"Send one from a terminal. It appears here a few seconds after the answer 202."</p> });
    view! {
        <div class="empty first">
            <div>
                <h3>{title}</h3>
                {how}
                <p class="status idle">{icon(Icon::IDLE)}{status}</p>
            </div>
            {(!begun).then(|| snippet(command.to_owned()))}
        </div>
    }
}

fn row(event: &LiveEvent, offset: i32, xray: &str, hold: Hold) -> impl IntoView + use<> {
    let view = event.name == PAGE_VIEW;
    let route = event.route.clone();
    // A page view is its route; any other event says more by its props.
    let (about, class) = match (view || event.detail.is_empty(), route) {
        (true, Some(route)) => (route, "muted clip mono"),
        _ => (event.detail.clone(), "muted clip"),
    };
    let name = if view { "Page view".to_owned() } else { event.name.clone() };
    let bot = event.bot.clone().map(|reason| view! { <span class="badge" title="Why it is taken for a robot's">{reason}</span> });
    let payload = if event.payload.is_empty() { "no props".to_owned() } else { event.payload.clone() };
    view! {
        <li>
            <details>
                <summary on:click=move |_| hold.hold()>
                    <time datetime=event.ts.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)>{clock::second(clock::wall(event.ts, offset))}</time>
                    <span class=if view { "ev" } else { "ev event" }>{icon(if view { Icon::VIEW } else { Icon::EVENT })}</span>
                    <span class="what">
                        <b title=name.clone()>{name.clone()}</b>
                        <span class=class>{about}</span>
                        {bot}
                    </span>
                    <span class="who" title=event.actor.clone()>{who(event)}</span>
                </summary>
                <div class="payload">
                    <pre>{payload}</pre>
                    <a href=format!("{xray}{}", event.event_id)>"What became of it"</a>
                </div>
            </details>
        </li>
    }
}

fn who(event: &LiveEvent) -> String {
    let actor = match event.actor_kind {
        Some(ActorKind::User) => event.actor.as_str(),
        Some(ActorKind::Anonymous) => "anonymous",
        Some(ActorKind::Session) => "a session",
        Some(ActorKind::Install) => "an install",
        None => "nobody known",
    };
    match &event.country {
        Some(country) => format!("{actor} · {country}"),
        None => actor.to_owned(),
    }
}
