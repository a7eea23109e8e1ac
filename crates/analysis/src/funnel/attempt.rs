//! The furthest attempt of one person or session.

use super::{Entry, Order, Rule};

/// An event as a funnel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) ts_ms: i64,
    /// A bit for every step that it is.
    pub(super) steps: u32,
    /// The value of the breakdown.
    pub(super) key: u32,
}

impl Event {
    fn is(&self, step: usize) -> bool {
        self.steps & (1 << step) != 0
    }
}

/// How far somebody got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attempt {
    /// The value of its first event.
    pub(super) key: u32,
    /// Where its first event stands.
    start: usize,
    /// When each step was done.
    pub(super) times: Vec<i64>,
}

/// Room for attempts, used again for everybody.
#[derive(Debug)]
pub(super) struct Attempts {
    /// For each step the attempt that reached it and began last: it has the most of its window left.
    open: Vec<Attempt>,
    furthest: Attempt,
}

impl Attempts {
    pub(super) fn new(steps: usize) -> Self {
        Self { open: vec![Attempt::default(); steps], furthest: Attempt::default() }
    }

    /// The attempt that reached the deepest step first; of those that did so with the same event, the one that began
    /// last. `None` when none began.
    pub(super) fn furthest(&mut self, events: &[Event], rule: Rule) -> Option<&Attempt> {
        self.furthest.times.clear();
        match (rule.order, rule.entry) {
            (Order::Loose, Entry::Every) => self.loose(events, rule.window_ms),
            (Order::Loose, Entry::First) => {
                let first = events.iter().position(|event| event.is(0))?;
                self.follow(&events[first..], rule.window_ms);
            }
            (Order::Strict, entry) => self.strict(events, entry, rule.window_ms),
            (Order::Any, entry) => self.any(events, entry, rule.window_ms),
        }
        (!self.furthest.times.is_empty()).then_some(&self.furthest)
    }

    fn loose(&mut self, events: &[Event], window_ms: i64) {
        self.open.iter_mut().for_each(|attempt| attempt.times.clear());
        for (place, event) in events.iter().enumerate() {
            // From the last step down: an event is one step of an attempt, not several.
            let mut steps = event.steps;
            while steps != 0 {
                let step = steps.ilog2() as usize;
                steps ^= 1 << step;
                let (before, here) = self.open.split_at_mut(step);
                let here = &mut here[0];
                match before.last() {
                    None => {
                        (here.key, here.start) = (event.key, place);
                        here.times.clear();
                    }
                    Some(before) => {
                        let in_window = before.times.first().is_some_and(|began| event.ts_ms - began <= window_ms);
                        if !in_window || (!here.times.is_empty() && here.start >= before.start) {
                            continue;
                        }
                        here.clone_from(before);
                    }
                }
                here.times.push(event.ts_ms);
                if here.times.len() > self.furthest.times.len() {
                    self.furthest.clone_from(here);
                }
            }
            if self.furthest.times.len() == self.open.len() {
                return;
            }
        }
    }

    /// The attempt that begins with the first of these events.
    fn follow(&mut self, events: &[Event], window_ms: i64) {
        let attempt = &mut self.furthest;
        for event in events {
            let step = attempt.times.len();
            if step == self.open.len() || attempt.times.first().is_some_and(|began| event.ts_ms - began > window_ms) {
                return;
            }
            if event.is(step) {
                if step == 0 {
                    attempt.key = event.key;
                }
                attempt.times.push(event.ts_ms);
            }
        }
    }

    fn strict(&mut self, events: &[Event], entry: Entry, window_ms: i64) {
        let starts = events.iter().enumerate().filter(|(_, event)| event.is(0)).map(|(place, _)| place);
        let mut reached_at = usize::MAX;
        for start in starts.take(if entry == Entry::First { 1 } else { usize::MAX }) {
            let began = events[start].ts_ms;
            let steps = events[start..].iter().take(self.open.len()).enumerate();
            let depth = steps.take_while(|(step, event)| event.is(*step) && event.ts_ms - began <= window_ms).count();
            let deeper = depth > self.furthest.times.len();
            if deeper || (depth == self.furthest.times.len() && start + depth <= reached_at) {
                reached_at = start + depth;
                self.furthest.key = events[start].key;
                self.furthest.times.clear();
                self.furthest.times.extend(events[start..start + depth].iter().map(|event| event.ts_ms));
            }
        }
    }

    /// Each event that is some step may begin; then every step counts once, at its first event.
    fn any(&mut self, events: &[Event], entry: Entry, window_ms: i64) {
        let starts = events.iter().enumerate().filter(|(_, event)| event.steps != 0).map(|(place, _)| place);
        let mut reached_at = i64::MAX;
        let mut times = Vec::new();
        for start in starts.take(if entry == Entry::First { 1 } else { usize::MAX }) {
            let began = events[start].ts_ms;
            let mut done = 0;
            times.clear();
            for event in events[start..].iter().take_while(|event| event.ts_ms - began <= window_ms) {
                // An event that could be several steps is the first of them that is still open.
                let open = event.steps & !done;
                if open != 0 {
                    done |= open & open.wrapping_neg();
                    times.push(event.ts_ms);
                }
                if times.len() == self.open.len() {
                    break;
                }
            }
            let last = times.last().copied().unwrap_or(i64::MAX);
            if times.len() > self.furthest.times.len() || (times.len() == self.furthest.times.len() && last <= reached_at) {
                reached_at = last;
                self.furthest.key = events[start].key;
                self.furthest.times.clone_from(&times);
            }
        }
    }
}
