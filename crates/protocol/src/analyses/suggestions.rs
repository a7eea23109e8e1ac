use serde::{Deserialize, Serialize};

use super::Scope;
use crate::filter::Field;
use crate::receipt::Receipt;

/// The values that a filter's field may be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestionsQuery {
    /// Among which events.
    #[serde(default)]
    pub scope: Scope,
    /// Of which field.
    pub field: Field,
    /// Only values that hold this text, whatever the case.
    #[serde(default)]
    pub text: String,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestedValue {
    /// The value.
    pub value: String,
    /// The term that requires it, as a filter writes it, such as `os:"Windows 11"`.
    pub term: String,
    /// Events that have it, weighted.
    pub events: f64,
}

/// The answer to [`SuggestionsQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestionsAnswer {
    /// Most frequent first, at most 20.
    pub values: Vec<SuggestedValue>,
    /// Keys of props in the range as a filter writes them, by name, at most 200: what else a filter can be about.
    pub props: Vec<String>,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}
