//! Funnel: how many do one thing after another.

use analysis::funnel::{self, Entry, Order, Rule, StepCounts, Unit};
use analysis::history::{Cancel, Cancelled, Selection};
use analysis::keys::{Dimension, Keys};
use analysis::sessions::Sessions;
use protocol::analyses::{FunnelAnswer, FunnelEntry, FunnelGroup, FunnelOrder, FunnelQuery, FunnelStep, FunnelUnit, GroupKey};
use protocol::filter::Filter;
use protocol::receipt::Accuracy;

use super::{frame, quantile, share};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`FunnelQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn funnel(state: &QueryState, context: &ProjectContext, query: &FunnelQuery) -> Result<FunnelAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &FunnelQuery) -> Result<FunnelAnswer, ApiError> {
    check(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let rule = rule(query);
    let dimension = query.by.as_ref().map(engine::dimension).transpose()?;
    // Where only steps matter, segments without any of them are left out.
    let any_step = query.scope.filter.clone().and(Filter::Or(query.steps.clone()));
    let mut columns: std::collections::BTreeSet<_> = dimension.iter().flat_map(Dimension::columns).collect();
    columns.extend(query.steps.iter().flat_map(analysis::select::columns));
    if rule.unit == Unit::Sessions {
        columns.extend(Sessions::COLUMNS);
    }
    let asked = Asked {
        filter: &any_step,
        parts: &query.steps,
        only_matching: rule.unit == Unit::People && rule.order != Order::Strict,
        columns,
        ordered: true,
        ..Asked::of(&query.scope, &frame)
    };
    let question = Steps { steps: query.steps.clone(), scope: query.scope.filter.clone(), by: dimension, rule, top: query.top };
    let counted = engine::answer(state, context, &mut making, asked, question).await?;
    let sentence = format!(
        "{} who did {} steps within {} seconds of the first.",
        if rule.unit == Unit::People { "Distinct people" } else { "Sessions" },
        query.steps.len(),
        query.window_seconds
    );
    Ok(FunnelAnswer {
        steps: counted.steps.clone(),
        groups: counted.groups.clone(),
        receipt: making.receipt_of(context, sentence, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct Steps {
    steps: Vec<Filter>,
    scope: Filter,
    by: Option<Dimension>,
    rule: Rule,
    top: usize,
}

/// The steps of all, and of the values that they are broken down by.
struct Reached {
    steps: Vec<FunnelStep>,
    groups: Vec<FunnelGroup>,
}

impl Question for Steps {
    type Counted = Reached;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Reached, Cancelled> {
        let Found { history, within, .. } = found;
        let keys = self.by.as_ref().map_or_else(|| Keys::none(history), |dimension| Keys::of(history, dimension));
        let counts = funnel::count(history, within, &step_rows(found, &self.scope, &self.steps), &keys, self.rule, cancel)?;
        let named = counts.into_iter().enumerate().map(|(key, steps)| (keys.value(key as u32).map(str::to_owned), steps));
        let counted: Vec<_> = named.collect();
        let steps = told(&mut all(self.steps.len(), &counted));
        Ok(Reached { steps, groups: if self.by.is_some() { groups(counted, self.top) } else { Vec::new() } })
    }
}

fn check(query: &FunnelQuery) -> Result<(), ApiError> {
    let wrong = |name, problem: &str, allowed: String| Err(ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed });
    if query.steps.is_empty() || query.steps.len() > FunnelQuery::STEPS_MAX {
        return wrong("step", "must be given for each step", format!("1 to {} filters", FunnelQuery::STEPS_MAX));
    }
    if query.window_seconds == 0 || query.window_seconds > FunnelQuery::WINDOW_SECONDS_MAX {
        return wrong("window", "is out of range", format!("1 to {} seconds", FunnelQuery::WINDOW_SECONDS_MAX));
    }
    Ok(())
}

fn rule(query: &FunnelQuery) -> Rule {
    Rule {
        order: match query.order {
            FunnelOrder::Loose => Order::Loose,
            FunnelOrder::Strict => Order::Strict,
            FunnelOrder::Any => Order::Any,
        },
        entry: match query.entry {
            FunnelEntry::Every => Entry::Every,
            FunnelEntry::First => Entry::First,
        },
        unit: unit(query.unit),
        window_ms: i64::try_from(query.window_seconds).unwrap_or(i64::MAX / 1_000) * 1_000,
    }
}

pub(super) fn unit(unit: FunnelUnit) -> Unit {
    match unit {
        FunnelUnit::People => Unit::People,
        FunnelUnit::Sessions => Unit::Sessions,
    }
}

/// The rows of each step.
fn step_rows(found: &Found, scope: &Filter, steps: &[Filter]) -> Vec<Selection> {
    steps.iter().map(|step| found.matching(&scope.clone().and(step.clone()))).collect()
}

/// The steps of all values together.
fn all(steps: usize, counted: &[(Option<String>, Vec<StepCounts>)]) -> Vec<StepCounts> {
    let mut sums = vec![StepCounts::default(); steps];
    for (_, counts) in counted {
        for (sum, step) in sums.iter_mut().zip(counts) {
            sum.reached += step.reached;
            sum.since_previous_ms.extend(&step.since_previous_ms);
            sum.since_first_ms.extend(&step.since_first_ms);
        }
    }
    sums
}

/// The values with most at the first step.
fn groups(mut counted: Vec<(Option<String>, Vec<StepCounts>)>, top: usize) -> Vec<FunnelGroup> {
    counted.retain(|(_, steps)| steps.first().is_some_and(|step| step.reached > 0));
    counted.sort_by(|a, b| b.1[0].reached.cmp(&a.1[0].reached).then_with(|| a.0.cmp(&b.0)));
    let rest = counted.split_off(counted.len().min(top.max(1)));
    let other = (!rest.is_empty()).then(|| (GroupKey::Other, all(rest[0].1.len(), &rest)));
    let named = counted.into_iter().map(|(value, steps)| (value.map_or(GroupKey::Absent, GroupKey::Value), steps));
    named.chain(other).map(|(key, mut steps)| FunnelGroup { key, steps: told(&mut steps) }).collect()
}

fn told(counts: &mut [StepCounts]) -> Vec<FunnelStep> {
    let first = counts.first().map_or(0, |step| step.reached);
    let mut previous = first;
    let step = |counts: &mut StepCounts| {
        let step = FunnelStep {
            reached: counts.reached,
            of_first: share(counts.reached, first),
            of_previous: share(counts.reached, previous),
            median_since_previous_ms: quantile(&mut counts.since_previous_ms, 0.5),
            p90_since_previous_ms: quantile(&mut counts.since_previous_ms, 0.9),
            median_since_first_ms: quantile(&mut counts.since_first_ms, 0.5),
        };
        previous = counts.reached;
        step
    };
    counts.iter_mut().map(step).collect()
}
