//! Error reports with their issues, as their raw rows and counted as the worker does.

use std::collections::BTreeMap;

use analysis::issue::{Happened, after, widen};
use analysis::quarter::{QuarterCell, bucket, encode};
use chrono::{DateTime, Utc};
use protocol::id::{ActorKind, ProjectId};
use protocol::issue::{Issue, IssueId, Standing};
use protocol::level::Level;
use storage::actors::{self, Actor};
use storage::issue_quarters::{self, IssueQuarter};
use storage::{issues, work};
use uuid::Uuid;

use crate::app::App;
use crate::sent::id;

/// An error report of some issue.
#[derive(Clone, Debug)]
pub struct Fault {
    pub id: Uuid,
    pub issue: i64,
    pub ts: DateTime<Utc>,
    pub level: Level,
    /// Of a user, or of a device such as `a1`; empty for nobody.
    pub user: String,
    pub route: String,
    pub release: String,
    pub environment: String,
    pub tags: serde_json::Value,
    pub weight: f64,
}

/// An error of `user` at `ts`.
pub fn fault(issue: i64, user: &str, ts: DateTime<Utc>) -> Fault {
    Fault {
        id: id(),
        issue,
        ts,
        level: Level::Error,
        user: user.to_owned(),
        route: "/cart".to_owned(),
        release: "1.0".to_owned(),
        environment: "prod".to_owned(),
        tags: serde_json::json!({}),
        weight: 1.0,
    }
}

impl Fault {
    fn actor_kind(&self) -> Option<ActorKind> {
        let is_device = self.user.strip_prefix('a').is_some_and(|rest| rest.parse::<u32>().is_ok());
        (!self.user.is_empty()).then_some(if is_device { ActorKind::Anonymous } else { ActorKind::User })
    }
}

/// What an issue is called.
pub fn kind(issue: i64) -> String {
    format!("Fault{issue}")
}

impl App {
    /// Stores reports and counts them. Every one lies on the day of the app's clock or the one before.
    pub async fn fail(&self, project: ProjectId, faults: &[Fault]) {
        for fault in faults {
            sqlx::query(
                "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, type, message, handled, stacktrace,
                 cause, breadcrumbs, fingerprint, tags, context, actor_kind, actor, route, release, environment, weight, flags, issue_id, culprit)
                 values ($1, $2, $3, 0, $3, $4, $2, $5, $6, 'order 7 is gone', false, $7, '[]', $8, '[]', $9, '{\"os\": \"iOS\"}', $10, $11, $12, $13,
                 $14, $15, 0, $16, 'pay in src/pay.rs')",
            )
            .bind(project.0)
            .bind(fault.ts)
            .bind(id())
            .bind(fault.id)
            .bind(fault.level.code())
            .bind(kind(fault.issue))
            .bind(serde_json::json!([{"function": "pay", "file": "src/pay.rs", "line": 7, "in_app": true}]))
            .bind(serde_json::json!([{"type": "track", "message": "cart.add"}]))
            .bind(&fault.tags)
            .bind(fault.actor_kind().map_or(0, ActorKind::code))
            .bind(&fault.user)
            .bind(&fault.route)
            .bind(&fault.release)
            .bind(&fault.environment)
            .bind(fault.weight)
            .bind(fault.issue)
            .execute(&self.pool)
            .await
            .expect("a report");
        }
        self.count_faults(project, faults).await;
    }

    async fn count_faults(&self, project: ProjectId, faults: &[Fault]) {
        work::ensure(&self.db, project).await.expect("a row");
        let mut tx = self.db.begin().await.expect("transaction");
        let mut work = work::lock(&mut tx, project).await.expect("database").expect("nobody holds it");
        let mut cells = BTreeMap::<(i64, DateTime<Utc>, String), QuarterCell>::new();
        let mut found = BTreeMap::<i64, Issue>::new();
        for fault in faults {
            let mut cell = QuarterCell { n: 1, weight: fault.weight, ..QuarterCell::default() };
            if let Some(kind) = fault.actor_kind().map(ActorKind::code) {
                let known = actors::known(&mut tx, project, &[kind], std::slice::from_ref(&fault.user)).await.expect("actors");
                let number = known.first().map_or(work.next_actor, |known| known.number);
                if known.is_empty() {
                    let actor = Actor { kind, id: fault.user.clone(), number, first_seen: fault.ts };
                    actors::save(&mut tx, project, &[actor]).await.expect("an actor");
                    work.next_actor += 1;
                }
                cell.actors.insert(u32::try_from(number).expect("few"));
            }
            cells.entry((fault.issue, bucket(fault.ts), fault.environment.clone())).or_default().merge(&cell);
            let happened = Happened { ts: fault.ts, level: fault.level, release: Some(&fault.release), weight: fault.weight };
            let known = issues::known(&mut tx, project, &[fault.issue]).await.expect("issues").pop();
            let issue = found.entry(fault.issue).or_insert_with(|| known.unwrap_or_else(|| new_issue(fault)));
            widen(issue, &happened);
            issue.standing = after(issue.standing.clone(), [happened]);
        }
        issues::save(&mut tx, project, &found.into_values().collect::<Vec<_>>()).await.expect("issues");
        let rows = cells.into_iter().map(|((issue_id, bucket, environment), cell)| IssueQuarter {
            issue_id,
            bucket,
            environment,
            n: cell.n,
            weight: cell.weight,
            actors: encode(&cell.actors),
        });
        issue_quarters::save(&mut tx, project, &rows.collect::<Vec<_>>()).await.expect("quarters");
        work::advance(&mut tx, project, work).await.expect("numbers");
        tx.commit().await.expect("commit");
    }
}

fn new_issue(fault: &Fault) -> Issue {
    Issue {
        id: IssueId(fault.issue),
        kind: Some(kind(fault.issue)),
        message: "order <num> is gone".to_owned(),
        culprit: Some("pay in src/pay.rs".to_owned()),
        level: fault.level,
        first_seen: fault.ts,
        last_seen: fault.ts,
        first_release: Some(fault.release.clone()),
        last_release: Some(fault.release.clone()),
        standing: Standing::default(),
        merged_into: None,
    }
}
