//! Whether a guarded operation reads a credential from the address, which no document says: it responds otherwise once one is there.

use std::sync::Arc;

use model::{Confidence, Credential, Evidence, Exchange, Finding, NotTested, Rule};

use super::authorization;
use crate::experiments::query_names::{self, NAMES};
use crate::{Findings, TargetProbe};

/// Guarded operations that are asked.
const MOST: usize = 2;

/// What [`probe`] sends at most: with all names, with another name as the control, once more with all names and without them,
/// and with half of the names each time.
pub(super) const REQUESTS: u32 = authorization::REQUESTS + MOST as u32 + 6;

/// Asks guarded operations with a credential in the address under all the usual names: the user's own, or else one that nobody issued. Where
/// the response changes, the name is singled out.
pub(super) async fn probe(probe: &TargetProbe<'_>, found: &mut Findings, rule: &'static Rule) -> Result<(), NotTested> {
    let value = own(probe).unwrap_or_else(|| query_names::made_up(probe));
    let guarded = match authorization::responses(probe).await {
        // What documents and refusals say is judged all the same.
        Err(NotTested::NotApplicable(_)) => return Ok(()),
        guarded => guarded?,
    };
    for guarded in guarded.into_iter().take(MOST) {
        let anonymous = &guarded.anonymous;
        let with = |names: &[&str]| query_names::with(&anonymous.request, names, &value);
        let differs = |response: &Exchange| differs(anonymous, response);
        let mut told = probe.response_to(with(&NAMES)).await?;
        if !differs(&told) {
            continue;
        }
        // A server that refuses whatever it does not know says the same of any name.
        let other = probe.canary("name");
        if differs(&*probe.response_to(with(&[&other])).await?) {
            return Err(NotTested::inconclusive("any parameter changes the response"));
        }
        let again = probe.response_to(with(&NAMES).fresh()).await?;
        let without = probe.response_to(anonymous.request.clone().fresh()).await?;
        if again.status() != told.status() || without.status() != anonymous.status() {
            return Err(NotTested::inconclusive("the response varies by itself"));
        }
        let mut names = NAMES.to_vec();
        while names.len() > 1 {
            let second = names.split_off(names.len() / 2);
            // When the budget ends here, that one of the names is read is known all the same.
            let Ok(response) = probe.response_to(with(&names)).await else {
                names.extend(second);
                break;
            };
            if differs(&response) {
                told = response;
            } else {
                names = second;
            }
        }
        found.push(finding(rule, probe, anonymous, &told, &names).hiding(&value));
        return Ok(());
    }
    Ok(())
}

fn finding(
    rule: &'static Rule,
    probe: &TargetProbe<'_>,
    anonymous: &Arc<Exchange>,
    told: &Arc<Exchange>,
    names: &[&str],
) -> Finding {
    let which = if let [name] = names { (*name).to_owned() } else { format!("one of {}", names.join(", ")) };
    let said = format!("status {} with the query parameter {which}", told.status());
    let at = crate::place(probe.surface, anonymous);
    let location = if let [name] = names { at.parameter("query", name) } else { at };
    Finding::new(rule, Confidence::Firm, location, Evidence::new(told, said))
        .also(Evidence::new(anonymous, format!("status {} without it", anonymous.status())))
}

/// The user's token or key.
fn own(probe: &TargetProbe<'_>) -> Option<String> {
    match probe.target.identities.first()?.credential.as_ref()? {
        Credential::Bearer(secret) | Credential::ApiKey { value: secret, .. } => Some(secret.expose().to_owned()),
        Credential::Basic { .. } | Credential::Cookie(_) => None,
    }
}

/// Whether the credential was looked at: it let in, or was refused otherwise than none.
fn differs(anonymous: &Exchange, response: &Exchange) -> bool {
    response.status() != anonymous.status() && (response.is_success() || matches!(response.status(), 401 | 403))
}

#[cfg(test)]
mod tests {
    use model::Method;

    use crate::authentication::api_key_in_query::CHECK;
    use crate::samples::{operation, surface};
    use crate::scripted::{Said, Scripted};

    async fn found(script: impl Fn(&str) -> u16 + Send + Sync + 'static) -> Vec<String> {
        let script = Scripted::new(move |request, _| Said::json(script(&request.target), "{}"));
        let ran = script.run(&CHECK, &surface(vec![operation(Method::GET, "/gauges")])).await;
        ran.found.iter().map(|f| format!("{:?}", f.location)).collect()
    }

    #[tokio::test]
    async fn a_key_in_the_address_is_noticed_by_what_it_changes() {
        for name in ["apikey", "token", "jwt", "access_token"] {
            let found = found(move |target| {
                if target.contains(&format!("&{name}=")) || target.contains(&format!("?{name}=")) { 403 } else { 401 }
            })
            .await;
            assert!(found.len() == 1 && found[0].contains(name), "{name}: {found:?}");
        }
    }

    #[tokio::test]
    async fn other_refusals_are_no_sign() {
        assert!(found(|_| 401).await.is_empty());
        assert!(found(|target| if target.contains('?') { 403 } else { 401 }).await.is_empty(), "whatever the name");
        assert!(found(|target| if target.contains("token") { 400 } else { 401 }).await.is_empty(), "a strict schema");
    }
}
