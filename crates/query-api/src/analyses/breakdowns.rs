//! Breakdowns: the values of several fields over one range.

use std::collections::BTreeSet;

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::trend::{self, By, Cell};
use protocol::analyses::{Breakdown, BreakdownRow, BreakdownsAnswer, BreakdownsQuery};
use protocol::receipt::Accuracy;

use super::{by, counts, frame, group};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`BreakdownsQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn breakdowns(state: &QueryState, context: &ProjectContext, query: &BreakdownsQuery) -> Result<BreakdownsAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &BreakdownsQuery) -> Result<BreakdownsAnswer, ApiError> {
    check(query)?;
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let dimensions = query.by.iter().map(engine::dimension).collect::<Result<Vec<Dimension>, ApiError>>()?;
    let asked =
        Asked { columns: dimensions.iter().flat_map(Dimension::columns).collect::<BTreeSet<_>>(), ..Asked::of(&query.scope, &frame) };
    let question = Lists { dimensions, frame: frame.clone(), top: (query.top, by(query.rank)) };
    let counted = engine::answer(state, context, &mut making, asked, question).await?;
    let (total, lists) = &*counted;
    let row = |ranked: &trend::Ranked| BreakdownRow { key: group(&ranked.key), counts: counts(&ranked.series.total) };
    let lists = query.by.iter().zip(lists);
    Ok(BreakdownsAnswer {
        breakdowns: lists.map(|(by, list)| Breakdown { by: by.clone(), rows: list.iter().map(row).collect() }).collect(),
        total: counts(total),
        receipt: making.receipt_of(
            context,
            "Distinct people and events by the values of each field.",
            &query.scope,
            (frame.start(), frame.end()),
            Accuracy::Exact,
        ),
    })
}

#[derive(Hash)]
struct Lists {
    dimensions: Vec<Dimension>,
    frame: Frame,
    top: (usize, By),
}

impl Question for Lists {
    /// All together, and the values of each dimension.
    type Counted = (Cell, Vec<Vec<trend::Ranked>>);

    fn bytes_max(&self) -> usize {
        self.dimensions.len() * self.top.0 * 4 * size_of::<trend::Ranked>()
    }

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        let (history, chosen) = (&found.history, found.chosen());
        let spread = Spread::over(history, &self.frame).joined();
        let total = trend::count(history, &chosen, &spread, 1, &Keys::none(history), cancel)?.remove(0).total;
        let list = |dimension| found.first(&chosen, dimension, self.top, cancel);
        Ok((total, self.dimensions.iter().map(list).collect::<Result<_, _>>()?))
    }
}

fn check(query: &BreakdownsQuery) -> Result<(), ApiError> {
    let wrong = |name, problem: &str, allowed: String| Err(ApiError::InvalidParameter { name, problem: problem.to_owned(), allowed });
    if query.by.is_empty() || query.by.len() > BreakdownsQuery::FIELDS_MAX {
        return wrong("by", "must be given for each list", format!("1 to {} fields", BreakdownsQuery::FIELDS_MAX));
    }
    if query.top == 0 || query.top > BreakdownsQuery::TOP_MAX {
        return wrong("top", "is out of range", format!("1 to {}", BreakdownsQuery::TOP_MAX));
    }
    Ok(())
}
