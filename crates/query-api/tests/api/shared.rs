//! Links that show one page: what they open, what they never open, and when they end.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::{Role, Scope};
use protocol::analyses::{BreakdownsQuery, HoursQuery, RoutesQuery};
use protocol::audience::AudienceQuery;
use protocol::explorer::{MetricQuery, SamplesQuery};
use protocol::filter::Field;
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::live::LiveQuery;
use protocol::problem::ProblemCode;
use protocol::range::Range;
use protocol::sessions::SessionListQuery;
use protocol::shared_link::{SHARED_LINKS_MAX, SharedPage};
use protocol::timeline::TimelineQuery;
use protocol::users::UsersQuery;
use query_api::access::{MadeLink, ProjectContext};
use query_api::people::LinksQuery;
use query_api::saved::NewSaved;
use query_api::{
    ApiError, analyses, annotations, audience, delivery, erasing, explorer, live, people, saved, sessions, shared_links, users,
};
use sqlx::PgPool;
use testkit::keys;

use crate::app::{App, headers, request};

async fn context_of(app: &App, cookie: &str) -> ProjectContext {
    app.state.access().project_context(&headers(&[("cookie", cookie)]), "shop").await.expect("a context")
}

async fn share(app: &App, context: &ProjectContext, what: &str, days: u32) -> Result<MadeLink, ApiError> {
    app.state.access().share(context, what, days).await
}

fn is_over<T: std::fmt::Debug>(opened: Result<T, ApiError>) -> bool {
    matches!(opened, Err(ApiError::LinkOver))
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_shows_its_page_until_it_ends(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = context_of(&app, &app.browser(Role::Editor).await).await;
    let made = share(&app, &editor, "metrics?range=30d&filter=os:iOS", 1).await.expect("a link");
    assert_eq!(made.token.len(), 64, "256 bits");
    let access = app.state.access();
    let opened = access.open_link(&made.token).await.expect("it works");
    assert_eq!((opened.page, opened.query.as_str(), opened.context.project()), (SharedPage::Metrics, "range=30d&filter=os:iOS", &app.shop));
    audience::metrics(&app.state, &opened.context, &AudienceQuery::default()).await.expect("the page's figures");

    let listed = shared_links::list(&app.state, &editor).await.expect("a list");
    assert_eq!((listed.len(), listed[0].made_by.as_str(), listed[0].last_used_at), (1, "editor@example.com", Some(app.clock.now())));
    let stored: Vec<u8> = sqlx::query_scalar("select token_sha256 from shared_link").fetch_one(&app.pool).await.expect("a hash");
    assert_ne!(stored, hex::decode(&made.token).expect("hex"), "only the hash is kept");
    assert!(!format!("{made:?}").contains(&made.token), "nor is it logged");

    for none in ["", "nonsense", &"0".repeat(64), &made.token.to_uppercase(), &made.token[1..], &format!("{}0", made.token)] {
        assert!(is_over(access.open_link(none).await), "{none}");
    }
    app.clock.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    assert!(access.open_link(&made.token).await.is_ok());
    app.clock.advance(TimeDelta::seconds(1));
    assert!(is_over(access.open_link(&made.token).await), "a day is over");
    assert!(shared_links::list(&app.state, &editor).await.expect("a list").is_empty());
    assert_eq!(storage::shared_links::sweep(&app.db, app.clock.now()).await.expect("swept"), 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_ends_when_it_is_revoked_and_with_the_right_to_make_it(pool: PgPool) {
    let app = App::start(pool).await;
    let (editor, owner) = (app.browser(Role::Editor).await, app.browser(Role::Owner).await);
    let (editor, owner) = (context_of(&app, &editor).await, context_of(&app, &owner).await);
    let access = app.state.access();
    let (one, other) =
        (share(&app, &editor, "metrics", 90).await.expect("a link"), share(&app, &editor, "users", 90).await.expect("a link"));
    let bank = keys::project(&app.db, "bank", app.clock.now()).await;
    let bankers = access.operator_context(&bank.slug).await.expect("a context");
    let links = shared_links::list(&app.state, &owner).await.expect("a list");
    for link in &links {
        shared_links::revoke(&app.state, &bankers, link.id).await.expect("nothing happens");
    }
    assert!(access.open_link(&one.token).await.is_ok(), "nobody revokes another project's link");
    let metrics = links.iter().find(|link| link.page == SharedPage::Metrics).expect("the first one");
    shared_links::revoke(&app.state, &owner, metrics.id).await.expect("revoked");
    assert!(is_over(access.open_link(&one.token).await));
    assert!(access.open_link(&other.token).await.is_ok());
    sqlx::query("update project_role set role = 'viewer' where role = 'editor'").execute(&app.pool).await.expect("a lower role");
    assert!(is_over(access.open_link(&other.token).await), "whoever made it could not make it now");
    sqlx::query("delete from account where email = 'editor@example.com'").execute(&app.pool).await.expect("an account less");
    let left: i64 = sqlx::query_scalar("select count(*) from shared_link").fetch_one(&app.pool).await.expect("a count");
    assert_eq!(left, 0, "links go with the account");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_an_editor_with_an_account_makes_a_link_to_a_page_that_can_be_shared(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = context_of(&app, &app.browser(Role::Editor).await).await;
    for (what, days, problem) in [
        ("live", 7, "the parameter `what` cannot be shared"),
        ("users/profile?id=u1", 7, "the parameter `what` cannot be shared"),
        ("explorer/samples?metric=db.ms", 7, "the parameter `what` cannot be shared"),
        ("delivery", 7, "the parameter `what` cannot be shared"),
        ("../bank/metrics", 7, "the parameter `what` cannot be shared"),
        ("metrics?a=\"><script>", 7, "the parameter `what` cannot be shared"),
        ("metrics", 2, "the parameter `days` cannot be that"),
        ("metrics", 0, "the parameter `days` cannot be that"),
        ("metrics", 3_650, "the parameter `days` cannot be that"),
    ] {
        let refused = share(&app, &editor, what, days).await.expect_err("refused");
        assert_eq!((refused.code(), refused.to_string().as_str()), (ProblemCode::BadRequest, problem), "{what}");
    }
    let viewer = context_of(&app, &app.browser(Role::Viewer).await).await;
    let key = keys::secret(&app.db, &app.shop, '7', &[Scope::Read, Scope::Write], app.clock.now()).await;
    let program =
        app.state.access().project_context(&headers(&[("authorization", &format!("Bearer {key}"))]), "shop").await.expect("a key");
    let opened = share(&app, &editor, "metrics", 1).await.expect("a link");
    let link = app.state.access().open_link(&opened.token).await.expect("it works").context;
    for other in [&viewer, &program, &link] {
        assert_eq!(share(&app, other, "metrics", 7).await.expect_err("refused").code(), ProblemCode::NotAllowed);
    }
    for _ in 1..SHARED_LINKS_MAX {
        share(&app, &editor, "metrics", 1).await.expect("a link");
    }
    let refused = share(&app, &editor, "metrics", 1).await.expect_err("refused");
    assert_eq!(refused.to_string(), "the parameter `days` would begin one link too many");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_token_is_no_way_into_the_api(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = context_of(&app, &app.browser(Role::Editor).await).await;
    let token = share(&app, &editor, "users", 90).await.expect("a link").token;
    let bearer = format!("Bearer {token}");
    let cookie = format!("tl={token}");
    for path in
        ["/users", "/audience/metrics", "/saved", "/live", "/export", &format!("/users?token={token}"), &format!("/users?key={token}")]
    {
        for header in [("authorization", bearer.as_str()), ("x-throughline-key", &token), ("cookie", &cookie), ("accept", "*/*")] {
            let (status, _, body) = app.send(request("GET", &app.path(path), &[header])).await;
            assert!(status == 401 || status == 404, "{path} {header:?} {status}");
            assert!(!String::from_utf8_lossy(&body).contains(&token), "an answer must not repeat it");
        }
    }
    for word in [token.as_str(), &format!("s/{token}")] {
        assert_eq!(app.get_as(&format!("/api/v1/projects/{word}/users"), &[]).await.0, if word.contains('/') { 404 } else { 401 });
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_has_a_link_may_ask_its_page_and_nothing_else(pool: PgPool) {
    let app = App::start(pool).await;
    let editor = context_of(&app, &app.browser(Role::Editor).await).await;
    let person = ActorName { kind: ActorKind::User, id: "u1".to_owned() };
    let timeline = TimelineQuery { actor: person.clone(), kind: None, before: None, from: None };
    let metric = MetricQuery { name: "db.ms".to_owned(), kind: None, unit: None };
    let samples = SamplesQuery { metric, ..SamplesQuery::default() };
    for page in SharedPage::ALL {
        let token = share(&app, &editor, page.word(), 7).await.expect("a link").token;
        let context = app.state.access().open_link(&token).await.expect("it works").context;
        let (state, context) = (&app.state, &context);
        assert!([Role::Viewer, Role::Editor, Role::Admin, Role::Owner].into_iter().all(|role| context.require(role).is_err()), "no role");

        let allowed = [
            users::users(state, context, &UsersQuery::default()).await.is_ok(),
            sessions::sessions(state, context, &SessionListQuery::default()).await.is_ok(),
        ];
        assert_eq!(allowed, [page == SharedPage::Users, page == SharedPage::Sessions], "{page:?}");

        let new = NewSaved { kind: protocol::saved::SavedKind::View, name: "x", what: "metrics", private: false };
        let refusals: [(&str, Option<ApiError>); 21] = [
            ("profile", users::profile(state, context, &person).await.err()),
            ("timeline", users::timeline(state, context, &timeline).await.err()),
            ("links", people::links(state, context, &LinksQuery::default()).await.err()),
            ("preview", people::preview(state, context, 1).await.err()),
            ("undo", people::undo(state, context, 1).await.err()),
            ("restore", people::restore(state, context, 1).await.err()),
            ("erase", erasing::ask(state, context, &person).await.err()),
            ("erasures", erasing::erasures(state, context).await.err()),
            ("live", live::live(state, context, &LiveQuery::default()).await.err()),
            ("stream", live::stream(state, context.clone(), LiveQuery::default()).await.err()),
            ("delivery", delivery::delivery(state, context, Range::Hours24, None).await.err()),
            ("xray", delivery::xray(state, context, "u1").await.err()),
            ("catalogue", explorer::catalogue(state, context).await.err()),
            ("samples", explorer::samples(state, context, &samples).await.err()),
            ("seen", query_api::seen::events(state, context).await.err()),
            ("note", annotations::add(state, context, app.clock.now(), "x").await.err()),
            ("unnote", annotations::remove(state, context, uuid()).await.err()),
            ("saved", saved::list(state, context).await.err()),
            ("save", saved::add(state, context, &new).await.err()),
            ("shared", shared_links::list(state, context).await.err()),
            ("revoke", shared_links::revoke(state, context, uuid()).await.err()),
        ];
        for (what, refused) in refusals {
            assert_eq!(refused.map(|error| error.code()), Some(ProblemCode::NotAllowed), "{what} with a link to {page:?}");
        }
        // What the aggregates of a page ask.
        analyses::breakdowns(state, context, &BreakdownsQuery { by: vec![Field::Country], ..BreakdownsQuery::default() })
            .await
            .expect("lists");
        analyses::routes(state, context, &RoutesQuery::default()).await.expect("routes");
        analyses::hours(state, context, &HoursQuery::default()).await.expect("hours");
        annotations::of_range(state, context, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC).await.expect("notes");
    }
}

fn uuid() -> uuid::Uuid {
    uuid::Uuid::nil()
}
