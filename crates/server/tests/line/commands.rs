//! What an operator does in the terminal.

use sqlx::PgPool;
use storage::Db;
use storage::api_keys::{self, Presented};

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{masked, run, succeed};
use testkit::deadline::until;

/// The error of a command that fails.
fn refuse(database: &str, arguments: &[&str]) -> String {
    let output = run(database, arguments);
    assert_eq!((output.code, output.out.as_str()), (1, ""), "throughline {arguments:?}");
    output.err.trim().to_owned()
}

#[sqlx::test(migrations = false)]
async fn migrating_again_changes_nothing(pool: PgPool) {
    let database = database(&pool);
    let schema = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
    assert_eq!(succeed(&database, &["migrate"]), "The schema is up to date.\n");
    let migrated = recount::number(&pool, schema).await;
    assert_eq!(succeed(&database, &["migrate"]), "The schema is up to date.\n");
    assert_eq!(recount::number(&pool, schema).await, migrated);
    assert!(migrated > 20);
    // A server that finds the schema in place starts without touching it.
    let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--no-migrate"]);
    assert_eq!(server.client().get("/readyz", &[]).status, 200);
}

#[sqlx::test(migrations = false)]
async fn projects_are_created_changed_and_listed(pool: PgPool) {
    let database = database(&pool);
    succeed(&database, &["migrate"]);
    let created = succeed(&database, &["projects", "create", "shop", "--name", "The shop", "--zone", "Europe/Berlin"]);
    insta::assert_snapshot!("project_created", masked(&created));
    succeed(&database, &["projects", "create", "app-2"]);
    insta::assert_snapshot!("projects", masked(&succeed(&database, &["projects", "list"])));

    let set = succeed(&database, &["projects", "set", "app-2", "--zone", "Asia/Kolkata"]);
    assert_eq!(set, "Project 2 is called app-2, cuts its days in Asia/Kolkata and may send any number of events\n");
    succeed(&database, &["projects", "set", "app-2", "--name", "An app"]);
    insta::assert_snapshot!("projects_after_set", masked(&succeed(&database, &["projects", "list"])));

    assert_eq!(refuse(&database, &["projects", "create", "shop"]), "error: a project `shop` exists already");
    assert_eq!(
        refuse(&database, &["projects", "set", "nothing", "--name", "x"]),
        "error: no project is called `nothing`; there are: shop, app-2"
    );
    assert_eq!(
        refuse(&database, &["projects", "set", "shop"]),
        "error: nothing to set: give --name, --zone, --dedupe, --events-per-second, --events-per-month or --keep-…-days"
    );
    for word in ["", "Shop", "a b", "über", &"a".repeat(61)] {
        assert!(refuse(&database, &["projects", "create", word]).contains("is no project word"), "{word}");
    }
    assert_eq!(run(&database, &["projects", "create", "moon", "--zone", "Moon/Crater"]).code, 2);
    assert_eq!(recount::number(&pool, "select count(*) from project").await, 2);
}

#[sqlx::test(migrations = false)]
async fn keys_are_created_listed_and_revoked(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let keys = |arguments: &[&str]| succeed(&database, &[&["keys", "--project", "shop"], arguments].concat());
    let public = keys(&["create", "--label", "web"]).trim().to_owned();
    let secret = keys(&["create", "--label", "nightly job", "--scope", "read", "--scope", "import"]).trim().to_owned();
    insta::assert_snapshot!("keys", masked(&keys(&["list"])));
    let listed = keys(&["list"]);
    assert!(listed.contains(&public) && !listed.contains(&secret), "a secret is shown once");

    let db = Db::from_pool(pool.clone());
    let is_live = async |key: &str| api_keys::find(&db, &Presented::of(key).expect("well-formed")).await.expect("the database").is_some();
    assert!(is_live(&public).await && is_live(&secret).await);
    assert_eq!(keys(&["revoke", "3"]), "");
    assert!(!is_live(&public).await && is_live(&secret).await && is_live(&shop.public_key).await);
    assert_eq!(keys(&["revoke", "4"]), "");
    assert!(!is_live(&secret).await);
    insta::assert_snapshot!("keys_after_revoking", masked(&keys(&["list"])));
    // A server that does not remember them from before refuses them.
    let server = Server::start(&database);
    assert_eq!(server.client().post_with_key("/v1/track:batch", &public, &serde_json::json!({"events": []})).status, 401);
    assert_eq!(server.client().get_with_key(&shop.path("/live"), &secret).status, 401);

    Shop::create(&database, "other");
    let error = refuse(&database, &["keys", "--project", "shop", "revoke", "3"]);
    assert_eq!(error, "error: project `shop` has no live key 3: see `keys list`");
    // The first key of the other project.
    let error = refuse(&database, &["keys", "--project", "shop", "revoke", "5"]);
    assert_eq!(error, "error: project `shop` has no live key 5: see `keys list`");
    assert_eq!(
        refuse(&database, &["keys", "--project", "nothing", "list"]),
        "error: no project is called `nothing`; there are: shop, other"
    );
}

#[sqlx::test(migrations = false)]
async fn accounts_prints_links_that_let_somebody_in_once(pool: PgPool) {
    let database = database(&pool);
    Shop::create(&database, "shop");
    let server = Server::start(&database);
    let client = server.client();
    let accounts = |arguments: &[&str]| {
        let link = succeed(&database, &[&["accounts", "--url", &format!("{}/", server.endpoint)], arguments].concat());
        link.trim().strip_prefix(&server.endpoint).expect("a link to this server").to_owned()
    };

    let setup = accounts(&[]);
    assert_eq!(client.get(&setup, &[]).status, 200);
    let (_, token) = setup.split_once("/setup?token=").expect("a link that creates the owner");
    let cookie = client.sign_up(token, "owner%40example.com");
    assert_eq!(client.get("/p/shop/live", &[("cookie", &cookie)]).status, 200);
    assert_eq!(client.get(&setup, &[]).status, 410);
    assert_eq!(refuse(&database, &["accounts"]), "error: there is an account already; give --email to make a link that signs it in");
    assert_eq!(refuse(&database, &["accounts", "--email", "nobody@example.com"]), "error: no account has the address nobody@example.com");

    let enter = accounts(&["--email", "Owner@example.com"]);
    assert!(enter.starts_with("/enter?token="));
    let cookie = client.get(&enter, &[]).cookie();
    assert_eq!(client.get("/p/shop/live", &[("cookie", &cookie)]).status, 200);
    assert_eq!(client.get(&enter, &[]).status, 410);
}

#[sqlx::test(migrations = false)]
async fn doctor_says_whether_a_server_is_ready(pool: PgPool) {
    let database = database(&pool);
    let server = Server::start(&database);
    let doctor = |endpoint: &str| run("", &["doctor", "--endpoint", endpoint]);
    let ready = doctor(&server.endpoint);
    assert_eq!((ready.code, ready.out), (0, format!("✓ {} is ready\n", server.endpoint)));
    let endpoint = server.endpoint.clone();
    server.kill();
    let gone = doctor(&endpoint);
    assert_eq!((gone.code, gone.out.starts_with(&format!("✗ {endpoint} cannot be reached"))), (1, true), "{gone:?}");
}

#[sqlx::test(migrations = false)]
async fn doctor_says_how_the_database_does(pool: PgPool) {
    let database = database(&pool);
    let doctor = |line: &str| {
        let output = run(&database, &["doctor"]);
        assert!(output.out.lines().any(|found| found.starts_with(line)), "{line} is missing: {output:?}");
        assert!(!line.starts_with('✗') || output.code == 1, "{output:?}");
    };
    doctor("✗ schema:");
    let shop = Shop::create(&database, "shop");
    for line in ["✓ database: answers", "✓ schema: up to date", "✓ day partitions: made ahead", "✓ worker: everything is counted"] {
        doctor(line);
    }

    // Nobody counts.
    let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", "ingest"]);
    let body = serde_json::json!({"events": [{"name": "a"}]});
    assert_eq!(server.client().post_with_key("/v1/track:batch", &shop.public_key, &body).status, 202);
    doctor("✓ worker: ");
    let change = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.expect("a change");
    change("update pending set committed_at = committed_at - interval '2 minutes'").await;
    doctor("✗ worker: 12");
    doctor("✓ dead letters: none");
    let bury = "insert into dead_letter (project_id, id, first_failed_at, last_failed_at, attempts, error, flush)
        select project_id, flush_id, committed_at, committed_at, 5, 'broken', '{}' from pending";
    sqlx::query(bury).execute(&pool).await.expect("a change");
    doctor("✗ dead letters: 1; see `throughline dead-letters --project NAME list`");
    change("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)").await;
    doctor("✗ schema: 1 migrations are missing; run `throughline migrate`");
}

#[sqlx::test(migrations = false)]
async fn doctor_recounts_and_says_where_the_rollup_differs(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let verify = |more: &[&str]| run(&database, &[&["doctor", "--verify", "--project", "shop"], more].concat());
    let nothing = verify(&[]).out;
    assert!(nothing.contains("✓ counts of shop: 0 quarters with 0 events recounted; rollup and segments agree"), "{nothing}");
    let server = Server::start(&database);
    let events: Vec<_> = (0..20).map(|i| serde_json::json!({"name": "cart.add", "user_id": format!("u{}", i % 3)})).collect();
    let sent = server.client().post_with_key("/v1/track:batch", &shop.public_key, &serde_json::json!({"events": events}));
    assert_eq!(sent.status, 202);
    until("the events are counted", async || verify(&["--all"]).out.contains("with 20 events recounted")).await;
    let right = verify(&["--all"]).out;
    assert!(right.contains("✓ counts of shop") && right.contains("✓ raw events of shop"), "{right}");
    sqlx::query("update event_quarter set n = n - 1 where dimension = 1").execute(&pool).await.expect("a change");
    let wrong = verify(&["--sample", "3"]);
    assert!(wrong.code == 1 && wrong.out.contains("✗ counts of shop"), "{wrong:?}");
    assert!(wrong.out.contains("events named cart.add of people in"), "{wrong:?}");
}
