//! `middlebrick cleanup`: removes what a scan left that ended before its time.

use engine::{Ending, System};
use model::Redactor;
use report::plain;

use super::arguments::CleanupOptions;
use super::fault::Fault;
use super::{files, request};

pub(crate) fn run(options: &CleanupOptions) -> Result<Ending, Fault> {
    let request = request::of_target(&options.target)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}")))?;
    let undone = runtime.block_on(engine::cleanup(&request, &options.left, &System))?;
    let mut out = format!("Removed: {}\n", undone.removed.len());
    for created in &undone.removed {
        out.push_str(&format!("  {}\n", shown(&created.undo.to_string())));
    }
    out.push_str(&format!("Still there: {}\n", undone.left.len()));
    for (created, why) in &undone.left {
        out.push_str(&format!("  {}\n", shown(&format!("{} {why}", created.undo))));
    }
    if !undone.unknown.is_empty() {
        out.push_str("Unknown what these created; check by hand:\n");
        for sent in &undone.unknown {
            out.push_str(&format!("  {}\n", shown(&sent.to_string())));
        }
    }
    files::print(&out)?;
    Ok(match (undone.left.is_empty(), undone.unknown.is_empty()) {
        (false, _) => Ending::Failed,
        (true, false) => Ending::Incomplete,
        (true, true) => Ending::Passed,
    })
}

fn shown(text: &str) -> String {
    plain(&Redactor::new().text(text))
}
