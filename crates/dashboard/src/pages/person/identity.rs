//! The ids that are this person, what joined them, and the way to undo that.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::identity_link::{ActorName, IdentityLink, LinkState};
use protocol::number;
use protocol::profile::{KnownId, ProfileAnswer};

use crate::{Frame, url};

pub(super) fn panel(frame: &Frame, profile: &ProfileAnswer, may_edit: bool) -> AnyView {
    let ids = profile.ids.iter().map(|id| line(frame, profile, id, may_edit));
    let more = profile.ids_total - profile.ids.len();
    let more =
        (more > 0).then(|| view! { <p class="faint small">{format!("and {}", number::counted(more as u64, "more id", "more ids"))}</p> });
    // Links to ids that are somebody else, or nobody's any more.
    let apart: Vec<&IdentityLink> = profile.links.iter().filter(|link| link.state != LinkState::Active).collect();
    let apart = (!apart.is_empty()).then(|| {
        view! {
            <h3 class="small faint">"Said, and not counted"</h3>
            <dl class="kv">{apart.into_iter().map(|link| not_counted(frame, link, &profile.name, may_edit)).collect_view()}</dl>
        }
    });
    let title = match profile.ids_total {
        1 => "one id".to_owned(),
        count => format!("{} ids, one person", number::grouped(count as i64)),
    };
    view! {
        <section class="panel">
            <header class="inline"><h2>"Identity"</h2><div class="right">{title}</div></header>
            <div class="body"><dl class="kv">{ids.collect_view()}</dl>{more}{apart}</div>
        </section>
    }
    .into_any()
}

fn line(frame: &Frame, profile: &ProfileAnswer, id: &KnownId, may_edit: bool) -> AnyView {
    let link = profile.links.iter().find(|link| link.state == LinkState::Active && link.from == id.name);
    let said = match link {
        Some(link) => {
            let way = may_edit.then(|| view! { " " <a class="link" href=href(frame, link, &profile.name)>"undo"</a> });
            view! { {format!("linked {}, by ", when(frame, link.ts))} <code>{link.cause.word()}</code> {way} }.into_any()
        }
        None => format!("seen first {}", when(frame, id.first_seen)).into_any(),
    };
    view! { <dt class="clip" title=format!("{} {}", id.name.kind.word(), id.name.id)>{id.name.id.clone()}</dt><dd>{said}</dd> }.into_any()
}

fn not_counted(frame: &Frame, link: &IdentityLink, person: &ActorName, may_edit: bool) -> AnyView {
    let other = if link.to == *person { &link.from } else { &link.to };
    let said = match link.state {
        LinkState::Undone => {
            let by = link.changed_by.clone().unwrap_or_default();
            let way = may_edit.then(|| view! { " " <a class="link" href=href(frame, link, person)>"restore"</a> });
            view! { {format!("undone by {by}")} {way} }.into_any()
        }
        _ => link.refusal.map_or("refused", |refusal| refusal.sentence()).into_any(),
    };
    view! { <dt class="clip" title=format!("{} {}", other.kind.word(), other.id)>{other.id.clone()}</dt><dd>{said}</dd> }.into_any()
}

/// What a change of the link would do, with the button that does it.
fn href(frame: &Frame, link: &IdentityLink, person: &ActorName) -> String {
    let words = [("kind", person.kind.word()), ("id", person.id.as_str())];
    url::with_query(&frame.path(&format!("identity-links/{}", link.id)), words)
}

fn when(frame: &Frame, at: chrono::DateTime<chrono::Utc>) -> String {
    let wall = clock::wall(at, frame.offset(at));
    format!("{} {}", clock::day(wall), clock::minute(wall))
}
