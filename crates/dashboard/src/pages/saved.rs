//! What is kept under a name, and the links that show a page to others.

mod links;

use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;
use protocol::page_address::PageAddress;
use protocol::saved::{NAME_CHARS_MAX, Saved, SavedKind};
use protocol::shared_link::SharedLink;

use crate::Frame;
use crate::components::empty;
use crate::components::saved::lock;
use crate::components::when::exact;
use crate::render::{Page, Title};
use crate::selected::Selected;
use crate::shell::{self, Entry};
use crate::url;

/// The page.
pub fn page(frame: &Frame, links: &[SharedLink]) -> Page {
    shell::framed(frame, Entry::Saved, Title::new("Saved and shared"), || {
        view! {
            <div class="page-head"><h1>"Saved and shared"</h1></div>
            <div class="stack">{kept(frame, SavedKind::View)} {kept(frame, SavedKind::Segment)} {links::panel(frame, links)}</div>
        }
    })
}

/// The views or the segments.
fn kept(frame: &Frame, kind: SavedKind) -> AnyView {
    let (title, shows, nothing, hint) = match kind {
        SavedKind::View => {
            ("Views", "Shows", "No view yet", "Open a page, choose what it looks at, and save it from “Views” beside its filter.")
        }
        SavedKind::Segment => ("Segments", "Filter", "No segment yet", "Filter a page, and save its filter from “Segments” beside it."),
    };
    let rows: Vec<&Saved> = frame.saved(kind).collect();
    let heads = view! {
        <tr>
            <th scope="col">"Name"</th>
            <th scope="col">{shows}</th>
            <th scope="col" class="hide-s">"Seen by"</th>
            <th scope="col" class="hide-s">"Saved"</th>
            {frame.may_edit.then(|| view! { <th scope="col"><span class="sr">"Changes"</span></th> })}
        </tr>
    };
    view! {
        <section class="panel">
            <header><h2>{title}</h2></header>
            {rows.is_empty().then(|| empty::nothing_here(nothing.to_owned(), hint.to_owned(), None))}
            {(!rows.is_empty())
                .then(|| {
                    view! {
                        <div class="scroll-x" tabindex="0" role="region" aria-label=title>
                            <table class="tbl"><thead>{heads}</thead><tbody>{rows.into_iter().map(|saved| line(frame, saved)).collect_view()}</tbody></table>
                        </div>
                    }
                })}
        </section>
    }
    .into_any()
}

fn line(frame: &Frame, saved: &Saved) -> AnyView {
    let (href, shows) = match saved.kind {
        SavedKind::View => (frame.path(&saved.what), view! { <span>{sentence(&saved.what)}</span> }.into_any()),
        SavedKind::Segment => {
            let metrics = frame.path(Entry::Metrics.page());
            let shows = view! { <span class="mono">{saved.what.clone()}</span> }.into_any();
            (url::with_query(&metrics, [("filter", saved.what.as_str())]), shows)
        }
    };
    let made = clock::day(clock::wall(saved.made_at, frame.offset(saved.made_at)));
    let seen_by = if saved.private { view! { {lock()} "you" }.into_any() } else { "everybody".into_any() };
    view! {
        <tr>
            <td class="kept-name"><a class="link" href=href>{saved.name.clone()}</a></td>
            <td class="kept-what" title=saved.what.clone()>{shows}</td>
            <td class="nowrap hide-s">{seen_by}</td>
            <td class="nowrap hide-s" title=format!("{} by {}", exact(frame, saved.made_at), saved.made_by)>{made}</td>
            {frame.may_edit.then(|| changes(frame, saved))}
        </tr>
    }
    .into_any()
}

/// Another name, or none.
fn changes(frame: &Frame, saved: &Saved) -> AnyView {
    let path = |what: &str| frame.path(&format!("saved/{}/{what}", saved.id));
    let back = frame.path(Entry::Saved.page());
    let (rename, remove) = (format!("Rename {}", saved.name), format!("Remove {}", saved.name));
    view! {
        <td class="kept-changes"><div class="row">
            <details class="pick renaming">
                <summary class="btn tiny ghost" aria-label=rename.clone() title="Rename">{small_icon(Icon::RENAME)}</summary>
                <form class="menu" method="post" action=path("rename")>
                    <label class="field">
                        "New name"
                        <input name="name" value=saved.name.clone() required maxlength=NAME_CHARS_MAX.to_string() autocomplete="off"/>
                    </label>
                    <input type="hidden" name="back" value=back.clone()/>
                    <button class="btn primary" type="submit">"Rename"</button>
                </form>
            </details>
            <form method="post" action=path("remove")>
                <input type="hidden" name="back" value=back.clone()/>
                <button class="btn tiny ghost" type="submit" aria-label=remove title="Remove">{small_icon(Icon::CLOSE)}</button>
            </form>
        </div>
        </td>
    }
    .into_any()
}

/// An address in words: the page, its time, its filter. Other words are in its title.
fn sentence(address: &str) -> String {
    let Some(address) = PageAddress::parse(address) else { return address.to_owned() };
    let name = Entry::of_page(address.page()).map_or_else(|| address.page().to_owned(), |entry| entry.label().to_owned());
    looks_at(&name, address.query())
}

/// `Metrics · the last 30 days · os:iOS`.
fn looks_at(page: &str, query: &str) -> String {
    let selected = Selected::read(&url::words(query));
    let filter = selected.filtered.text();
    let parts = [page.to_owned(), selected.period.sentence(), filter];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn an_address_is_told_in_words() {
        assert_eq!(
            sentence("metrics?range=30d&filter=os:iOS%20route:/cart&measure=events"),
            "Metrics · the last 30 days · os:iOS route:/cart"
        );
        assert_eq!(sentence("behavior?from=2026-05-01&until=2026-05-02"), "Behavior · the days from 2026-05-01 to 2026-05-02");
        assert_eq!(sentence("explorer/samples"), "explorer/samples · the last 7 days");
    }
}
