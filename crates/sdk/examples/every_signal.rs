//! Sends one of every signal and says what became of them: a first look at a server, and a template to start from.
//!
//! `cargo run -p throughline --example every_signal -- http://127.0.0.1:6440 pk_…`

use std::time::Duration;

use throughline::{Client, Config, Level, Scope, SpanStatus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, key] = &arguments[..] else {
        return Err("usage: every_signal URL KEY".into());
    };
    let config = Config::new(url, key).service("example").release("example@1").environment("dev");
    let tl = throughline::init(config.track_auto_breadcrumb(true))?;
    visit(&tl);
    let delivered = tl.shutdown(Duration::from_secs(10));
    for (signal, books) in tl.report().signals() {
        let error = books.last_error.as_deref().unwrap_or("");
        println!("{:<9} made {}  delivered {}  rejected {}  {error}", signal.word(), books.made, books.delivered, books.rejected);
    }
    Ok(delivered?)
}

/// Somebody signs in and pays; the gateway does not answer at first.
fn visit(tl: &Client) {
    let _visitor = Scope::empty().user("u1").session("s1").route("/checkout").own_breadcrumbs().enter();
    tl.identify("u1").anonymous("a9").with("plan", "pro").send();
    tl.page("/checkout").send();
    let mut checkout = tl.start_moment("checkout");
    checkout.checkpoint("address");
    let mut span = tl.start_span("POST /charge").op("http.client").parent(&checkout);
    {
        let _entered = span.enter();
        let call = tl.instrument("example").api("gateway", "POST", "/charge");
        let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in 30 s");
        call.failed("TimedOut");
        tl.log(Level::Warning, "the gateway answers slowly").attribute("gateway", "x").send();
        tl.capture_exception(&error).tag("gateway", "x").send();
        span.set("retries", 1);
    }
    span.end_with(SpanStatus::Error);
    checkout.checkpoint("payment");
    tl.track("purchase").prop("order_id", "ord-456").prop("total", 59.98).send();
    tl.capture_message(Level::Warning, "payment 500, fallback fired").send();
    checkout.finish();
}
