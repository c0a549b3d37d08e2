//! What only computes runs on threads of its own, so that clocks, signals and other scans of the process are served meanwhile.

use std::panic::resume_unwind;

/// Runs it there and waits for it. When nobody waits any more it goes on to its end.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is about to end, and this future with it.
            Err(_) => std::future::pending().await,
        },
    }
}
