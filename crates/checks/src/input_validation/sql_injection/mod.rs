use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Parameter, ParameterIn, Rule, SchemaType,
    Severity, Tag,
};

use super::reflection::{self, Marked};
use super::statement_error;
use crate::calling::{inputs, login};
use crate::experiments::{payload_refusal, repetition};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

mod condition;
mod log_in;
mod statement;

use condition::{Condition, Named};

pub(crate) static RULE: Rule = Rule {
    id: "sql-injection",
    aliases: &[],
    title: "SQL injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[89],
    tags: &[Tag::Injection],
    risk: "An attacker can read, and often change, any table of the database.",
    fix: "Pass values as bound parameters; choose column names from a fixed list.",
    references: &[
        "https://owasp.org/www-community/attacks/SQL_Injection",
        "https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 9).more_when_deep(24).proof(4 + repetition::REQUESTS),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && inputs::all(operation).next().is_some(),
        in_bodies: Some(|operation| inputs::fields_of_body(operation).next().is_some()),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Each parameter that makes a difference: first the conditions that fit its value, then the pair of quotes.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if let Some(fields) = login::fields(probe.operation) {
        return probe_login(probe, fields, found).await;
    }
    let marked = match reflection::of(probe).await {
        Err(NotTested::NoCredentials) => return probe_guard(probe, found).await,
        marked => marked?,
    };
    let mut any = false;
    for parameter in inputs::all(probe.operation).take(inputs::MOST) {
        let prober = Prober { probe, parameter, value: inputs::ordinary(probe, parameter) };
        // A search that swallows errors and finds nothing for a made-up word answers alike whatever is sent.
        let searches = suggests(&parameter.name, Kind::Search);
        if searches || reflection::makes_a_difference(probe, &marked, parameter.place, &parameter.name) {
            any = true;
            found.extend(prober.probe(&marked).await?);
        }
    }
    if !any {
        return Err(NotTested::inconclusive("no parameter changed the response"));
    }
    payload_refusal::end(probe, found).await
}

/// Both fields of a log-in. Whoever was let in by one proves no more by the other, and each proof logs somebody in.
async fn probe_login(
    probe: &OperationProbe<'_>,
    fields: login::Fields<'_>,
    found: &mut Findings,
) -> Result<(), NotTested> {
    for parameter in [fields.user, fields.password] {
        let prober = Prober { probe, parameter, value: inputs::ordinary(probe, parameter) };
        found.extend(prober.log_in().await?);
        if !found.is_empty() {
            break;
        }
    }
    Ok(())
}

/// An operation that refuses the caller has looked the caller up: one quote in what it looked for, then two.
async fn probe_guard(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    const MOST: usize = 2;
    let read_by_guards = |p: &&Parameter| p.place != ParameterIn::Query;
    for parameter in inputs::all(probe.operation).filter(read_by_guards).take(MOST) {
        let prober = Prober { probe, parameter, value: inputs::ordinary(probe, parameter) };
        let plain = prober.send(&prober.value).await?;
        let quoted = prober.send(&format!("{}'", prober.value)).await?;
        found.extend(prober.statement(&plain, &quoted).await?);
    }
    Err(NotTested::NoCredentials)
}

struct Prober<'a, 'p> {
    probe: &'a OperationProbe<'p>,
    parameter: &'a Parameter,
    value: String,
}

/// An answer and what it says with the value put back in the place of the payload.
struct Answer {
    exchange: Arc<Exchange>,
    fingerprint: ResponseFingerprint,
}

impl Answer {
    fn complaint(&self) -> Option<String> {
        statement_error::in_text(&self.exchange.text())
    }
}

impl Prober<'_, '_> {
    async fn send(&self, payload: &str) -> Result<Answer, NotTested> {
        let exchange = self.probe.send(inputs::with(self.probe, self.parameter, payload)).await?;
        let fingerprint = ResponseFingerprint::of(&exchange, payload, &self.value);
        Ok(Answer { exchange, fingerprint })
    }

    async fn probe(&self, marked: &[Marked]) -> Result<Option<Finding>, NotTested> {
        let plain = self.send(&self.value).await?;
        let numeric = self.value.parse::<f64>().is_ok();
        let declared_number = matches!(self.parameter.schema.kind, SchemaType::Integer | SchemaType::Number)
            && !inputs::takes_text(self.parameter, self.probe.operation);
        // A path that no text reaches, because its converter refuses it, still deserves one condition on the number.
        let refused = declared_number || self.parameter.place == ParameterIn::Path && is_refused(marked);
        // Where the database says what it stumbled over, that is the shortest proof. The quotes of the marks are the first to tell.
        let complains = |response: &Answer| response.complaint().is_some();
        let may_complain = !complains(&plain);
        if let Some(finding) = self.column(&plain).await? {
            return Ok(Some(finding));
        }
        // The mark held quotes: where it fails as everything does, and no database complains, no further quote shows more.
        let failed = |response: &Answer| response.exchange.status() >= 500;
        if failed(&plain)
            && may_complain
            && reflection::fails_in_silence(marked, self.parameter.place, &self.parameter.name)
        {
            return Ok(None);
        }
        let quoted = if refused { None } else { Some(self.send(&format!("{}'", self.value)).await?) };
        let mark = reflection::complained(marked, self.parameter.place, &self.parameter.name);
        if let Some((quoted, mark)) = quoted.as_ref().filter(|quoted| complains(quoted) && may_complain).zip(mark)
            && let Some(finding) = self.token_of_mark(&plain, quoted, mark)
        {
            return Ok(Some(finding));
        }
        // What complains of anything, such as of another parameter, complains of a quote in its own words.
        if quoted.as_ref().is_some_and(|quoted| complains(quoted) && quoted.fingerprint != plain.fingerprint)
            && let Some(finding) = self.token(&plain).await?
        {
            return Ok(Some(finding));
        }
        let finds = plain.fingerprint.has_content();
        let has_effect = quoted.as_ref().is_some_and(|quoted| failed(quoted) && !failed(&plain));
        let unmoved = finds && quoted.as_ref().is_some_and(|quoted| quoted.fingerprint == plain.fingerprint);
        let named = self.named();
        if unmoved && named != Named::Search {
            return Ok(None);
        }
        let fitting = condition::that_fit(finds && !unmoved, numeric, named);
        for condition in fitting.filter(|c| !refused || !c.needs_text()) {
            if let Some(finding) = self.condition(&plain, condition, has_effect).await? {
                return Ok(Some(finding));
            }
        }
        match quoted {
            Some(quoted) => self.statement(&plain, &quoted).await,
            None => Ok(None),
        }
    }

    fn named(&self) -> Named {
        let name = &self.parameter.name;
        if suggests(name, Kind::Order) {
            Named::Order
        } else if suggests(name, Kind::Search) {
            Named::Search
        } else {
            Named::Nothing
        }
    }

    /// True, then false; on a difference both again with other numbers, until chance is no explanation.
    async fn condition(
        &self,
        plain: &Answer,
        condition: &Condition,
        has_effect: bool,
    ) -> Result<Option<Finding>, NotTested> {
        let first = self.send(&condition.payload(&self.value, '7', '8')).await?;
        if !condition.may_hold(&plain.fingerprint, &first.fingerprint) {
            return Ok(None);
        }
        let no = self.send(&condition.payload(&self.value, '8', '7')).await?;
        let is_false = condition.may_be_false(&plain.fingerprint, &no.fingerprint);
        if no.fingerprint == first.fingerprint || no.exchange.status() >= 500 || !is_false {
            return Ok(None);
        }
        let again = self.send(&condition.payload(&self.value, '3', '5')).await?;
        let no_again = self.send(&condition.payload(&self.value, '5', '3')).await?;
        if again.fingerprint != first.fingerprint || no_again.fingerprint != no.fingerprint {
            return Ok(None);
        }
        for (number, yes) in repetition::order(has_effect).iter().copied().enumerate() {
            let (a, b) = digits(number);
            let (a, b) = if yes { (a, b) } else { (b, a) };
            let response = self.send(&condition.payload(&self.value, a, b)).await?;
            if response.fingerprint != if yes { &first } else { &no }.fingerprint {
                return Ok(None);
            }
        }
        let side = |answer: &Answer, a: char, b: char, shows: &str| {
            Evidence::new(&answer.exchange, format!("`{}`: {shows}", condition.payload(&self.value, a, b)))
        };
        let finding = self
            .finding(Confidence::Confirmed, side(&first, '7', '8', condition.meaning))
            .also(side(&no, '8', '7', "false, and the response is another one"))
            .also(side(&again, '3', '5', "true again: the response to the first true condition"))
            .also(side(&no_again, '5', '3', "false again: the response to the first false condition"));
        Ok(Some(finding.also(ordinary(plain))))
    }

    fn finding(&self, confidence: Confidence, evidence: Evidence) -> Finding {
        let location = self.probe.location().parameter(self.parameter.place.id(), &self.parameter.name);
        Finding::new(&RULE, confidence, location, evidence)
    }
}

/// The control: what the value brings without a payload.
fn ordinary(plain: &Answer) -> Evidence {
    Evidence::new(&plain.exchange, format!("status {} for the value alone", plain.exchange.status()))
}

/// The smaller and the larger number of a further condition, each pair once.
fn digits(number: usize) -> (char, char) {
    let digit = |value: usize| char::from_digit(value as u32, 10).unwrap_or('0');
    (digit(1 + number / 4), digit(6 + number % 4))
}

fn is_refused(marked: &[Marked]) -> bool {
    marked.iter().any(|m| m.exchange.status() == 404 && m.marks.iter().any(|k| k.place == ParameterIn::Path))
}

#[cfg(test)]
mod tests;
