//! The keyboard in the rows.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::fold;
use super::look::Look;
use super::shown::Shown;
use super::whole;

/// What a key does; one that is not ours stays the browser's.
pub(super) fn pressed(shown: Shown, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let at = shown.chosen.get_untracked();
    let done = match event.key().as_str() {
        "ArrowDown" => step(shown, at, 1),
        "ArrowUp" => step(shown, at, -1),
        "Home" => step(shown, None, 1),
        "ArrowLeft" => at.is_some_and(|place| leave(shown, place)),
        "ArrowRight" => at.is_some_and(|place| enter(shown, place)),
        "e" => {
            shown.go_to_next_failure();
            true
        }
        "z" => at.is_some_and(|place| zoom(shown, place)),
        "0" => {
            shown.look.set(whole(&shown.fall.read_untracked()));
            true
        }
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

/// To the row above or below.
fn step(shown: Shown, at: Option<usize>, by: isize) -> bool {
    let visible = shown.visible.read_untracked();
    let here = at.map_or(-1, |place| visible.partition_point(|known| *known < place) as isize);
    let next = usize::try_from((here + by).max(0)).ok().and_then(|next| visible.get(next).copied());
    drop(visible);
    if let Some(place) = next {
        shown.choose(place);
    }
    true
}

/// Folds, or goes to the parent.
fn leave(shown: Shown, place: usize) -> bool {
    let fall = shown.fall.get_untracked();
    if fall.spans[place].descendants > 0 && !shown.folded.read_untracked().contains(&place) {
        shown.fold(place);
    } else if let Some(parent) = fold::ancestors(&fall.spans, place).first() {
        shown.choose(*parent);
    }
    true
}

/// Unfolds, or goes to the first child.
fn enter(shown: Shown, place: usize) -> bool {
    if shown.folded.read_untracked().contains(&place) {
        shown.fold(place);
    } else if shown.fall.read_untracked().spans[place].descendants > 0 {
        shown.choose(place + 1);
    }
    true
}

/// Looks at the time of a span, and a tenth of it on either side.
fn zoom(shown: Shown, place: usize) -> bool {
    let fall = shown.fall.get_untracked();
    let (span, all) = (&fall.spans[place], whole(&fall));
    let room = (span.duration_us as f64 * 0.1).max(1.0);
    let from = (span.start_us as f64 - room).max(all.from);
    let until = ((span.start_us + span.duration_us) as f64 + room).min(all.until);
    shown.look.set(Look { from, until });
    true
}
