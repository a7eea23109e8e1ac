//! Rows in Postgres' binary COPY format.
//!
//! Source of the format: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format", and the send and
//! receive functions of the column types.

use bytes::{BufMut as _, BytesMut};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Result, Transaction};

/// Rows encoded for one table. Each row starts with [`Rows::row`] and then holds exactly the announced columns.
#[derive(Debug, Default)]
pub struct Rows {
    buffer: BytesMut,
    rows: usize,
}

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// 2000-01-01, from which Postgres counts, in microseconds since 1970.
const EPOCH_2000_MICROS: i64 = 946_684_800_000_000;

impl Rows {
    /// Begins a row of `columns` columns.
    pub fn row(&mut self, columns: i16) -> &mut Self {
        if self.rows == 0 {
            self.buffer.reserve(16 * 1024);
            self.buffer.put_slice(SIGNATURE);
            self.buffer.put_i32(0); // flags
            self.buffer.put_i32(0); // length of the header's extension
        }
        self.rows += 1;
        self.buffer.put_i16(columns);
        self
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// No row so far.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Bytes so far.
    pub fn byte_len(&self) -> usize {
        self.buffer.len()
    }

    pub(crate) fn int2(&mut self, value: i16) -> &mut Self {
        self.buffer.put_i32(2);
        self.buffer.put_i16(value);
        self
    }

    pub(crate) fn int4(&mut self, value: i32) -> &mut Self {
        self.buffer.put_i32(4);
        self.buffer.put_i32(value);
        self
    }

    pub(crate) fn int8(&mut self, value: i64) -> &mut Self {
        self.buffer.put_i32(8);
        self.buffer.put_i64(value);
        self
    }

    pub(crate) fn float8(&mut self, value: f64) -> &mut Self {
        self.buffer.put_i32(8);
        self.buffer.put_f64(value);
        self
    }

    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.buffer.put_i32(1);
        self.buffer.put_u8(u8::from(value));
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        // Items are at most 64 KiB, so a length always fits.
        self.buffer.put_i32(value.len() as i32);
        self.buffer.put_slice(value);
        self
    }

    pub(crate) fn uuid(&mut self, value: Uuid) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn timestamptz(&mut self, value: DateTime<Utc>) -> &mut Self {
        self.int8(value.timestamp_micros() - EPOCH_2000_MICROS)
    }

    /// JSON text as jsonb, whose wire form is a version byte and the text.
    pub(crate) fn jsonb(&mut self, json: &str) -> &mut Self {
        self.buffer.put_i32(json.len() as i32 + 1);
        self.buffer.put_u8(1);
        self.buffer.put_slice(json.as_bytes());
        self
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => {
                self.buffer.put_i32(-1);
                self
            }
        }
    }

    /// Sends the rows to `statement`, a `copy … from stdin (format binary)`.
    pub(crate) async fn copy(mut self, tx: &mut Transaction, statement: &'static str) -> Result<u64> {
        if self.rows == 0 {
            return Ok(0);
        }
        self.buffer.put_i16(-1); // trailer
        let mut copy = tx.copy_in_raw(statement).await?;
        copy.send(self.buffer.freeze()).await?;
        Ok(copy.finish().await?)
    }
}
