//! The list: a row for each person, fifty at once.

use dashboard_islands::icon::{Icon, icon};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use dashboard_islands::{clock, country};
use leptos::prelude::*;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::number;
use protocol::users::{UserRow, UsersAnswer, UsersQuery, UsersSort};

use super::UsersPageQuery;
use crate::Frame;
use crate::components::download::download;
use crate::components::pages::pages;
use crate::components::when::{ago, exact};
use crate::pages::person::PersonQuery;
use crate::shell::Entry;

/// The panel.
pub(super) fn panel(frame: &Frame, query: &UsersPageQuery, answer: &UsersAnswer) -> AnyView {
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(answer.total, "person", "people");
    let heads = [(None, "Person", ""), (Some(UsersSort::LastSeen), "Last seen", "num"), (None, "First seen", "num hide-s")]
        .into_iter()
        .chain([(Some(UsersSort::Events), "Events", "num"), (Some(UsersSort::Days), "Days", "num hide-s")])
        .chain([(None, "Country", "hide-s"), (None, "With", "hide-s"), (None, "Last on", "hide-s")]);
    let turn = pages(answer.users.len(), (query.page, UsersQuery::PAGE), answer.total, |page| {
        Some(UsersPageQuery { page, ..query.clone() }.href(frame))
    });
    view! {
        <section class="panel">
            <header>
                <h2>"People"</h2>
                <span class="faint">{count.clone()}</span>
                <div class="right">{search(frame, query)}</div>
            </header>
            {(answer.total == 0).then(|| view! { <p class="body faint">{format!("Nobody whose id contains “{}” is in this range{}.", query.search, if query.selected.filtered.filter.is_all() { "" } else { " and matches the filter" })}</p> })}
            {(answer.total > 0)
                .then(|| {
                    view! {
                        <div class="scroll-x" tabindex="0" role="region" aria-label="People">
                            <table class="tbl">
                                <thead><tr>{heads.map(|(sort, label, class)| head(frame, query, sort, label, class)).collect_view()}</tr></thead>
                                <tbody>{answer.users.iter().map(|user| line(frame, user)).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                })}
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                {turn}
                {download(frame, "users", query.words())}
            </div>
        </section>
    }
    .into_any()
}

fn search(frame: &Frame, query: &UsersPageQuery) -> AnyView {
    if frame.link.is_some() {
        return ().into_any();
    }
    let kept = query.selected.words().into_iter().chain([("sort", query.sort.word().to_owned())]).filter(|(_, word)| !word.is_empty());
    view! {
        <form class="find" role="search" aria-label="Find people" action=frame.path(Entry::Users.page())>
            {icon(Icon::SEARCH)}
            <input type="search" name="search" value=query.search.clone() placeholder="Find by id" aria-label="Find by id" autocomplete="off"/>
            {kept.map(|(name, word)| view! { <input type="hidden" name=name value=word/> }).collect_view()}
        </form>
    }
    .into_any()
}

fn head(frame: &Frame, query: &UsersPageQuery, sort: Option<UsersSort>, label: &'static str, class: &'static str) -> AnyView {
    let Some(sort) = sort else { return view! { <th scope="col" class=class>{label}</th> }.into_any() };
    let sorted = sort == query.sort;
    let href = UsersPageQuery { sort, ..query.begun_anew() }.href(frame);
    let label = if sorted { format!("{label} ↓") } else { label.to_owned() };
    view! { <th scope="col" class=class aria-sort=sorted.then_some("descending")><a href=href>{label}</a></th> }.into_any()
}

fn line(frame: &Frame, user: &UserRow) -> AnyView {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let last = &user.last;
    let place = last.country.as_deref().map_or("–", country::name).to_owned();
    let with: Vec<&str> = [&last.os, &last.browser].into_iter().flatten().map(String::as_str).collect();
    let with = if with.is_empty() { "–".to_owned() } else { with.join(" · ") };
    let first = clock::wall(user.first_seen, frame.offset(user.first_seen));
    view! {
        <tr>
            <td class="who">{name(frame, user)}</td>
            <td class="num nowrap" title=exact(frame, user.last_seen)>{ago(frame, user.last_seen)}</td>
            <td class="num nowrap hide-s" title=exact(frame, user.first_seen)>{clock::day(first)}</td>
            <td class="num">{number::count(user.events)}</td>
            <td class="num hide-s">{user.days}</td>
            <td class="nowrap hide-s">{place}</td>
            <td class="nowrap hide-s" title=last.release.clone()>{with}</td>
            <td class="mono clip route hide-s">{text(&last.route)}</td>
        </tr>
    }
    .into_any()
}

/// The id, which leads to the person.
fn name(frame: &Frame, user: &UserRow) -> AnyView {
    let ActorName { kind, id } = &user.name;
    let href = PersonQuery::of(&user.name).href(frame);
    let kind = (*kind != ActorKind::User).then(|| view! { <span class="kind">{kind.word()}</span> });
    let others = user.ids.saturating_sub(1) as u64;
    let others = (others > 0).then(|| {
        let title = "Identity links say that these ids are one person";
        view! { <span class="kind" title=title>{format!("+{}", number::counted(others, "id", "ids"))}</span> }
    });
    view! { <a class="mono clip" href=href title=id.clone()>{id.clone()}</a> {kind} {others} }.into_any()
}
