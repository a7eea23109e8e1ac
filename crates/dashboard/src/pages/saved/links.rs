//! The links that show a page to whoever has them.

use dashboard_islands::clock;
use leptos::prelude::*;
use protocol::shared_link::SharedLink;

use super::looks_at;
use crate::Frame;
use crate::components::empty;
use crate::components::when::{ago, exact};
use crate::shell::Entry;

/// The panel.
pub(super) fn panel(frame: &Frame, links: &[SharedLink]) -> AnyView {
    const HINT: &str = "“Share” beside the filter of an Audience page makes a link that shows this page to whoever has it.";
    let revoking = frame.may_edit.then(|| view! { <th scope="col"><span class="sr">"Changes"</span></th> });
    view! {
        <section class="panel" id="shared-links">
            <header><h2>"Shared links"</h2><span class="faint">"that work now"</span></header>
            {links.is_empty().then(|| empty::nothing_here("No link".to_owned(), HINT.to_owned(), None))}
            {(!links.is_empty())
                .then(|| {
                    view! {
                        <div class="scroll-x" tabindex="0" role="region" aria-label="Shared links">
                            <table class="tbl">
                                <thead>
                                    <tr>
                                        <th scope="col">"Shows"</th>
                                        <th scope="col" class="hide-s">"Made by"</th>
                                        <th scope="col" class="hide-s">"Made"</th>
                                        <th scope="col">"Ends"</th>
                                        <th scope="col" class="hide-s">"Last opened"</th>
                                        {revoking}
                                    </tr>
                                </thead>
                                <tbody>{links.iter().map(|link| line(frame, link)).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                })}
        </section>
    }
    .into_any()
}

fn line(frame: &Frame, link: &SharedLink) -> AnyView {
    let page = Entry::of_page(link.page.word()).map_or("", Entry::label);
    let shows = looks_at(page, &link.query);
    let day = |at| clock::day(clock::wall(at, frame.offset(at)));
    let used = match link.last_used_at {
        Some(at) => view! { <td class="nowrap hide-s" title=exact(frame, at)>{ago(frame, at)}</td> }.into_any(),
        None => view! { <td class="nowrap hide-s faint">"never"</td> }.into_any(),
    };
    let revoke = frame.may_edit.then(|| {
        view! {
            <td class="kept-changes">
                <form method="post" action=frame.path(&format!("shared-links/{}/revoke", link.id))>
                    <input type="hidden" name="back" value=frame.path(Entry::Saved.page())/>
                    <button class="btn ghost" type="submit" aria-label=format!("Revoke the link to {shows}")>"Revoke"</button>
                </form>
            </td>
        }
    });
    view! {
        <tr>
            <td class="kept-what" title=format!("{}?{}", link.page.word(), link.query)>{shows.clone()}</td>
            <td class="who hide-s" title=link.made_by.clone()>{link.made_by.clone()}</td>
            <td class="nowrap hide-s" title=exact(frame, link.made_at)>{day(link.made_at)}</td>
            <td class="nowrap" title=exact(frame, link.expires_at)>{day(link.expires_at)}</td>
            {used}
            {revoke}
        </tr>
    }
    .into_any()
}
