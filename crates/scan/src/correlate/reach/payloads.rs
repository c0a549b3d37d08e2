//! Whether something in front of the API refuses requests for the payloads in them, and lets ordinary ones pass.

use std::collections::BTreeSet;

use checks::judging::volatile;
use model::{Exchange, counted};
use wire::Recorded;

/// How firewalls refuse a request for what is in it: by RFC 9110, and by habit.
const REFUSALS: [u16; 5] = [403, 406, 418, 444, 999];
/// Refusals of one page that are needed to tell, and the places that they are of.
const LEAST: usize = 6;
const PLACES: usize = 2;
/// Most refusals that are compared with each other.
const COMPARED: usize = 200;

/// What it says where most requests with a payload that were refused got one page, and their places answer ordinary requests with success.
pub(in crate::correlate) fn refused(records: &[Recorded]) -> Option<String> {
    sentence(&records.iter().map(|record| record.exchange.as_ref()).collect::<Vec<_>>())
}

fn sentence(exchanges: &[&Exchange]) -> Option<String> {
    let open: BTreeSet<&str> =
        exchanges.iter().filter(|e| e.request.is_clean() && e.is_success()).map(|e| e.request.path()).collect();
    let with: Vec<&&Exchange> =
        exchanges.iter().filter(|e| !e.request.is_clean() && open.contains(e.request.path())).collect();
    let refused: Vec<&&Exchange> =
        with.iter().copied().filter(|e| REFUSALS.contains(&e.status())).take(COMPARED).collect();
    let first = refused.first()?;
    let alike: Vec<&&Exchange> = refused.iter().copied().filter(|e| volatile::same_page(first, e)).collect();
    let places: BTreeSet<&str> = alike.iter().map(|e| e.request.path()).collect();
    // A refusal of the API's own is about one operation, or says each time what is wrong.
    if alike.len() < LEAST || places.len() < PLACES || alike.len() * 4 < refused.len() * 3 {
        return None;
    }
    Some(format!(
        "a firewall in front of the API refused {} of {} with a payload ({}), while the same requests without one pass, so what it let \
         through was tested and not the API itself; allow this client through, or scan from behind it",
        alike.len(),
        counted(with.len(), "request"),
        first.status()
    ))
}

#[cfg(test)]
mod tests {
    use super::super::samples::exchange;
    use super::*;

    fn with_payload(path: &str, status: u16, body: &str) -> Exchange {
        let mut exchange = exchange(path, status, body);
        exchange.request = exchange.request.altered("query", "q", "' or 1=1");
        exchange
    }

    #[test]
    fn one_page_for_payloads_at_places_that_are_open_is_a_firewall() {
        let told = |refused: &dyn Fn(usize) -> Exchange| {
            let mut all = vec![exchange("/songs", 200, "[7]"), exchange("/choirs", 200, "[7]")];
            all.extend((0..8).map(refused));
            sentence(&all.iter().collect::<Vec<_>>())
        };
        let path = |at: usize| ["/songs", "/choirs"][at % 2];
        let page = |at: usize| format!("<h1>Blocked</h1><p>Request was refused, number {}</p>", 100_000_000 + at);
        let said = told(&|at| with_payload(path(at), 403, &page(at))).unwrap();
        assert!(
            said.starts_with("a firewall in front of the API refused 8 of 8 requests with a payload (403)"),
            "{said}"
        );
        assert!(told(&|at| with_payload("/songs", 403, &page(at))).is_none(), "one operation");
        assert!(told(&|at| with_payload(["/locked", "/shut"][at % 2], 403, &page(at))).is_none(), "refused anyway");
        assert!(told(&|at| with_payload(path(at), 400, &page(at))).is_none(), "a validation");
        assert!(told(&|at| exchange(path(at), 403, &page(at))).is_none(), "without a payload");
    }
}
