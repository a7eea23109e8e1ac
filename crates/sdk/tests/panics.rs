//! Panics of the host application. Apart, because the hook is the whole process's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::json;
use support::{KEY, PATIENCE, Server};
use throughline::{Config, Scope};

#[test]
fn a_panic_is_reported_with_its_thread_s_scope() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    throughline::capture_panics(&tl);
    let thread = std::thread::spawn(|| {
        let _request = Scope::empty().user("u1").enter();
        let list: Vec<u32> = Vec::new();
        list[std::hint::black_box(7)]
    });
    assert!(thread.join().is_err());
    tl.flush(PATIENCE).unwrap();
    let report = &server.look(|seen| seen.stored["/v1/errors:batch"].clone())[0];
    assert_eq!((&report["type"], &report["level"], &report["handled"]), (&json!("panic"), &json!("fatal"), &json!(false)));
    assert!(report["message"].as_str().unwrap().contains("index out of bounds"), "{report}");
    assert_eq!(report["user_id"], "u1");
    let frames = report["stacktrace"].as_array().unwrap();
    let first_own = frames.iter().find(|frame| frame["in_app"] == true).unwrap();
    assert!(first_own["file"].as_str().unwrap().ends_with("tests/panics.rs"), "{first_own}");
    drop(tl);
    // The hook stays, the client does not.
    assert!(std::thread::spawn(|| panic!("nobody hears")).join().is_err());
}
