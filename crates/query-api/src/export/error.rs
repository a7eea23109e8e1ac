//! Why an export ends before its end.

/// An export that could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database refuses.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// A segment is damaged.
    #[error(transparent)]
    Corrupt(#[from] analysis::cell::Corrupt),
    /// A segment's description is damaged.
    #[error("a segment's description cannot be read: {0}")]
    Meta(#[from] serde_json::Error),
    /// The table cannot be made.
    #[error(transparent)]
    Table(#[from] arrow_schema::ArrowError),
    /// The file cannot be written.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A thread ended early.
    #[error(transparent)]
    Thread(#[from] tokio::task::JoinError),
}
