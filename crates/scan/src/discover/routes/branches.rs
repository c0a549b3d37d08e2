//! Parts of an application that Django's debug page names by their prefix alone: what lies below one is on the page for a path below it
//! that does not exist.

use checks::judging::soft_404;
use model::{Depth, Exchange};

use super::super::asker::Asker;
use super::super::found::{Found, is_wanted};

/// Most prefixes that are asked about.
fn most(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 8,
        Depth::Deep => 30,
    }
}

/// Asks below the prefixes that the page for unknown paths names. One that is not there itself has been answered with the page already,
/// and one that leads to a login, as the admin does, has nothing to show before that.
pub(in super::super) async fn discover(asker: &Asker<'_>, found: &mut Found, missing: Option<&Exchange>) {
    let mut left = most(asker.target.depth);
    for path in missing.map(super::prefixes).unwrap_or_default() {
        if left == 0 {
            return;
        }
        if !is_wanted(&path, asker.target) {
            continue;
        }
        // A page that was read before is not asked again for this.
        let Some(page) = asker.get(&path).await else { continue };
        if page.status() == 404 || page.response().is_some_and(model::Response::is_redirect) {
            continue;
        }
        left -= 1;
        if let Some(below) = asker.get(&soft_404::sibling(asker.target.seed, &path)).await {
            super::read(&below, asker.target, found);
        }
    }
}
