//! Signing in with an address and a password.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::{Access, NewSession};
use crate::ApiError;

/// A longer password is not read: hashing must not cost what the sender likes.
pub(super) const PASSWORD_BYTES_MAX: usize = 1_000;

/// What came of an attempt to sign in.
#[derive(Debug, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The browser is signed in with a new session.
    SignedIn(NewSession),
    /// The address or the password is wrong; nobody learns which.
    Wrong,
    /// Too many wrong ones.
    TooMany {
        /// When the next attempt is looked at.
        retry_after_seconds: u32,
    },
}

/// An address as it is kept: lower case, no spaces around.
pub(super) fn email_of(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Access {
    /// Signs a browser in. `headers` are those of the request: the session that it had ends. `peer` is the sender's address,
    /// for counting wrong attempts.
    ///
    /// # Errors
    /// When the database does not answer, or too many people sign in at this moment.
    pub async fn sign_in(&self, email: &str, password: &str, peer: IpAddr, headers: &HeaderMap) -> Result<LoginOutcome, ApiError> {
        let email = email_of(email);
        let now = self.now();
        if let Some(retry_after_seconds) = self.0.throttle.wait_seconds(&email, peer, now) {
            return Ok(LoginOutcome::TooMany { retry_after_seconds });
        }
        let account = storage::accounts::find_by_email(self.db(), &email).await?;
        let kept = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let right = password.len() <= PASSWORD_BYTES_MAX && self.0.passwords.check(password, kept).await?;
        match account {
            Some(account) if right => {
                self.0.throttle.succeeded(&email, peer);
                self.begin_session(account.id, headers).await.map(LoginOutcome::SignedIn)
            }
            _ => {
                self.0.throttle.failed(&email, peer, now);
                Ok(LoginOutcome::Wrong)
            }
        }
    }
}
