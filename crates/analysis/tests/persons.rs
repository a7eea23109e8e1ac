//! Persons against a plain joining of sets.

use std::collections::{BTreeMap, BTreeSet};

use analysis::persons::{self, Difference, End, Link, Persons};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use protocol::identity_link::Refusal;
use protocol::limits::PERSON_ACTORS_MAX;
use roaring::RoaringBitmap;

/// Some actors are far from the others, as a project's later ones are.
const ACTORS: [u32; 14] = [0, 1, 2, 3, 5, 63, 64, 65, 127, 128, 1_000, 70_000, 70_001, 700_000];

fn end(actor: u32) -> End {
    End { actor, is_user: actor.is_multiple_of(3) }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_770_000_000 + second, 0).expect("a time")
}

/// Links with many ties in time, and their numbers in another order than their times.
fn links() -> impl Strategy<Value = Vec<Link>> {
    let link = (0..6_i64, 0..ACTORS.len(), 0..ACTORS.len());
    prop::collection::vec(link, 0..25).prop_map(|links| {
        links
            .into_iter()
            .enumerate()
            .map(|(id, (second, from, to))| Link { ts: at(second), id: id as i64, from: end(ACTORS[from]), to: end(ACTORS[to]) })
            .collect()
    })
}

/// Sets of actors, joined one link after the other.
struct Plain {
    sets: Vec<BTreeSet<u32>>,
    refused: BTreeMap<i64, Refusal>,
}

fn plain(links: &[Link]) -> Plain {
    let mut by_time: BTreeMap<(DateTime<Utc>, i64), Link> = BTreeMap::new();
    by_time.extend(links.iter().map(|link| ((link.ts, link.id), *link)));
    let mut plain = Plain { sets: ACTORS.iter().map(|actor| BTreeSet::from([*actor])).collect(), refused: BTreeMap::new() };
    for link in by_time.into_values() {
        let whole = |actor| plain.sets.iter().find(|set| set.contains(&actor)).expect("every actor has a set").clone();
        let joined: BTreeSet<u32> = &whole(link.from.actor) | &whole(link.to.actor);
        if joined.iter().filter(|actor| actor.is_multiple_of(3)).count() > 1 {
            if whole(link.from.actor) != whole(link.to.actor) {
                plain.refused.insert(link.id, Refusal::TwoUsers);
            }
            continue;
        }
        plain.sets.retain(|set| set.is_disjoint(&joined));
        plain.sets.push(joined);
    }
    plain
}

impl Plain {
    fn set_of(&self, actor: u32) -> &BTreeSet<u32> {
        self.sets.iter().find(|set| set.contains(&actor)).expect("every actor has a set")
    }

    fn person_of(&self, actor: u32) -> u32 {
        *self.set_of(actor).first().expect("a set has its actor")
    }
}

fn assert_same(persons: &Persons, plain: &Plain) -> Result<(), TestCaseError> {
    for actor in ACTORS {
        let set = plain.set_of(actor);
        prop_assert_eq!(persons.person_of(actor), plain.person_of(actor));
        prop_assert_eq!(persons.is_joined(actor), set.len() > 1);
        prop_assert_eq!(persons.company(actor), set.iter().copied().collect::<Vec<_>>());
    }
    for stranger in [4, 66, 500_000, u32::MAX] {
        prop_assert_eq!((persons.person_of(stranger), persons.is_joined(stranger)), (stranger, false));
    }
    let groups: BTreeSet<Vec<u32>> = persons.iter().map(|(_, members)| members.to_vec()).collect();
    let sets: BTreeSet<Vec<u32>> = plain.sets.iter().filter(|set| set.len() > 1).map(|set| set.iter().copied().collect()).collect();
    prop_assert_eq!(persons.joined(), sets.iter().map(Vec::len).sum::<usize>());
    prop_assert_eq!(groups, sets);
    prop_assert_eq!(persons.refused(), &plain.refused);
    Ok(())
}

proptest! {
    #[test]
    fn persons_are_the_joined_sets_in_whatever_order_the_links_come(links in links(), shuffled in any::<prop::sample::Index>(), undone in prop::collection::vec(any::<bool>(), 25)) {
        let mut links = links;
        if !links.is_empty() {
            let cut = shuffled.index(links.len());
            links.rotate_left(cut);
            links[cut..].reverse();
        }
        assert_same(&persons::resolve(&links), &plain(&links))?;
        let left: Vec<Link> = links.iter().filter(|link| !undone[link.id as usize]).copied().collect();
        assert_same(&persons::resolve(&left), &plain(&left))?;
    }

    #[test]
    fn persons_of_a_bitmap_are_the_persons_of_its_actors(links in links(), chosen in prop::collection::vec(any::<bool>(), ACTORS.len())) {
        let persons = persons::resolve(&links);
        let actors: RoaringBitmap = ACTORS.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(actor, _)| *actor).chain([4, 66]).collect();
        let expected: BTreeSet<u32> = actors.iter().map(|actor| plain(&links).person_of_any(actor)).collect();
        prop_assert_eq!(persons.of_all(&actors).iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn a_difference_holds_exactly_those_whose_company_changes(links in links(), undone in 0..25_i64) {
        let left: Vec<Link> = links.iter().filter(|link| link.id != undone).copied().collect();
        let (with, without) = (plain(&links), plain(&left));
        let Difference { before, after } = persons::difference(&persons::resolve(&links), &persons::resolve(&left));
        let expected = |one: &Plain, other: &Plain| -> BTreeSet<Vec<u32>> {
            one.sets.iter().filter(|set| !other.sets.contains(set)).map(|set| set.iter().copied().collect()).collect()
        };
        prop_assert_eq!(before.iter().cloned().collect::<BTreeSet<_>>(), expected(&with, &without));
        prop_assert_eq!(after.iter().cloned().collect::<BTreeSet<_>>(), expected(&without, &with));
        let everybody = |persons: &[Vec<u32>]| persons.concat().into_iter().collect::<BTreeSet<u32>>();
        prop_assert_eq!(everybody(&before), everybody(&after));
        prop_assert_eq!(before.concat().len(), after.concat().len());
    }
}

impl Plain {
    /// As [`Plain::person_of`], also for actors without any link.
    fn person_of_any(&self, actor: u32) -> u32 {
        if ACTORS.contains(&actor) { self.person_of(actor) } else { actor }
    }
}

fn link(id: i64, from: u32, to: u32) -> Link {
    Link { ts: at(id), id, from: end(from), to: end(to) }
}

#[test]
fn of_two_users_on_one_device_the_first_has_it_until_that_is_undone() {
    let links = [link(1, 10, 3), link(2, 10, 6)];
    let persons = persons::resolve(&links);
    assert_eq!([3, 6, 10].map(|actor| persons.person_of(actor)), [3, 6, 3]);
    assert_eq!((persons.refusal(1), persons.refusal(2)), (None, Some(Refusal::TwoUsers)));
    let persons = persons::resolve(&links[1..]);
    assert_eq!([3, 6, 10].map(|actor| persons.person_of(actor)), [3, 6, 6]);
    assert_eq!(persons.refusal(2), None);
}

#[test]
fn a_person_has_at_most_so_many_actors_and_further_links_are_refused() {
    let links: Vec<Link> = (0..PERSON_ACTORS_MAX as u32 + 1).map(|n| link(i64::from(n), 3 * n + 1, 0)).collect();
    let persons = persons::resolve(&links);
    assert_eq!(persons.members(0).len(), PERSON_ACTORS_MAX);
    let too_many = Some(Refusal::TooManyActors);
    assert_eq!([998, 999, 1_000].map(|link| persons.refusal(link)), [None, too_many, too_many]);
    // One of them is undone: the first that had been refused takes its place.
    let persons = persons::resolve(&links[1..]);
    assert_eq!([998, 999, 1_000].map(|link| persons.refusal(link)), [None, None, too_many]);
}

#[test]
fn without_links_everybody_is_alone() {
    let persons = persons::resolve(&[]);
    assert!(persons.is_empty());
    assert_eq!(persons.person_of(u32::MAX), u32::MAX);
    assert_eq!(persons.members(0), [0; 0]);
    let actors: RoaringBitmap = [1, 2].into_iter().collect();
    assert_eq!(persons.of_all(&actors), actors);
}
