//! What a running scan shows on standard error.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Event, Severity, counted};
use wire::Listener;

/// A progress bar that listens to the scan's events; silent when standard error is no terminal or `quiet`.
pub(crate) fn bar(quiet: bool) -> (ProgressBar, Listener) {
    let bar = ProgressBar::new(0);
    if quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bar:24} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    let listening = bar.clone();
    let listener: Listener = Arc::new(move |event| show(&listening, &event));
    (bar, listener)
}

fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::Started { .. } => bar.set_message("looking around"),
        Event::SurfaceFound { operations, .. } => bar.set_message(counted(operations, "operation")),
        Event::RoundStarted { tasks, .. } => bar.set_length(bar.position() + *tasks as u64),
        Event::TaskDone => bar.inc(1),
        Event::ExchangeMade { requests, .. } => bar.set_message(counted(requests, "request")),
        Event::FindingMade { rule, severity, .. } if *severity >= Severity::High => {
            bar.println(format!("{severity}: {rule}"));
        }
        Event::FindingMade { .. } => {}
        Event::SlowedDown { why } => bar.println(why),
        Event::Finished => bar.finish_and_clear(),
    }
}
