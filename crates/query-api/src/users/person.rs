//! Everything by which one person is known, from any of the ids.

use std::collections::{BTreeMap, BTreeSet};

use analysis::persons::Persons;
use chrono::{DateTime, Utc};
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use storage::actors::{self, Named};
use storage::timeline::Whose;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, people};

/// The ids of one person, the strongest first.
pub(super) struct Ids {
    named: Vec<Named>,
    kinds: Vec<i16>,
    texts: Vec<String>,
    users: Vec<String>,
}

impl Ids {
    /// Those of the person who has this one, by the links as they are now.
    ///
    /// # Errors
    /// [`ApiError::UnknownPerson`] for an id that nobody was counted with.
    pub(super) async fn of(state: &QueryState, context: &ProjectContext, actor: &ActorName) -> Result<Self, ApiError> {
        let unknown = || ApiError::UnknownPerson(actor.id.chars().take(100).collect());
        let number = actors::number(state.db(), context.id(), actor.kind, &actor.id).await?.ok_or_else(unknown)?;
        let number = u32::try_from(number).map_err(|_| ApiError::Fault(format!("an actor has the number {number}")))?;
        let company = people::persons(state, context).await?.company(number);
        let numbers: Vec<i64> = company.into_iter().map(i64::from).collect();
        let mut named = actors::named(state.db(), context.id(), &numbers).await?;
        named.sort_by_key(order);
        if named.is_empty() {
            return Err(unknown());
        }
        Ok(Self {
            kinds: named.iter().map(|id| id.kind).collect(),
            texts: named.iter().map(|id| id.id.clone()).collect(),
            users: named.iter().filter(|id| id.kind == ActorKind::User.code()).map(|id| id.id.clone()).collect(),
            named,
        })
    }

    /// The ids as they are stored.
    pub(super) fn named(&self) -> &[Named] {
        &self.named
    }

    /// Whose rows are read, with the sessions of rows that name nobody.
    pub(super) fn whose<'w>(&'w self, sessions: &'w [String]) -> Whose<'w> {
        Whose { kinds: &self.kinds, ids: &self.texts, users: &self.users, sessions }
    }
}

/// The ids of each of these people, the strongest first. Ids that were erased meanwhile are left out.
pub(crate) async fn ids_of_each(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    people: impl Iterator<Item = u32>,
) -> Result<Vec<Vec<Named>>, ApiError> {
    let members: Vec<Vec<u32>> = people.map(|person| persons.company(person)).collect();
    let numbers: BTreeSet<i64> = members.iter().flatten().map(|number| i64::from(*number)).collect();
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let named = actors::named(state.db(), context.id(), &numbers).await?;
    let named: BTreeMap<i64, Named> = named.into_iter().map(|named| (named.number, named)).collect();
    let of_one = |members: Vec<u32>| {
        let mut ids: Vec<Named> = members.iter().filter_map(|number| named.get(&i64::from(*number)).cloned()).collect();
        ids.sort_by_key(order);
        ids
    };
    Ok(members.into_iter().map(of_one).collect())
}

/// The strongest kind first, then the one that was seen first.
fn order(id: &Named) -> (i16, DateTime<Utc>, i64) {
    (id.kind, id.first_seen, id.number)
}

/// An id as it is told; `None` for one of an unknown kind.
pub(crate) fn name(id: &Named) -> Option<ActorName> {
    Some(ActorName { kind: ActorKind::from_code(id.kind)?, id: id.id.clone() })
}
