//! Funnels against trying every attempt.

use analysis::funnel::{Entry, Order, Rule, StepCounts, Unit, count};
use analysis::history::Cancel;
use analysis::keys::{Dimension, Keys};
use analysis::segment::Attribute;
use fastrand::Rng;
use proptest::prelude::*;

use crate::event::Event;
use crate::world::{Want, World};

fn ms(event: &Event) -> i64 {
    event.ts.timestamp_millis()
}

/// The places of the events that one attempt, begun at `start`, takes.
fn attempt(events: &[&Event], start: usize, steps: &[Want], rule: Rule) -> Vec<usize> {
    let in_window = |place: &usize| ms(events[*place]) - ms(events[start]) <= rule.window_ms;
    match rule.order {
        Order::Loose => {
            let mut taken = vec![start];
            for step in &steps[1..] {
                let from = taken[taken.len() - 1] + 1;
                match (from..events.len()).filter(in_window).find(|place| step.holds(events[*place])) {
                    Some(place) => taken.push(place),
                    None => break,
                }
            }
            taken
        }
        Order::Strict => (start..events.len())
            .filter(in_window)
            .zip(steps)
            .take_while(|(place, step)| step.holds(events[*place]))
            .map(|(place, _)| place)
            .collect(),
        Order::Any => {
            let mut open: Vec<&Want> = steps.iter().collect();
            let mut taken = Vec::new();
            for place in (start..events.len()).filter(in_window) {
                if let Some(step) = open.iter().position(|step| step.holds(events[place])) {
                    open.remove(step);
                    taken.push(place);
                }
            }
            taken
        }
    }
}

/// The deepest attempt; of equally deep ones the one that was done first, and of those the one that began last.
fn furthest(events: &[&Event], steps: &[Want], rule: Rule) -> Option<Vec<usize>> {
    let begins = |event: &Event| match rule.order {
        Order::Any => steps.iter().any(|step| step.holds(event)),
        Order::Loose | Order::Strict => steps[0].holds(event),
    };
    let starts = (0..events.len()).filter(|place| begins(events[*place]));
    let starts = starts.take(if rule.entry == Entry::First { 1 } else { usize::MAX });
    starts.map(|start| attempt(events, start, steps, rule)).max_by(|a, b| {
        let end = |taken: &Vec<usize>| match rule.order {
            Order::Any => ms(events[taken[taken.len() - 1]]),
            Order::Loose | Order::Strict => taken[taken.len() - 1] as i64,
        };
        a.len().cmp(&b.len()).then_with(|| end(b).cmp(&end(a))).then_with(|| a[0].cmp(&b[0]))
    })
}

pub fn reference(
    world: &World,
    within: &Want,
    steps: &[Want],
    rule: Rule,
    key: impl Fn(&Event) -> Option<String>,
) -> Vec<(Option<String>, Vec<StepCounts>)> {
    let units: Vec<Vec<&Event>> = match rule.unit {
        Unit::People => world.people(within).into_values().collect(),
        Unit::Sessions => world.sessions(within).into_iter().map(|(_, events)| events).collect(),
    };
    let mut counts = std::collections::BTreeMap::<Option<String>, Vec<StepCounts>>::new();
    for events in units {
        let Some(taken) = furthest(&events, steps, rule) else { continue };
        let steps_of = counts.entry(key(events[taken[0]])).or_insert_with(|| vec![StepCounts::default(); steps.len()]);
        for (step, place) in taken.iter().enumerate() {
            steps_of[step].reached += 1;
            if step > 0 {
                steps_of[step].since_previous_ms.push(ms(events[*place]) - ms(events[taken[step - 1]]));
                steps_of[step].since_first_ms.push(ms(events[*place]) - ms(events[taken[0]]));
            }
        }
    }
    counts.into_iter().map(|(key, steps)| (key, sorted(steps))).collect()
}

fn sorted(mut steps: Vec<StepCounts>) -> Vec<StepCounts> {
    for step in &mut steps {
        step.since_previous_ms.sort_unstable();
        step.since_first_ms.sort_unstable();
    }
    steps
}

pub fn rule(rng: &mut Rng) -> Rule {
    Rule {
        order: [Order::Loose, Order::Loose, Order::Strict, Order::Any][rng.usize(..4)],
        entry: if rng.u8(..3) == 0 { Entry::First } else { Entry::Every },
        unit: if rng.u8(..3) == 0 { Unit::Sessions } else { Unit::People },
        window_ms: [7, 30, 600, 100_000][rng.usize(..4)] * 60_000,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_funnel_is_what_trying_every_attempt_gives(seed: u64, size in 1_usize..200) {
        let (world, mut rng) = World::random(seed, size, 2);
        let within = Want { humans: rng.bool(), ..Want::default() };
        let steps: Vec<Want> = (0..rng.usize(1..5)).map(|_| Want::random(&mut rng)).collect();
        let rule = rule(&mut rng);
        let keys = Keys::of(&world.history, &Dimension::Text(Attribute::Country));
        let selections: Vec<_> = steps.iter().map(|step| step.select(&world)).collect();
        let found = count(&world.history, &within.select(&world), &selections, &keys, rule, &Cancel::default()).expect("nobody cancels");
        let mut found: Vec<(Option<String>, Vec<StepCounts>)> = found
            .into_iter()
            .enumerate()
            .filter(|(_, steps)| steps[0].reached > 0)
            .map(|(key, steps)| (keys.value(key as u32).map(str::to_owned), sorted(steps)))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = reference(&world, &within, &steps, rule, |event| event.text(Attribute::Country).map(str::to_owned));
        prop_assert_eq!(found, expected);
    }
}
