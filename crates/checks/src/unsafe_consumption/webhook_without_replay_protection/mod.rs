use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Surface,
};

use super::webhooks;
use crate::judging::access;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "webhook-without-replay-protection",
    aliases: &[],
    title: "Webhook replay: a signed delivery is accepted twice",
    category: Category::UnsafeConsumption,
    severity: Severity::Low,
    cwe: &[294],
    tags: &[],
    risk: "An attacker who captures a delivery sends it again: the same payment is booked twice.",
    fix: "Sign a timestamp and an ID too, reject old deliveries, and accept each ID once.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/",
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(on_end), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let signed: Vec<&Operation> = webhooks::receivers(surface).filter(|o| webhooks::declares_signature(o)).collect();
    if signed.is_empty() {
        return Err(NotTested::not_applicable("no signed webhook is declared"));
    }
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    found.extend(signed.into_iter().filter_map(|receiver| judge(receiver, witness)));
    Ok(())
}

fn judge(receiver: &Operation, witness: &Arc<Exchange>) -> Option<Finding> {
    let shows = format!("{} declares a signature, but neither a time nor a number of the delivery", receiver.name());
    let evidence = Evidence::new(witness, shows);
    (!webhooks::declares_uniqueness(receiver))
        .then(|| Finding::new(&RULE, Confidence::Tentative, Location::of(receiver), evidence))
}

#[cfg(test)]
mod tests {
    use model::{Method, Parameter, ParameterIn, Schema, SchemaType};

    use super::*;
    use crate::samples;

    #[test]
    fn a_time_or_number_is_enough() {
        let found = |names: &[&str]| {
            let mut receiver = samples::operation(Method::POST, "/webhooks/payments");
            receiver.parameters = names
                .iter()
                .map(|name| Parameter {
                    name: (*name).to_owned(),
                    place: ParameterIn::Header,
                    required: true,
                    schema: Schema::of(SchemaType::String),
                    example: None,
                    repeated: false,
                })
                .collect();
            judge(&receiver, &samples::exchange("/openapi.json", 200, "{}")).is_some()
        };
        assert!(found(&["X-Signature"]));
        assert!(!found(&["X-Signature", "X-Timestamp"]));
        assert!(!found(&["X-Hub-Signature-256", "X-GitHub-Delivery"]));
        assert!(!found(&["Stripe-Signature"]));
    }
}
