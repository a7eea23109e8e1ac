//! Retention: of those who began in a period, how many came back.

use std::collections::BTreeSet;

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Spread};
use analysis::retention::{self, Back, Cohort, PERIODS_MAX, Rule, Start};
use protocol::analyses::{CohortRow, RetentionAnswer, RetentionBack, RetentionQuery, RetentionStart};
use protocol::filter::Filter;
use protocol::range::Step;
use protocol::receipt::Accuracy;

use super::frame;
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`RetentionQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn retention(state: &QueryState, context: &ProjectContext, query: &RetentionQuery) -> Result<RetentionAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &RetentionQuery) -> Result<RetentionAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, Some(query.step))?;
    let periods = frame.buckets.len();
    if !matches!(query.step, Step::Day1 | Step::Week1 | Step::Month1) || periods > PERIODS_MAX {
        let problem = format!("makes {periods} periods of {}", query.step.label());
        return Err(ApiError::InvalidParameter {
            name: "step",
            problem,
            allowed: format!("1d, 1w or 1mo, and at most {PERIODS_MAX} periods"),
        });
    }
    let either = query.scope.filter.clone().and(Filter::Or(vec![query.start.clone(), query.back.clone()]));
    let columns: BTreeSet<_> = [&query.start, &query.back].into_iter().flat_map(analysis::select::columns).collect();
    let asked = Asked { filter: &either, parts: &[query.start.clone(), query.back.clone()], columns, ..Asked::of(&query.scope, &frame) };
    let [start, back] = [&query.start, &query.back].map(|filter| query.scope.filter.clone().and(filter.clone()));
    let question = Cohorts { start, back, frame: frame.clone(), rule: rule(query) };
    let cohorts = engine::answer(state, context, &mut making, asked, question).await?;
    let rows: Vec<CohortRow> = frame::buckets(&making, &frame)
        .into_iter()
        .zip(&*cohorts)
        .map(|(period, Cohort { people, back })| CohortRow { period, people: *people, back: back.clone() })
        .collect();
    let sentence = format!("Distinct people by the {} of their start, and how many of them came back.", query.step.label());
    Ok(RetentionAnswer {
        mean: mean(&rows),
        cohorts: rows,
        receipt: making.receipt_of(context, sentence, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct Cohorts {
    start: Filter,
    back: Filter,
    frame: Frame,
    rule: Rule,
}

impl Question for Cohorts {
    type Counted = Vec<Cohort>;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        let (spread, periods) = (Spread::over(&found.history, &self.frame), self.frame.buckets.len());
        let rows = (&found.matching(&self.start), &found.matching(&self.back));
        retention::count(&found.history, rows, &spread, periods, self.rule, cancel)
    }
}

fn rule(query: &RetentionQuery) -> Rule {
    Rule {
        start: match query.start_rule {
            RetentionStart::First => Start::First,
            RetentionStart::Every => Start::Every,
        },
        back: match query.back_rule {
            RetentionBack::On => Back::On,
            RetentionBack::OnOrAfter => Back::OnOrAfter,
        },
    }
}

/// Weighted by the cohorts' sizes; a cell counts once its period is over.
fn mean(rows: &[CohortRow]) -> Vec<Option<f64>> {
    let over = rows.iter().take_while(|row| !row.period.open).count();
    (0..rows.len())
        .map(|after| {
            let cells = rows.iter().take(over.saturating_sub(after)).map(|row| (row.back[after], row.people));
            let (back, people) = cells.fold((0, 0), |(back, people), cell| (back + cell.0, people + cell.1));
            super::share(back, people)
        })
        .collect()
}
