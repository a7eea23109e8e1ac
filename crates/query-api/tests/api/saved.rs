//! Saved views and segments: who sees what, and what is refused.

use protocol::access::{Role, Scope};
use protocol::saved::SAVED_MAX;
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::keys;

use crate::app::App;

const VIEW: &str = "/saved/add?kind=view&name=iOS%20orders&what=metrics%3Frange%3D30d%26filter%3Dos:iOS";

async fn post(app: &App, cookie: &str, rest: &str) -> (u16, Value) {
    app.ask("POST", &app.path(rest), &[("cookie", cookie)]).await
}

async fn names(app: &App, cookie: &str) -> Vec<String> {
    let (_, listed) = app.get_as(&app.path("/saved"), &[("cookie", cookie)]).await;
    listed.as_array().expect("a list").iter().map(|saved| saved["name"].as_str().expect("a name").to_owned()).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_view_or_segment_is_kept_under_a_name_renamed_and_removed(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = app.browser(Role::Editor).await;
    let (status, view) = post(&app, &editor, VIEW).await;
    assert_eq!((status, &view["name"], &view["what"]), (200, &json!("iOS orders"), &json!("metrics?range=30d&filter=os:iOS")));
    let (_, segment) = post(&app, &editor, "/saved/add?kind=segment&name=%20The%20%20north%20&what=country:DE%20or%20%20country:NO").await;
    assert_eq!((&segment["name"], &segment["what"]), (&json!("The north"), &json!("country:DE or country:NO")), "as filters are printed");
    assert_eq!(names(&app, &editor).await, ["iOS orders", "The north"]);
    let at = |saved: &Value, what: &str| format!("/saved/{}/{what}", saved["id"].as_str().expect("an id"));
    assert_eq!(post(&app, &editor, &at(&view, "rename?name=Orders%20on%20iOS")).await.0, 204);
    assert_eq!(names(&app, &editor).await, ["Orders on iOS", "The north"]);
    for _ in 0..2 {
        assert_eq!(post(&app, &editor, &at(&view, "remove")).await.0, 204, "removing twice is removing");
    }
    assert_eq!(names(&app, &editor).await, ["The north"]);
    let (status, problem) = post(&app, &editor, &at(&view, "rename?name=x")).await;
    assert_eq!((status, problem["code"].as_str()), (404, Some("not_found")));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_private_is_there_for_its_account_alone(pool: PgPool) {
    let app = App::start(pool).await;
    let (one, other) = (app.browser(Role::Editor).await, app.browser(Role::Owner).await);
    let (_, mine) = post(&app, &one, &format!("{VIEW}&private=true")).await;
    assert_eq!(mine["private"], true);
    assert_eq!(post(&app, &other, VIEW).await.0, 200, "a name that somebody else has for themselves is free, and nobody learns of it");
    assert_eq!((names(&app, &one).await.len(), names(&app, &other).await.len()), (2, 1));
    let id = mine["id"].as_str().expect("an id");
    assert_eq!(post(&app, &other, &format!("/saved/{id}/rename?name=theirs")).await.0, 404);
    assert_eq!(post(&app, &other, &format!("/saved/{id}/remove")).await.0, 204);
    assert_eq!(names(&app, &one).await.len(), 2, "nobody else removes it");

    let key = keys::secret(&app.db, &app.shop, '7', &[Scope::Read, Scope::Write], app.clock.now()).await;
    let key = format!("Bearer {key}");
    let (_, listed) = app.get_as(&app.path("/saved"), &[("authorization", &key)]).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let private = format!("{}&private=true", app.path(VIEW));
    let (status, problem) = app.ask("POST", &private, &[("authorization", &key)]).await;
    assert_eq!((status, problem["detail"].as_str()), (400, Some("the parameter `private` needs an account")));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_cannot_be_kept_is_refused_with_what_could(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = app.browser(Role::Editor).await;
    assert_eq!(post(&app, &editor, VIEW).await.0, 200);
    let long = "x".repeat(81);
    for (rest, problem) in [
        (VIEW.to_owned(), "the parameter `name` is taken"),
        ("/saved/add?kind=view&name=IOS%20ORDERS&what=metrics".to_owned(), "the parameter `name` is taken"),
        ("/saved/add?kind=view&name=%20&what=metrics".to_owned(), "the parameter `name` is missing"),
        (format!("/saved/add?kind=view&name={long}&what=metrics"), "the parameter `name` is too long"),
        ("/saved/add?kind=view&name=a%07b&what=metrics".to_owned(), "the parameter `name` holds a character that cannot be shown"),
        ("/saved/add?kind=view&name=x&what=//evil.example".to_owned(), "the parameter `what` is no page of the project"),
        ("/saved/add?kind=view&name=x&what=../other/metrics".to_owned(), "the parameter `what` is no page of the project"),
        (format!("/saved/add?kind=view&name=x&what=metrics%3F{}", "x".repeat(4_000)), "the parameter `what` is too long"),
        ("/saved/add?kind=segment&name=x&what=".to_owned(), "the parameter `what` is everything"),
        ("/saved/add?kind=filter&name=x&what=os:iOS".to_owned(), "the parameter `kind` cannot be `filter`"),
        ("/saved/add?name=x&what=os:iOS".to_owned(), "the parameter `kind` is missing"),
        ("/saved/add?kind=view&name=x&what=metrics&private=perhaps".to_owned(), "the parameter `private` cannot be `perhaps`"),
        ("/saved/me/remove".to_owned(), "the parameter `id` cannot be `me`"),
    ] {
        let (status, answer) = post(&app, &editor, &rest).await;
        assert_eq!((status, answer["detail"].as_str()), (400, Some(problem)), "{rest}");
    }
    let (status, answer) = post(&app, &editor, "/saved/add?kind=segment&name=x&what=price%3E").await;
    assert!(status == 400 && answer["detail"].as_str().expect("why").starts_with("the parameter `what` is no filter"), "{answer}");
    let viewer = app.browser(Role::Viewer).await;
    assert_eq!(post(&app, &viewer, "/saved/add?kind=view&name=x&what=metrics").await.0, 403);
    assert_eq!(names(&app, &viewer).await, ["iOS orders"], "everybody of the project sees it");

    sqlx::query(
        "insert into saved (project_id, id, kind, name, what, made_by, made_at)
         select $1, gen_random_uuid(), 'view', n::text, 'metrics', 'account 1', now() from generate_series(2, $2::int8) n",
    )
    .bind(app.shop.id.0)
    .bind(SAVED_MAX)
    .execute(&app.pool)
    .await
    .expect("many");
    let (status, answer) = post(&app, &editor, "/saved/add?kind=view&name=x&what=metrics").await;
    assert_eq!((status, answer["detail"].as_str()), (400, Some("the parameter `name` would be one too many")));
    assert_eq!(
        post(&app, &editor, "/saved/add?kind=view&name=x&what=metrics&private=true").await.0,
        200,
        "each account has room of its own"
    );
}
