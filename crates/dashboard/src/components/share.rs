//! Makes a link that shows the page to whoever has it.

use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::shared_link::{DAYS, SharedPage};

use super::saved::address;
use crate::Frame;
use crate::shell::Entry;

/// Days that are chosen at first.
const DAYS_USUAL: u32 = 7;

/// The form, for those who may make links, on a page that can be shared; `page` is its URL.
pub(crate) fn share(frame: &Frame, page: &str) -> AnyView {
    let address = address(frame, page);
    let shared = SharedPage::from_word(address.split('?').next().unwrap_or_default());
    let Some(shared) = shared.filter(|_| frame.may_edit) else { return ().into_any() };
    let shown = if shared.names_people() { "sees this list with the ids of people" } else { "sees these figures" };
    let option = |days: u32| {
        let label = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        view! { <option value=days.to_string() selected=days == DAYS_USUAL>{label}</option> }
    };
    view! {
        <details class="pick kept">
            <summary>{icon(Icon::SHARE)}"Share"{small_icon(Icon::DOWN)}</summary>
            <div class="menu">
                <form method="post" action=frame.path("shared-links")>
                    <p class="muted small">
                        {format!("Whoever has the link {shown} without an account, also of another time, and nothing else of the project.")}
                    </p>
                    <label class="field">"It works for"<select name="days">{DAYS.map(option).collect_view()}</select></label>
                    <input type="hidden" name="what" value=address/>
                    <input type="hidden" name="back" value=page.to_owned()/>
                    <button class="btn primary" type="submit">"Make a link"</button>
                </form>
                <a class="link small" href=format!("{}#shared-links", frame.path(Entry::Saved.page()))>"Links that work now"</a>
            </div>
        </details>
    }
    .into_any()
}
