//! Filters over columns against the definition.

use analysis::history::Rows;
use analysis::segment::encode;
use analysis::select::{ActorSet, ActorSets, may_match, select};
use fastrand::Rng;
use proptest::prelude::*;
use protocol::filter::{Field, Filter, Value};

use crate::event::Event;
use crate::trend::value;
use crate::world::World;

const FILTERS: [&str; 24] = [
    "",
    "name:view",
    "name in (view, buy) country:DE",
    "not (country:DE or country:FR)",
    "country!=DE",
    "country exists",
    "country absent",
    "price:10",
    "price!=10",
    "price>9",
    "price<=10 or plan:pro",
    "not price>9",
    "price:true",
    "price exists",
    "price absent plan exists",
    "price contains a",
    "plan contains quoted",
    "plan starts PR",
    "plan not in (free, pro)",
    "session:s1 bot absent",
    "visible_ms>=40000",
    "user:u3",
    "user!=u3",
    "trace exists",
];

/// What the definition reads. Actors 0 to 4 are users, the others anonymous.
fn matches(filter: &Filter, event: &Event) -> bool {
    let id = event.actor.map(|actor| format!("u{actor}"));
    let is_user = event.actor.is_some_and(|actor| actor < 5);
    let trace = event.trace.map(|trace| trace.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let texts: Vec<(Field, Option<String>)> = filter
        .fields()
        .into_iter()
        .filter_map(|field| Some((field.clone(), analysis::select::dimension(field).filter(|_| !matches!(field, Field::Prop(_)))?)))
        .map(|(field, dimension)| (field, value(event, &dimension)))
        .collect();
    let nested: Vec<(String, String)> =
        event.props.iter().filter(|(_, value)| value.is_object()).map(|(key, value)| (key.clone(), value.to_string())).collect();
    filter.matches(&|field: &Field| match field {
        Field::User => id.as_deref().filter(|_| is_user).map_or(Value::Absent, Value::Text),
        Field::Anonymous => id.as_deref().filter(|_| !is_user).map_or(Value::Absent, Value::Text),
        Field::Trace => trace.as_deref().map_or(Value::Absent, Value::Text),
        Field::Prop(name) => match event.props.get(name) {
            None | Some(serde_json::Value::Null) => Value::Absent,
            Some(serde_json::Value::Bool(flag)) => Value::Bool(*flag),
            Some(serde_json::Value::String(text)) => Value::Text(text),
            Some(serde_json::Value::Number(number)) => Value::Number(number.as_f64().expect("a number")),
            Some(_) => nested.iter().find(|(key, _)| key == name).map_or(Value::Absent, |(_, text)| Value::Text(text)),
        },
        field => texts.iter().find(|(known, _)| known == field).and_then(|(_, text)| text.as_deref()).map_or(Value::Absent, Value::Text),
    })
}

fn actor_sets(filter: &Filter) -> ActorSets {
    let mut sets = ActorSets::default();
    for term in ActorSets::needed(filter) {
        let users = term.field == Field::User;
        let inverted = term.test.matches(Value::Absent);
        let actors = (0..9_u32)
            .filter(|actor| (*actor < 5) == users)
            .filter(|actor| term.test.matches(Value::Text(&format!("u{actor}"))) != inverted);
        sets.put(term.clone(), ActorSet { actors: actors.collect(), inverted });
    }
    sets
}

fn any_filter(rng: &mut Rng) -> Filter {
    let mut one = || FILTERS[rng.usize(..FILTERS.len())].parse::<Filter>().expect("a filter");
    let (a, b) = (one(), one());
    match rng.u8(..4) {
        0 => a.and(b),
        1 => Filter::Or(vec![a, b]),
        2 => Filter::Not(Box::new(a.and(b))),
        _ => a,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_selected_is_what_matches(seed: u64, count in 1_usize..150) {
        let (world, mut rng) = World::random(seed, count, 2);
        let filter = any_filter(&mut rng);
        let selection = select(&world.history, &filter, &actor_sets(&filter));
        let mut found = 0;
        for (index, block) in world.history.blocks().iter().enumerate() {
            let chosen = (0..block.rows).filter(|row| selection[index].has(*row)).count();
            let (meta, _) = encode(block).expect("bytes");
            prop_assert!(chosen == 0 || may_match(&meta, &filter), "{} is ruled out by {:?}", filter, meta);
            prop_assert_eq!(matches!(selection[index], Rows::None), chosen == 0);
            found += chosen;
        }
        let expected = world.events.iter().filter(|event| matches(&filter, event)).count();
        prop_assert_eq!(found, expected, "{}", filter);
    }
}

#[test]
fn a_segment_without_the_value_is_ruled_out() {
    let (world, _) = World::random(3, 120, 1);
    let (meta, _) = encode(&world.history.blocks()[0]).expect("bytes");
    for (filter, may) in [
        ("name:nothing", false),
        ("name:view", true),
        ("country in (XX, YY)", false),
        ("visible_ms>100000", false),
        ("unknown:1", false),
        ("unknown!=1", true),
    ] {
        assert_eq!(may_match(&meta, &filter.parse().expect("a filter")), may, "{filter}");
    }
}
