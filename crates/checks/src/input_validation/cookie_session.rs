//! Whether browsers carry a session to this API by themselves, which is what cross-site requests live on.

use model::{Confidence, Credential};

use crate::TargetProbe;
use crate::text::set_cookie::cookies_set;

/// How sure it is that a cookie which other sites' forms carry along authenticates users; `None` when nothing speaks for it.
///
/// Firm when a session cookie without `SameSite=Lax` or `Strict` was set or given; tentative when there is only a login form.
pub(super) fn carried(probe: &TargetProbe<'_>) -> Option<Confidence> {
    let given = probe.target.identities.iter().any(|i| matches!(i.credential, Some(Credential::Cookie(_))));
    let sessions: Vec<_> = probe
        .observations
        .exchanges
        .iter()
        .flat_map(|exchange| cookies_set(exchange, probe.target.now))
        .filter(|cookie| cookie.role().authenticates())
        .collect();
    let kept_home = |policy: &Option<String>| matches!(policy.as_deref(), Some("lax" | "strict"));
    if !sessions.is_empty() {
        return sessions.iter().any(|c| !kept_home(&c.same_site)).then_some(Confidence::Firm);
    }
    let logs_in = probe.surface.forms.iter().any(|form| form.fields.iter().any(|field| field.kind == "password"));
    if given { Some(Confidence::Firm) } else { logs_in.then_some(Confidence::Tentative) }
}
