//! Forgetting a person: who that is, and how far it is. The worker does it.

use protocol::access::Role;
use protocol::erasure::Erasure;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use storage::actors;
use storage::erasures::{self, Targets};
use uuid::{Builder, Uuid};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, people};

/// Erasures that are listed.
const LISTED_MAX: i64 = 100;

/// Every id of the person who has this one, by the links as they are now.
///
/// # Errors
/// When the database does not answer.
pub async fn targets(state: &QueryState, context: &ProjectContext, actor: &ActorName) -> Result<Targets, ApiError> {
    let numbers = match actors::number(state.db(), context.id(), actor.kind, &actor.id).await? {
        Some(number) => {
            let number = u32::try_from(number).map_err(|_| ApiError::Fault(format!("an actor has the number {number}")))?;
            people::persons(state, context).await?.company(number)
        }
        None => Vec::new(),
    };
    let wide: Vec<i64> = numbers.iter().map(|number| i64::from(*number)).collect();
    let named = actors::named(state.db(), context.id(), &wide).await?;
    let asked = (actor.kind.code(), actor.id.clone());
    let mut ids: Vec<(i16, String)> = named.into_iter().map(|named| (named.kind, named.id)).chain([asked]).collect();
    ids.sort();
    ids.dedup();
    let of = |kind: ActorKind| ids.iter().filter(|(code, _)| *code == kind.code()).map(|(_, id)| id.clone()).collect();
    Ok(Targets { users: of(ActorKind::User), anonymous: of(ActorKind::Anonymous), numbers, sessions: Vec::new() })
}

/// Asks for a person to be forgotten. From now on nothing of them is counted; the worker removes what there is.
///
/// # Errors
/// [`ApiError::RoleTooLow`] and [`ApiError::ScopeMissing`] for who may not change anything; else when the database does not
/// answer.
pub async fn ask(state: &QueryState, context: &ProjectContext, actor: &ActorName) -> Result<Erasure, ApiError> {
    context.require(Role::Editor)?;
    let targets = targets(state, context, actor).await?;
    let mut bytes = [0; 16];
    state.random()(&mut bytes);
    let id = Builder::from_random_bytes(bytes).into_uuid();
    erasures::begin(state.db(), context.id(), id, &targets, &context.caller().to_string(), state.clock().now()).await?;
    find(state, context, id).await
}

/// The latest erasures, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn erasures(state: &QueryState, context: &ProjectContext) -> Result<Vec<Erasure>, ApiError> {
    context.require(Role::Viewer)?;
    Ok(erasures::latest(state.db(), context.id(), LISTED_MAX).await?)
}

async fn find(state: &QueryState, context: &ProjectContext, id: Uuid) -> Result<Erasure, ApiError> {
    let found = erasures(state, context).await?.into_iter().find(|erasure| erasure.id == id);
    found.ok_or_else(|| ApiError::Fault(format!("erasure {id} is gone")))
}
