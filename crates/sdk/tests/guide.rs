//! The program that the Set-up page of the dashboard shows for Rust: its text as it stands compiles, runs and is heard.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::OnceLock;

use serde_json::json;
use support::{KEY, Server};

/// Where the page fills in the address of the server that shows it.
static URL: OnceLock<String> = OnceLock::new();

mod program {
    /// The crate as the program sees it: its configuration has the page's two blanks filled in.
    mod throughline {
        pub use ::throughline::init;

        pub struct Config;

        impl Config {
            #[allow(clippy::new_ret_no_self, reason = "the configuration is the crate's own")]
            pub fn new(url: &str, key: &str) -> ::throughline::Config {
                assert_eq!((url, key), ("{url}", "{key}"));
                ::throughline::Config::new(super::super::URL.get().unwrap(), super::super::KEY)
            }
        }
    }

    include!("../../dashboard/src/pages/guides/rust.txt");

    pub fn run() {
        main().unwrap();
    }
}

#[test]
fn the_program_of_the_set_up_page_is_heard() {
    let server = Server::new();
    URL.set(server.url.clone()).unwrap();
    program::run();
    server.look(|seen| {
        let event = &seen.stored["/v1/track:batch"][0];
        assert_eq!((&event["name"], &event["user_id"], &event["props"]), (&json!("hello"), &json!("me"), &json!({"plan": "pro"})));
        let point = &seen.stored["/v1/metrics:batch"][0];
        assert_eq!((&point["name"], &point["value"], &point["unit"]), (&json!("job.duration"), &json!(42.0), &json!("ms")));
        assert!(seen.requests.iter().all(|request| request.body["sdk"]["name"] == "throughline-rust"));
    });
}
