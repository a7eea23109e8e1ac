//! What undoing or restoring an identity link would do, with the button that does it.

use leptos::prelude::*;
use protocol::identity_link::{ActorName, BeforeAfter, LinkChange, LinkPreview, LinkState, Person};
use protocol::number;

use crate::Frame;
use crate::components::when::exact;
use crate::pages::person::PersonQuery;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};

/// The page. `back` is the person that it was opened from.
pub fn page(frame: &Frame, preview: &LinkPreview, back: &PersonQuery, may_edit: bool) -> Page {
    let link = &preview.link;
    let (title, verb) = match preview.change {
        LinkChange::Undo => ("Undo a link", "Undo the link"),
        LinkChange::Restore => ("Restore a link", "Restore the link"),
    };
    // Without the person that it was opened from, the link's own user is shown.
    let person = if back.actor.id.is_empty() { link.to.clone() } else { back.actor.clone() };
    let home = PersonQuery::of(&person).href(frame);
    let nothing = preview.before.is_empty().then(|| {
        let why = match link.state {
            LinkState::Refused => link.refusal.map_or("It is refused.", |refusal| refusal.sentence()),
            LinkState::Undone => "The ids are one person by other links, or a guard would refuse it now.",
            LinkState::Active => "The ids are one person by other links, too.",
        };
        view! { <p class="body muted">{format!("No figure would change. {why}")}</p> }
    });
    shell::framed(frame, Entry::Users, Title::new(title), || {
        view! {
            <div class="page-head"><h1>{title}</h1></div>
            <section class="panel narrow">
                <header><h2><code>{link.from.id.clone()}</code>" is "<code>{link.to.id.clone()}</code></h2></header>
                <p class="body muted">
                    {format!(
                        "Said {} by {}, first {}. Nothing stored is changed: figures of the past change as well, and change back.",
                        number::counted(link.times.unsigned_abs(), "time", "times"),
                        link.cause.word(),
                        exact(frame, link.ts),
                    )}
                </p>
                {nothing}
                {(!preview.before.is_empty()).then(|| changes(preview))}
                <div class="foot">
                    {may_edit
                        .then(|| {
                            view! {
                                <form method="post" action=frame.path(&format!("identity-links/{}", link.id))>
                                    <input type="hidden" name="change" value=preview.change.word()/>
                                    <input type="hidden" name="kind" value=person.kind.word()/>
                                    <input type="hidden" name="id" value=person.id.clone()/>
                                    <button class="btn primary" type="submit">{verb}</button>
                                </form>
                            }
                        })}
                    <a class="btn" href=home>"Back"</a>
                    {(!may_edit).then_some("Changing it needs the role editor.")}
                </div>
            </section>
        }
    })
}

fn changes(preview: &LinkPreview) -> AnyView {
    let busiest = preview.days.iter().filter(|day| day.people.before != day.people.after).count();
    let at_least = if preview.events_at_least { "at least " } else { "" };
    let row = |what: &'static str, change: BeforeAfter| {
        view! { <tr><td>{what}</td><td class="num">{number::grouped(change.before as i64)}</td><td class="num">{number::grouped(change.after as i64)}</td></tr> }
    };
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="What changes">
            <table class="tbl">
                <thead><tr><th scope="col">"Of those it touches"</th><th scope="col" class="num">"Now"</th><th scope="col" class="num">"Then"</th></tr></thead>
                <tbody>{row("People", preview.people)} {row("People in the last 24 hours", preview.people_24h)}</tbody>
            </table>
        </div>
        <p class="body muted">
            {format!(
                "{at_least}{} of theirs would be counted with other people; daily people change on {}.",
                number::counted(preview.events, "event", "events"),
                number::counted(busiest as u64, "day of the last 30", "days of the last 30"),
            )}
        </p>
        <div class="cols-2 body">{persons("Now", &preview.before)} {persons("Then", &preview.after)}</div>
        {preview.partial.then(|| view! { <p class="body faint">"More ids are touched than are listed."</p> })}
    }
    .into_any()
}

fn persons(title: &'static str, persons: &[Person]) -> AnyView {
    let name = |actor: &ActorName| view! { <li class="mono clip" title=actor.kind.word()>{actor.id.clone()}</li> };
    let person = |person: &Person| {
        view! {
            <div class="one-person">
                <p class="faint small">{number::counted(person.events, "event", "events")}</p>
                <ul>{person.actors.iter().map(|known| name(&known.actor)).collect_view()}</ul>
            </div>
        }
    };
    view! { <div><h3>{format!("{title}: {}", number::counted(persons.len() as u64, "person", "people"))}</h3>{persons.iter().map(person).collect_view()}</div> }
        .into_any()
}
