//! `throughline migrate`.

use protocol::time::Clock;

use crate::config::DatabaseOptions;
use crate::database;

pub(crate) async fn run(options: &DatabaseOptions, clock: &Clock) -> anyhow::Result<()> {
    database::prepare(&options.database_url, clock).await?;
    out!("The schema is up to date.")?;
    Ok(())
}
