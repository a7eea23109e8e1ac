//! A stack: the application's own calls open, those of libraries folded.

use leptos::prelude::*;
use protocol::error_report::Frame as Call;
use protocol::number;

/// The calls, innermost first. Where none is the application's own, nobody knows which matter: all are open.
pub(super) fn stack(calls: &[Call]) -> AnyView {
    let any_own = calls.iter().any(|call| call.in_app);
    let runs = calls.chunk_by(|a, b| a.in_app == b.in_app);
    let run = |calls: &[Call]| {
        let lines = calls.iter().map(line).collect_view();
        if !any_own || calls[0].in_app {
            return view! { <li><ol>{lines}</ol></li> }.into_any();
        }
        let said = number::counted(calls.len() as u64, "call within libraries", "calls within libraries");
        view! { <li><details><summary>{said}</summary><ol>{lines}</ol></details></li> }.into_any()
    };
    view! { <ol class="calls">{runs.map(run).collect_view()}</ol> }.into_any()
}

fn line(call: &Call) -> AnyView {
    let function = call.function.clone().unwrap_or_else(|| "(unnamed)".to_owned());
    let place = call.file.clone().or_else(|| call.module.clone()).unwrap_or_default();
    let at = [call.line, call.column].into_iter().flatten().map(|n| format!(":{n}")).collect::<String>();
    view! { <li class:own=call.in_app><b>{function}</b><span class="faint">{place}{at}</span></li> }.into_any()
}
