//! What pages show of a project and an account beside the answers.

use super::{Access, ProjectContext, SignedIn};
use crate::ApiError;

impl Access {
    /// A public key of the project, for snippets; `None` when all were revoked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn public_key(&self, context: &ProjectContext) -> Result<Option<String>, ApiError> {
        Ok(storage::api_keys::public_key(self.db(), context.id()).await?)
    }

    /// The address of the signed-in account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn email(&self, who: SignedIn) -> Result<Option<String>, ApiError> {
        Ok(storage::accounts::find(self.db(), who.account_id).await?.map(|account| account.email))
    }

    /// Nobody has an account yet: the server then offers a link that makes the owner's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_no_account(&self) -> Result<bool, ApiError> {
        Ok(storage::accounts::all(self.db()).await?.is_empty())
    }
}
