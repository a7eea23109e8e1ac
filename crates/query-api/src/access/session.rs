//! Signed-in browsers.

use axum::http::HeaderMap;
use chrono::TimeDelta;
use protocol::access::{Project, Role};

use super::Access;
use super::token::Token;
use crate::ApiError;

/// A session ends this long after sign-in, whatever happens.
pub(super) const SESSION_LASTS: TimeDelta = TimeDelta::days(14);
/// A session ends when the browser was not seen for this long.
const IDLE_MAX: TimeDelta = TimeDelta::hours(12);
/// The last sight of a browser is noted at most this often, so that reading a page seldom writes.
const SEEN_NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A browser that is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose account it is.
    pub account_id: i32,
}

/// A session that was made just now.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose account it is.
    pub account_id: i32,
    /// The value of the `Set-Cookie` header that gives it to the browser.
    pub set_cookie: String,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewSession({})", self.account_id)
    }
}

impl Access {
    /// Whose browser sent the request; `None` when it is not signed in, or no longer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, ApiError> {
        let Some(token) = self.cookie_token(headers) else {
            return Ok(None);
        };
        let hash = token.sha256();
        let now = self.now();
        let Some(session) = storage::login_sessions::find(self.db(), &hash).await? else {
            return Ok(None);
        };
        if now >= session.expires_at || now - session.last_seen_at >= IDLE_MAX {
            storage::login_sessions::end(self.db(), &hash).await?;
            return Ok(None);
        }
        if now - session.last_seen_at >= SEEN_NOTED_EVERY {
            storage::login_sessions::touch(self.db(), &hash, now).await?;
        }
        Ok(Some(SignedIn { account_id: session.account_id }))
    }

    /// The projects that a signed-in browser may see, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn projects(&self, who: SignedIn) -> Result<Vec<(Project, Role)>, ApiError> {
        Ok(storage::project_roles::of_account(self.db(), who.account_id).await?)
    }

    /// Signs the account in with a new token, and ends the session that the browser had: no token outlives a sign-in.
    pub(super) async fn begin_session(&self, account_id: i32, headers: &HeaderMap) -> Result<NewSession, ApiError> {
        if let Some(before) = self.cookie_token(headers) {
            storage::login_sessions::end(self.db(), &before.sha256()).await?;
        }
        let token = Token::new(self);
        let now = self.now();
        storage::login_sessions::create(self.db(), &token.sha256(), account_id, now, now + SESSION_LASTS).await?;
        Ok(NewSession { account_id, set_cookie: self.set_cookie(&token) })
    }

    /// Ends the browser's session and returns the `Set-Cookie` value that takes its cookie away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out(&self, headers: &HeaderMap) -> Result<String, ApiError> {
        if let Some(token) = self.cookie_token(headers) {
            storage::login_sessions::end(self.db(), &token.sha256()).await?;
        }
        Ok(self.clear_cookie())
    }

    /// Removes sessions and links that are over. For a job that runs now and then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sweep(&self) -> Result<u64, ApiError> {
        let now = self.now();
        let sessions = storage::login_sessions::sweep(self.db(), now, now - IDLE_MAX).await?;
        Ok(sessions + storage::setup_links::sweep(self.db(), now).await?)
    }
}
