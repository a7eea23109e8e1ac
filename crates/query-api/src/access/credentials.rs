//! What a request brings along to say who it is.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use protocol::access::{KeyKind, Scope};
use storage::api_keys::{Grant, Presented};

use super::{Access, SignedIn};
use crate::ApiError;

/// Who a request is from, before it is known what they may see.
#[derive(Clone, Debug)]
pub(crate) enum Visitor {
    /// A signed-in browser.
    Browser(SignedIn),
    /// A program with a secret key that may read.
    Program(Arc<Grant>),
}

/// The key that a request carries: `Authorization: Bearer …`, else `x-throughline-key`. Another scheme than Bearer belongs
/// to somebody else, such as a proxy.
pub(super) fn key_of(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    bearer.or_else(|| headers.get("x-throughline-key")?.to_str().ok().map(str::trim))
}

impl Access {
    /// Who the request is from. A key counts before a cookie.
    ///
    /// # Errors
    /// When it is from nobody, or with a key that may not read.
    pub(crate) async fn visitor(&self, headers: &HeaderMap) -> Result<Visitor, ApiError> {
        match key_of(headers) {
            Some(key) => self.program(key).await.map(Visitor::Program),
            None => self.signed_in(headers).await?.map(Visitor::Browser).ok_or(ApiError::SignInNeeded),
        }
    }

    async fn program(&self, key: &str) -> Result<Arc<Grant>, ApiError> {
        // Not looked up: nobody learns here whether a public key exists.
        if KeyKind::of(key) == Some(KeyKind::Public) {
            return Err(ApiError::PublicKey);
        }
        let presented = Presented::of(key).ok_or(ApiError::KeyUnknown)?;
        let grant = self.0.keys.grant(self.db(), presented, self.now()).await?.ok_or(ApiError::KeyUnknown)?;
        if grant.allows(Scope::Read) { Ok(grant) } else { Err(ApiError::ScopeMissing(Scope::Read)) }
    }
}
