//! The question as a form, so that it works without any script.

use leptos::prelude::*;
use protocol::analyses::SuggestionsAnswer;
use protocol::range::{Compare, Step};

use super::query::{By, EVERY, LETTERS, Line, TrendsQuery};
use crate::Frame;
use crate::shell::Entry;

/// What a first breakdown may be by.
const FIELDS: [&str; 8] = ["route", "country", "os", "browser", "device", "release", "referrer", "utm_source"];

pub(super) fn form(frame: &Frame, query: &TrendsQuery, known: &SuggestionsAnswer, fault: Option<&str>) -> AnyView {
    // One line more than there are, as long as there are letters.
    let lines = query.lines.iter().map(Some).chain([None]).take(LETTERS.len());
    let names = std::iter::once(EVERY.to_owned()).chain(known.values.iter().map(|value| value.value.clone()));
    let option = |value: String| view! { <option value=value></option> };
    let fields = FIELDS.iter().map(|field| (*field).to_owned()).chain(known.props.iter().cloned());
    let many = query.lines.len() > 1;
    let compare = if query.compare == Compare::Nothing { "" } else { query.compare.word() };
    let hidden = query.selected.words().into_iter().chain([("compare", compare.to_owned())]).filter(|(_, value)| !value.is_empty());
    view! {
        <section class="panel gap-below">
            <form class="ask" action=frame.path(Entry::Trends.page()) aria-label="Trend">
                {hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <div class="lines">{lines.enumerate().map(|(place, line)| row(place, line)).collect_view()}</div>
                <div class="rest">
                    <label class="field">"Per"
                        <select name="step">
                            <option value="">"what fits"</option>
                            {Step::ANALYSES.map(|step| view! { <option value=step.word() selected=query.step == Some(step)>{step.label()}</option> }).collect_view()}
                        </select>
                    </label>
                    <label class="field">"Broken down by"
                        <input name="by" value=query.by.clone() list="trend-fields" placeholder="nothing" autocomplete="off" spellcheck="false" disabled=many title=many.then_some("Of one series only")/>
                    </label>
                    <label class="field">"Formula"
                        <input name="formula" value=query.formula.clone() placeholder="B/A*100" autocomplete="off" spellcheck="false"/>
                    </label>
                    <button class="btn primary" type="submit">"Show"</button>
                </div>
                <datalist id="trend-names">{names.map(option).collect_view()}</datalist>
                <datalist id="trend-fields">{fields.map(option).collect_view()}</datalist>
                <datalist id="trend-props">{known.props.iter().cloned().map(option).collect_view()}</datalist>
            </form>
            {fault.map(|fault| view! { <p class="filter-fault" role="alert">{fault.to_owned()}</p> })}
        </section>
    }
    .into_any()
}

fn row(place: usize, line: Option<&Line>) -> AnyView {
    let [event, by, of] = TrendsQuery::words_of(place);
    let letter = LETTERS[place];
    let usual = Line::default();
    let shown = line.unwrap_or(&usual);
    let choice = |choice: By| view! { <option value=choice.word() selected=choice == shown.by>{choice.label()}</option> };
    let placeholder = if line.is_some() { "an event, or * for every one" } else { "one more event" };
    view! {
        <fieldset class="line">
            <legend class="mono">{letter.to_string()}</legend>
            <input name=event value=shown.event.clone() list="trend-names" placeholder=placeholder aria-label=format!("Event of {letter}") autocomplete="off" spellcheck="false"/>
            <select name=by aria-label=format!("Measure of {letter}")>{By::all().map(choice).collect_view()}</select>
            <input class="of" name=of value=shown.of.clone() list="trend-props" placeholder="prop, for a number" aria-label=format!("Prop of {letter}") autocomplete="off" spellcheck="false"/>
        </fieldset>
    }
    .into_any()
}
