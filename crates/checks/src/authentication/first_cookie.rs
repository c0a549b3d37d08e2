//! The page to try a cookie on.

use std::sync::Arc;

use model::{Exchange, Method};

use crate::TargetProbe;
use crate::text::set_cookie::{SetCookie, cookies_set};

/// The first cookie of this kind that an ordinary page set on somebody without credentials, and the exchange.
pub(super) fn set_by_page<'a>(
    probe: &TargetProbe<'a>,
    wanted: fn(&SetCookie) -> bool,
) -> Option<(&'a Arc<Exchange>, SetCookie)> {
    let is_page = |exchange: &&Arc<Exchange>| {
        let request = &exchange.request;
        request.is_clean()
            && request.method == Method::GET
            && request.identity.is_none()
            && !request.follow
            && exchange.is_success()
    };
    probe.observations.exchanges.iter().filter(is_page).find_map(|exchange| {
        cookies_set(exchange, probe.target.now).into_iter().find(wanted).map(|cookie| (exchange, cookie))
    })
}
