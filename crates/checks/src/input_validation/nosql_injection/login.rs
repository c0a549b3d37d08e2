//! A login whose query takes operators in the place of the name and the password.

use std::sync::Arc;

use model::{Confidence, Evidence, Exchange, Finding, NotTested, Rule};

use super::operator::{Way, fingerprint, takes_json};
use crate::OperationProbe;
use crate::calling::{body, inputs, login, request};
use crate::experiments::repetition;

/// `$ne` for both fields is let in, `$eq` and what is no operator are refused like a wrong password, time and again.
pub(super) async fn prove(
    probe: &OperationProbe<'_>,
    fields: login::Fields<'_>,
    rule: &'static Rule,
) -> Result<Option<Finding>, NotTested> {
    let plain = probe.send(inputs::with(probe, fields.user, &inputs::ordinary(probe, fields.user))).await?;
    if !login::is_rejection(&plain) {
        return Err(NotTested::inconclusive(format!(
            "a wrong username and password return {}, which says nothing of either",
            plain.status()
        )));
    }
    let way = if takes_json(probe) { Way::Member } else { Way::Brackets };
    let send = async |operator: &str, purpose: &str| -> Result<Arc<Exchange>, NotTested> {
        let word = probe.canary(purpose);
        let request = match way {
            Way::Member => {
                let value = serde_json::json!({ operator: word });
                let both = [(fields.user.name.as_str(), value.clone()), (fields.password.name.as_str(), value)];
                probe.request_with_fields(&both)
            }
            Way::Json | Way::Brackets => {
                let both = [fields.user, fields.password];
                let words = both.map(|field| request::Value::of(field, &word));
                both.iter().fold(probe.request_with(&words), |request, field| {
                    body::with_operator(request, &field.name, &word, operator)
                })
            }
        };
        probe.send(request.altered("body", &fields.user.name, &word)).await
    };
    let is_let_in = |e: &Exchange| matches!(e.status(), 200..=399) && !login::is_rejection(e);
    let first = send("$ne", "first").await?;
    if !is_let_in(&first) {
        return Ok(None);
    }
    let (equal, unknown) = (send("$eq", "first").await?, send("$zz", "first").await?);
    if is_let_in(&equal) || is_let_in(&unknown) || fingerprint(&first, "") == fingerprint(&equal, "") {
        return Ok(None);
    }
    for (number, ne) in repetition::ORDER[..repetition::ORDER.len() / 2].iter().enumerate() {
        let response = send(if *ne { "$ne" } else { "$eq" }, &format!("further {number}")).await?;
        if is_let_in(&response) != *ne {
            return Ok(None);
        }
    }
    let location = probe.location().parameter("body", &fields.password.name);
    let evidence = Evidence::new(&first, "`$ne` (not equal) with a random word as name and password is let in");
    let finding = Finding::new(rule, Confidence::Confirmed, location, evidence)
        .also(Evidence::new(&equal, "`$eq` (equal) with the same word is refused"))
        .also(Evidence::new(&unknown, "`$zz`, which is not an operator, is refused"));
    Ok(Some(finding.also(Evidence::new(&plain, "a username and password that do not exist are refused"))))
}
