//! Accounts, sessions, one-time links and roles, as the database keeps them.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use sqlx::PgPool;
use storage::setup_links::Purpose;
use storage::{Db, Error, accounts, login_sessions, project_roles, projects, setup_links};

fn now() -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse().expect("a time")
}

async fn account(db: &Db, email: &str) -> i32 {
    let mut tx = db.begin().await.expect("transaction");
    let account = accounts::create(&mut tx, email, Some("a hash"), now()).await.expect("account");
    tx.commit().await.expect("commit");
    account.id
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_address_is_taken_once(pool: PgPool) {
    let db = Db::from_pool(pool);
    let id = account(&db, "a@example.com").await;
    let mut tx = db.begin().await.expect("transaction");
    assert!(matches!(accounts::create(&mut tx, "a@example.com", None, now()).await, Err(Error::Taken(_))));
    drop(tx);
    assert_eq!(accounts::find_by_email(&db, "a@example.com").await.expect("an answer").map(|account| account.id), Some(id));
    assert!(accounts::set_password(&db, id, "another hash").await.expect("an answer"));
    let found = accounts::find(&db, id).await.expect("an answer").expect("the account");
    assert_eq!(found.password_hash.as_deref(), Some("another hash"));
    assert_eq!(format!("{found:?}"), format!("Account({id})"), "neither address nor hash belongs in a log");
    assert!(!accounts::set_password(&db, id + 1, "x").await.expect("an answer"));
    assert_eq!(accounts::all(&db).await.expect("accounts").len(), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_session_is_seen_ended_and_swept(pool: PgPool) {
    let db = Db::from_pool(pool);
    let id = account(&db, "a@example.com").await;
    let day = TimeDelta::days(1);
    for (token, expires_at) in [([1; 32], now() + day), ([2; 32], now() + day), ([3; 32], now() + day * 9)] {
        login_sessions::create(&db, &token, id, now(), expires_at).await.expect("session");
    }
    login_sessions::touch(&db, &[1; 32], now() + TimeDelta::hours(2)).await.expect("touched");
    login_sessions::touch(&db, &[1; 32], now() + TimeDelta::hours(1)).await.expect("touched");
    let seen = login_sessions::find(&db, &[1; 32]).await.expect("an answer").expect("the session");
    assert_eq!((seen.account_id, seen.last_seen_at), (id, now() + TimeDelta::hours(2)), "an older sight does not undo a newer one");
    assert!(login_sessions::end(&db, &[2; 32]).await.expect("an answer"));
    assert!(!login_sessions::end(&db, &[2; 32]).await.expect("an answer"));
    // The third was not seen for a day, the first is over after one.
    assert_eq!(login_sessions::sweep(&db, now() + day, now() + TimeDelta::hours(3)).await.expect("swept"), 2);
    login_sessions::create(&db, &[4; 32], id, now(), now() + day).await.expect("session");
    assert_eq!(login_sessions::end_all(&db, id).await.expect("ended"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_is_taken_once_for_its_purpose_in_its_time(pool: PgPool) {
    let db = Db::from_pool(pool);
    let id = account(&db, "a@example.com").await;
    let until = now() + TimeDelta::hours(1);
    setup_links::create(&db, &[1; 32], Purpose::SignIn, Some(id), now(), until).await.expect("link");
    let take = async |purpose, at| {
        let mut tx = db.begin().await.expect("transaction");
        let used = setup_links::take(&mut tx, &[1; 32], purpose, at).await.expect("an answer");
        tx.commit().await.expect("commit");
        used.map(|link| link.account_id)
    };
    assert_eq!(take(Purpose::Owner, now()).await, None);
    assert_eq!(take(Purpose::SignIn, until).await, None);
    assert!(setup_links::is_open(&db, &[1; 32], Purpose::SignIn, now()).await.expect("an answer"));
    assert_eq!(take(Purpose::SignIn, now()).await, Some(Some(id)));
    assert_eq!(take(Purpose::SignIn, now()).await, None);
    assert!(!setup_links::is_open(&db, &[1; 32], Purpose::SignIn, now()).await.expect("an answer"));
    assert_eq!(setup_links::sweep(&db, until + TimeDelta::seconds(1)).await.expect("swept"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn owners_own_what_is_made_later_when_it_is_given_to_them(pool: PgPool) {
    let db = Db::from_pool(pool);
    let (owner, viewer) = (account(&db, "owner@example.com").await, account(&db, "viewer@example.com").await);
    let shop = projects::create(&db, "shop", "Shop", "Europe/Berlin", now()).await.expect("project");
    project_roles::grant(&db, shop.id, viewer, Role::Editor).await.expect("role");
    project_roles::grant(&db, shop.id, viewer, Role::Viewer).await.expect("role");
    let mut tx = db.begin().await.expect("transaction");
    assert_eq!(project_roles::grant_ownership_everywhere(&mut tx, owner).await.expect("roles"), 1);
    tx.commit().await.expect("commit");
    let bank = projects::create(&db, "bank", "Bank", "UTC", now()).await.expect("project");
    assert_eq!(project_roles::find(&db, bank.id, owner).await.expect("an answer"), None);
    assert_eq!(project_roles::grant_to_owners(&db, bank.id).await.expect("roles"), 1);
    assert_eq!(project_roles::find(&db, bank.id, owner).await.expect("an answer"), Some(Role::Owner));
    assert_eq!(project_roles::find(&db, bank.id, viewer).await.expect("an answer"), None);
    assert_eq!(project_roles::of_account(&db, owner).await.expect("roles"), [(shop.clone(), Role::Owner), (bank, Role::Owner)]);
    assert_eq!(project_roles::of_account(&db, viewer).await.expect("roles"), [(shop, Role::Viewer)]);
}
