//! What people noted: marks on a chart, and the list below it.

use dashboard_islands::clock;
use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::annotation::{Annotation, TEXT_CHARS_MAX};

use crate::Frame;
use crate::components::when::exact;

/// The notes of a page, and whether the account may add some.
#[derive(Clone, Copy)]
pub(crate) struct Notes<'a> {
    pub(crate) notes: &'a [Annotation],
    pub(crate) may_edit: bool,
    /// The page that is shown again after a change.
    pub(crate) back: &'a str,
}

/// Marks over a plot; `place` says where a time is, from 0 to 1.
pub(crate) fn marks(frame: &Frame, notes: &[Annotation], place: impl Fn(&Annotation) -> Option<f64>) -> AnyView {
    let mark = |note: &Annotation| {
        let style = format!("left:{:.3}%", place(note)? * 100.0);
        let title = format!("{}: {}", exact(frame, note.at), note.text);
        Some(view! { <span class="note-mark" style=style title=title>{small_icon(Icon::NOTE)}</span> })
    };
    view! { <div class="note-marks" aria-hidden="true">{notes.iter().filter_map(mark).collect_view()}</div> }.into_any()
}

/// The list below a chart; nothing at all without notes.
pub(crate) fn list(frame: &Frame, Notes { notes, may_edit, back }: Notes<'_>) -> AnyView {
    let line = |note: &Annotation| {
        let at = clock::wall(note.at, frame.offset(note.at));
        let remove = may_edit.then(|| {
            let label = format!("Remove the note {}", note.text);
            view! {
                <form method="post" action=frame.path(&format!("annotations/{}/remove", note.id))>
                    <input type="hidden" name="back" value=back.to_owned()/>
                    <button class="btn tiny ghost" type="submit" aria-label=label title="Remove">{small_icon(Icon::CLOSE)}</button>
                </form>
            }
        });
        view! {
            <li>
                {small_icon(Icon::NOTE)}
                <time class="faint" datetime=note.at.to_rfc3339()>{format!("{} {}", clock::day(at), clock::minute(at))}</time>
                <span title=format!("Noted by {}", note.made_by)>{note.text.clone()}</span>
                {remove}
            </li>
        }
    };
    (!notes.is_empty()).then(|| view! { <ul class="notes" aria-label="Notes">{notes.iter().map(line).collect_view()}</ul> }).into_any()
}

/// Notes something: a form, so that it works without any script.
pub(crate) fn form(frame: &Frame, Notes { may_edit, back, .. }: Notes<'_>) -> AnyView {
    if !may_edit {
        return ().into_any();
    }
    let now = clock::wall(frame.now, frame.offset(frame.now)).format("%Y-%m-%dT%H:%M").to_string();
    view! {
        <details class="pick days">
            <summary>{icon(Icon::NOTE)}"Note"</summary>
            <form class="menu card" method="post" action=frame.path("annotations") aria-label="Note">
                <label class="field">"What happened"<input name="text" required maxlength=TEXT_CHARS_MAX.to_string()/></label>
                <label class="field">{format!("When, in {}", frame.project.zone)}<input type="datetime-local" name="at" value=now required/></label>
                <input type="hidden" name="back" value=back.to_owned()/>
                <button class="btn primary" type="submit">"Add"</button>
            </form>
        </details>
    }
    .into_any()
}
