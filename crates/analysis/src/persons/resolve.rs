//! Links to persons.

use std::collections::BTreeMap;

use protocol::identity_link::Refusal;
use protocol::limits::PERSON_ACTORS_MAX;

use super::{Link, Persons};

/// Joins the actors of these links, which may come in any order. Links are taken by time and number; one that would break a
/// rule joins nobody, whatever comes after it.
pub fn resolve(links: &[Link]) -> Persons {
    let mut links = links.to_vec();
    // Callers mostly hold them in this order, and then sorting is one pass.
    links.sort_by_key(|link| (link.ts, link.id));
    let mut actors: Vec<u32> = links.iter().flat_map(|link| [link.from.actor, link.to.actor]).collect();
    actors.sort_unstable();
    actors.dedup();
    let mut groups = Groups::of(actors.len());
    let mut refused = BTreeMap::new();
    for link in &links {
        let [from, to] = [link.from, link.to].map(|end| {
            let place = actors.partition_point(|actor| *actor < end.actor) as u32;
            let root = groups.root(place);
            groups.have_user[root as usize] |= end.is_user;
            root
        });
        if let Err(refusal) = groups.join(from, to) {
            refused.insert(link.id, refusal);
        }
    }
    // Places are in the order of actors, so that the first place of a group is its smallest actor.
    let mut first = vec![u32::MAX; actors.len()];
    let mut joined = Vec::new();
    for (place, actor) in actors.iter().enumerate() {
        let root = groups.root(place as u32);
        let first = &mut first[root as usize];
        *first = (*first).min(*actor);
        if groups.sizes[root as usize] > 1 {
            joined.push((*actor, *first));
        }
    }
    Persons::new(&joined, refused)
}

/// Disjoint groups of places.
struct Groups {
    parents: Vec<u32>,
    /// Of roots.
    sizes: Vec<u32>,
    /// Of roots: the group has its user.
    have_user: Vec<bool>,
}

impl Groups {
    fn of(places: usize) -> Self {
        Self { parents: (0..places as u32).collect(), sizes: vec![1; places], have_user: vec![false; places] }
    }

    fn root(&mut self, mut place: u32) -> u32 {
        while self.parents[place as usize] != place {
            let above = self.parents[self.parents[place as usize] as usize];
            self.parents[place as usize] = above;
            place = above;
        }
        place
    }

    /// Makes one group of two, by their roots.
    fn join(&mut self, a: u32, b: u32) -> Result<(), Refusal> {
        let (a, b) = (a as usize, b as usize);
        if a == b {
            return Ok(());
        }
        if self.have_user[a] && self.have_user[b] {
            return Err(Refusal::TwoUsers);
        }
        let size = self.sizes[a] + self.sizes[b];
        if size as usize > PERSON_ACTORS_MAX {
            return Err(Refusal::TooManyActors);
        }
        let (child, parent) = if self.sizes[a] < self.sizes[b] { (a, b) } else { (b, a) };
        self.parents[child] = parent as u32;
        self.sizes[parent] = size;
        self.have_user[parent] |= self.have_user[child];
        Ok(())
    }
}
