//! The documentation's examples do what they say: each curl command of docs/sending.md is sent as it stands there.

use axum::body::Body;
use axum::http::Request;
use sqlx::PgPool;

use crate::app::App;

struct Example {
    path: String,
    body: String,
}

/// The commands of the page that post with curl and the public key.
fn examples() -> Vec<Example> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sending.md")).expect("the page");
    page.split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .filter(|command| command.contains("$THROUGHLINE_KEY"))
        .map(|command| {
            let path = command.split("$THROUGHLINE_ENDPOINT").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a path");
            let body = command.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a body");
            Example { path: path.trim_end_matches('"').to_owned(), body: body.to_owned() }
        })
        .collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_example_is_stored(pool: PgPool) {
    let app = App::start(pool).await;
    let examples = examples();
    for signal in protocol::outcome::Signal::ALL {
        assert!(examples.iter().any(|example| example.path.ends_with(signal.operation())), "no example for {}", signal.operation());
    }
    for Example { path, body } in examples {
        // What curl sends unless it is told otherwise.
        let request = Request::post(&path).header("authorization", format!("Bearer {}", app.key));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).expect("request");
        let (status, answer) = app.send(request).await;
        let stored =
            if path.starts_with("/v1/") { status == 202 && answer["rejected"] == 0 && answer["accepted"] != 0 } else { status == 204 };
        assert!(stored, "{path}: {status} {answer}");
    }
}
