//! What happened before an error: a short trail, kept in memory and sent with reports only.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use protocol::error_report::Breadcrumb;
use protocol::level::Level;
use protocol::limits::BREADCRUMBS_MAX;
use serde_json::Map;

use crate::clock;
use crate::repair;
use crate::value::{Text, Value};

/// Bytes of all texts of one trail; beyond that the oldest crumbs go. A report holds 64 KiB with all it says.
const TRAIL_BYTES: usize = 16 * 1024;
/// Bytes of one text.
const TEXT_BYTES: usize = 1024;
/// Data of one crumb.
const DATA_MAX: usize = 16;

/// The newest crumbs, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Trail(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    crumbs: VecDeque<(Crumb, usize)>,
    bytes: usize,
}

/// A crumb as it is kept; JSON only when a report takes it along.
#[derive(Clone, Debug)]
pub(crate) struct Crumb {
    at: i64,
    kind: Text,
    level: Option<Level>,
    message: Text,
    data: Vec<(Text, Value)>,
}

impl Crumb {
    pub(crate) fn new(kind: Text, message: Text) -> Self {
        Self { at: clock::now_micros(), kind: cut(kind), level: None, message: cut(message), data: Vec::new() }
    }

    /// When it happened.
    pub(crate) fn at(&self) -> i64 {
        self.at
    }

    pub(crate) fn set_level(&mut self, level: Level) {
        self.level = Some(level);
    }

    pub(crate) fn add(&mut self, key: Text, value: Value) {
        if self.data.len() < DATA_MAX {
            let value = if let Value::Text(text) = value { Value::Text(cut(text)) } else { value };
            self.data.push((cut(key), value));
        }
    }

    pub(crate) fn weight(&self) -> usize {
        let data = self.data.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
        self.kind.len() + self.message.len() + data.sum::<usize>()
    }

    fn into_wire(self) -> Breadcrumb {
        Breadcrumb {
            ts: Some(clock::at_micros(self.at).into()),
            kind: repair::attribute(Some(self.kind)),
            level: self.level,
            message: Some(self.message.into_owned()),
            data: self.data.into_iter().map(|(key, value)| (repair::name(key), value.into_json())).collect::<Map<_, _>>(),
        }
    }
}

fn cut(text: Text) -> Text {
    match text {
        Text::Borrowed(text) => Text::Borrowed(repair::head(text, TEXT_BYTES)),
        Text::Owned(text) => Text::Owned(repair::shortened(text, TEXT_BYTES)),
    }
}

impl Trail {
    /// Adds a crumb; the oldest make room. One that is too large for the whole trail is left out.
    pub(crate) fn add(&self, crumb: Crumb) {
        let weight = crumb.weight();
        if weight > TRAIL_BYTES {
            return;
        }
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while held.crumbs.len() >= BREADCRUMBS_MAX || held.bytes + weight > TRAIL_BYTES {
            let Some((_, gone)) = held.crumbs.pop_front() else { break };
            held.bytes -= gone;
        }
        held.bytes += weight;
        held.crumbs.push_back((crumb, weight));
    }

    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Held::default();
    }

    /// A copy of the crumbs, oldest first.
    pub(crate) fn crumbs(&self) -> Vec<Crumb> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).crumbs.iter().map(|(crumb, _)| crumb.clone()).collect()
    }
}

/// Crumbs as a report carries them.
pub(crate) fn into_wire(crumbs: Vec<Crumb>) -> Vec<Breadcrumb> {
    crumbs.into_iter().map(Crumb::into_wire).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(trail: &Trail) -> Vec<String> {
        trail.crumbs().into_iter().map(|crumb| crumb.message.into_owned()).collect()
    }

    #[test]
    fn the_newest_hundred_are_kept() {
        let trail = Trail::default();
        for n in 0..250 {
            trail.add(Crumb::new("track".into(), n.to_string().into()));
        }
        assert_eq!(messages(&trail), (150..250).map(|n| n.to_string()).collect::<Vec<_>>());
        trail.clear();
        assert!(messages(&trail).is_empty());
    }

    #[test]
    fn large_crumbs_are_cut_and_push_out_more() {
        let trail = Trail::default();
        for n in 0..100 {
            trail.add(Crumb::new("log".into(), format!("{n} {}", "x".repeat(100_000)).into()));
        }
        assert_eq!(messages(&trail).len(), TRAIL_BYTES / (TEXT_BYTES + 3));
        let mut huge = Crumb::new("log".into(), "huge".into());
        huge.add("data".into(), serde_json::json!(vec!["x".repeat(50_000)]).into());
        trail.add(huge);
        assert!(!messages(&trail).contains(&"huge".to_owned()));
    }
}
