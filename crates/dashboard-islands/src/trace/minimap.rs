//! The whole trace in small, with the part that is looked at. Dragging over it chooses another part.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::row::colour;
use super::shown::Shown;
use super::{Fall, whole};

/// Lines that the height has room for.
const LINES: usize = 24;
/// Steps of the width: what is narrower is one of them wide.
const STEPS: f64 = 600.0;

pub(super) fn minimap(shown: Shown) -> impl IntoView {
    // Where a drag began, as a share of the width.
    let from = RwSignal::new(None::<f64>);
    let to = RwSignal::new(0.0);
    let release = move || {
        if let Some(part) = from.get_untracked().and_then(|from| whole(&shown.fall.read_untracked()).part(from, to.get_untracked())) {
            shown.look.set(part);
        }
        from.set(None);
    };
    let window = move || {
        let all = whole(&shown.fall.read());
        let (left, right) = match from.get() {
            Some(from) => (from.min(to.get()) * 100.0, from.max(to.get()) * 100.0),
            None => (all.percent(shown.look.read().from), all.percent(shown.look.read().until)),
        };
        format!("left:{left:.2}%;right:{:.2}%", 100.0 - right)
    };
    view! {
        <div
            class="minimap"
            role="img"
            aria-label="The whole trace"
            on:pointerdown=move |event| {
                from.set(share(&event));
                to.set(share(&event).unwrap_or_default());
            }
            on:pointermove=move |event| to.set(share(&event).unwrap_or_default())
            on:pointerup=move |_| release()
            on:pointerleave=move |_| from.set(None)
            on:dblclick=move |_| shown.look.set(whole(&shown.fall.read_untracked()))
        >
            <svg viewBox=format!("0 0 {STEPS} {}", 2 * LINES) preserveAspectRatio="none" aria-hidden="true" inner_html=move || paths(&shown.fall.read())></svg>
            <div class="win" style=window></div>
        </div>
    }
}

/// Where the pointer is, as a share of the width.
fn share(event: &leptos::ev::PointerEvent) -> Option<f64> {
    let map = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let place = map.get_bounding_client_rect();
    Some(((f64::from(event.client_x()) - place.left()) / place.width().max(1.0)).clamp(0.0, 1.0))
}

/// The spans as one path for each colour. Of many spans, those that share a line are drawn over one another, and what is no
/// wider than a step once: the paths stay small however many spans there are.
fn paths(fall: &Fall) -> String {
    let all = whole(fall).until;
    let lines = fall.spans.len().clamp(1, LINES);
    let mut drawn = std::collections::BTreeMap::<(String, usize), Vec<(u32, u32)>>::new();
    for (place, span) in fall.spans.iter().enumerate() {
        let at = |us: i64| (us as f64 / all * STEPS).clamp(0.0, STEPS) as u32;
        let (from, until) = (at(span.start_us), at(span.start_us + span.duration_us));
        let parts = drawn.entry((colour(span.service), place * lines / fall.spans.len())).or_default();
        match parts.last_mut().filter(|(start, end)| *start <= from && from <= *end) {
            Some((_, end)) => *end = (*end).max(until),
            None => parts.push((from, until.max(from + 1))),
        }
    }
    let height = 2 * LINES / lines;
    let mut by_colour = std::collections::BTreeMap::<&str, String>::new();
    for ((colour, line), parts) in &drawn {
        let path = by_colour.entry(colour).or_default();
        for (from, until) in parts {
            path.push_str(&format!("M{from} {}h{}", line * height + 1, until - from));
        }
    }
    by_colour.iter().map(|(colour, path)| format!("<path d=\"{path}\" style=\"stroke:{colour}\"/>")).collect()
}
