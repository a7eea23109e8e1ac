//! What is asked: the metrics of the chart, their aggregates, groups, step and comparison, and the formula.

use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, AggregateQuery, AnsweredLine, MetricCatalogue};
use protocol::metric::Aggregate;
use protocol::range::{Compare, Step};

use super::query::WORDS;
use super::{ExplorerQuery, View};
use crate::Frame;
use crate::components::kind::kind_badge;
use crate::components::picker::{Choice, menu, segments};

/// The panel above the chart. What is wrong is said at the form: beside an answer it is the formula, else the answer is missing.
pub(super) fn panel(
    frame: &Frame,
    query: &ExplorerQuery,
    catalogue: &MetricCatalogue,
    answer: Option<&AggregateAnswer>,
    fault: Option<&str>,
) -> AnyView {
    let rows = answer.map(|answer| {
        answer.lines.iter().enumerate().map(|(place, line)| row(frame, query, place, line, answer.lines.len() > 1)).collect_view()
    });
    view! {
        <section class="panel query" aria-label="Query">
            {rows}
            {answer.map(|answer| choices(frame, query, answer))}
            {more(frame, query, catalogue, fault.map(|fault| if answer.is_some() { format!("{fault}. The chart is without it.") } else { fault.to_owned() }))}
        </section>
    }
    .into_any()
}

fn at(frame: &Frame, query: &ExplorerQuery, change: impl FnOnce(&mut ExplorerQuery)) -> String {
    let mut target = query.clone();
    change(&mut target);
    target.href(frame, View::Aggregates)
}

/// One metric with its aggregates.
fn row(frame: &Frame, query: &ExplorerQuery, place: usize, line: &AnsweredLine, lettered: bool) -> AnyView {
    let set = |q: &mut ExplorerQuery, aggregate: Aggregate| match place {
        0 => q.aggregate = Some(aggregate),
        _ => q.lines[place - 1].aggregate = Some(aggregate),
    };
    let choice = |aggregate: Aggregate| Choice {
        label: aggregate.label().to_owned(),
        href: at(frame, query, |q| set(q, aggregate)),
        chosen: aggregate == line.aggregate,
    };
    let choices: Vec<Choice> = in_order(line.metric.kind.aggregates()).into_iter().map(choice).collect();
    let aggregates = match place {
        0 => segments("Aggregate", "seg many", choices),
        _ => menu("Aggregate", line.aggregate.label().to_owned(), choices),
    };
    let only = query.lines.get(place.wrapping_sub(1)).filter(|_| place > 0).map(|line| line.only.clone()).filter(|only| !only.is_empty());
    let about = query.of_metric(&line.metric).href(frame, View::About);
    view! {
        <div class="q">
            {lettered.then(|| view! { <b class="letter">{line.letter.to_string()}</b> })}
            <span class="row name">{kind_badge(line.metric.kind)}<a class="mono clip" href=about title="What is known of this metric">{line.metric.name.clone()}</a></span>
            {aggregates}
            {only.map(|only| view! { <span class="lbl">"where"</span><span class="chip whole">{only}</span> })}
            {(place > 0).then(|| {
                let without = at(frame, query, |q| {
                    q.lines.remove(place - 1);
                    q.formula.clear();
                });
                view! { <a class="icon-link" href=without aria-label=format!("Remove {}", line.metric.name) title="Remove">{small_icon(Icon::CLOSE)}</a> }
            })}
        </div>
    }
    .into_any()
}

/// Groups, step, comparison.
fn choices(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer) -> AnyView {
    let mut keys: Vec<String> = answer.lines.iter().flat_map(|line| line.tag_keys.iter().cloned()).collect();
    keys.sort();
    keys.dedup();
    let groupings = (0..=query.by.len().min(AggregateQuery::BY_MAX - 1)).map(|place| {
        let current = query.by.get(place).cloned();
        let free: Vec<&String> = keys.iter().filter(|key| current.as_ref() == Some(*key) || !query.by.contains(key)).collect();
        if free.is_empty() {
            return ().into_any();
        }
        let none = if place == 0 { "all series together" } else { "nothing more" };
        let mut choices = vec![Choice { label: none.to_owned(), href: at(frame, query, |q| q.by.truncate(place)), chosen: current.is_none() }];
        choices.extend(free.into_iter().map(|key| Choice {
            label: key.clone(),
            href: at(frame, query, |q| {
                q.by.truncate(place);
                q.by.push(key.clone());
            }),
            chosen: current.as_ref() == Some(key),
        }));
        let shown = current.unwrap_or_else(|| none.to_owned());
        let word = if place == 0 { "by" } else { "and" };
        view! { <span class="row"><span class="lbl">{word}</span>{menu(if place == 0 { "Group by" } else { "Then by" }, shown, choices)}</span> }.into_any()
    });
    let mut steps = vec![Choice { label: "auto".to_owned(), href: at(frame, query, |q| q.step = None), chosen: query.step.is_none() }];
    steps.extend(AggregateQuery::STEPS.map(|step: Step| Choice {
        label: step.label().to_owned(),
        href: at(frame, query, |q| q.step = Some(step)),
        chosen: query.step == Some(step),
    }));
    let step = if query.step.is_some() { answer.step.label().to_owned() } else { format!("auto, {}", answer.step.label()) };
    let compare = Compare::ALL.map(|compare| Choice {
        label: compare.label().to_owned(),
        href: at(frame, query, |q| q.compare = compare),
        chosen: query.compare == compare,
    });
    view! {
        <div class="q">
            {groupings.collect_view()}
            <span class="row"><span class="lbl">"interval"</span>{menu("Interval", step, steps)}</span>
            <span class="row"><span class="lbl">"beside"</span>{menu("Compare with", query.compare.label().to_owned(), compare.into())}</span>
        </div>
    }
    .into_any()
}

/// One more metric, and the formula: a form, so that it works without any script.
fn more(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, fault: Option<String>) -> AnyView {
    let free = WORDS.get(query.lines.len());
    let kept = query.words(View::Aggregates).into_iter().filter(|(name, value)| *name != "formula" && !value.is_empty());
    let letter = char::from(b'B' + u8::try_from(query.lines.len()).unwrap_or(0));
    let fields = free.map(|[name, _, _, _, only]| {
        view! {
            <label class="sr" for="more-metric">"One more metric"</label>
            <input id="more-metric" name=*name list="metric-names" placeholder=format!("{letter}: one more metric") autocomplete="off"/>
            <input name=*only aria-label="Which of its points" placeholder="where route:/checkout" autocomplete="off"/>
        }
    });
    let example = if query.lines.is_empty() { "A*2" } else { "A/B*100" };
    view! {
        <form class="q more" action=query.path(frame, View::Aggregates) aria-label="More metrics">
            {kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            {fields}
            <input
                class="formula"
                name="formula"
                value=query.formula.clone()
                aria-label="Formula"
                placeholder=format!("formula: {example}")
                aria-invalid=fault.is_some().then_some("true")
                aria-describedby=fault.is_some().then_some("formula-fault")
                autocomplete="off"
            />
            <button class="btn" type="submit">"Apply"</button>
            <datalist id="metric-names">
                {catalogue.metrics.iter().map(|summary| view! { <option value=summary.metric.name.clone()></option> }).collect_view()}
            </datalist>
        </form>
        {fault.map(|fault| view! { <p class="filter-fault" id="formula-fault" role="alert">{fault}</p> })}
    }
    .into_any()
}

/// Percentiles by size, then the rest as listed: the default need not stand first.
fn in_order(aggregates: &[Aggregate]) -> Vec<Aggregate> {
    let mut ordered = aggregates.to_vec();
    ordered.sort_by(|a, b| match (a.quantile(), b.quantile()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::metric::MetricKind;

    #[test]
    fn percentiles_stand_in_order_of_size() {
        let words: Vec<_> = in_order(MetricKind::Distribution.aggregates()).into_iter().map(Aggregate::word).collect();
        assert_eq!(words[..6], ["p50", "p75", "p90", "p95", "p99", "avg"]);
        assert_eq!(in_order(MetricKind::Gauge.aggregates()), MetricKind::Gauge.aggregates());
    }
}
