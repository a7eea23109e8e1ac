//! The actors of a window as persons, by the identity links as they are now.

use std::collections::HashMap;

use analysis::live::Symbols;
use analysis::persons::Persons;
use protocol::id::ProjectId;
use storage::{Db, actors};

use crate::ApiError;

/// Actors whose numbers are asked for at once.
const ACTORS_AT_ONCE: usize = 50_000;

/// What a window knows of its actors. The worker gives an actor its number a moment after its first event is stored; until
/// then it is a person of its own.
#[derive(Default)]
pub(super) struct People {
    /// The number of each actor, by its place among the symbols.
    numbers: Vec<Option<u32>>,
    /// For each actor the first one of the same person.
    firsts: Vec<u32>,
}

/// The name that an actor has among the symbols. Kinds never collide: user 7 and session 7 are two actors.
pub(super) fn symbol_text(kind: i16, id: &str) -> String {
    format!("{kind}:{id}")
}

impl People {
    /// Tells who is one person. Where nobody is joined, nothing is asked.
    pub(super) async fn join(&mut self, db: &Db, project: ProjectId, actors: &Symbols, persons: &Persons) -> Result<(), ApiError> {
        if persons.is_empty() {
            self.firsts.clear();
            self.grow(actors.len());
            return Ok(());
        }
        self.numbers.resize(actors.len(), None);
        let unknown: Vec<usize> = (0..actors.len()).filter(|place| self.numbers[*place].is_none()).collect();
        for places in unknown.chunks(ACTORS_AT_ONCE) {
            let texts = places.iter().map(|place| actors.at(*place).split_once(':').unwrap_or_default());
            let (kinds, ids): (Vec<i16>, Vec<String>) =
                texts.map(|(kind, id)| (kind.parse::<i16>().unwrap_or_default(), id.to_owned())).unzip();
            let mut tx = db.begin().await?;
            for known in actors::known(&mut tx, project, &kinds, &ids).await? {
                self.numbers[places[known.place]] = u32::try_from(known.number).ok();
            }
            tx.rollback().await.map_err(storage::Error::from)?;
        }
        let mut first_of = HashMap::new();
        let first = |(place, number): (u32, &Option<u32>)| match number.filter(|number| persons.is_joined(*number)) {
            Some(number) => *first_of.entry(persons.person_of(number)).or_insert(place),
            None => place,
        };
        self.firsts = (0..).zip(&self.numbers).map(first).collect();
        Ok(())
    }

    /// There are so many actors now: the new ones are persons of their own until they are joined.
    pub(super) fn grow(&mut self, actors: usize) {
        let known = self.firsts.len();
        self.firsts.extend((known..actors).filter_map(|place| u32::try_from(place).ok()));
    }

    /// Forgets everything: actors were given new places.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// For each actor the first one of the same person.
    pub(super) fn firsts(&self) -> &[u32] {
        &self.firsts
    }
}
