//! `throughline demo`: a seeded shop's history, live traffic or ground truth.

mod history;
mod truth;

use std::time::Duration;

use anyhow::Context as _;
use chrono_tz::Tz;
use demo::live::Traffic;
use demo::{History, Truth};
use protocol::time::Clock;
use throughline::{Client, Config};

use crate::config::DemoOptions;
use crate::shutdown::{self, Stop};

pub(crate) use history::send_in_background;

/// Live traffic is looked at: it shall not wait for the library's usual 30 seconds.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
const LAST_FLUSH_WITHIN: Duration = Duration::from_secs(2);

pub(crate) async fn run(options: DemoOptions, clock: &Clock) -> anyhow::Result<()> {
    let until = options.until.unwrap_or_else(|| clock.now());
    let history = History { seed: options.seed, users: options.users, days: options.days, until };
    if options.truth {
        return print_truth(history, options.zone, options.json).await;
    }
    let stop = shutdown::on_signal()?;
    if options.live {
        let key = options.key.context("--live needs a public key: --key pk_… (see `throughline keys --project NAME list`)")?;
        out!("Sending live traffic to {}; Ctrl-C ends it.", options.endpoint)?;
        let traffic = Traffic { seed: options.seed, users: options.users, since: clock.now() };
        let report = live(&options.endpoint, &key, traffic, clock.clone(), stop).await?;
        out!("{} events and {} metric points delivered", report.events.delivered, report.metrics.delivered)?;
        return Ok(());
    }
    let secret = options.secret.context(
        "the history needs a secret key that may import: --secret sk_… (make one with `throughline keys --project NAME create --scope import`)",
    )?;
    history::send_with_bar(history, &options.endpoint, &secret, stop).await
}

/// Sends live traffic until stopped, and says what became of it.
pub(crate) async fn live(endpoint: &str, key: &str, traffic: Traffic, clock: Clock, stop: Stop) -> anyhow::Result<throughline::Report> {
    let client = throughline::init(Config::new(endpoint, key).flush_every(FLUSH_EVERY))?;
    let report = tokio::task::spawn_blocking(move || {
        demo::live::run(&traffic, &client, &clock, || *stop.borrow());
        finish(&client)
    });
    Ok(report.await?)
}

fn finish(client: &Client) -> throughline::Report {
    if let Err(error) = client.shutdown(LAST_FLUSH_WITHIN) {
        tracing::warn!("the demo's last signals: {error}");
    }
    client.report()
}

async fn print_truth(history: History, zone: Tz, as_json: bool) -> anyhow::Result<()> {
    let truth = tokio::task::spawn_blocking(move || Truth::of(&history, zone)).await?;
    if as_json {
        out!("{}", serde_json::to_string_pretty(&truth)?)?;
    } else {
        truth::print(&truth)?;
    }
    Ok(())
}
