//! `throughline tail`: signals and refusals in the terminal, as they arrive.

mod follow;
mod print;

use chrono::TimeDelta;
use protocol::time::Clock;

use crate::config::TailOptions;
use crate::{database, shutdown};
use follow::Follower;
use print::Printer;

/// How often it looks for what is new.
const POLL_EVERY: std::time::Duration = std::time::Duration::from_millis(400);

/// Prints until Ctrl-C, or until nobody reads on.
pub(crate) async fn run(options: TailOptions, clock: &Clock) -> anyhow::Result<()> {
    let stop = shutdown::on_signal_quietly()?;
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    let since = TimeDelta::from_std(options.since.map_or_else(Default::default, |since| since.0))?;
    let signals = options.signals.iter().map(|signal| signal.0).collect();
    let mut follower = Follower::new(db, project.id, signals, options.rejected, since);
    let printer = Printer::new(options.json);
    printer.begin(&project.slug, follower.signals(), options.rejected)?;
    let mut away = false;
    while !*stop.borrow() {
        let looked = tokio::select! {
            looked = follower.poll(clock.now(), |line| printer.line(&line)) => looked,
            () = shutdown::requested(stop.clone()) => break,
        };
        match looked {
            Ok(()) => away = false,
            Err(error) if error.downcast_ref().is_some_and(storage::Error::is_passing) => {
                if !std::mem::replace(&mut away, true) {
                    eprintln!("The database does not answer; what arrives meanwhile is shown when it is back");
                }
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_EVERY) => {}
            () = shutdown::requested(stop.clone()) => {}
        }
    }
    Ok(())
}
