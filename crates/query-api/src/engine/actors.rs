//! Ids in a filter to actors' numbers: segments hold numbers only.

use std::collections::BTreeSet;

use analysis::select::{ActorSet, ActorSets};
use protocol::filter::{Field, Filter, Literal, Test, Value};
use protocol::id::ActorKind;
use roaring::RoaringBitmap;
use storage::actors;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Actors looked at for one test that no index answers, such as `user contains x`.
pub(crate) const LOOKED_AT_MAX: i64 = 1_000_000;

/// The sets of actors that the filters' tests of ids mean.
pub(super) async fn resolve<'f>(
    state: &QueryState,
    context: &ProjectContext,
    filters: impl Iterator<Item = &'f Filter>,
) -> Result<ActorSets, ApiError> {
    let mut sets = ActorSets::default();
    for term in filters.flat_map(ActorSets::needed).collect::<BTreeSet<_>>() {
        let kind = if term.field == Field::User { ActorKind::User } else { ActorKind::Anonymous };
        let inverted = term.test.matches(Value::Absent);
        let asked = if inverted { term.test.opposite().unwrap_or(Test::Absent) } else { term.test.clone() };
        sets.put(term.clone(), ActorSet { actors: passing(state, context, kind, &asked).await?, inverted });
    }
    Ok(sets)
}

/// The actors of a kind whose ids pass.
async fn passing(state: &QueryState, context: &ProjectContext, kind: ActorKind, test: &Test) -> Result<RoaringBitmap, ApiError> {
    let ids = match test {
        Test::Is(literal) => Some(vec![text(literal)]),
        Test::In(literals) => Some(literals.iter().map(text).collect()),
        _ => None,
    };
    if let Some(ids) = ids {
        let numbers = actors::numbers(state.db(), context.id(), kind, &ids).await?;
        return Ok(numbers.into_iter().filter_map(|number| u32::try_from(number).ok()).collect());
    }
    let all = actors::of_kind(state.db(), context.id(), kind, LOOKED_AT_MAX + 1).await?;
    if all.len() as i64 > LOOKED_AT_MAX {
        return Err(ApiError::InvalidParameter {
            name: "filter",
            problem: "tests the ids of more than a million actors".to_owned(),
            allowed: "an id as a whole, such as user:u1, or a list of them".to_owned(),
        });
    }
    let passing = all.into_iter().filter(|(_, id)| test.matches(Value::Text(id)));
    Ok(passing.filter_map(|(number, _)| u32::try_from(number).ok()).collect())
}

fn text(literal: &Literal) -> String {
    literal.text().to_owned()
}
