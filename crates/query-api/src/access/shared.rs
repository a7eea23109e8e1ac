//! Links that show one page to whoever has them.
//!
//! A token is no way of signing in: no route of a project takes it, and [`Access::open_link`] gives a context whose caller is
//! [`Caller::Link`], which has no role at all.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::page_address::PageAddress;
use protocol::shared_link::{DAYS, SHARED_LINKS_MAX, SharedPage};
use storage::shared_links::{self, NewLink};
use uuid::Builder;

use super::context::{self, Caller, ProjectContext};
use super::{Access, token::Token};
use crate::ApiError;

/// The last use of a link is noted at most this often, so that reading a page seldom writes.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A link that was made just now.
pub struct MadeLink {
    /// For its address; nobody can find it out later.
    pub token: String,
    /// What it shows.
    pub page: SharedPage,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for MadeLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MadeLink({})", self.page.word())
    }
}

/// What a link shows, while it works.
#[derive(Clone, Debug)]
pub struct OpenLink {
    /// May be asked what the page shows, and nothing else.
    pub context: ProjectContext,
    /// The page.
    pub page: SharedPage,
    /// What the page looks at, as a query.
    pub query: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Access {
    /// Makes a link to a page, such as `metrics?range=30d&filter=os:iOS`, that works for so many days.
    ///
    /// # Errors
    /// [`ApiError::RoleTooLow`] below an editor and for whoever has no account, [`ApiError::InvalidParameter`] for a page that
    /// cannot be shared, another number of days and one link too many; else when the database does not answer.
    pub async fn share(&self, context: &ProjectContext, address: &str, days: u32) -> Result<MadeLink, ApiError> {
        context.require(Role::Editor)?;
        let Caller::Account { id: account, .. } = context.caller() else { return Err(ApiError::RoleTooLow(Role::Editor)) };
        let wrong = |name, problem: &str, allowed| ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed };
        let page = PageAddress::parse(address).and_then(|address| Some((SharedPage::from_word(address.page())?, address)));
        let pages = || SharedPage::ALL.map(SharedPage::word).join(", ");
        let (page, address) = page.ok_or_else(|| wrong("what", "cannot be shared", format!("one of these pages: {}", pages())))?;
        if !DAYS.contains(&days) {
            return Err(wrong("days", "cannot be that", DAYS.map(|days| days.to_string()).join(", ")));
        }
        let (token, mut bytes) = (Token::new(self), [0; 16]);
        self.fill_random(&mut bytes);
        let made_at = self.now();
        let expires_at = made_at + TimeDelta::days(i64::from(days));
        let (token_sha256, id) = (&token.sha256(), Builder::from_random_bytes(bytes).into_uuid());
        let link = NewLink { token_sha256, id, account, page, query: address.query(), made_at, expires_at };
        if !shared_links::create(self.db(), context.id(), link, SHARED_LINKS_MAX).await? {
            return Err(wrong("days", "would begin one link too many", format!("at most {SHARED_LINKS_MAX} of a project: revoke some")));
        }
        Ok(MadeLink { token: token.into_text(), page, expires_at })
    }

    /// What the link of this token shows. It works until it expires or is revoked, and as long as whoever made it may still make
    /// links in the project.
    ///
    /// # Errors
    /// [`ApiError::LinkOver`] for every link that does not work, whatever the reason; else when the database does not answer.
    pub async fn open_link(&self, token: &str) -> Result<OpenLink, ApiError> {
        let token_sha256 = Token::read(token).ok_or(ApiError::LinkOver)?.sha256();
        let link = shared_links::find(self.db(), &token_sha256).await?.ok_or(ApiError::LinkOver)?;
        let now = self.now();
        let role = storage::project_roles::find(self.db(), link.project, link.account).await?;
        if now >= link.expires_at || role < Some(Role::Editor) {
            return Err(ApiError::LinkOver);
        }
        let project = storage::projects::find(self.db(), link.project).await?.ok_or(ApiError::LinkOver)?;
        if link.last_used_at.is_none_or(|last| now - last >= USE_NOTED_EVERY) {
            shared_links::touch(self.db(), &token_sha256, now).await?;
        }
        let context = context::of(project, Caller::Link { id: link.id, page: link.page })?;
        Ok(OpenLink { context, page: link.page, query: link.query, expires_at: link.expires_at })
    }
}
