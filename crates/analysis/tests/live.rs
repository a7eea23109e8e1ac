//! The counting of Live against a plain, slow twin on random rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use analysis::live::{Row, Symbols, count, top};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use protocol::live::{LiveSlice, LiveWindow};
use protocol::receipt::BotRule;

#[derive(Clone, Debug)]
struct Seen {
    /// Seconds before now; may be negative: a client's clock may be ahead.
    ago: i64,
    actor: Option<String>,
    session: Option<String>,
    values: [Option<String>; 5],
    is_bot: bool,
}

fn seen() -> impl Strategy<Value = Seen> {
    let word = |n: u32| prop::option::of((0..n).prop_map(|n| format!("v{n}")));
    // Few distinct times, so that equal ones and bounds occur.
    let ago = prop_oneof![-60..2_100_i64, Just(0), Just(60), Just(300), Just(1_800)];
    (ago, word(6), word(4), [word(12), word(3), word(4), word(2), word(5)], prop::bool::weighted(0.1))
        .prop_map(|(ago, actor, session, values, is_bot)| Seen { ago, actor, session, values, is_bot })
}

fn now() -> DateTime<Utc> {
    "2026-05-14T12:07:31Z".parse().expect("a time")
}

struct Counted {
    people: u64,
    sessions: u64,
    events: u64,
    bot_events: u64,
    minutes: Vec<(DateTime<Utc>, u64, u64)>,
    slices: Vec<Vec<LiveSlice>>,
}

/// Who an actor is: everybody for themselves, or of the six two each.
fn person(actor: &str, joined: bool) -> String {
    if joined { format!("p{}", actor[1..].parse::<u32>().expect("a number") % 3) } else { actor.to_owned() }
}

fn fast(seen: &[Seen], window: TimeDelta, joined: bool, bots: BotRule) -> Counted {
    let (mut actors, mut sessions, mut values) = (Symbols::default(), Symbols::default(), Symbols::default());
    let rows: Vec<Row> = seen
        .iter()
        .map(|seen| Row {
            ts_micros: (now() - TimeDelta::seconds(seen.ago)).timestamp_micros(),
            actor: seen.actor.as_deref().map(|text| actors.intern(text)),
            session: seen.session.as_deref().map(|text| sessions.intern(text)),
            name: None,
            values: seen.values.clone().map(|value| value.map(|text| values.intern(&text))),
            is_bot: seen.is_bot,
        })
        .collect();
    let mut first_of = HashMap::new();
    let firsts: Vec<u32> =
        (0..actors.len()).map(|place| *first_of.entry(person(actors.at(place), joined)).or_insert(place as u32)).collect();
    let figures = count(rows.iter(), bots, &firsts, sessions.len(), now(), window);
    Counted {
        people: figures.people,
        sessions: figures.sessions,
        events: figures.events,
        bot_events: figures.bot_events,
        minutes: figures.minutes.iter().map(|minute| (minute.start, minute.people, minute.events)).collect(),
        slices: figures.splits.iter().map(|split| top(split, &values)).collect(),
    }
}

fn slow(seen: &[Seen], window: TimeDelta, joined: bool, bots: BotRule) -> Counted {
    let as_person = |seen: &Seen| Seen { actor: seen.actor.as_deref().map(|actor| person(actor, joined)), ..seen.clone() };
    let seen: Vec<Seen> = seen.iter().map(as_person).collect();
    let ts = |seen: &Seen| now() - TimeDelta::seconds(seen.ago);
    let inside: Vec<&Seen> = seen.iter().filter(|seen| ts(seen) >= now() - window && ts(seen) < now()).collect();
    let counts = |seen: &Seen| !seen.is_bot || bots == BotRule::All;
    let humans: Vec<&Seen> = inside.iter().copied().filter(|seen| counts(seen)).collect();
    let distinct = |texts: Vec<&Option<String>>| texts.into_iter().flatten().collect::<BTreeSet<_>>().len() as u64;
    let this_minute: DateTime<Utc> = "2026-05-14T12:07:00Z".parse().expect("a time");
    let minutes = (0..30)
        .rev()
        .map(|back| {
            let start = this_minute - TimeDelta::minutes(back);
            let of: Vec<&Seen> = seen
                .iter()
                .filter(|seen| counts(seen) && ts(seen) >= start && ts(seen) < start + TimeDelta::minutes(1) && ts(seen) < now())
                .collect();
            (start, distinct(of.iter().map(|seen| &seen.actor).collect()), of.len() as u64)
        })
        .collect();
    let slices = (0..5)
        .map(|split| {
            let mut people = BTreeMap::<&str, Option<(DateTime<Utc>, &str)>>::new();
            for seen in &humans {
                let Some(actor) = &seen.actor else { continue };
                let latest = people.entry(actor).or_default();
                if let Some(value) = &seen.values[split]
                    && latest.is_none_or(|(at, _)| at <= ts(seen))
                {
                    *latest = Some((ts(seen), value));
                }
            }
            let mut counts = BTreeMap::<Option<&str>, u64>::new();
            for latest in people.values() {
                *counts.entry(latest.map(|(_, value)| value)).or_default() += 1;
            }
            let unnamed = counts.remove(&None);
            let mut rows: Vec<_> =
                counts.into_iter().map(|(value, people)| LiveSlice { value: value.map(str::to_owned), people }).collect();
            rows.sort_by_key(|row| std::cmp::Reverse(row.people));
            rows.truncate(7);
            rows.extend(unnamed.map(|people| LiveSlice { value: None, people }));
            rows
        })
        .collect();
    Counted {
        people: distinct(humans.iter().map(|seen| &seen.actor).collect()),
        sessions: distinct(humans.iter().map(|seen| &seen.session).collect()),
        events: humans.len() as u64,
        bot_events: inside.iter().filter(|seen| seen.is_bot).count() as u64,
        minutes,
        slices,
    }
}

proptest! {
    #[test]
    fn live_figures_are_those_of_a_plain_recount(seen in prop::collection::vec(seen(), 0..200), window in prop::sample::select(&LiveWindow::ALL[..]), joined: bool, everybody: bool) {
        let bots = if everybody { BotRule::All } else { BotRule::Humans };
        let window = TimeDelta::minutes(window.minutes());
        let (fast, slow) = (fast(&seen, window, joined, bots), slow(&seen, window, joined, bots));
        prop_assert_eq!((fast.people, fast.sessions, fast.events, fast.bot_events), (slow.people, slow.sessions, slow.events, slow.bot_events));
        prop_assert_eq!(fast.minutes, slow.minutes);
        prop_assert_eq!(fast.slices, slow.slices);
    }
}

#[test]
fn a_person_counts_where_their_latest_word_puts_them() {
    let event = |ago, country: Option<&str>| Seen {
        ago,
        actor: Some("v1".to_owned()),
        session: None,
        values: [country.map(str::to_owned), None, None, None, None],
        is_bot: false,
    };
    let counted = fast(&[event(10, None), event(20, Some("DE")), event(50, Some("FR"))], TimeDelta::minutes(1), true, BotRule::Humans);
    assert_eq!(counted.slices[0], [LiveSlice { value: Some("DE".to_owned()), people: 1 }]);
    assert_eq!(counted.slices[1], [LiveSlice { value: None, people: 1 }]);
}
