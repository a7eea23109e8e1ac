//! The state of the waterfall: what is there, what of it is on screen, which span is chosen.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MouseEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::look::Look;
use super::{Fall, TraceLinks, fold, mark, remote, row, whole};

/// Up to so many rows the document has all of them, and the page scrolls; above, they scroll by themselves.
const PLAIN_MAX: usize = 400;
/// Rows above and below what is seen that are there too, so that nothing flashes.
const SPARE: usize = 12;
/// How long a span stays chosen until its details are asked for: arrow keys pass many.
const RESTS: Duration = Duration::from_millis(120);

/// Signals, so that it can be handed around.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) fall: RwSignal<Arc<Fall>>,
    pub(super) links: RwSignal<TraceLinks>,
    /// Every span of the trace is here.
    pub(super) whole: RwSignal<bool>,
    pub(super) look: RwSignal<Look>,
    pub(super) folded: RwSignal<BTreeSet<usize>>,
    pub(super) chosen: RwSignal<Option<usize>>,
    pub(super) critical: RwSignal<bool>,
    /// What is searched for.
    pub(super) text: RwSignal<String>,
    /// The details of the chosen span, as HTML.
    pub(super) panel: RwSignal<String>,
    pub(super) visible: Memo<Vec<usize>>,
    pub(super) matching: Memo<Vec<usize>>,
    pub(super) marks: Memo<HashMap<usize, Vec<usize>>>,
    /// The island runs in a browser.
    awake: RwSignal<bool>,
    scroller: StoredValue<Option<HtmlElement>, LocalStorage>,
    scroll: RwSignal<f64>,
    /// The height of a row, and of what is seen of them; pixels.
    heights: RwSignal<(f64, f64)>,
}

impl Shown {
    pub(super) fn new(fall: Fall, chosen: Option<usize>, panel: String, links: TraceLinks) -> Self {
        let look = RwSignal::new(whole(&fall));
        let fall = RwSignal::new(Arc::new(fall));
        let (folded, text) = (RwSignal::new(BTreeSet::new()), RwSignal::new(String::new()));
        Self {
            whole: RwSignal::new(links.whole.is_none()),
            links: RwSignal::new(links),
            look,
            folded,
            chosen: RwSignal::new(chosen),
            critical: RwSignal::new(true),
            text,
            panel: RwSignal::new(panel),
            visible: Memo::new(move |_| fold::visible(&fall.read().spans, &folded.read())),
            matching: Memo::new(move |_| fold::holding(&fall.read().spans, &fall.read().services, &text.read())),
            marks: Memo::new(move |_| mark::by_row(&fall.read())),
            fall,
            awake: RwSignal::new(false),
            scroller: StoredValue::new_local(None),
            scroll: RwSignal::new(0.0),
            heights: RwSignal::new((27.0, 600.0)),
        }
    }

    /// In the browser: gets what the page was made without.
    pub(super) fn wake(self) {
        self.awake.set(true);
        let Some(url) = self.links.read_untracked().whole.clone() else { return };
        spawn_local(async move {
            // Without it the page stays as it is, with links to the other spans.
            let Some(all) = remote::text(&url).await.and_then(|text| serde_json::from_str::<Fall>(&text).ok()) else { return };
            let span = self.chosen.get_untracked().and_then(|place| Some(self.fall.read_untracked().spans.get(place)?.span_id));
            let chosen = all.spans.iter().position(|known| Some(known.span_id) == span);
            self.look.set(whole(&all));
            self.fall.set(Arc::new(all));
            self.whole.set(true);
            if let Some(place) = chosen {
                self.chosen.set(Some(place));
                // Twice: once the rows are there, and once they scroll.
                request_animation_frame(move || request_animation_frame(move || self.bring(place)));
            }
        });
    }

    pub(super) fn count(self) -> usize {
        self.fall.read_untracked().spans.len()
    }

    pub(super) fn failures(self) -> usize {
        fold::failed(&self.fall.read().spans).len()
    }

    /// The rows scroll by themselves.
    pub(super) fn is_long(self) -> bool {
        self.awake.get() && self.visible.read().len() > PLAIN_MAX
    }

    /// Which of the visible rows are in the document.
    pub(super) fn range(self) -> Range<usize> {
        let count = self.visible.read().len();
        if !self.is_long() {
            return 0..count;
        }
        let (row, seen) = self.heights.get();
        let first = (self.scroll.get() / row) as usize;
        let last = first + (seen / row).ceil() as usize + SPARE;
        first.saturating_sub(SPARE).min(count)..last.min(count)
    }

    /// The row in the document that is chosen: one that is scrolled or folded away is not in it.
    pub(super) fn active(self) -> Option<usize> {
        let chosen = self.chosen.get()?;
        let at = self.visible.read().binary_search(&chosen).ok()?;
        self.range().contains(&at).then_some(chosen)
    }

    /// As high as all rows are.
    pub(super) fn room(self) -> String {
        if self.is_long() { format!("height:{:.0}px", self.visible.read().len() as f64 * self.heights.get().0) } else { String::new() }
    }

    /// Where the first of the rows that are in the document stands.
    pub(super) fn offset(self) -> String {
        if self.is_long() {
            format!("transform:translateY({:.1}px)", self.range().start as f64 * self.heights.get().0)
        } else {
            String::new()
        }
    }

    /// Remembers where rows scroll, and how high they are there.
    pub(super) fn measured(self, scroller: &HtmlElement) {
        if let Ok(Some(row)) = scroller.query_selector(".wf-row") {
            let (row, seen) = (row.get_bounding_client_rect().height(), f64::from(scroller.client_height()));
            if row > 0.0 {
                self.heights.set((row, seen.clamp(300.0, 2_000.0)));
            }
        }
        self.scroller.set_value(Some(scroller.clone()));
    }

    pub(super) fn scrolled(self, event: &web_sys::Event) {
        if let Some(scroller) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            self.scroll.set(f64::from(scroller.scroll_top()));
        }
    }

    /// A click on a row: folds where it hit the chevron, else chooses. With a modifier it stays the browser's.
    pub(super) fn clicked(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let place = |name: &str| -> Option<usize> {
            let hit = target.as_ref()?.closest(&format!("[{name}]")).ok()??;
            hit.get_attribute(name)?.parse().ok()
        };
        if let Some(place) = place("data-fold") {
            self.fold(place);
        } else if let (Some(place), false) = (place("data-row"), event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            self.choose(place);
        }
    }

    /// Folds a row, or unfolds it.
    pub(super) fn fold(self, place: usize) {
        self.folded.update(|folded| {
            if !folded.remove(&place) {
                folded.insert(place);
            }
        });
    }

    pub(super) fn go_to_next_failure(self) {
        let failed = fold::failed(&self.fall.read_untracked().spans);
        self.go_to_next(&failed);
    }

    /// Chooses the next of these after the chosen one.
    pub(super) fn go_to_next(self, places: &[usize]) {
        if let Some(place) = fold::next_of(places, self.chosen.get_untracked()) {
            self.choose(place);
        }
    }

    /// Chooses a span: brings it into view, and its details beside it.
    pub(super) fn choose(self, place: usize) {
        if place >= self.count() {
            return;
        }
        self.chosen.set(Some(place));
        self.bring(place);
        set_timeout(move || self.tell(place), RESTS);
    }

    /// Unfolds what hides a row, and scrolls to it.
    fn bring(self, place: usize) {
        let above = fold::ancestors(&self.fall.read_untracked().spans, place);
        if above.iter().any(|above| self.folded.read_untracked().contains(above)) {
            self.folded.update(|folded| {
                above.iter().for_each(|above| {
                    folded.remove(above);
                })
            });
        }
        if self.visible.read_untracked().len() <= PLAIN_MAX {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            if let Some(row) = document().get_element_by_id(&row::id(place)) {
                row.scroll_into_view_with_scroll_into_view_options(&options);
            }
            return;
        }
        let (row, seen) = self.heights.get_untracked();
        let top = self.visible.read_untracked().partition_point(|known| *known < place) as f64 * row;
        self.scroller.with_value(|scroller| {
            let Some(scroller) = scroller else { return };
            let at = f64::from(scroller.scroll_top());
            if top < at || top + row > at + seen {
                scroller.set_scroll_top((top - seen / 3.0).max(0.0) as i32);
            }
        });
    }

    /// Asks for the details of a span, if it is still the chosen one.
    fn tell(self, place: usize) {
        let Some(span) = self.fall.read_untracked().spans.get(place).map(|span| span.span_id) else { return };
        if self.chosen.get_untracked() != Some(place) {
            return;
        }
        let (panel, page) = (format!("{}{span}", self.links.read_untracked().panel), format!("{}{span}", self.links.read_untracked().page));
        spawn_local(async move {
            match remote::text(&panel).await {
                Some(html) if self.chosen.get_untracked() == Some(place) => {
                    self.panel.set(html);
                    // A page that is loaded again, or sent to somebody, shows the same span.
                    let _ = window().history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&page)));
                }
                Some(_) => {}
                // Signed out, or no longer kept: the page itself says so.
                None => {
                    let _ = window().location().set_href(&page);
                }
            }
        });
    }
}
