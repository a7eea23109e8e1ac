//! Journeys: what people do after a certain event, or before it.

use analysis::history::{Cancel, Cancelled};
use analysis::journeys::{self, Direction, Rule};
use analysis::keys::{Dimension, Keys};
use analysis::sessions::Sessions;
use protocol::analyses::{JourneyDirection, JourneyLink, JourneyNode, JourneyStep, JourneysAnswer, JourneysQuery};
use protocol::filter::Filter;
use protocol::receipt::Accuracy;

use super::{frame, funnel, group};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`JourneysQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn journeys(state: &QueryState, context: &ProjectContext, query: &JourneysQuery) -> Result<JourneysAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &JourneysQuery) -> Result<JourneysAnswer, ApiError> {
    check(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let dimension = engine::dimension(&query.by)?;
    let columns = dimension.columns().into_iter().chain(Sessions::COLUMNS).chain(analysis::select::columns(&query.start));
    let asked = Asked {
        parts: std::slice::from_ref(&query.start),
        only_matching: false,
        columns: columns.collect(),
        ordered: true,
        ..Asked::of(&query.scope, &frame)
    };
    let paths = Paths { start: query.start.clone(), by: dimension, rule: rule(query) };
    let drawn = engine::answer(state, context, &mut making, asked, paths).await?;
    let counted = "Paths from the first start event, one per person or session.";
    Ok(JourneysAnswer {
        total: drawn.total,
        steps: drawn.steps.iter().map(step).collect(),
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct Paths {
    start: Filter,
    by: Dimension,
    rule: Rule,
}

impl Question for Paths {
    type Counted = journeys::Journeys;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<journeys::Journeys, Cancelled> {
        let (keys, chosen) = (Keys::of(&found.history, &self.by), found.chosen());
        let starts = found.matching(&self.start).and(chosen.clone());
        journeys::count(&found.history, &found.within, &chosen, &starts, &keys, self.rule, cancel)
    }
}

fn check(query: &JourneysQuery) -> Result<(), ApiError> {
    let wrong = |name, allowed: String| Err(ApiError::InvalidParameter { name, problem: "is out of range".to_owned(), allowed });
    if !(2..=JourneysQuery::STEPS_MAX).contains(&query.steps) {
        return wrong("steps", format!("2 to {}", JourneysQuery::STEPS_MAX));
    }
    if !(1..=JourneysQuery::TOP_MAX).contains(&query.top) {
        return wrong("top", format!("1 to {}", JourneysQuery::TOP_MAX));
    }
    let longest = protocol::analyses::FunnelQuery::WINDOW_SECONDS_MAX;
    if query.window_seconds == 0 || query.window_seconds > longest {
        return wrong("window", format!("1 to {longest} seconds"));
    }
    Ok(())
}

fn rule(query: &JourneysQuery) -> Rule {
    Rule {
        direction: match query.direction {
            JourneyDirection::After => Direction::After,
            JourneyDirection::Before => Direction::Before,
        },
        unit: funnel::unit(query.unit),
        window_ms: i64::try_from(query.window_seconds).unwrap_or(i64::MAX / 1_000) * 1_000,
        steps: query.steps,
        collapse: query.collapse,
        top: query.top,
    }
}

fn step(step: &journeys::Step) -> JourneyStep {
    let node = |node: &journeys::Node| JourneyNode { key: group(&node.key), journeys: node.journeys, ended: node.ended };
    let link = |link: &journeys::Link| JourneyLink { from: link.from, to: link.to, journeys: link.journeys };
    JourneyStep { nodes: step.nodes.iter().map(node).collect(), links: step.links.iter().map(link).collect() }
}
