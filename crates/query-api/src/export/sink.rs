//! Where the rows go, in one of two formats.

use std::io::Write;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{BATCH_ROWS, ExportError, ndjson};

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet, columns compressed with zstd.
    Parquet,
    /// A JSON object per line; what an event does not have is left out.
    Ndjson,
}

/// A file in the making.
pub enum Sink<W: Write + Send> {
    /// See [`Format::Parquet`].
    Parquet(Box<ArrowWriter<W>>),
    /// See [`Format::Ndjson`].
    Ndjson(W),
}

impl<W: Write + Send> Sink<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// When it takes nothing.
    pub fn begin(format: Format, schema: Arc<Schema>, file: W) -> Result<Self, ExportError> {
        Ok(match format {
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(BATCH_ROWS))
                    .build();
                Self::Parquet(Box::new(ArrowWriter::try_new(file, schema, Some(properties))?))
            }
            Format::Ndjson => Self::Ndjson(file),
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ExportError> {
        match self {
            Self::Parquet(writer) => Ok(writer.write(batch)?),
            Self::Ndjson(file) => ndjson::write(file, batch),
        }
    }

    /// Ends the file, and returns it. Without this a Parquet file cannot be read.
    ///
    /// # Errors
    /// When it takes no more.
    pub fn end(self) -> Result<W, ExportError> {
        Ok(match self {
            Self::Parquet(writer) => (*writer).into_inner()?,
            Self::Ndjson(file) => file,
        })
    }
}
