//! The links of a project: listed, undone, restored.

use analysis::persons::Persons;
use protocol::access::Role;
use protocol::id::ActorKind;
use protocol::identity::IdentityKind;
use protocol::identity_link::{ActorName, IdentityLink, LinkChange, LinkState, LinksAnswer, Refusal};
use protocol::receipt::{Accuracy, BotRule};
use storage::identity_links::{self, StoredLink, Wanted};

use super::persons::persons;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Links of one page.
const PAGE: usize = 100;

/// Which links are wanted.
#[derive(Clone, Debug, Default)]
pub struct LinksQuery {
    /// Only those in this state.
    pub state: Option<LinkState>,
    /// Only those of this actor's person: what joins it, and what does not any more or was refused.
    pub actor: Option<ActorName>,
    /// Only those with lower numbers.
    pub before: Option<i64>,
}

/// Links between actors, the newest first, 100 at once.
///
/// # Errors
/// When the database does not answer in time.
pub async fn links(state: &QueryState, context: &ProjectContext, query: &LinksQuery) -> Result<LinksAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &LinksQuery) -> Result<LinksAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let persons = persons(state, context).await?;
    let before = query.before.unwrap_or(i64::MAX);
    let stored = match &query.actor {
        None => page(state, context, &persons, query.state, before).await?,
        Some(actor) => page_of(state, context, &persons, actor, query.state, before).await?,
    };
    making.rows_read = stored.len() as u64;
    let next = stored.get(PAGE - 1).map(|link| link.link_id);
    let links = stored.into_iter().map(|link| describe(link, &persons)).collect::<Result<Vec<_>, _>>()?;
    let links: Vec<IdentityLink> =
        links.into_iter().filter(|link: &IdentityLink| query.state.is_none_or(|wanted| link.state == wanted)).collect();
    let from = links.iter().map(|link| link.received_at).min().unwrap_or(making.now);
    let mut receipt = making.receipt(context, "Links between actors, by when they were made.", from, making.now, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(LinksAnswer { links, next, receipt })
}

async fn page(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    wanted: Option<LinkState>,
    before: i64,
) -> Result<Vec<StoredLink>, ApiError> {
    // The newest of those that the guards refuse are enough: the page holds no more.
    let refused: Vec<i64> = persons.refused().range(..before).rev().take(PAGE).map(|(link, _)| *link).collect();
    let refused = (wanted == Some(LinkState::Refused)).then_some(refused.as_slice());
    let wanted = Wanted { undone: undone(wanted), refused, actors: None };
    Ok(identity_links::list(state.db(), context.id(), wanted, before, PAGE as i64).await?)
}

async fn page_of(
    state: &QueryState,
    context: &ProjectContext,
    persons: &Persons,
    actor: &ActorName,
    wanted: Option<LinkState>,
    before: i64,
) -> Result<Vec<StoredLink>, ApiError> {
    let Some(number) = storage::actors::number(state.db(), context.id(), actor.kind, &actor.id).await? else {
        return Ok(Vec::new());
    };
    let number = u32::try_from(number).map_err(|_| ApiError::Fault(format!("an actor has the number {number}")))?;
    let actors: Vec<i64> = persons.company(number).into_iter().map(i64::from).collect();
    let wanted = Wanted { undone: undone(wanted), actors: Some(&actors), refused: None };
    Ok(identity_links::list(state.db(), context.id(), wanted, before, PAGE as i64).await?)
}

fn undone(wanted: Option<LinkState>) -> Option<bool> {
    wanted.map(|wanted| wanted == LinkState::Undone)
}

/// Undoes a link: from now on it joins nobody in any figure, also those of the past, and however often it is said again. A
/// link that is undone stays as it is.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor, [`ApiError::UnknownLink`]; else when the database
/// does not answer in time.
pub async fn undo(state: &QueryState, context: &ProjectContext, link: i64) -> Result<IdentityLink, ApiError> {
    budget::within(state, change(state, context, link, LinkChange::Undo)).await
}

/// Takes an undoing back: the link counts again, with its own time.
///
/// # Errors
/// As [`undo`].
pub async fn restore(state: &QueryState, context: &ProjectContext, link: i64) -> Result<IdentityLink, ApiError> {
    budget::within(state, change(state, context, link, LinkChange::Restore)).await
}

async fn change(state: &QueryState, context: &ProjectContext, link: i64, change: LinkChange) -> Result<IdentityLink, ApiError> {
    context.require(Role::Editor)?;
    let (undone, by) = (change == LinkChange::Undo, context.caller().to_string());
    identity_links::change(state.db(), context.id(), link, undone, state.clock().now(), &by).await?;
    let persons = persons(state, context).await?;
    describe(find(state, context, link).await?, &persons)
}

/// The stored link.
pub(super) async fn find(state: &QueryState, context: &ProjectContext, link: i64) -> Result<StoredLink, ApiError> {
    identity_links::find(state.db(), context.id(), link).await?.ok_or_else(|| ApiError::UnknownLink(link.to_string()))
}

/// The link as it is shown, with what it does among the others.
pub(super) fn describe(link: StoredLink, persons: &Persons) -> Result<IdentityLink, ApiError> {
    let refusal = link.refused.and_then(Refusal::from_code).or_else(|| persons.refusal(link.link_id));
    let state = match (link.undone, refusal) {
        (true, _) => LinkState::Undone,
        (false, Some(_)) => LinkState::Refused,
        (false, None) => LinkState::Active,
    };
    let cause = IdentityKind::from_code(link.cause).ok_or_else(|| ApiError::Fault(format!("a link has the cause {}", link.cause)))?;
    Ok(IdentityLink {
        id: link.link_id,
        from: name(link.from_kind, link.from_id)?,
        to: name(link.to_kind, link.to_id)?,
        cause,
        ts: link.ts,
        received_at: link.received_at,
        last_ts: link.last_ts,
        times: link.times,
        state,
        refusal: refusal.filter(|_| state == LinkState::Refused),
        changed_at: link.changed_at,
        changed_by: link.changed_by,
    })
}

/// A stored actor by kind and id.
pub(super) fn name(kind: i16, id: String) -> Result<ActorName, ApiError> {
    let kind = ActorKind::from_code(kind).ok_or_else(|| ApiError::Fault(format!("an actor has the kind {kind}")))?;
    Ok(ActorName { kind, id })
}
