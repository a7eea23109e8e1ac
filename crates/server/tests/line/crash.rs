//! The server dies at once, without a chance to say good-bye.

use sqlx::PgPool;

use crate::load::Load;
use crate::recount;
use crate::server::{Server, lasting_port};
use crate::shop::{Shop, database};

const KILLS: usize = 3;
const SENDERS: u32 = 6;
/// Acknowledged before the next kill.
const EVENTS_BETWEEN_KILLS: usize = 1_000;

#[sqlx::test(migrations = false)]
async fn a_killed_server_loses_nothing_that_it_acknowledged_and_stores_nothing_twice(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let address = format!("127.0.0.1:{}", lasting_port());
    let mut server = Server::start_with(&database, &["--listen", &address]);
    let load = Load::start(&server.endpoint, &shop.public_key, SENDERS, recount::now(&pool).await);
    for _ in 0..KILLS {
        load.journal.wait_for_more(EVENTS_BETWEEN_KILLS);
        server.kill();
        server = Server::start_with(&database, &["--listen", &address]);
    }
    load.journal.wait_for_more(EVENTS_BETWEEN_KILLS);
    let journal = load.finish();

    assert_eq!(recount::stored_events(&pool).await, journal.read());
    assert_eq!(recount::number(&pool, "select sum(accepted)::int8 from batch").await, journal.len() as i64);
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
    let answer = server.client().get_with_key(&shop.path("/audience/metrics?range=24h"), &shop.secret_key).json();
    let totals = &answer["totals"];
    assert_eq!(totals["events"], journal.len() as f64);
    assert_eq!(totals["page_views"], recount::number(&pool, "select count(*) from event where name = '$pageview'").await as f64);
    assert_eq!(totals["people"], recount::number(&pool, "select count(distinct actor) from event").await);
}
