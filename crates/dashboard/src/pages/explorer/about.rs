//! What is known of one metric: what people say of it, its attributes, who sends it, where it is used.

use leptos::prelude::*;
use protocol::explorer::{AttributeKey, DESCRIPTION_CHARS_MAX, MetricAnswer, MetricSender, OWNER_CHARS_MAX, Threshold};
use protocol::number;
use protocol::saved::SavedKind;

use super::{ExplorerQuery, View, aggregates};
use crate::components::kind::kind_badge;
use crate::components::when;
use crate::{Frame, url};

/// The page below the tabs.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, answer: &MetricAnswer) -> AnyView {
    let metric = &answer.summary.metric;
    let unit = match (metric.unit.as_str(), metric.shown_unit()) {
        ("", "") => "none".to_owned(),
        ("", implied) => format!("{implied}, by its name"),
        (unit, _) => unit.to_owned(),
    };
    let facts = [
        ("Unit", unit),
        ("Series", number::grouped(answer.summary.series.cast_signed())),
        ("Points in 24 hours", number::grouped(answer.summary.points.cast_signed())),
        ("First point", when::exact(frame, answer.first_seen)),
        ("Newest point", when::exact(frame, answer.summary.last_seen)),
    ];
    let aggregates = metric.kind.aggregates().iter().map(|aggregate| aggregate.label()).collect::<Vec<_>>().join(", ");
    view! {
        {answer.overflow.as_ref().map(aggregates::warning)}
        <section class="panel">
            <header>
                <h2 class="mono">{metric.name.clone()}</h2>{kind_badge(metric.kind)}
                <div class="right"><a class="btn" href=query.href(frame, View::Aggregates)>"Open the chart"</a></div>
            </header>
            {note(frame, query, answer)}
            <dl class="details">
                {facts.map(|(key, value)| view! { <dt>{key}</dt><dd>{value}</dd> }).collect_view()}
                <dt>"Aggregates"</dt><dd>{aggregates}</dd>
            </dl>
        </section>
        {attributes(frame, query, &answer.attributes)}
        {senders(frame, &answer.senders)}
        {used(frame, &metric.name)}
    }
    .into_any()
}

/// What people say; editors say it here.
fn note(frame: &Frame, query: &ExplorerQuery, answer: &MetricAnswer) -> AnyView {
    let said = &answer.note;
    if !frame.may_edit {
        let description =
            if said.description.is_empty() { "Nobody has described this metric yet.".to_owned() } else { said.description.clone() };
        let owner = (!said.owner.is_empty()).then(|| view! { <p class="faint">{format!("Owner: {}", said.owner)}</p> });
        let thresholds = (!said.thresholds.is_empty())
            .then(|| view! { <p class="faint">"Thresholds: "<span class="mono">{Threshold::text(&said.thresholds)}</span></p> });
        return view! { <div class="body"><p>{description}</p>{owner}{thresholds}</div> }.into_any();
    }
    let back = query.href(frame, View::About);
    let metric = &answer.summary.metric;
    let hidden = [("name", metric.name.clone()), ("kind", metric.kind.word().to_owned()), ("unit", metric.unit.clone()), ("back", back)];
    view! {
        <form class="body describe" method="post" action=query.path(frame, View::About)>
            <label class="field">"What it measures"<textarea name="description" rows="2" maxlength=DESCRIPTION_CHARS_MAX.to_string()>{said.description.clone()}</textarea></label>
            <label class="field">"Owner"<input name="owner" value=said.owner.clone() maxlength=OWNER_CHARS_MAX.to_string() autocomplete="off"/></label>
            {hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <label class="field">
                "Thresholds, drawn in its charts"
                <input name="thresholds" class="mono" value=Threshold::text(&said.thresholds) maxlength="500" autocomplete="off"
                    placeholder=format!("{} > 800 critical", metric.kind.aggregates()[0].word())/>
            </label>
            <button class="btn" type="submit">"Save"</button>
        </form>
    }
    .into_any()
}

fn attributes(frame: &Frame, query: &ExplorerQuery, attributes: &[AttributeKey]) -> AnyView {
    let row = |attribute: &AttributeKey| {
        let by = ExplorerQuery { by: vec![attribute.key.clone()], ..query.clone() }.href(frame, View::Aggregates);
        let examples = attribute.examples.join(", ");
        view! {
            <tr>
                <td class="nowrap"><a class="mono" href=by title="The metric by this attribute">{attribute.key.clone()}</a></td>
                <td class="num">{number::grouped(attribute.values.cast_signed())}</td>
                <td class="num">{number::grouped(attribute.series.cast_signed())}</td>
                <td class="rest"><span class="clip mono small" title=examples.clone()>{examples.clone()}</span></td>
            </tr>
        }
    };
    let body = if attributes.is_empty() {
        view! { <p class="body muted">"Its points have no attributes."</p> }.into_any()
    } else {
        view! {
            <div class="scroll-x">
                <table class="tbl">
                    <thead><tr><th scope="col">"Attribute"</th><th scope="col" class="num">"values"</th><th scope="col" class="num">"series"</th><th scope="col">"such as"</th></tr></thead>
                    <tbody>{attributes.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <section class="panel"><header><h2>"Attributes"</h2></header>{body}</section> }.into_any()
}

fn senders(frame: &Frame, senders: &[MetricSender]) -> AnyView {
    let row = |sender: &MetricSender| {
        view! {
            <tr>
                <td>{sender.release.clone().unwrap_or_else(|| "without a release".to_owned())}</td>
                <td>{sender.environment.clone()}</td>
                <td class="num">{number::grouped(sender.points.cast_signed())}</td>
                <td class="nowrap">{when::ago(frame, sender.last_seen)}</td>
            </tr>
        }
    };
    let body = if senders.is_empty() {
        view! { <p class="body muted">"Nobody sent it in the last 24 hours."</p> }.into_any()
    } else {
        view! {
            <div class="scroll-x">
                <table class="tbl">
                    <thead><tr><th scope="col">"Release"</th><th scope="col">"Environment"</th><th scope="col" class="num">"points"</th><th scope="col">"newest"</th></tr></thead>
                    <tbody>{senders.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <section class="panel"><header><h2>"Who sends it"</h2><span class="faint">"last 24 hours"</span></header>{body}</section> }
        .into_any()
}

/// Saved views whose address names the metric.
fn used(frame: &Frame, name: &str) -> AnyView {
    let named = format!("={}", url::encoded(name));
    let names = |what: &str| what.split(['?', '&']).any(|word| word.ends_with(&named));
    let views: Vec<_> = frame.saved(SavedKind::View).filter(|saved| names(&saved.what)).collect();
    let body = if views.is_empty() {
        view! { <p class="body muted">"No saved view shows it."</p> }.into_any()
    } else {
        let row = |saved: &protocol::saved::Saved| view! { <li><a href=frame.path(&saved.what)>{saved.name.clone()}</a></li> };
        view! { <ul class="body">{views.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! { <section class="panel"><header><h2>"Where it is used"</h2></header>{body}</section> }.into_any()
}
