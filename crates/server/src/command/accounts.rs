//! `throughline accounts`: one-time links, for the first owner and for people who are locked out.

use anyhow::{Context as _, bail};
use protocol::time::Clock;
use query_api::access::{Access, AccessConfig};

use crate::config::AccountsOptions;
use crate::database;

pub(crate) async fn run(options: AccountsOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let access = Access::new(db.clone(), clock.clone(), crate::random, AccessConfig::default());
    let url = options.url.trim_end_matches('/');
    match options.email {
        Some(email) => {
            let account = storage::accounts::find_by_email(&db, &email.to_lowercase())
                .await?
                .with_context(|| format!("no account has the address {email}"))?;
            out!("{url}/enter?token={}", access.create_sign_in_link(account.id).await?)?;
        }
        None if access.has_no_account().await? => out!("{url}/setup?token={}", access.create_owner_link().await?)?,
        None => bail!("there is an account already; give --email to make a link that signs it in"),
    }
    Ok(())
}
