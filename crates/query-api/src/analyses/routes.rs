//! Routes: views, people, where sessions begin and end, and how long people stay.

use analysis::history::{Cancel, Cancelled};
use analysis::keys::{Dimension, Keys};
use analysis::routes::{self, RouteStats, visible_ms};
use analysis::segment::Attribute;
use analysis::sessions::Stretches;
use chrono::{DateTime, Utc};
use protocol::analyses::{GroupKey, RouteRow, RoutesAnswer, RoutesQuery};
use protocol::receipt::Accuracy;

use super::{frame, quantile};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget, explorer};

/// Answers a [`RoutesQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn routes(state: &QueryState, context: &ProjectContext, query: &RoutesQuery) -> Result<RoutesAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &RoutesQuery) -> Result<RoutesAnswer, ApiError> {
    if query.top == 0 || query.top > RoutesQuery::TOP_MAX {
        let allowed = format!("1 to {}", RoutesQuery::TOP_MAX);
        return Err(ApiError::InvalidParameter { name: "top", problem: "is out of range".to_owned(), allowed });
    }
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let columns = ROUTE.columns().into_iter().chain(Stretches::COLUMNS).chain([visible_ms()]);
    let asked = Asked { only_matching: false, columns: columns.collect(), ordered: true, ..Asked::of(&query.scope, &frame) };
    let question = MostViewed { from: frame.start(), until: frame.end(), top: query.top };
    let viewed = engine::answer(state, context, &mut making, asked, question).await?;
    let mut rows = viewed.routes.clone();
    if query.scope.filter.is_all() {
        let behind = explorer::behind_routes(state, context, &mut making, &frame).await?;
        for row in &mut rows {
            if let GroupKey::Value(route) = &row.route {
                row.backend = behind.get(route).copied();
            }
        }
    }
    let counted = "Page views by route, and the sessions that began and ended with them.";
    Ok(RoutesAnswer {
        routes: rows,
        total_routes: viewed.total,
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

const ROUTE: Dimension = Dimension::Text(Attribute::Route);

#[derive(Hash)]
struct MostViewed {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    top: usize,
}

/// Routes without what lies behind them, most viewed first, and how many there are in all.
struct Viewed {
    routes: Vec<RouteRow>,
    total: usize,
}

impl Question for MostViewed {
    type Counted = Viewed;

    fn bytes_max(&self) -> usize {
        self.top * 2 * size_of::<RouteRow>()
    }

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Viewed, Cancelled> {
        let (keys, stretches) = (Keys::of(&found.history, &ROUTE), found.stretches(self.from, self.until));
        let stats = routes::count(&found.history, (&found.within, &stretches), &found.chosen(), &keys, cancel)?;
        let route = |key: usize| keys.value(key as u32).map_or(GroupKey::Absent, |route| GroupKey::Value(route.to_owned()));
        let viewed = stats.into_iter().enumerate().filter(|(_, stats)| stats.views > 0.0);
        let mut routes: Vec<_> = viewed.map(|(key, stats)| row(route(key), stats)).collect();
        routes.sort_by(|a, b| b.views.total_cmp(&a.views).then_with(|| a.route.label().cmp(&b.route.label())));
        let total = routes.len();
        routes.truncate(self.top);
        Ok(Viewed { routes, total })
    }
}

fn row(route: GroupKey, mut stats: RouteStats) -> RouteRow {
    let dwells = stats.dwells_ms.len() as u64;
    RouteRow {
        route,
        views: stats.views,
        people: stats.people,
        entries: stats.entries,
        exits: stats.exits,
        mean_dwell_ms: (dwells > 0).then(|| stats.dwells_ms.iter().sum::<i64>() as f64 / dwells as f64),
        median_dwell_ms: quantile(&mut stats.dwells_ms, 0.5),
        dwells,
        backend: None,
    }
}
