//! Who may do what, through the real server.

use std::collections::BTreeMap;

use protocol::access::Role;
use sqlx::PgPool;
use storage::Db;

use crate::client::{Client, Headers};
use crate::recount::everything_counted;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::succeed;

/// Method, path, body.
const ROUTES: [(&str, &str, &str); 14] = [
    ("POST", "/v1/track:batch", r#"{"events":[{"name":"a"}]}"#),
    ("POST", "/v1/metrics:batch", r#"{"metrics":[{"name":"m","value":1}]}"#),
    ("POST", "/v1/import:batch", r#"{"events":[{"name":"a"}]}"#),
    ("POST", "/api/events/collect", r#"{"name":"a"}"#),
    ("GET", "/api/v1/projects", ""),
    ("GET", "/api/v1/projects/shop/live", ""),
    ("GET", "/api/v1/projects/shop/live/stream", ""),
    ("GET", "/api/v1/projects/shop/audience/metrics", ""),
    ("GET", "/api/v1/projects/shop/events/seen", ""),
    ("GET", "/api/v1/projects/shop/metrics", ""),
    ("GET", "/api/v1/projects/shop/metrics/aggregate?name=m", ""),
    ("GET", "/api/v1/projects/shop/metrics/samples?name=m", ""),
    ("GET", "/api/v1/projects/1/live", ""),
    ("GET", "/p/shop/live", ""),
];

/// Requests that are wrong in another way than by who sends them: title, method, path, further headers.
const ODD: [(&str, &str, &str, Headers<'static>); 9] = [
    ("no such project", "GET", "/api/v1/projects/nothing/live", &[]),
    ("no such metric", "GET", "/api/v1/projects/shop/metrics/samples?name=nothing", &[]),
    ("no such range", "GET", "/api/v1/projects/shop/audience/metrics?range=1y", &[]),
    ("no such route", "GET", "/api/v1/nothing", &[]),
    ("no such endpoint", "POST", "/v1/nothing:batch", &[]),
    ("another method", "POST", "/api/v1/projects/shop/live", &[]),
    ("another name", "GET", "/api/v1/projects", &[("host", "evil.example")]),
    ("another site's form", "POST", "/logout", &[("origin", "https://evil.example")]),
    ("an encoding that nobody reads", "POST", "/v1/track:batch", &[("content-encoding", "lzma")]),
];

struct Caller {
    name: &'static str,
    header: Option<(&'static str, String)>,
}

/// The kinds of problem that were met, by their code: what a caller is told.
#[derive(Default)]
struct Problems(BTreeMap<String, serde_json::Value>);

#[sqlx::test(migrations = false)]
async fn everybody_may_do_what_they_may_and_is_told_why_not_otherwise(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let other = Shop::create(&database, "other");
    let revoked = shop.create_key(&database, "read,ingest,import");
    succeed(&database, &["keys", "--project", "shop", "revoke", &key_number(&database)]);
    let server = Server::start(&database);
    let client = server.client();
    let owner = owner_cookie(&client, &server.line());
    let stranger = viewer_cookie(&pool, &database, &client, "other").await;
    let key = |name, key: &str| Caller { name, header: Some(("authorization", format!("Bearer {key}"))) };
    let cookie = |name, cookie: &str| Caller { name, header: Some(("cookie", cookie.to_owned())) };
    let callers = [
        Caller { name: "nobody", header: None },
        key("a nonsense key", "nonsense"),
        key("an unknown public key", &format!("pk_{}", "0".repeat(32))),
        key("an unknown secret key", &format!("sk_{}", "0".repeat(64))),
        key("a revoked key", &revoked),
        key("a public key", &shop.public_key),
        key("a key that reads", &shop.secret_key),
        key("a key that sends", &shop.create_key(&database, "ingest")),
        key("a key that imports", &shop.create_key(&database, "import")),
        key("a key that does it all", &shop.create_key(&database, "read,ingest,import")),
        key("another project's public key", &other.public_key),
        key("a key that reads another project", &other.secret_key),
        cookie("the owner's browser", &owner),
        cookie("a browser of another project", &stranger),
        cookie("a browser with a nonsense cookie", "tl=nonsense"),
    ];

    // The routes about metrics ask for one that has been counted.
    let metric = serde_json::json!({"metrics": [{"name": "m", "value": 1}]});
    assert_eq!(client.post_with_key("/v1/metrics:batch", &shop.public_key, &metric).status, 202);
    everything_counted(&pool).await;

    let mut problems = Problems::default();
    let mut routes_by_outcome = BTreeMap::<String, Vec<String>>::new();
    for (method, path, body) in ROUTES {
        let mut callers_by_outcome = BTreeMap::<String, Vec<&str>>::new();
        for caller in &callers {
            let headers: Vec<_> = caller.header.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let outcome = problems.outcome(&client, method, path, &headers, body);
            callers_by_outcome.entry(outcome).or_default().push(caller.name);
        }
        let outcome = callers_by_outcome.into_iter().map(|(outcome, callers)| format!("    {outcome}: {}\n", callers.join(", ")));
        routes_by_outcome.entry(outcome.collect()).or_default().push(format!("{method} {path}\n"));
    }
    let matrix: String = routes_by_outcome.into_iter().map(|(outcome, routes)| routes.concat() + &outcome + "\n").collect();
    insta::assert_snapshot!("matrix", matrix.trim_end());

    let everything = key("", &shop.create_key(&database, "read,ingest,import"));
    let (_, bearer) = everything.header.expect("a key");
    let odd = ODD.map(|(title, method, path, headers)| {
        let mut headers = headers.to_vec();
        if title != "another site's form" {
            headers.push(("authorization", &bearer));
        }
        format!("{title}: {}\n", problems.outcome(&client, method, path, &headers, "{}"))
    });
    insta::assert_snapshot!("odd_requests", odd.concat().trim_end());
    insta::assert_json_snapshot!("problems", problems.0);
}

impl Problems {
    /// The status of an answer, and the problem's code where there is one; redirects with their target.
    fn outcome(&mut self, client: &Client, method: &str, path: &str, headers: Headers<'_>, body: &str) -> String {
        let mut response = client.open(method, path, headers, body).expect("an answer");
        let status = response.status().as_u16();
        if let Some(target) = response.headers().get("location") {
            return format!("{status} to {}", target.to_str().expect("text"));
        }
        if response.headers().get("content-type").is_none_or(|kind| kind != "application/problem+json") {
            assert!(status < 400 || path.starts_with("/p/"), "{method} {path} fails with {status} and no problem");
            return status.to_string();
        }
        let problem: serde_json::Value = response.body_mut().read_json().expect("json");
        let text = |field: &str| problem[field].as_str().unwrap_or_else(|| panic!("{field} is missing: {problem}")).to_owned();
        assert_eq!(problem["status"], status);
        assert!(!text("correlation_id").is_empty() && !text("detail").is_empty());
        assert_eq!(response.headers()["x-request-id"], text("correlation_id"));
        let told = serde_json::json!({"type": text("type"), "title": text("title"), "hint": text("hint")});
        self.0.insert(format!("{status} {}: {}", text("code"), text("detail")), told);
        format!("{status} {}", text("code"))
    }
}

/// The number of the project's newest key.
fn key_number(database: &str) -> String {
    let list = succeed(database, &["keys", "--project", "shop", "list"]);
    list.lines().last().and_then(|line| line.split_whitespace().next()).expect("a number").to_owned()
}

/// Creates the owner's account by the link that the server prints.
fn owner_cookie(client: &Client, printed: &str) -> String {
    let (_, token) = printed.split_once("token=").expect("a link");
    client.sign_up(token, "owner@example.com")
}

/// Makes an account that only reads that project, and signs it in by a link.
async fn viewer_cookie(pool: &PgPool, database: &str, client: &Client, word: &str) -> String {
    let db = Db::from_pool(pool.clone());
    let project = storage::projects::find_by_slug(&db, word).await.expect("the database").expect("the project");
    let mut tx = db.begin().await.expect("a transaction");
    let account = storage::accounts::create(&mut tx, "viewer@example.com", None, chrono::DateTime::UNIX_EPOCH).await.expect("an account");
    tx.commit().await.expect("commit");
    storage::project_roles::grant(&db, project.id, account.id, Role::Viewer).await.expect("a role");
    let link = succeed(database, &["accounts", "--email", "viewer@example.com"]);
    let path = &link.trim()[link.find("/enter").expect("a link")..];
    client.get(path, &[]).cookie()
}
