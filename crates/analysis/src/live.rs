//! Who is here now: people, sessions and events of the last minutes, and where the people are.
//!
//! Times are the events' own (`ts`), windows are half-open: `now - window <= ts < now`. Persons are told by the caller, as actors that stand for others.
//! An event without any actor counts as an event, but nobody did it. What bots do is counted apart and nowhere else.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::live::{LIVE_MINUTES, LIVE_SLICE_ROWS, LiveSlice};
use protocol::receipt::BotRule;

use crate::calendar::minute_of;

/// A text by its number: rows stay small and counting never compares texts. See [`Symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Texts numbered in the order of their first use.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, Symbol>,
}

impl Symbols {
    /// The text's number, a new one when it has none.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.numbers.get(text) {
            return *symbol;
        }
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        let number = u32::try_from(self.texts.len()).ok().and_then(NonZeroU32::new);
        let symbol = Symbol(number.expect("a window holds far fewer than 2^32 rows, and at least the text just pushed"));
        self.numbers.insert(text, symbol);
        symbol
    }

    /// The text of a number of these symbols.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.place()]
    }

    /// The text with this place in the order of first use.
    ///
    /// # Panics
    /// When there are fewer texts.
    pub fn at(&self, place: usize) -> &str {
        &self.texts[place]
    }

    /// Texts so far.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// No text so far.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// What people are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Split {
    Country,
    System,
    Route,
    Release,
    Referrer,
}

impl Split {
    /// Every split, in the order of [`Row::values`].
    pub const ALL: [Self; 5] = [Self::Country, Self::System, Self::Route, Self::Release, Self::Referrer];
}

/// One event. Actors, sessions and values are numbered apart, so that each kind of number is dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it happened, in microseconds since 1970.
    pub ts_micros: i64,
    /// Who did it.
    pub actor: Option<Symbol>,
    /// In which session.
    pub session: Option<Symbol>,
    /// What it is called.
    pub name: Option<Symbol>,
    /// What it says about where it happened, in the order of [`Split::ALL`].
    pub values: [Option<Symbol>; Split::ALL.len()],
    /// A bot did it.
    pub is_bot: bool,
}

/// One of the last minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    /// Its start.
    pub start: DateTime<Utc>,
    /// Distinct persons with an event in it.
    pub people: u64,
    /// Events in it.
    pub events: u64,
}

/// The figures of one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Distinct persons with an event in the window.
    pub people: u64,
    /// Distinct sessions with an event in the window.
    pub sessions: u64,
    /// Events in the window.
    pub events: u64,
    /// Events of bots in the window.
    pub bot_events: u64,
    /// The last 30 calendar minutes whatever the window, oldest first; the last one is not over.
    pub minutes: Vec<Minute>,
    /// People by the latest value that their events in the window name, in the order of [`Split::ALL`]; `None` for people
    /// whose events name none. In no order.
    pub splits: [Vec<(Option<Symbol>, u64)>; Split::ALL.len()],
}

/// The start of the first of the last 30 calendar minutes.
pub fn first_minute(now: DateTime<Utc>) -> DateTime<Utc> {
    minute_of(now) - TimeDelta::minutes(LIVE_MINUTES as i64 - 1)
}

/// Counts the rows, in one pass; those of bots only in `bot_events`, unless they are asked for. `firsts` has for each actor's
/// number the first actor of the same person, `sessions` is how many sessions have numbers. Of two events of one person at the
/// same time, the row that comes later is the latest.
pub fn count<'r>(
    rows: impl Iterator<Item = &'r Row>,
    bots: BotRule,
    firsts: &[u32],
    sessions: usize,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Figures {
    let until = now.timestamp_micros();
    let from = (now - window).timestamp_micros();
    let first_minute = first_minute(now);
    let mut minutes = Minutes::new(first_minute, firsts.len());
    let mut people = Bits::new(firsts.len());
    let mut sessions = Bits::new(sessions);
    let mut latest = vec![[None::<(i64, Symbol)>; Split::ALL.len()]; firsts.len()];
    let (mut events, mut bot_events) = (0, 0);
    for row in rows.filter(|row| row.ts_micros < until) {
        let in_window = row.ts_micros >= from;
        if row.is_bot {
            bot_events += u64::from(in_window);
            if bots == BotRule::Humans {
                continue;
            }
        }
        let person = row.actor.map(|actor| firsts[actor.place()] as usize);
        minutes.add(row.ts_micros, person);
        if !in_window {
            continue;
        }
        events += 1;
        if let Some(session) = row.session {
            sessions.set(session.place());
        }
        if let Some(person) = person {
            people.set(person);
            for (latest, value) in latest[person].iter_mut().zip(row.values) {
                if let Some(value) = value
                    && latest.is_none_or(|(ts, _)| ts <= row.ts_micros)
                {
                    *latest = Some((row.ts_micros, value));
                }
            }
        }
    }
    let splits = std::array::from_fn(|split| {
        let mut counts = HashMap::<Option<Symbol>, u64>::new();
        for person in people.places() {
            *counts.entry(latest[person][split].map(|(_, value)| value)).or_default() += 1;
        }
        counts.into_iter().collect()
    });
    Figures { people: people.len(), sessions: sessions.len(), events, bot_events, minutes: minutes.finish(), splits }
}

/// The rows of a slice: the values with most people, at most seven, of equal ones the first by name; then the people who do
/// not say, if there are any.
pub fn top(counts: &[(Option<Symbol>, u64)], values: &Symbols) -> Vec<LiveSlice> {
    let mut named: Vec<(&str, u64)> = counts.iter().filter_map(|(value, people)| Some((values.text((*value)?), *people))).collect();
    named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let unnamed = counts.iter().find(|(value, _)| value.is_none()).map(|(_, people)| LiveSlice { value: None, people: *people });
    let named = named.into_iter().take(LIVE_SLICE_ROWS).map(|(value, people)| LiveSlice { value: Some(value.to_owned()), people });
    named.chain(unnamed).collect()
}

/// Events and people of each of the last minutes.
struct Minutes {
    first: DateTime<Utc>,
    first_micros: i64,
    events: [u64; LIVE_MINUTES],
    people: Vec<Bits>,
}

impl Minutes {
    fn new(first: DateTime<Utc>, people: usize) -> Self {
        Self { first, first_micros: first.timestamp_micros(), events: [0; LIVE_MINUTES], people: vec![Bits::new(people); LIVE_MINUTES] }
    }

    fn add(&mut self, ts_micros: i64, person: Option<usize>) {
        const MINUTE_MICROS: i64 = 60_000_000;
        let minute = usize::try_from((ts_micros - self.first_micros).div_euclid(MINUTE_MICROS)).unwrap_or(usize::MAX);
        if let Some(events) = self.events.get_mut(minute) {
            *events += 1;
            if let Some(person) = person {
                self.people[minute].set(person);
            }
        }
    }

    fn finish(self) -> Vec<Minute> {
        let starts = (0..).map(|n| self.first + TimeDelta::minutes(n));
        starts.zip(self.events).zip(&self.people).map(|((start, events), people)| Minute { start, people: people.len(), events }).collect()
    }
}

/// A set of small numbers.
#[derive(Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(numbers: usize) -> Self {
        Self(vec![0; numbers.div_ceil(64)])
    }

    fn set(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(index, word)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| index * 64 + bit))
    }
}
