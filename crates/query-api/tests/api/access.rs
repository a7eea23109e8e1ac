//! Signing in and out, one-time links, and requests from other sites.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use chrono::TimeDelta;
use protocol::access::Role;
use query_api::access::{LoginOutcome, NewSession, SetupOutcome};
use query_api::routes;
use sqlx::PgPool;

use crate::app::{App, cookie, headers, request, send};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "a long enough one";

async fn set_up(app: &App) -> NewSession {
    let access = app.state.access();
    let link = access.create_owner_link().await.expect("a link");
    match access.use_owner_link(&link, EMAIL, PASSWORD, &HeaderMap::new()).await.expect("an outcome") {
        SetupOutcome::SignedIn(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn sign_in(app: &App, email: &str, password: &str, headers: &HeaderMap) -> LoginOutcome {
    app.state.access().sign_in(email, password, HOME, headers).await.expect("an outcome")
}

async fn status_with(app: &App, session: &NewSession) -> u16 {
    app.get_as(&app.path("/live"), &[("cookie", &cookie(&session.set_cookie))]).await.0
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_owners_link_makes_an_owner_of_every_project_once(pool: PgPool) {
    let app = App::start(pool).await;
    let access = app.state.access();
    let link = access.create_owner_link().await.expect("a link");
    for (email, password) in [("nobody", PASSWORD), ("a@b@c", PASSWORD), ("@example.com", PASSWORD), (EMAIL, "short")] {
        let refused = access.use_owner_link(&link, email, password, &HeaderMap::new()).await.expect("an outcome");
        assert!(matches!(refused, SetupOutcome::EmailInvalid | SetupOutcome::PasswordUnfit { .. }), "{email} {refused:?}");
    }
    assert!(access.owner_link_is_open(&link).await.expect("an answer"), "a refused form leaves the link");
    let SetupOutcome::SignedIn(session) = access.use_owner_link(&link, " Owner@Example.com ", PASSWORD, &HeaderMap::new()).await.unwrap()
    else {
        panic!("the link was open");
    };
    assert_eq!(status_with(&app, &session).await, 200);
    assert_eq!(storage::project_roles::find(&app.db, app.shop.id, session.account_id).await.unwrap(), Some(Role::Owner));
    assert_eq!(access.use_owner_link(&link, "two@example.com", PASSWORD, &HeaderMap::new()).await.unwrap(), SetupOutcome::LinkOver);
    let another = access.create_owner_link().await.expect("a link");
    assert_eq!(access.use_owner_link(&another, EMAIL, PASSWORD, &HeaderMap::new()).await.unwrap(), SetupOutcome::EmailTaken);
    assert!(access.owner_link_is_open(&another).await.unwrap(), "a taken address leaves the link");
    app.clock.advance(TimeDelta::hours(24));
    assert!(!access.owner_link_is_open(&another).await.unwrap());
    assert_eq!(access.use_owner_link(&another, "two@example.com", PASSWORD, &HeaderMap::new()).await.unwrap(), SetupOutcome::LinkOver);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_sign_in_link_works_once_and_only_for_signing_in(pool: PgPool) {
    let app = App::start(pool).await;
    let access = app.state.access();
    let account = access.ensure_local_account().await.expect("an account");
    assert_eq!(access.ensure_local_account().await.expect("the same"), account);
    let link = access.create_sign_in_link(account).await.expect("a link");
    assert!(!access.owner_link_is_open(&link).await.unwrap());
    let nobody = HeaderMap::new();
    let (first, second) = tokio::join!(access.use_sign_in_link(&link, &nobody), access.use_sign_in_link(&link, &nobody));
    let sessions: Vec<NewSession> = [first.unwrap(), second.unwrap()].into_iter().flatten().collect();
    assert_eq!(sessions.len(), 1, "of two at the same time one gets in");
    assert_eq!(status_with(&app, &sessions[0]).await, 200);
    for token in ["", "nonsense", &"0".repeat(64)] {
        assert_eq!(access.use_sign_in_link(token, &nobody).await.unwrap(), None, "{token}");
    }
    let late = access.create_sign_in_link(account).await.expect("a link");
    app.clock.advance(TimeDelta::hours(24));
    assert_eq!(access.use_sign_in_link(&late, &nobody).await.unwrap(), None);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_the_right_password_signs_in(pool: PgPool) {
    let app = App::start(pool).await;
    let first = set_up(&app).await;
    let nobody = HeaderMap::new();
    assert_eq!(sign_in(&app, EMAIL, "a long enough two", &nobody).await, LoginOutcome::Wrong);
    assert_eq!(sign_in(&app, "nobody@example.com", PASSWORD, &nobody).await, LoginOutcome::Wrong);
    assert_eq!(sign_in(&app, EMAIL, &"x".repeat(1_000_000), &nobody).await, LoginOutcome::Wrong);
    let had = headers(&[("cookie", &cookie(&first.set_cookie))]);
    let LoginOutcome::SignedIn(second) = sign_in(&app, " OWNER@example.com", PASSWORD, &had).await else { panic!("it is right") };
    assert_ne!(cookie(&first.set_cookie), cookie(&second.set_cookie));
    assert_eq!(status_with(&app, &second).await, 200);
    assert_eq!(status_with(&app, &first).await, 401, "the session that the browser had ended");
    let mut stored: Vec<Vec<u8>> = sqlx::query_scalar("select token_sha256 from login_session").fetch_all(&app.pool).await.unwrap();
    let token = cookie(&second.set_cookie)[3..].to_owned();
    assert_ne!(stored.pop().expect("a session"), hex::decode(token).unwrap(), "only the hash is kept");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_session_ends_by_sign_out_by_idleness_and_by_age(pool: PgPool) {
    let app = App::start(pool).await;
    set_up(&app).await;
    let nobody = HeaderMap::new();
    let new = async || match sign_in(&app, EMAIL, PASSWORD, &nobody).await {
        LoginOutcome::SignedIn(session) => session,
        other => panic!("{other:?}"),
    };
    let session = new().await;
    let cleared = app.state.access().sign_out(&headers(&[("cookie", &cookie(&session.set_cookie))])).await.unwrap();
    assert!(cleared.starts_with("tl=; ") && cleared.contains("Max-Age=0"), "{cleared}");
    assert_eq!(status_with(&app, &session).await, 401);

    let idle = new().await;
    app.clock.advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert_eq!(status_with(&app, &idle).await, 200);
    app.clock.advance(TimeDelta::hours(12));
    assert_eq!(status_with(&app, &idle).await, 401);

    let busy = new().await;
    for _ in 0..(14 * 24 / 8) - 1 {
        app.clock.advance(TimeDelta::hours(8));
        assert_eq!(status_with(&app, &busy).await, 200);
    }
    app.clock.advance(TimeDelta::hours(8));
    assert_eq!(status_with(&app, &busy).await, 401, "fourteen days are the end, however busy");
    app.state.access().sweep().await.unwrap();
    let left: i64 = sqlx::query_scalar("select (select count(*) from login_session) + (select count(*) from setup_link)")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn ten_wrong_passwords_close_the_door_for_that_sender_only(pool: PgPool) {
    let app = App::start(pool).await;
    set_up(&app).await;
    let nobody = HeaderMap::new();
    for _ in 0..10 {
        assert_eq!(sign_in(&app, EMAIL, "wrong", &nobody).await, LoginOutcome::Wrong);
    }
    assert_eq!(sign_in(&app, EMAIL, PASSWORD, &nobody).await, LoginOutcome::TooMany { retry_after_seconds: 601 });
    let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    assert!(matches!(app.state.access().sign_in(EMAIL, PASSWORD, elsewhere, &nobody).await.unwrap(), LoginOutcome::SignedIn(_)));
    app.clock.advance(TimeDelta::minutes(10));
    assert!(matches!(sign_in(&app, EMAIL, PASSWORD, &nobody).await, LoginOutcome::SignedIn(_)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites(pool: PgPool) {
    let plain = App::start(pool.clone()).await;
    let set = set_up(&plain).await.set_cookie;
    assert!(set.starts_with("tl=") && !set.contains("Secure"), "{set}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=1209600"] {
        assert!(set.contains(part), "{set}");
    }
    sqlx::query("truncate project cascade").execute(&pool).await.unwrap();
    let tls = App::start_with(pool, "2026-05-14T12:00:30Z", |config| config.access.https = true).await;
    let account = tls.state.access().ensure_local_account().await.unwrap();
    let link = tls.state.access().create_sign_in_link(account).await.unwrap();
    let session = tls.state.access().use_sign_in_link(&link, &HeaderMap::new()).await.unwrap().expect("a session");
    assert!(session.set_cookie.starts_with("__Host-tl=") && session.set_cookie.ends_with("; Secure"), "{}", session.set_cookie);
    assert!(!session.set_cookie.contains("Domain"));
    assert_eq!(status_with(&tls, &session).await, 200);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_role_decides_what_a_browser_may_do(pool: PgPool) {
    let app = App::start(pool).await;
    let cookie = app.browser(Role::Editor).await;
    let context = app.state.access().project_context(&headers(&[("cookie", &cookie)]), "shop").await.expect("a context");
    assert!(context.require(Role::Editor).is_ok() && context.require(Role::Admin).is_err());
    let program = app.context().await;
    assert!(program.require(Role::Viewer).is_ok() && program.require(Role::Editor).is_err());
    sqlx::query("delete from project_role").execute(&app.pool).await.unwrap();
    assert_eq!(app.get_as(&app.path("/live"), &[("cookie", &cookie)]).await.0, 404, "a role that is taken away is gone at once");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn other_sites_and_other_names_are_refused(pool: PgPool) {
    let app = App::start(pool).await;
    let guarded = routes::guard(Router::new().route("/login", post(|| async { "in" }).get(|| async { "form" })), app.state.clone());
    let key = format!("Bearer {}", app.key);
    for (method, pairs, status) in [
        ("POST", &[("sec-fetch-site", "same-origin")][..], 200),
        ("POST", &[("origin", "http://localhost:6440")], 200),
        ("POST", &[("authorization", key.as_str())], 200),
        ("POST", &[("sec-fetch-site", "cross-site")], 403),
        ("POST", &[("origin", "https://evil.example")], 403),
        ("POST", &[], 403),
        ("GET", &[("sec-fetch-site", "cross-site")], 200),
        ("GET", &[("host", "tl.example")], 200),
        ("GET", &[("host", "TL.example:8443")], 200),
        ("GET", &[("host", "127.0.0.1:6440")], 200),
        ("GET", &[("host", "evil.example")], 403),
        ("GET", &[("host", "tl.example.evil.example")], 403),
        ("POST", &[("host", "evil.example"), ("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")], 403),
    ] {
        let (found, headers, body) = send(&guarded, request(method, "/login", pairs)).await;
        assert_eq!(found, status, "{method} {pairs:?}");
        if status == 403 {
            assert_eq!(headers["content-type"], "application/problem+json");
            let problem: protocol::problem::Problem = serde_json::from_slice(&body).expect("a problem");
            assert_eq!(problem.status, 403);
        }
    }
}
