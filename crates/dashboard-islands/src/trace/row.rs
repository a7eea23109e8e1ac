//! One row of the waterfall as HTML: a text, so that a screenful can be exchanged within a frame.

use std::collections::{BTreeSet, HashMap};

use protocol::number;
use protocol::span::SpanStatus;
use protocol::traces::TraceSpan;

use super::look::Look;
use super::{Fall, axis, mark};

/// Levels that are indented: deeper ones stand below each other.
const INDENTED_MAX: usize = 12;
/// Series that services are coloured with.
const COLOURS: usize = 8;

/// What all rows have in common.
pub(super) struct Drawn<'d> {
    pub(super) fall: &'d Fall,
    pub(super) look: Look,
    pub(super) critical: bool,
    pub(super) chosen: Option<usize>,
    /// The address of a span, but for its id.
    pub(super) page: &'d str,
    /// What is searched for and found; `None` without a search.
    pub(super) found: Option<&'d BTreeSet<usize>>,
    pub(super) folded: &'d BTreeSet<usize>,
    /// The marks of each row.
    pub(super) marks: &'d HashMap<usize, Vec<usize>>,
}

/// The id of a row's element.
pub(super) fn id(place: usize) -> String {
    format!("span-{place}")
}

/// The colour of a service, by its place in the trace's list; grey for none.
pub fn colour(service: Option<usize>) -> String {
    service.map_or_else(|| "var(--prev)".to_owned(), |service| format!("var(--s{})", service % COLOURS + 1))
}

pub(super) fn html(drawn: &Drawn<'_>, place: usize) -> String {
    let Some(span) = drawn.fall.spans.get(place) else { return String::new() };
    let (id, level, depth) = (id(place), span.depth + 1, span.depth.min(INDENTED_MAX));
    let selected = if drawn.chosen == Some(place) { " aria-selected=\"true\"" } else { "" };
    let expanded = match span.descendants {
        0 => "",
        _ if drawn.folded.contains(&place) => " aria-expanded=\"false\"",
        _ => " aria-expanded=\"true\"",
    };
    let class = if drawn.found.is_some_and(|found| !found.contains(&place)) { "wf-row dim" } else { "wf-row" };
    let (name, lane) = (name(drawn, place, span), lane(drawn, place, span));
    let took = number::duration(span.duration_us as f64 / 1e6);
    format!(
        "<div class=\"{class}\" role=\"row\" id=\"{id}\" data-row=\"{place}\" aria-level=\"{level}\"{selected}{expanded} style=\"--d:{depth}\">{name}{lane}<div class=\"wf-dur\" role=\"gridcell\">{took}</div></div>"
    )
}

fn name(drawn: &Drawn<'_>, place: usize, span: &TraceSpan) -> String {
    let fold = match span.descendants {
        0 => "<span class=\"tw\"></span>".to_owned(),
        below => {
            let folded = drawn.folded.contains(&place);
            let (what, turn) = if folded { (format!("Show {below} below"), "m6 4 4 4-4 4") } else { ("Fold".to_owned(), "m4 6 4 4 4-4") };
            format!(
                "<button class=\"tw\" type=\"button\" tabindex=\"-1\" data-fold=\"{place}\" title=\"{what}\" aria-label=\"{what}\"><svg class=\"icon s\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"{turn}\"/></svg></button>"
            )
        }
    };
    let colour = colour(span.service);
    let service = span.service.and_then(|service| drawn.fall.services.get(service)).map_or("", String::as_str);
    let mut tags = String::new();
    if span.orphan {
        tags.push_str("<span class=\"tag hide-s\" title=\"It names a parent that is not stored\">no parent</span>");
    }
    if span.shift_us.abs() >= 1_000 {
        let by = number::duration(span.shift_us as f64 / 1e6);
        tags.push_str(&format!("<span class=\"tag hide-s\" title=\"Its clock was off: moved by {by}\">clock</span>"));
    }
    match span.status {
        SpanStatus::Ok => {}
        SpanStatus::Error => tags.push_str("<span class=\"failed\" title=\"failed\"><svg class=\"icon s\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3zM8 5v3.5M8 11v.1\"/></svg><span class=\"sr\">failed</span></span>"),
        SpanStatus::Cancelled => tags.push_str("<span class=\"tag\">cancelled</span>"),
    }
    let (label, title) = (escaped(&span.name), escaped(span.op.as_deref().unwrap_or_default()));
    let href = escaped(&format!("{}{}", drawn.page, span.span_id));
    format!(
        "<div class=\"wf-name\" role=\"gridcell\">{fold}<i class=\"svc\" style=\"background:{colour}\"></i><a class=\"clip\" tabindex=\"-1\" href=\"{href}\" title=\"{label} {title}\">{label}</a><span class=\"faint clip of\">{}</span>{tags}</div>",
        escaped(service)
    )
}

fn lane(drawn: &Drawn<'_>, place: usize, span: &TraceSpan) -> String {
    let look = drawn.look;
    let mut lane = axis::lines(look);
    let (start, end) = (span.start_us as f64, (span.start_us + span.duration_us) as f64);
    if let Some((left, width)) = look.span(start, end) {
        let colour = colour(span.service);
        lane.push_str(&format!("<i class=\"wf-bar\" style=\"left:{left:.2}%;width:max(2px,{width:.2}%);background:{colour}\"></i>"));
    }
    if drawn.critical {
        for (from, until) in &span.critical_us {
            if let Some((left, width)) = look.span(*from as f64, *until as f64) {
                lane.push_str(&format!("<i class=\"wf-crit\" style=\"left:{left:.2}%;width:max(1px,{width:.2}%)\"></i>"));
            }
        }
    }
    if let Some(marks) = drawn.marks.get(&place) {
        lane.push_str(&mark::html(drawn.fall, marks, look));
    }
    format!("<div class=\"wf-lane\" role=\"gridcell\">{lane}</div>")
}

/// A text as HTML has it, within an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_senders_write_is_text_and_never_markup() {
        assert_eq!(escaped("<img src=x onerror=\"a('&')\">"), "&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;");
    }
}
