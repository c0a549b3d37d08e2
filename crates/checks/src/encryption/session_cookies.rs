//! The cookies that authenticate; what other cookies do is their owner's affair.

use model::{Confidence, Evidence, Finding, Location, Rule};

use crate::ObservedExchange;
use crate::text::set_cookie::{SetCookie, cookies_set};

/// Visits every cookie that authenticates and is set by the exchange; comes to whether there was one.
pub(super) fn each(observed: &ObservedExchange<'_>, visit: impl FnMut(&SetCookie)) -> bool {
    let cookies = cookies_set(observed.exchange, observed.target.now);
    let mut authenticating = cookies.iter().filter(|cookie| cookie.role().authenticates()).peekable();
    let any = authenticating.peek().is_some();
    authenticating.for_each(visit);
    any
}

/// The finding that the cookie is set so.
pub(super) fn finding(rule: &'static Rule, observed: &ObservedExchange<'_>, cookie: &SetCookie, how: &str) -> Finding {
    let location = Location::host().parameter("cookie", &cookie.name);
    let evidence = Evidence::new(observed.exchange, format!("the cookie {} is {how}", cookie.name));
    Finding::new(rule, Confidence::Firm, location, evidence).hiding(&cookie.value)
}
