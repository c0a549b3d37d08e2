//! Signals that ask the program to end: it says what it knows before it does.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The program ends this long after the first signal, whatever it hangs at: a pipe that nobody reads, a disk that does not answer.
/// A stopped scan reports within two seconds, and has five to undo what it did.
const PATIENCE: Duration = Duration::from_secs(15);

/// From now on the first signal of a kind that asks the program to end runs `stop`, and no signal ends it any more: it ends by itself,
/// with its report, or after [`PATIENCE`] with exit code 3.
///
/// The signals have a thread and a runtime of their own, so that they are heard whatever else is at work.
pub(crate) fn on_first(quiet: bool, stop: impl FnOnce() + Send + 'static) {
    let (ready, registered) = mpsc::channel::<()>();
    thread::spawn(move || {
        // Without a runtime the signals end the program as they always do.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            first(|| drop(ready)).await;
            if !quiet {
                eprintln!("middlebrick: stopping; what is known by now is reported");
            }
            stop();
            tokio::time::sleep(PATIENCE).await;
        });
        eprintln!("middlebrick: ended before the report was written");
        std::process::exit(3);
    });
    // Ends when the thread listens, or when it cannot.
    let _ = registered.recv();
}

/// Waits for the first signal; runs `ready` as soon as they are listened to.
#[cfg(unix)]
async fn first(ready: impl FnOnce()) {
    use tokio::signal::unix::{SignalKind, signal};
    // Ctrl-C, the signal with which a pipeline cancels a job, and a terminal or connection that is closed.
    let mut interrupt = signal(SignalKind::interrupt()).ok();
    let mut terminate = signal(SignalKind::terminate()).ok();
    let mut hang_up = if is_ignored(SignalKind::hangup()) { None } else { signal(SignalKind::hangup()).ok() };
    ready();
    tokio::select! {
        () = heard(&mut interrupt) => {}
        () = heard(&mut terminate) => {}
        () = heard(&mut hang_up) => {}
    }
}

/// Waits for a signal; for ever when it is not listened to.
#[cfg(unix)]
async fn heard(signal: &mut Option<tokio::signal::unix::Signal>) {
    let came = match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    };
    if !came {
        std::future::pending::<()>().await;
    }
}

/// Whether whoever started the program wants it to ignore the signal, as `nohup` does.
#[cfg(unix)]
fn is_ignored(kind: tokio::signal::unix::SignalKind) -> bool {
    // Linux shows it as a mask; elsewhere nothing tells it without a call that is not safe.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(kind.as_raw_value() - 1).is_ok_and(|bit| bit < 64 && mask & (1 << bit) != 0)
}

/// Waits for Ctrl-C; runs `ready` at once.
#[cfg(not(unix))]
async fn first(ready: impl FnOnce()) {
    ready();
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
