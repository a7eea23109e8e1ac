//! Counting beside the server's own threads.

use analysis::history::{Cancel, Cancelled};

use crate::{ApiError, QueryState};

/// Runs an analysis on a blocking thread, when it is its turn. When the caller goes away the analysis ends soon.
///
/// # Errors
/// What a fault in it was; [`ApiError::Busy`] when the server stops.
pub(crate) async fn run<T: Send + 'static>(
    state: &QueryState,
    analysis: impl FnOnce(&Cancel) -> Result<T, Cancelled> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = state.engine().turns().acquire_owned().await.map_err(|_| ApiError::Busy("the server stops"))?;
    let cancel = CancelOnDrop(Cancel::default());
    let told = cancel.0.clone();
    let counted = tokio::task::spawn_blocking(move || {
        let counted = analysis(&told);
        drop(turn);
        counted
    });
    match counted.await {
        Ok(Ok(counted)) => Ok(counted),
        Ok(Err(Cancelled)) => Err(ApiError::Busy("the analysis was cancelled")),
        Err(error) => Err(ApiError::Fault(format!("an analysis ended: {error}"))),
    }
}

/// Nobody waits for an analysis whose future is gone.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
