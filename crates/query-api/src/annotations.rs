//! Annotations: what people note beside their figures.

use chrono::{DateTime, Utc};
use protocol::access::Role;
use protocol::annotation::{ANNOTATIONS_MAX, Annotation, TEXT_CHARS_MAX};
use storage::annotations;
use uuid::{Builder, Uuid};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Those of a range, `until` exclusive, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_range(
    state: &QueryState,
    context: &ProjectContext,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Annotation>, ApiError> {
    Ok(annotations::of_range(state.db(), context.id(), from, until).await?)
}

/// Notes what happened at some time.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor, [`ApiError::InvalidParameter`] for a text that is empty
/// or too long and for one annotation too many; else when the database does not answer.
pub async fn add(state: &QueryState, context: &ProjectContext, at: DateTime<Utc>, text: &str) -> Result<Annotation, ApiError> {
    context.require(Role::Editor)?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wrong = |problem: &str, allowed: String| Err(ApiError::InvalidParameter { name: "text", problem: problem.to_owned(), allowed });
    match text.chars().count() {
        0 => return wrong("is missing", "what happened, in a few words".to_owned()),
        1..=TEXT_CHARS_MAX => {}
        _ => return wrong("is too long", format!("at most {TEXT_CHARS_MAX} characters")),
    }
    let mut bytes = [0; 16];
    state.random()(&mut bytes);
    let id = Builder::from_random_bytes(bytes).into_uuid();
    let annotation = Annotation { id, at, text, made_by: context.caller().to_string(), made_at: state.clock().now() };
    if !annotations::add(state.db(), context.id(), &annotation, ANNOTATIONS_MAX).await? {
        return wrong("would be one annotation too many", format!("at most {ANNOTATIONS_MAX} of a project: remove some"));
    }
    Ok(annotation)
}

/// An annotation's id in an address.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for what is none.
pub fn id(text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::InvalidParameter {
        name: "id",
        problem: format!("cannot be `{}`", text.chars().take(100).collect::<String>()),
        allowed: "the id of an annotation".to_owned(),
    })
}

/// Removes an annotation; one that is not there is removed already.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor; else when the database does not answer.
pub async fn remove(state: &QueryState, context: &ProjectContext, id: Uuid) -> Result<(), ApiError> {
    context.require(Role::Editor)?;
    annotations::remove(state.db(), context.id(), id).await?;
    Ok(())
}
