//! Saved views and segments: pages and filters under a name.

use protocol::access::Role;
use protocol::filter::Filter;
use protocol::page_address::PageAddress;
use protocol::saved::{NAME_CHARS_MAX, SAVED_MAX, Saved, SavedKind};
use storage::saved;
use uuid::{Builder, Uuid};

use crate::access::{Caller, ProjectContext};
use crate::{ApiError, QueryState};

/// Those that the caller sees, by name. Whoever only came with a link sees none.
///
/// # Errors
/// [`ApiError::RoleTooLow`] for such a link; else when the database does not answer.
pub async fn list(state: &QueryState, context: &ProjectContext) -> Result<Vec<Saved>, ApiError> {
    context.require(Role::Viewer)?;
    Ok(saved::seen_by(state.db(), context.id(), account(context)).await?)
}

/// What is to be kept under a name.
#[derive(Clone, Debug)]
pub struct NewSaved<'a> {
    /// What the name stands for.
    pub kind: SavedKind,
    /// The name; spaces around it and doubled ones go.
    pub name: &'a str,
    /// A page's address below the project, or a filter.
    pub what: &'a str,
    /// Only the account that makes it shall see it.
    pub private: bool,
}

/// Keeps a view or a segment.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor, [`ApiError::InvalidParameter`] for a name that is empty,
/// too long or taken, an address or filter that cannot be read, something private of a key, and for one too many; else when the
/// database does not answer.
pub async fn add(state: &QueryState, context: &ProjectContext, new: &NewSaved<'_>) -> Result<Saved, ApiError> {
    context.require(Role::Editor)?;
    let account = if new.private { Some(own_account(context)?) } else { None };
    let (name, what) = (name(new.name)?, what(new)?);
    let mut bytes = [0; 16];
    state.random()(&mut bytes);
    let id = Builder::from_random_bytes(bytes).into_uuid();
    let made_by = context.caller().to_string();
    let saved = Saved { id, kind: new.kind, name, what, private: new.private, made_by, made_at: state.clock().now() };
    match saved::add(state.db(), context.id(), &saved, account, SAVED_MAX).await {
        Ok(true) => Ok(saved),
        Ok(false) => Err(wrong("name", "would be one too many", format!("at most {SAVED_MAX} views and segments: remove some"))),
        Err(error) => Err(taken(error)),
    }
}

/// Gives a view or a segment another name.
///
/// # Errors
/// As [`add`], and [`ApiError::UnknownSaved`] for one that the caller does not see.
pub async fn rename(state: &QueryState, context: &ProjectContext, id: Uuid, to: &str) -> Result<(), ApiError> {
    context.require(Role::Editor)?;
    match saved::rename(state.db(), context.id(), id, account(context), &name(to)?).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::UnknownSaved(id)),
        Err(error) => Err(taken(error)),
    }
}

/// Removes a view or a segment; one that is not there is removed already.
///
/// # Errors
/// [`ApiError::RoleTooLow`] or [`ApiError::ScopeMissing`] below an editor; else when the database does not answer.
pub async fn remove(state: &QueryState, context: &ProjectContext, id: Uuid) -> Result<(), ApiError> {
    context.require(Role::Editor)?;
    saved::remove(state.db(), context.id(), id, account(context)).await?;
    Ok(())
}

/// An id in an address.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for what is none.
pub fn id(text: &str) -> Result<Uuid, ApiError> {
    let cannot = || format!("cannot be `{}`", text.chars().take(100).collect::<String>());
    text.parse().map_err(|_| wrong("id", &cannot(), "the id of a saved view or segment".to_owned()))
}

fn account(context: &ProjectContext) -> Option<i32> {
    match context.caller() {
        Caller::Account { id, .. } => Some(id),
        Caller::Key { .. } | Caller::Operator | Caller::Link { .. } => None,
    }
}

fn own_account(context: &ProjectContext) -> Result<i32, ApiError> {
    account(context).ok_or_else(|| wrong("private", "needs an account", "a signed-in browser, or nothing private".to_owned()))
}

fn name(text: &str) -> Result<String, ApiError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(wrong("name", "is missing", "a few words".to_owned())),
        1..=NAME_CHARS_MAX if !name.contains(char::is_control) => Ok(name),
        1..=NAME_CHARS_MAX => Err(wrong("name", "holds a character that cannot be shown", "letters, digits and signs".to_owned())),
        _ => Err(wrong("name", "is too long", format!("at most {NAME_CHARS_MAX} characters"))),
    }
}

fn what(new: &NewSaved<'_>) -> Result<String, ApiError> {
    match new.kind {
        SavedKind::View => PageAddress::parse(new.what)
            .map(|address| address.to_string())
            .ok_or_else(|| wrong("what", "is no page of the project", "an address below the project such as metrics?range=30d".to_owned())),
        SavedKind::Segment => {
            let filter = Filter::parse(new.what).map_err(|error| {
                wrong("what", &format!("is no filter: {error}"), "terms such as `country:DE price>10`, see /docs/filters".to_owned())
            })?;
            if filter.is_all() {
                return Err(wrong("what", "is everything", "a filter with at least one condition".to_owned()));
            }
            Ok(filter.to_string())
        }
    }
}

fn taken(error: storage::Error) -> ApiError {
    match error {
        storage::Error::Taken(_) => wrong("name", "is taken", "a name that no other one of its kind has".to_owned()),
        error => error.into(),
    }
}

fn wrong(name: &'static str, problem: &str, allowed: String) -> ApiError {
    ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed }
}
