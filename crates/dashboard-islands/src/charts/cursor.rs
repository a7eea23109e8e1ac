//! The cursor of a chart: a hair line with a tip, moved by the pointer or the arrow keys. Dragged, or moved with Shift, it marks
//! a part of the time, which the page then shows.
//!
//! The chart below was drawn by the server; this island only knows where each bucket's points are and what to say.

#![allow(missing_docs, reason = "the props structs that the macro makes cannot carry documentation")]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;

use super::path::centre;
use super::{percent, pixels};

/// One series, as the tip names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CursorSeries {
    /// Its name.
    pub name: String,
    /// Its CSS colour.
    pub colour: String,
    /// Its dash pattern.
    pub dash: String,
}

/// One bucket, as the tip shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CursorBucket {
    /// When, and that it is open.
    pub title: String,
    /// A value in words per series, in the order of the series.
    pub texts: Vec<String>,
    /// Pixels from the top per series; `None` where there is no point.
    pub ys: Vec<Option<f64>>,
    /// What follows from the values, such as a change.
    pub note: Option<(String, String)>,
}

/// Where a marked part of the time is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zoom {
    /// The page's address up to the value of its `from`, as URLs have it.
    pub before: String,
    /// The same of the page that a single bucket opens; nothing opens where there is none.
    pub point: Option<String>,
    /// For each bucket the values of `from` and of `until` that begin and end with it.
    pub bounds: Vec<(String, String)>,
}

impl Zoom {
    /// The address that shows these buckets, in either order.
    fn href(&self, a: usize, b: usize) -> Option<String> {
        let ((from, _), (_, until)) = (self.bounds.get(a.min(b))?, self.bounds.get(a.max(b))?);
        let before = if a == b { self.point.as_ref()? } else { &self.before };
        Some(format!("{before}{from}&until={until}"))
    }
}

/// The cursor over a plot whose buckets lie side by side. With `zoom` a part of the time can be marked.
#[island]
pub fn ChartCursor(series: Vec<CursorSeries>, buckets: Vec<CursorBucket>, #[prop(optional_no_strip)] zoom: Option<Zoom>) -> impl IntoView {
    let count = buckets.len();
    let at = RwSignal::new(None::<usize>);
    // Where a marked part began.
    let mark = RwSignal::new(None::<usize>);
    let zooms = zoom.is_some();
    let show = move || {
        let part = mark.get_untracked().zip(at.get_untracked());
        mark.set(None);
        if let Some(href) = part.zip(zoom.as_ref()).and_then(|((from, until), zoom)| zoom.href(from, until)) {
            // A page that cannot be left stays as it is.
            let _ = window().location().set_href(&href);
        }
    };
    let released = show.clone();
    // Without wasm the cursor does nothing, so it is not offered to the keyboard.
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let spoken = {
        let (series, buckets) = (series.clone(), buckets.clone());
        move || at.get().and_then(|i| buckets.get(i)).map(|bucket| sentence(&series, bucket))
    };
    view! {
        <div
            class="cursor"
            role="slider"
            aria-label="Chart cursor"
            aria-valuemin="0"
            aria-valuemax=count.saturating_sub(1)
            aria-valuenow=move || at.get().unwrap_or(count.saturating_sub(1))
            aria-valuetext=spoken
            tabindex=move || if awake.get() { "0" } else { "-1" }
            on:pointermove=move |event| at.set(pointed(&event, count))
            on:pointerdown=move |event| {
                at.set(pointed(&event, count));
                // A finger scrolls the page.
                mark.set(at.get_untracked().filter(|_| zooms && event.pointer_type() == "mouse"));
            }
            on:pointerup=move |_| released()
            on:pointerleave=move |_| {
                at.set(None);
                mark.set(None);
            }
            on:blur=move |_| {
                at.set(None);
                mark.set(None);
            }
            on:keydown=move |event| {
                let key = event.key();
                if key == "Enter" && zooms && at.get_untracked().is_some() {
                    event.prevent_default();
                    // Without a marked part it is the bucket itself.
                    mark.set(mark.get_untracked().or(at.get_untracked()));
                    show();
                } else if let Some(next) = moved(&key, at.get_untracked(), count) {
                    event.prevent_default();
                    mark.set(mark.get_untracked().or(at.get_untracked()).filter(|_| zooms && event.shift_key()));
                    at.set(next);
                }
            }
        >
            {move || mark.get().zip(at.get()).filter(|(from, until)| from != until).map(|(from, until)| brush(from, until, count))}
            {move || at.get().and_then(|i| buckets.get(i).map(|bucket| marks(i, count, &series, bucket)))}
        </div>
    }
}

/// The part that is marked, whole buckets of it.
fn brush(a: usize, b: usize, count: usize) -> impl IntoView + use<> {
    let (from, until) = (a.min(b) as f64 / count as f64, (a.max(b) + 1) as f64 / count as f64);
    view! { <i class="brush" style=format!("left:{};width:{}", percent(from), percent(until - from))></i> }
}

/// The bucket below the pointer.
fn pointed(event: &leptos::ev::PointerEvent, count: usize) -> Option<usize> {
    let plot = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let x = f64::from(event.offset_x()) / f64::from(plot.client_width().max(1));
    (count > 0).then(|| ((x.max(0.0) * count as f64) as usize).min(count - 1))
}

/// Where a key moves the cursor; `None` for a key that is not ours.
fn moved(key: &str, at: Option<usize>, count: usize) -> Option<Option<usize>> {
    let last = count.checked_sub(1)?;
    Some(match key {
        "ArrowLeft" => Some(at.map_or(last, |i| i.saturating_sub(1))),
        "ArrowRight" => Some(at.map_or(last, |i| (i + 1).min(last))),
        "Home" => Some(0),
        "End" => Some(last),
        "Escape" if at.is_some() => None,
        _ => return None,
    })
}

fn sentence(series: &[CursorSeries], bucket: &CursorBucket) -> String {
    let values = series.iter().zip(&bucket.texts).map(|(series, text)| format!("{} {text}", series.name));
    std::iter::once(bucket.title.clone()).chain(values).collect::<Vec<_>>().join(", ")
}

fn marks(index: usize, count: usize, series: &[CursorSeries], bucket: &CursorBucket) -> impl IntoView + use<> {
    let x = centre(index, count);
    let dots: Vec<_> = series
        .iter()
        .zip(&bucket.ys)
        .filter_map(|(series, y)| {
            y.map(|y| view! { <i class="at" style=format!("left:{};top:{}px;background:{}", percent(x), pixels(y), series.colour)></i> })
        })
        .collect();
    let rows: Vec<_> = series
        .iter()
        .zip(bucket.texts.clone())
        .map(|(series, text)| {
            let style = format!("stroke:{};stroke-dasharray:{}", series.colour, if series.dash.is_empty() { "none" } else { &series.dash });
            view! {
                <tr>
                    <td class="clip">
                        <svg class="dash" aria-hidden="true">
                            <line x1="0" x2="16" y1="4" y2="4" style=style stroke-width="2"></line>
                        </svg>
                        {series.name.clone()}
                    </td>
                    <td class="num">
                        <b>{text}</b>
                    </td>
                </tr>
            }
        })
        .collect();
    // The tip stands on the side that has room, so that it never hides its own point.
    let side = if x > 0.5 { "tip left" } else { "tip right" };
    view! {
        <i class="hair" style=format!("left:{}", percent(x))></i>
        {dots}
        <div class=side style=format!("left:{}", percent(x))>
            <div class="faint">{bucket.title.clone()}</div>
            <table>
                {rows}
                {bucket.note.clone().map(|(name, value)| view! {
                    <tr>
                        <td class="faint">{name}</td>
                        <td class="num">{value}</td>
                    </tr>
                })}
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_arrow_starts_at_the_newest_bucket() {
        assert_eq!(moved("ArrowLeft", None, 7), Some(Some(6)));
        assert_eq!(moved("ArrowLeft", Some(6), 7), Some(Some(5)));
        assert_eq!(moved("ArrowLeft", Some(0), 7), Some(Some(0)));
        assert_eq!(moved("ArrowRight", Some(6), 7), Some(Some(6)));
        assert_eq!(moved("Home", None, 7), Some(Some(0)));
    }

    #[test]
    fn a_part_is_shown_from_its_first_to_its_last_bucket_whichever_way_it_was_marked() {
        let bounds = (1..=3).map(|day| (format!("d{day}"), format!("d{day}"))).collect();
        let zoom = Zoom { before: "/p?a=b&from=".to_owned(), point: None, bounds };
        assert_eq!(zoom.href(2, 1).as_deref(), Some("/p?a=b&from=d2&until=d3"));
        assert_eq!(zoom.href(1, 1), None, "a click opens nothing here");
        let opens = Zoom { point: Some("/s?from=".to_owned()), ..zoom.clone() };
        assert_eq!(opens.href(1, 1).as_deref(), Some("/s?from=d2&until=d2"));
        assert_eq!(zoom.href(0, 3), None);
    }

    #[test]
    fn keys_that_are_not_ours_stay_the_browsers() {
        assert_eq!(moved("Tab", Some(1), 7), None);
        assert_eq!(moved("Escape", None, 7), None);
        assert_eq!(moved("Escape", Some(2), 7), Some(None));
        assert_eq!(moved("ArrowLeft", None, 0), None);
    }
}
