//! Plain SQL on the table of events, as a dashboard without an engine asks it.

use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{Connection as _, PgConnection, Row as _};
use storage::partitions::{self, Table};
use storage::{Db, PoolSize};
use uuid::Uuid;

use crate::question::{Answer, Answers, Question};
use crate::row::{ENVIRONMENT, Row};
use crate::traffic::{BEGIN_MS, DAYS, Hit, Person};

/// Rows of one COPY.
const COPY_ROWS: usize = 200_000;
/// Rows with one flush id.
const FLUSH_ROWS: usize = 500;
/// Questions that take longer are asked twice only.
const PATIENCE: Duration = Duration::from_secs(3);

/// Fills the table of a fresh database and asks it, `times` times at most.
pub async fn ask(url: &str, hits: &[Hit], people: &[Person], times: usize) -> Answers {
    let size = PoolSize { connections_max: 2, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(600) };
    let db = Db::connect(url, "bench", size).await.expect("a database");
    db.migrate().await.expect("a schema");
    let first = chrono::DateTime::from_timestamp_millis(BEGIN_MS).expect("a time").date_naive();
    partitions::ensure_days(&db, Table::Event, first.iter_days().take(DAYS as usize)).await.expect("partitions");
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    copy(&mut connection, hits, people).await;
    for statement in ["set timezone = 'UTC'", "set work_mem = '256MB'", "set jit = off", "vacuum (analyze) event"] {
        sqlx::query(statement).execute(&mut connection).await.expect(statement);
    }
    let bytes: i64 = sqlx::query_scalar("select sum(pg_total_relation_size(relid))::int8 from pg_partition_tree('event') where isleaf")
        .fetch_one(&mut connection)
        .await
        .expect("a size");
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&mut connection).await.expect("a version");
    let mut answers = Vec::new();
    for question in Question::ALL {
        answers.push(answer(&mut connection, question, times).await);
    }
    Answers { engine: format!("Postgres {version}"), bytes: Some(bytes as u64), answers }
}

async fn answer(connection: &mut PgConnection, question: Question, times: usize) -> Answer {
    let mut asked = Answer { question, rows: Vec::new(), ms: Vec::new() };
    let begin = Instant::now();
    asked.rows = rows(connection, sql(question)).await;
    let times = if begin.elapsed() > PATIENCE { times.min(2) } else { times };
    for _ in 0..times {
        let begin = Instant::now();
        asked.rows = rows(connection, sql(question)).await;
        asked.ms.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    asked
}

const fn sql(question: Question) -> &'static str {
    match question {
        Question::DailyUsers => include_str!("sql/daily_users.sql"),
        Question::HourlyTrend => include_str!("sql/hourly_trend.sql"),
        Question::TopRoutes => include_str!("sql/top_routes.sql"),
        Question::CountryOs => include_str!("sql/country_os.sql"),
        Question::Funnel => include_str!("sql/funnel.sql"),
        Question::Retention => include_str!("sql/retention.sql"),
    }
}

async fn rows(connection: &mut PgConnection, sql: &'static str) -> Vec<Vec<Value>> {
    let found = sqlx::query(sql).fetch_all(connection).await.expect(sql);
    let row = |row: &sqlx::postgres::PgRow| {
        let value = |column| match row.try_get::<i64, _>(column) {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(row.get::<String, _>(column)),
        };
        (0..row.len()).map(value).collect()
    };
    found.iter().map(row).collect()
}

async fn copy(connection: &mut PgConnection, hits: &[Hit], people: &[Person]) {
    const COPY: &str =
        "copy event (project_id, received_at, flush_id, n, event_id, batch_id, ts, seq, actor_kind, actor, session_id, install_id,
        name, route, release, environment, country, os, browser, props, weight, flags, is_bot) from stdin";
    for (chunk, hits) in hits.chunks(COPY_ROWS).enumerate() {
        let lines = hits.iter().enumerate().map(|(place, hit)| line(chunk * COPY_ROWS + place, &Row::of(hit, people)));
        let mut copy = connection.copy_in_raw(COPY).await.expect("copy");
        copy.send(lines.collect::<String>().into_bytes()).await.expect("rows");
        copy.finish().await.expect("commit");
    }
}

fn line(number: usize, row: &Row) -> String {
    let flush = Uuid::from_u128((number / FLUSH_ROWS) as u128);
    let Row { event_id, seq, user_id, session_id, install_id, name, route, country, os, browser, release, props, .. } = row;
    let (ts, n) = (row.ts.to_rfc3339(), number % FLUSH_ROWS);
    format!(
        "1\t{ts}\t{flush}\t{n}\t{event_id}\t{flush}\t{ts}\t{seq}\t1\t{user_id}\t{session_id}\t{install_id}\t{name}\t{route}\t{release}\t{ENVIRONMENT}\t{country}\t{os}\t{browser}\t{props}\t1\t0\tf\n"
    )
}
