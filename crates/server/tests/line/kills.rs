//! Processes die at once and without a good-bye, while signals keep coming at a fixed rate: what was acknowledged is stored
//! exactly once, and every figure is right.
//!
//! `make soak` runs the same with more kills; `SEED` repeats a run's batches and its victims, though not its timing.

mod batch;
mod findings;
mod load;
mod victims;

use sqlx::PgPool;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use findings::Findings;
use load::Load;
use victims::Victims;

/// How a run is told apart from others.
#[derive(Clone, Copy)]
struct Plan {
    seed: u64,
    kills: usize,
    /// Items that come to be sent each second, whatever the servers do.
    items_per_second: u32,
}

impl Plan {
    /// Short where many tests run; as long as somebody asks for in a soak.
    #[allow(clippy::disallowed_methods, reason = "a test is told by its environment how long it may take")]
    fn from_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
        Self {
            seed: number("SEED").unwrap_or_else(|| getrandom::u64().expect("the system has random bytes")),
            kills: number("KILLS").map_or(10, |kills| kills as usize),
            items_per_second: number("RATE").map_or(600, |rate| rate as u32),
        }
    }
}

#[tokio::test]
async fn whoever_is_killed_nothing_acknowledged_is_lost_and_nothing_is_counted_twice() {
    let plan = Plan::from_environment();
    // Shown when the test fails.
    eprintln!("SEED={} KILLS={} RATE={}", plan.seed, plan.kills, plan.items_per_second);
    let mut victims = Victims::start();
    let shop = Shop::create(&victims.database, "shop");
    victims.start_servers();
    let load = Load::start(&victims.ingest_endpoint(), &shop.public_key, plan, now(&victims.database).await);
    let mut dice = fastrand::Rng::with_seed(plan.seed);
    for victim in victims::in_some_order(plan.kills, &mut dice) {
        load.let_some_more_be_acknowledged(&mut dice);
        victims.kill_and_start_again(victim).await;
    }
    load.let_some_more_be_acknowledged(&mut dice);
    let journal = load.finish();

    let pool = connect(&victims.database).await;
    let findings = Findings::gather(&pool, &journal).await;
    println!("{}", findings.report(plan));
    findings.assert_flawless();

    let query = Server::start_with(&database(&pool), &["--listen", "127.0.0.1:0", "--role", "query"]);
    let answer = query.client().get_with_key(&shop.path("/audience/metrics?range=24h"), &shop.secret_key).json();
    assert_eq!(answer["totals"]["events"], journal.accepted("event") as f64);
    pool.close().await;
}

async fn connect(database: &str) -> PgPool {
    PgPool::connect(database).await.expect("a connection")
}

async fn now(database: &str) -> i64 {
    let pool = connect(database).await;
    let now = recount::now(&pool).await;
    pool.close().await;
    now
}
