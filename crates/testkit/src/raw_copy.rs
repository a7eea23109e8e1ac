//! Raw COPY of rows that are already there: the yardstick of the ingest bench.

use futures::TryStreamExt as _;
use sqlx::{Connection as _, PgConnection, PgPool};

/// The table's rows in the binary form that COPY takes, `rows` at a time.
///
/// # Panics
/// When the database refuses.
pub async fn out(pool: &PgPool, rows: usize) -> Vec<Vec<u8>> {
    let total: i64 = sqlx::query_scalar("select count(*) from event").fetch_one(pool).await.expect("a count");
    let mut chunks = Vec::new();
    let mut connection = pool.acquire().await.expect("a connection");
    sqlx::query(
        "create temporary table numbered as select row_number() over (order by received_at, flush_id, n) as row_number, * from event",
    )
    .execute(&mut *connection)
    .await
    .expect("a numbered copy");
    let columns: String = sqlx::query_scalar(
        "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = 'event'::regclass and attnum > 0 and not attisdropped",
    )
    .fetch_one(&mut *connection)
    .await
    .expect("the columns");
    for first in (0..total).step_by(rows) {
        let copy = format!(
            "copy (select {columns} from numbered where row_number > {first} and row_number <= {} order by row_number) to stdout (format binary)",
            first + rows as i64
        );
        let stream = connection.copy_out_raw(&copy).await.expect("copy out");
        let bytes: Vec<_> = stream.try_collect().await.expect("rows");
        chunks.push(bytes.concat());
    }
    sqlx::query("drop table numbered").execute(&mut *connection).await.expect("drop");
    chunks
}

/// Empties the table.
///
/// # Panics
/// When the database refuses.
pub async fn empty(pool: &PgPool) {
    for statement in ["truncate event", "truncate batch", "truncate pending"] {
        sqlx::query(statement).execute(pool).await.expect("truncate");
    }
    sqlx::query("checkpoint").execute(pool).await.expect("checkpoint");
}

/// Copies the chunks back in, one transaction each, over `connections` connections.
///
/// # Panics
/// When the database refuses.
pub async fn back_in(url: &str, chunks: &[Vec<u8>], connections: usize) {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(PgConnection::connect(url).await.expect("a connection"));
    }
    let tasks = open.into_iter().enumerate().map(|(first, mut connection)| {
        let mine: Vec<Vec<u8>> = chunks.iter().skip(first).step_by(connections).cloned().collect();
        tokio::spawn(async move {
            for chunk in mine {
                let mut copy = connection.copy_in_raw("copy event from stdin (format binary)").await.expect("copy in");
                copy.send(chunk).await.expect("rows");
                copy.finish().await.expect("commit");
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("the copy");
    }
}
