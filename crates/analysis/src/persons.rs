//! Persons: actors that identity links join, resolved from the links whenever they are counted.
//!
//! No stored figure holds a person, so that a link, its undoing and a guard's refusal change every figure at once, also
//! those of the past. A person has the number of its smallest actor; an actor without links is its own person.

mod ids;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use protocol::identity_link::Refusal;
use roaring::RoaringBitmap;

pub use ids::is_null_like;
pub use resolve::resolve;

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The actor's number.
    pub actor: u32,
    /// It is a signed-in user, of whom a person has at most one.
    pub is_user: bool,
}

/// That two actors are one person, as it was said. Those that were undone are left out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// When it was said first: of two links that cannot both hold, the earlier one does.
    pub ts: DateTime<Utc>,
    /// Its number, which decides between links of the same time.
    pub id: i64,
    /// One actor.
    pub from: End,
    /// The other one.
    pub to: End,
}

/// Who is one person with whom.
///
/// Finding the person of an actor takes three reads of memory. It holds 12 bytes per joined actor and 0.2 per actor of the
/// project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Persons {
    /// One bit per actor: is it joined with another?
    words: Vec<u64>,
    /// Joined actors before each word.
    ranks: Vec<u32>,
    /// The persons of the joined actors, in the actors' order.
    persons: Vec<u32>,
    /// All joined actors, person by person, each person's in order.
    members: Vec<u32>,
    /// Each person's number and where its members begin, in order.
    starts: Vec<(u32, u32)>,
    /// Links that join nobody, by their numbers.
    refused: BTreeMap<i64, Refusal>,
}

impl Persons {
    /// Of the person of each joined actor, in the actors' order. Every person has two actors or more.
    fn new(joined: &[(u32, u32)], refused: BTreeMap<i64, Refusal>) -> Self {
        let words = joined.last().map_or(0, |(last, _)| *last as usize / 64 + 1);
        let mut persons = Self { words: vec![0; words], refused, ..Self::default() };
        for (actor, _) in joined {
            persons.words[*actor as usize / 64] |= 1 << (actor % 64);
        }
        let mut rank = 0;
        for word in &persons.words {
            persons.ranks.push(rank);
            rank += word.count_ones();
        }
        persons.persons = joined.iter().map(|(_, person)| *person).collect();
        let mut by_person: Vec<(u32, u32)> = joined.iter().map(|(actor, person)| (*person, *actor)).collect();
        by_person.sort_unstable();
        for (place, (person, actor)) in by_person.into_iter().enumerate() {
            if persons.starts.last().is_none_or(|(last, _)| *last != person) {
                persons.starts.push((person, place as u32));
            }
            persons.members.push(actor);
        }
        persons
    }

    /// The person of an actor: the smallest number among its actors, its own when it is joined with nobody.
    #[inline]
    pub fn person_of(&self, actor: u32) -> u32 {
        let word = actor as usize / 64;
        let bit = 1_u64 << (actor % 64);
        match self.words.get(word) {
            Some(bits) if bits & bit != 0 => self.persons[(self.ranks[word] + (bits & (bit - 1)).count_ones()) as usize],
            _ => actor,
        }
    }

    /// The actor is one person with others.
    #[inline]
    pub fn is_joined(&self, actor: u32) -> bool {
        self.words.get(actor as usize / 64).is_some_and(|bits| bits & (1 << (actor % 64)) != 0)
    }

    /// Nobody is joined with anybody: each actor is a person.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many actors are joined with others.
    pub fn joined(&self) -> usize {
        self.members.len()
    }

    /// The actors of a person, in order; empty for one with a single actor, and for a number that is no person's.
    pub fn members(&self, person: u32) -> &[u32] {
        self.starts.binary_search_by_key(&person, |(person, _)| *person).map_or(&[], |place| self.group(place).1)
    }

    /// The actors of the actor's person, itself included.
    pub fn company(&self, actor: u32) -> Vec<u32> {
        match self.members(self.person_of(actor)) {
            [] => vec![actor],
            members => members.to_vec(),
        }
    }

    /// Every person with several actors, by number, with its actors in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        (0..self.starts.len()).map(|place| self.group(place))
    }

    fn group(&self, place: usize) -> (u32, &[u32]) {
        let (person, start) = self.starts[place];
        let end = self.starts.get(place + 1).map_or(self.members.len(), |(_, end)| *end as usize);
        (person, &self.members[start as usize..end])
    }

    /// Why a link joins nobody; `None` for one that holds, and for one that was not resolved.
    pub fn refusal(&self, link: i64) -> Option<Refusal> {
        self.refused.get(&link).copied()
    }

    /// Every link that joins nobody, by number.
    pub fn refused(&self) -> &BTreeMap<i64, Refusal> {
        &self.refused
    }

    /// The persons of these actors.
    pub fn of_all(&self, actors: &RoaringBitmap) -> RoaringBitmap {
        if self.is_empty() {
            return actors.clone();
        }
        let mut alone = Vec::new();
        let mut joined = Vec::new();
        for actor in actors {
            if self.is_joined(actor) { joined.push(self.person_of(actor)) } else { alone.push(actor) }
        }
        joined.sort_unstable();
        joined.dedup();
        // Both are in order, which is what makes filling a bitmap fast.
        alone.into_iter().collect::<RoaringBitmap>() | joined.into_iter().collect::<RoaringBitmap>()
    }
}

/// The persons whom a change of links touches, each as its actors in order, by their first actor. Both sides hold the same
/// actors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Before the change.
    pub before: Vec<Vec<u32>>,
    /// After it.
    pub after: Vec<Vec<u32>>,
}

/// Who is somebody else's person after a change than before.
pub fn difference(before: &Persons, after: &Persons) -> Difference {
    let joined = before.members.iter().chain(&after.members);
    let moved = joined.copied().filter(|actor| before.person_of(*actor) != after.person_of(*actor));
    // Whoever stays in a person that somebody leaves or enters is touched as well. Who is in neither of these persons' two
    // states has the same company before and after.
    let touched: BTreeSet<u32> = moved.flat_map(|actor| before.company(actor).into_iter().chain(after.company(actor))).collect();
    let grouped = |persons: &Persons| {
        let mut groups = BTreeMap::<u32, Vec<u32>>::new();
        for actor in &touched {
            groups.entry(persons.person_of(*actor)).or_default().push(*actor);
        }
        groups.into_values().collect()
    };
    Difference { before: grouped(before), after: grouped(after) }
}
