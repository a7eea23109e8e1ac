//! The questions, asked of the query API's functions as a page asks them: with filters, zone, bot rule and receipts, over
//! segments in Postgres.

use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};
use protocol::analyses::{FunnelQuery, GroupKey, RetentionQuery, Scope, TrendCounts, TrendQuery, TrendSeries};
use protocol::filter::{Field, Filter, Test};
use protocol::range::{Period, Step};
use query_api::access::ProjectContext;
use query_api::{QueryState, analyses};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::question::{Answer, Question, ROUTES_TOP, STEPS, TREND_NAME, WINDOW_MS, days_before_end};
use crate::segments::Segments;
use crate::served::{SLUG, Served, end};
use crate::traffic::{BEGIN_MS, DAY_MS, DAYS};

/// More than there are countries and OSes.
const ALL_PAIRS: usize = 1_000;

/// Our side: a query role over a database that holds the segments.
pub struct Ours {
    state: QueryState,
    context: ProjectContext,
    _running: watch::Sender<bool>,
}

impl Ours {
    /// Stores the segments in a fresh database.
    pub async fn over(url: &str, made: &Segments) -> Self {
        let Served { state, running, .. } = Served::over(url, made).await;
        let context = state.access().operator_context(SLUG).await.expect("a project");
        Self { state, context, _running: running }
    }

    /// Every answer, each counted `times` times after once for nothing.
    pub async fn warm(&self, times: usize) -> Vec<Answer> {
        let mut answers = Vec::new();
        for question in Question::ALL {
            self.answer(question).await;
            answers.push(self.timed(question, times, || self.state.forget_answers()).await);
        }
        answers
    }

    /// Every answer with nothing decoded: columns are read from Postgres and decoded each time.
    pub async fn cold(&self, times: usize) -> Vec<Answer> {
        let mut answers = Vec::new();
        for question in Question::ALL {
            answers.push(self.timed(question, times, || self.state.forget_columns()).await);
        }
        answers
    }

    async fn timed(&self, question: Question, times: usize, before: impl Fn()) -> Answer {
        let mut answer = Answer { question, rows: Vec::new(), ms: Vec::new() };
        for _ in 0..times {
            before();
            let begin = Instant::now();
            answer.rows = self.answer(question).await;
            answer.ms.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        answer
    }

    async fn answer(&self, question: Question) -> Vec<Vec<Value>> {
        match question {
            Question::DailyUsers => {
                let series = self.trend(TrendQuery { scope: last(DAYS), step: Some(Step::Day1), ..TrendQuery::default() }).await;
                let days = (0..).zip(&series[0].counts).map(|(day, counts)| (at(BEGIN_MS + day * DAY_MS), counts));
                days.map(|(day, counts)| vec![json!(day.date_naive().to_string()), json!(counts.people)]).collect()
            }
            Question::HourlyTrend => {
                let named = vec![name(TREND_NAME)];
                let series =
                    self.trend(TrendQuery { scope: last(7), step: Some(Step::Hour1), series: named, ..TrendQuery::default() }).await;
                let hours = (0..).zip(&series[0].counts).filter(|(_, counts)| counts.events > 0.0);
                let row = |(hour, counts): (i64, &TrendCounts)| {
                    let start = at(days_before_end(7) + hour * DAY_MS / 24);
                    vec![json!(start.to_rfc3339_opts(SecondsFormat::Secs, true)), json!(counts.events as u64), json!(counts.people)]
                };
                hours.map(row).collect()
            }
            Question::TopRoutes => {
                let by = vec![Field::Route];
                let series = self.trend(TrendQuery { scope: last(7), by, top: ROUTES_TOP, ..TrendQuery::default() }).await;
                series.iter().filter_map(ranked).collect()
            }
            Question::CountryOs => {
                let by = vec![Field::Country, Field::Os];
                let query = TrendQuery { scope: last(1), step: Some(Step::Day1), by, top: ALL_PAIRS, ..TrendQuery::default() };
                self.trend(query).await.iter().filter_map(ranked).collect()
            }
            Question::Funnel => {
                let steps = STEPS.map(name).to_vec();
                let query = FunnelQuery { scope: last(DAYS), steps, window_seconds: WINDOW_MS as u64 / 1_000, ..FunnelQuery::default() };
                let answer = analyses::funnel(&self.state, &self.context, &query).await.expect("an answer");
                vec![answer.steps.iter().map(|step| json!(step.reached)).collect()]
            }
            Question::Retention => {
                let query = RetentionQuery { scope: last(DAYS), ..RetentionQuery::default() };
                let answer = analyses::retention(&self.state, &self.context, &query).await.expect("an answer");
                let cells = (0_i64..).zip(&answer.cohorts).flat_map(|(week, cohort)| {
                    let weeks = (0_i64..).zip(&cohort.back).filter(|(_, people)| **people > 0);
                    weeks.map(move |(after, people)| vec![json!(week), json!(after), json!(people)])
                });
                cells.collect()
            }
        }
    }

    async fn trend(&self, query: TrendQuery) -> Vec<TrendSeries> {
        analyses::trend(&self.state, &self.context, &query).await.expect("an answer").series
    }
}

fn ranked(series: &TrendSeries) -> Option<Vec<Value>> {
    let mut row = match &series.key {
        GroupKey::Value(value) => vec![json!(value)],
        GroupKey::Pair(first, second) => vec![json!(first), json!(second)],
        GroupKey::All | GroupKey::Absent | GroupKey::Other => return None,
    };
    row.extend([json!(series.total.events as u64), json!(series.total.people)]);
    Some(row)
}

fn name(name: &str) -> Filter {
    Filter::term(Field::Name, Test::is(name))
}

/// The last days of the month.
fn last(days: i64) -> Scope {
    Scope { period: Period::Between { from: at(days_before_end(days)), until: end() }, ..Scope::default() }
}

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}
