//! `throughline verify`: did what was built in arrive?

use serde_json::json;
use sqlx::PgPool;

use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{masked, run};

#[sqlx::test(migrations = false)]
async fn verify_succeeds_when_every_expected_event_arrived_in_the_last_hour(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let other = Shop::create(&database, "other");
    let server = Server::start(&database);
    let client = server.client();
    let send = |path: &str, key: &str, names: &[&str]| {
        let events: Vec<_> = names.iter().zip(0..).map(|(name, n)| json!({"name": name, "session_id": format!("s{n}")})).collect();
        assert_eq!(client.post_with_key(path, key, &json!({ "events": events })).status, 202);
    };
    let verify = |expected: &str| run(&database, &["verify", "--project", "shop", "--expect", expected]);

    send("/v1/track:batch", &shop.public_key, &["long.ago"]);
    sqlx::query("update event set received_at = received_at - interval '61 minutes'").execute(&pool).await.expect("an older event");
    send("/v1/track:batch", &shop.public_key, &["cart.add", "cart.add", "page_view", "search"]);
    send("/v1/track:batch", &other.public_key, &["elsewhere"]);
    send("/v1/import:batch", &shop.create_key(&database, "import"), &["history"]);

    let arrived = verify("cart.add,$pageview");
    assert_eq!((arrived.code, arrived.err.as_str()), (0, ""));
    insta::assert_snapshot!("arrived", masked(&arrived.out));

    let missing = verify("cart.add,order.placed,long.ago,elsewhere,history");
    assert_eq!((missing.code, missing.err.as_str()), (1, ""));
    insta::assert_snapshot!("missing", masked(&missing.out));

    let longer = run(&database, &["verify", "--project", "shop", "--expect", "long.ago", "--minutes", "120"]);
    assert_eq!(longer.code, 0, "{longer:?}");
    let nowhere = run(&database, &["verify", "--project", "nowhere"]);
    assert_eq!((nowhere.code, nowhere.err.trim()), (1, "error: no project is called `nowhere`; there are: shop, other"));
}
