//! What cannot be stored or counted holds up nothing and is not lost.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::proxy::Proxy;
use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::spool::{folder, serve, waiting};
use crate::terminal::{run, succeed};
use testkit::deadline::until;

fn batch(id: &str, names: &[&str]) -> Value {
    json!({"batch_id": id, "events": names.iter().map(|name| json!({"name": name, "user_id": "u1"})).collect::<Vec<_>>()})
}

fn letters<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["dead-letters", "--project", "shop"], arguments].concat()
}

#[sqlx::test(migrations = false)]
async fn spooled_batches_that_cannot_be_stored_become_dead_letters_and_the_others_are_stored(pool: PgPool) {
    let (mut proxy, folder) = (Proxy::start(&pool), folder());
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = serve(&proxy.database(), folder.path(), "127.0.0.1:0");
    let client = server.client();
    let send = |id: &str, names: &[&str]| client.post_with_key("/v1/track:batch", &shop.public_key, &batch(id, names)).status;
    assert_eq!(send("used", &["first"]), 202);
    proxy.pull_out();
    assert_eq!([send("used", &["other"]), send("three", &["a", "b", "c"]), send("fine", &["fine"])], [202; 3]);
    // A fault of the schema, which no item is guilty of.
    let change = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.expect("a change");
    change("alter table batch add constraint broken check (accepted <> 3) not valid").await;
    proxy.plug_in();
    until("the spool is drained", async || waiting(&client) == 0).await;

    assert_eq!(recount::number(&pool, "select count(*) from event where name in ('first', 'fine')").await, 2);
    assert_eq!(recount::number(&pool, "select count(*) from event").await, 2);
    let doctor = run(&database, &["doctor"]).out;
    assert!(doctor.contains("✗ dead letters: 2"), "{doctor}");
    let ids: Vec<(String, String)> =
        sqlx::query_as("select id::text, error from dead_letter order by first_failed_at").fetch_all(&pool).await.expect("letters");
    let [(reused, why), (refused, because)] = ids.as_slice() else { panic!("{ids:?}") };
    assert!(why.contains("was used before") && because.contains("broken"), "{ids:?}");
    let list = succeed(&database, &letters(&["list"]));
    assert!(list.lines().count() == 3 && list.contains(reused) && list.contains(refused), "{list}");
    let shown = succeed(&database, &letters(&["show", reused]));
    assert!(shown.contains("track:batch") && shown.contains(r#"\"name\":\"other\""#), "{shown}");

    // The one is a mistake of the sender for ever, the other's fault is mended.
    change("alter table batch drop constraint broken").await;
    let replayed = run(&database, &letters(&["replay", "--all"]));
    assert_eq!((replayed.code, replayed.out), (1, format!("batch {refused} is stored: 3 accepted, 0 rejected\n")));
    assert!(replayed.err.contains("was used before") && replayed.err.contains("1 of 2 dead letters failed again"), "{}", replayed.err);
    assert_eq!(recount::number(&pool, "select count(*) from event").await, 5);
    assert_eq!(run(&database, &letters(&["replay", refused])).code, 1);
    assert_eq!(succeed(&database, &letters(&["discard", reused])), "");
    assert_eq!(recount::number(&pool, "select count(*) from dead_letter").await, 0);
    // The ledger knows the replayed one.
    assert_eq!(client.post_with_key("/v1/track:batch", &shop.public_key, &batch("three", &["a", "b", "c"])).json()["duplicate"], true);
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn a_flush_that_could_not_be_counted_is_counted_when_it_is_replayed(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let ingest = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", "ingest"]);
    let send = |name: &str| ingest.client().post_with_key("/v1/track:batch", &shop.public_key, &batch(name, &[name])).status;
    assert_eq!(send("poisoned"), 202);
    let change = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.expect("a change");
    // It announces more than it holds, and has failed four times before.
    change("update pending set events = events + 1, attempts = 4, committed_at = committed_at - interval '1 hour'").await;
    assert_eq!(send("fine"), 202);
    let _worker = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", "worker"]);
    until("it is a dead letter", async || recount::number(&pool, "select count(*) from dead_letter").await == 1).await;
    recount::everything_counted(&pool).await;
    assert_eq!(recount::number(&pool, "select sum(n)::int8 from event_quarter where dimension = 0").await, 1);

    change("update dead_letter set flush = jsonb_set(flush, '{events}', to_jsonb((flush ->> 'events')::int4 - 1))").await;
    let said = succeed(&database, &letters(&["replay", "--all"]));
    assert!(said.starts_with("flush ") && said.ends_with(" will be counted by the worker\n"), "{said}");
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
    assert_eq!(recount::number(&pool, "select count(*) from dead_letter").await, 0);
}
