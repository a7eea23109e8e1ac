//! Query parameters. Unknown ones are ignored; one that cannot be used is refused with what it could be.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use protocol::filter::{Filter, FilterError};
use protocol::range::YEARS;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;

use crate::ApiError;

/// The longest text that is read; names and tags are shorter.
const TEXT_BYTES_MAX: usize = 1_000;

/// The query parameters of a request; of a repeated one the last counts, but for [`Parameters::filters`].
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = Query::try_from_uri(&parts.uri).map_err(|error| ApiError::InvalidParameter {
            name: "query",
            problem: format!("cannot be read: {error}"),
            allowed: "name=value pairs, joined by &".to_owned(),
        });
        query.map(|Query(parameters)| Self(parameters))
    }
}

impl Parameters {
    fn get(&self, name: &str) -> Option<&String> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A filter in the filter language; everything when it is absent.
    pub(super) fn filter(&self, name: &'static str) -> Result<Filter, ApiError> {
        self.get(name).map_or_else(|| Ok(Filter::all()), |text| filter(name, text))
    }

    /// What is looked for in log records; everything when it is absent.
    pub(super) fn search(&self, name: &'static str) -> Result<Filter, ApiError> {
        let Some(text) = self.get(name) else { return Ok(Filter::all()) };
        Filter::search(text).map_err(|error| ApiError::InvalidParameter {
            name,
            problem: format!("cannot be looked for: {error}"),
            allowed: "words, \"quoted phrases\" and terms such as `level>=warning service:checkout`, see /docs/logs".to_owned(),
        })
    }

    /// A filter for each time that the parameter is given, in their order, at most so many.
    pub(super) fn filters(&self, name: &'static str, count_max: usize) -> Result<Vec<Filter>, ApiError> {
        let given = self.0.iter().filter(|(known, _)| known == name);
        given.take(count_max + 1).map(|(_, text)| filter(name, text)).collect()
    }

    /// Whether any of these is given.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some_and(|text| !text.is_empty()))
    }

    /// A value for each time that the parameter is given, in their order, at most one more than so many.
    pub(super) fn all_parsed<T: FromStr>(&self, name: &'static str, count_max: usize, allowed: &str) -> Result<Vec<T>, ApiError> {
        let given = self.0.iter().filter(|(known, value)| known == name && !value.is_empty());
        given.take(count_max + 1).map(|(_, text)| parse(name, text, allowed)).collect()
    }

    /// A text for each time that the parameter is given, empty ones too, in their order, at most one more than so many.
    pub(super) fn texts(&self, name: &'static str, count_max: usize) -> Result<Vec<String>, ApiError> {
        let given = self.0.iter().filter(|(known, _)| known == name).take(count_max + 1);
        given
            .map(|(_, text)| match text.len() {
                0..=TEXT_BYTES_MAX => Ok(text.clone()),
                _ => Err(too_long(name, TEXT_BYTES_MAX)),
            })
            .collect()
    }

    /// One of a closed set for each time that the parameter is given, `None` for empty ones; as [`Parameters::choice`].
    pub(super) fn choices<T: DeserializeOwned>(
        &self,
        name: &'static str,
        count_max: usize,
        allowed: &[&str],
    ) -> Result<Vec<Option<T>>, ApiError> {
        let given = self.0.iter().filter(|(known, _)| known == name).take(count_max + 1);
        given.map(|(_, word)| if word.is_empty() { Ok(None) } else { chosen(name, word, allowed).map(Some) }).collect()
    }

    /// A value that is read from text; `None` when it is absent or empty.
    pub(super) fn parsed<T: FromStr>(&self, name: &'static str, allowed: &str) -> Result<Option<T>, ApiError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.map(|text| parse(name, &text, allowed)).transpose()
    }

    /// A time within [`YEARS`]; `None` when it is absent or empty.
    pub(super) fn time(&self, name: &'static str, allowed: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        let time: Option<DateTime<Utc>> = self.parsed(name, allowed)?;
        if time.is_some_and(|time| !YEARS.contains(&time.year())) {
            return Err(far(name));
        }
        Ok(time)
    }

    /// A day within [`YEARS`]; `None` for what is none.
    pub(super) fn day(&self, name: &'static str) -> Result<Option<NaiveDate>, ApiError> {
        let day: Option<NaiveDate> = self.text(name)?.and_then(|text| text.parse().ok());
        if day.is_some_and(|day| !YEARS.contains(&day.year())) {
            return Err(far(name));
        }
        Ok(day)
    }

    /// A text; `None` when it is absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, ApiError> {
        self.text_within(name, TEXT_BYTES_MAX)
    }

    /// A text of at most so many bytes; `None` when it is absent.
    pub(super) fn text_within(&self, name: &'static str, bytes_max: usize) -> Result<Option<String>, ApiError> {
        match self.get(name) {
            Some(text) if text.len() > bytes_max => Err(too_long(name, bytes_max)),
            text => Ok(text.cloned()),
        }
    }

    /// A text that must be there and not be empty.
    pub(super) fn required(&self, name: &'static str) -> Result<String, ApiError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| ApiError::InvalidParameter { name, problem: "is missing".to_owned(), allowed: "a text".to_owned() })
    }

    /// A whole number; `None` when it is absent or empty.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let number = text.parse();
        number.map(Some).map_err(|_| ApiError::InvalidParameter {
            name,
            problem: format!("cannot be `{}`", text.chars().take(100).collect::<String>()),
            allowed: "a whole number".to_owned(),
        })
    }

    /// One of a closed set, by the words of its JSON; `None` when it is absent or empty. `allowed` is what the route takes.
    pub(super) fn choice<T: DeserializeOwned>(&self, name: &'static str, allowed: &[&str]) -> Result<Option<T>, ApiError> {
        self.get(name).filter(|word| !word.is_empty()).map(|word| chosen(name, word, allowed)).transpose()
    }
}

fn chosen<T: DeserializeOwned>(name: &'static str, word: &str, allowed: &[&str]) -> Result<T, ApiError> {
    let known = allowed.contains(&word);
    let read = T::deserialize(StrDeserializer::<serde::de::value::Error>::new(word));
    match read {
        Ok(choice) if known => Ok(choice),
        _ => Err(ApiError::InvalidParameter {
            name,
            problem: format!("cannot be `{}`", word.chars().take(100).collect::<String>()),
            allowed: allowed.join(", "),
        }),
    }
}

fn too_long(name: &'static str, bytes_max: usize) -> ApiError {
    ApiError::InvalidParameter { name, problem: "is too long".to_owned(), allowed: format!("at most {bytes_max} bytes") }
}

fn far(name: &'static str) -> ApiError {
    let allowed = format!("a year from {} to {}", YEARS.start(), YEARS.end());
    ApiError::InvalidParameter { name, problem: "is too far away".to_owned(), allowed }
}

fn parse<T: FromStr>(name: &'static str, text: &str, allowed: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::InvalidParameter {
        name,
        problem: format!("cannot be `{}`", text.chars().take(100).collect::<String>()),
        allowed: allowed.to_owned(),
    })
}

fn filter(name: &'static str, text: &str) -> Result<Filter, ApiError> {
    text.parse().map_err(|error: FilterError| ApiError::InvalidParameter {
        name,
        problem: format!("is no filter: {error}"),
        allowed: "terms such as `name:purchase country:DE price>10`, see /docs/filters".to_owned(),
    })
}
