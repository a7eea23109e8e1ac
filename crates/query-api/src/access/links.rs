//! One-time links: the first account, and signing in without a password.

use axum::http::HeaderMap;
use chrono::TimeDelta;
use storage::accounts::Account;
use storage::setup_links::Purpose;

use super::login::{PASSWORD_BYTES_MAX, email_of};
use super::token::Token;
use super::{Access, NewSession};
use crate::ApiError;

/// The account of whoever runs `throughline dev`; it has no password and signs in by link.
pub const LOCAL_ACCOUNT: &str = "you@localhost";

/// Time to open the mail, or to come back to the terminal.
const OWNER_LINK_LASTS: TimeDelta = TimeDelta::hours(24);
const SIGN_IN_LINK_LASTS: TimeDelta = TimeDelta::hours(24);
/// Shorter passwords are guessed.
const PASSWORD_CHARS_MIN: usize = 10;
const EMAIL_BYTES_MAX: usize = 254;

/// What came of a form that makes the owner's account.
#[derive(Debug, PartialEq, Eq)]
pub enum SetupOutcome {
    /// The account is there, owns every project, and the browser is signed in.
    SignedIn(NewSession),
    /// The link is unknown, used, or over.
    LinkOver,
    /// That is no address.
    EmailInvalid,
    /// An account has this address.
    EmailTaken,
    /// Shorter than this many characters, or longer than 1,000 bytes.
    PasswordUnfit {
        /// The least number of characters.
        chars_min: usize,
    },
}

impl Access {
    /// Makes a link that creates an owner's account, good for 24 hours; returns its token, for `/setup?token=…`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_owner_link(&self) -> Result<String, ApiError> {
        self.create_link(Purpose::Owner, None, OWNER_LINK_LASTS).await
    }

    /// Makes a link that signs this account in, good for 24 hours; returns its token, for `/enter?token=…`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_sign_in_link(&self, account_id: i32) -> Result<String, ApiError> {
        self.create_link(Purpose::SignIn, Some(account_id), SIGN_IN_LINK_LASTS).await
    }

    async fn create_link(&self, purpose: Purpose, account: Option<i32>, lasts: TimeDelta) -> Result<String, ApiError> {
        let token = Token::new(self);
        let now = self.now();
        storage::setup_links::create(self.db(), &token.sha256(), purpose, account, now, now + lasts).await?;
        Ok(token.into_text())
    }

    /// The owner's link can still be used: the form may be shown.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn owner_link_is_open(&self, token: &str) -> Result<bool, ApiError> {
        let Some(token) = Token::read(token) else {
            return Ok(false);
        };
        Ok(storage::setup_links::is_open(self.db(), &token.sha256(), Purpose::Owner, self.now()).await?)
    }

    /// Uses an owner's link: creates the account, makes it owner of every project and signs the browser in. A form that is
    /// refused leaves the link as it was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_owner_link(&self, token: &str, email: &str, password: &str, headers: &HeaderMap) -> Result<SetupOutcome, ApiError> {
        let email = email_of(email);
        if !looks_like_an_address(&email) {
            return Ok(SetupOutcome::EmailInvalid);
        }
        if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
            return Ok(SetupOutcome::PasswordUnfit { chars_min: PASSWORD_CHARS_MIN });
        }
        // Before hashing: strangers must not make the server hash.
        if !self.owner_link_is_open(token).await? {
            return Ok(SetupOutcome::LinkOver);
        }
        let mut salt = [0; 16];
        self.fill_random(&mut salt);
        let hash = self.0.passwords.hash(password, salt).await?;
        match self.create_owner(token, &email, &hash).await {
            Ok(Some(account)) => self.begin_session(account.id, headers).await.map(SetupOutcome::SignedIn),
            Ok(None) => Ok(SetupOutcome::LinkOver),
            Err(ApiError::Storage(storage::Error::Taken(_))) => Ok(SetupOutcome::EmailTaken),
            Err(error) => Err(error),
        }
    }

    async fn create_owner(&self, token: &str, email: &str, password_hash: &str) -> Result<Option<Account>, ApiError> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        let now = self.now();
        let mut tx = self.db().begin().await?;
        if storage::setup_links::take(&mut tx, &token.sha256(), Purpose::Owner, now).await?.is_none() {
            return Ok(None);
        }
        let account = storage::accounts::create(&mut tx, email, Some(password_hash), now).await?;
        // Every start of a server without an account prints a link; there is one owner to create.
        storage::setup_links::close_all(&mut tx, Purpose::Owner, now).await?;
        storage::project_roles::grant_ownership_everywhere(&mut tx, account.id).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        Ok(Some(account))
    }

    /// Uses a sign-in link; `None` when it is unknown, used, or over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_sign_in_link(&self, token: &str, headers: &HeaderMap) -> Result<Option<NewSession>, ApiError> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        let mut tx = self.db().begin().await?;
        let used = storage::setup_links::take(&mut tx, &token.sha256(), Purpose::SignIn, self.now()).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        match used.and_then(|link| link.account_id) {
            Some(account) => self.begin_session(account, headers).await.map(Some),
            None => Ok(None),
        }
    }

    /// The account of whoever runs `throughline dev`, made when it is missing, owner of every project that exists now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ensure_local_account(&self) -> Result<i32, ApiError> {
        let there = storage::accounts::find_by_email(self.db(), LOCAL_ACCOUNT).await?;
        let mut tx = self.db().begin().await?;
        let account = match there {
            Some(account) => account,
            None => storage::accounts::create(&mut tx, LOCAL_ACCOUNT, None, self.now()).await?,
        };
        storage::project_roles::grant_ownership_everywhere(&mut tx, account.id).await?;
        tx.commit().await.map_err(storage::Error::from)?;
        Ok(account.id)
    }
}

/// Something before one `@` and something after it. Whether mail arrives there is for a mail to find out.
fn looks_like_an_address(email: &str) -> bool {
    let plain = email.len() <= EMAIL_BYTES_MAX && !email.contains(|c: char| c.is_whitespace() || c.is_control());
    plain && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}
