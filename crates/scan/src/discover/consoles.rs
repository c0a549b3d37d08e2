//! Consoles and databases that link to nothing: where they list what they manage is asked for once one shows itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use checks::vocabulary::consoles;
use model::Exchange;

use super::asker::Asker;
use super::found::{Found, is_wanted};
use super::{page, well_known};

/// Most paths that are asked for.
const MOST: usize = 8;

/// Asks for what the responses say that there is; what one of them leads to may lead on. A page below the root speaks for its own
/// directory as well.
pub(super) async fn discover(
    shown: Vec<Arc<Exchange>>,
    asker: &Asker<'_>,
    found: &mut Found,
    missing: Option<&Exchange>,
) {
    let directory = asker.target.directory();
    let mut tried: BTreeSet<String> = BTreeSet::new();
    let mut left = shown;
    while let Some(exchange) = left.pop() {
        let named = consoles::shown_by(&exchange).flat_map(|console| console.paths.iter());
        let mut paths: Vec<String> = named
            .flat_map(|path| ["", directory].map(|base| format!("{}{path}", base.trim_end_matches('/'))))
            .collect();
        paths.dedup();
        paths.retain(|path| is_wanted(path, asker.target) && tried.len() < MOST && tried.insert(path.clone()));
        for (path, exchange) in asker.guess(&paths).await {
            if well_known::exists(&exchange, missing) {
                found.add(page::operation_at(&path));
                left.push(exchange);
            }
        }
    }
}
