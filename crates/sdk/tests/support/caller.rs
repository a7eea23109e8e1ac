//! A host application that passes anything.

use throughline::{Client, Level, Scope};

use super::Dice;

/// Every kind of signal, some of them with arguments that nobody should pass.
pub fn act(tl: &Client, dice: &mut Dice) {
    let long = || "ß".repeat(20_000);
    match dice.below(16) {
        0 => tl.track("").send(),
        1 => tl.track(long()).prop(long(), long()).user(long()).send(),
        2 => tl.record_metric("m", f64::NAN).tag("", "").send(),
        3 => tl.increment(long()).send(),
        4 => tl.capture_exception(&std::io::Error::other(long())).send(),
        5 => tl.capture_message(Level::Fatal, long()).fingerprint(long()).send(),
        6 => tl.identify("").send(),
        7 => {
            let span = tl.start_span(long());
            let _entered = Scope::inherit().span(&span).own_breadcrumbs().enter();
            tl.add_breadcrumb(long(), long());
            tl.log(Level::Error, long()).attribute("a", serde_json::json!(vec![long(); 2])).send();
        }
        8 => {
            let mut moment = tl.start_moment("");
            (0..300).for_each(|n| moment.checkpoint(&n.to_string()));
        }
        9 => tl.instrument("").task("t").kind("k").failed(long()),
        10 => tl.start_timer("").end(),
        11 => tl.reset().send(),
        12 => tl.gauge("g", f64::NEG_INFINITY).send(),
        13 => tl.log(Level::Info, "l").send(),
        _ => tl.track("a").prop("n", dice.below(9)).send(),
    }
}
