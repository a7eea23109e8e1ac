//! Everything of a project that one can go to, on one page. `palette.js` offers the same while somebody types: what stands in a
//! `data-find`, and the forms with a `data-find-id`.

use leptos::prelude::*;
use protocol::saved::{Saved, SavedKind};

use super::docs;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};
use crate::{Frame, url};

/// Where a line leads: its name, what else is said of it, its address.
struct Way {
    name: String,
    note: String,
    href: String,
}

impl Way {
    fn to(name: impl Into<String>, href: String) -> Self {
        Self { name: name.into(), note: String::new(), href }
    }
}

/// The page.
pub fn page(frame: &Frame) -> Page {
    shell::framed(frame, Entry::Find, Title::new("Find"), || {
        view! {
            <div class="page-head"><h1>"Find"</h1></div>
            <div class="find-lists">
                {list("Page", "Pages", Entry::listed().map(|entry| Way::to(entry.label(), frame.path(entry.page()))).collect())}
                {by_id(frame, "Person with id", "users/profile", "An id of a person")} {by_id(frame, "X-ray of id", "delivery", "An id of an event or batch")}
                {list("View", "Views", frame.saved(SavedKind::View).map(|view| saved(view, frame.path(&view.what))).collect())}
                {list("Segment", "Segments", frame.saved(SavedKind::Segment).map(|segment| saved(segment, filtered(frame, segment))).collect())}
                {list("Project", "Other projects", others(frame))} {list("Documentation", "Documentation", documentation())}
            </div>
        }
    })
}

fn saved(saved: &Saved, href: String) -> Way {
    Way { note: saved.what.clone(), ..Way::to(saved.name.clone(), href) }
}

fn filtered(frame: &Frame, segment: &Saved) -> String {
    url::with_query(&frame.path(Entry::Metrics.page()), [("filter", segment.what.as_str())])
}

fn others(frame: &Frame) -> Vec<Way> {
    let others = frame.projects.iter().filter(|project| project.id != frame.project.id);
    others.map(|project| Way::to(project.name.clone(), format!("/p/{}/{}", project.slug, Entry::Live.page()))).collect()
}

fn documentation() -> Vec<Way> {
    docs::listed().map(|(word, title)| Way::to(title, format!("/docs/{word}"))).collect()
}

/// A list that has something in it. `kind` says in the palette what its lines are.
fn list(kind: &'static str, title: &'static str, ways: Vec<Way>) -> AnyView {
    let line = |Way { name, note, href }: Way| {
        let said = (!note.is_empty()).then(|| view! { <span class="faint mono clip" aria-hidden="true">{note.clone()}</span> });
        view! { <li><a href=href data-note=note.clone()><span>{name}</span>{said}</a></li> }
    };
    (!ways.is_empty())
        .then(|| {
            view! {
                <section class="panel" data-find=kind>
                    <header><h2>{title}</h2></header>
                    <ul>{ways.into_iter().map(line).collect_view()}</ul>
                </section>
            }
        })
        .into_any()
}

/// Goes to what has an id.
fn by_id(frame: &Frame, title: &'static str, page: &str, field: &'static str) -> AnyView {
    view! {
        <section class="panel">
            <header><h2>{title}</h2></header>
            <form action=frame.path(page) data-find-id=title>
                <label class="field">{field}<input name="id" required autocomplete="off" autocapitalize="none" spellcheck="false"/></label>
                <button class="btn" type="submit">"Go"</button>
            </form>
        </section>
    }
    .into_any()
}
