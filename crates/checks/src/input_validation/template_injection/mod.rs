use model::{
    Category, Confidence, Evidence, Finding, Location, Method, NotTested, Parameter, Request, Rule, Severity, Tag,
};

use super::reflection::{self, Echo, Mark, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::text::percent;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "template-injection",
    aliases: &[],
    title: "Server-side template injection (SSTI)",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[1336, 94],
    tags: &[Tag::Injection, Tag::Flask],
    risk: "An attacker who sends a template expression can run code on the server.",
    fix: "Pass values to a constant template; never build the template text from the request.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/18-Testing_for_Server-side_Template_Injection",
        "https://portswigger.net/web-security/server-side-template-injection",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 2),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| inputs::takes_any_text(operation),
        in_bodies: Some(inputs::body_takes_text),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        on_surface: Some(|probe, found| Box::pin(probe_missing_path(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Reads whether `{{A*B}}` in the marks was computed. Where a mark only came back, and came back as it was sent, as the text of a template
/// would, asks once more in the syntax of Mako and the expression languages of Java.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let all = reflection::of(probe).await?;
    for marked in &all {
        let elsewhere = reflection::error_page(probe, marked).await?;
        if elsewhere.is_some_and(|page| page.echoes().any(|(_, echo)| echo.computed)) {
            continue;
        }
        for (mark, echo) in marked.echoes() {
            let Some(parameter) = parameter(probe, mark) else { continue };
            if echo.computed {
                let again = Arithmetic::new(probe, &mark.canary, "{{", "}}");
                let second = probe.send(inputs::with(probe, parameter, &again.payload)).await?;
                if again.computed(&second.text()) {
                    let control = Evidence::new(&second, format!("other factors, other product: {}", again.product()));
                    found.push(finding(marked, mark, &echo, &probe.location()).also(control));
                    return Ok(());
                }
            }
        }
    }
    let comes_back =
        |marked: &Marked, (mark, echo): &(&Mark, Echo)| echo.in_body && !echo.computed && marked.repeats(mark);
    let repeated = all.iter().find_map(|marked| {
        let (mark, _) = marked.echoes().find(|echoed| comes_back(marked, echoed))?;
        Some((parameter(probe, mark)?, mark))
    });
    if let Some((parameter, mark)) = repeated {
        let dollar = Arithmetic::new(probe, &mark.canary, "${", "}");
        let exchange = probe.send(inputs::with(probe, parameter, &dollar.payload)).await?;
        if dollar.computed(&exchange.text()) {
            let evidence = Evidence::new(&exchange, format!("{} came back as {}", dollar.payload, dollar.product()));
            let location = probe.location().parameter(mark.place.id(), &mark.name);
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence));
        }
    }
    payload_refusal::end(probe, found).await
}

fn parameter<'p>(probe: &OperationProbe<'p>, mark: &Mark) -> Option<&'p Parameter> {
    probe.operation.parameters.iter().find(|p| p.place == mark.place && p.name == mark.name)
}

/// The page for paths that do not exist, which often repeats the path.
async fn probe_missing_path(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of_missing(probe).await?;
    let hit = marked.echoes().find(|(_, echo)| echo.computed);
    let Some((mark, echo)) = hit else { return Ok(()) };
    let again = Arithmetic::new(probe, &mark.canary, "{{", "}}");
    let request: Request =
        probe.get(format!("/{}", percent::encode(&again.payload))).altered("path", "", &again.payload);
    let second = probe.response_to(request).await?;
    if again.computed(&second.text()) {
        let control = Evidence::new(&second, format!("other factors, other product: {}", again.product()));
        found.push(finding(&marked, mark, &echo, &Location::at(Method::GET, "/")).also(control));
    }
    Ok(())
}

fn finding(marked: &Marked, mark: &Mark, echo: &Echo, location: &Location) -> Finding {
    let (a, b) = mark.factors;
    let place =
        if mark.name.is_empty() { location.clone() } else { location.clone().parameter(mark.place.id(), &mark.name) };
    let evidence = Evidence::new(&marked.exchange, format!("{{{{{a}*{b}}}}} was computed: {}", echo.excerpt));
    Finding::new(&RULE, Confidence::Confirmed, place, evidence)
}

/// A product between two words, in some template syntax.
struct Arithmetic {
    word: String,
    factors: (u32, u32),
    payload: String,
}

impl Arithmetic {
    fn new(probe: &TargetProbe<'_>, purpose: &str, open: &str, close: &str) -> Arithmetic {
        let word = probe.canary(&format!("{purpose}{open}"));
        let factors = reflection::factors(probe.target.seed, &word);
        let payload = format!("{word}{open}{}*{}{close}{word}", factors.0, factors.1);
        Arithmetic { word, factors, payload }
    }

    fn product(&self) -> u64 {
        u64::from(self.factors.0) * u64::from(self.factors.1)
    }

    /// Some languages group digits: `1,234,567`.
    fn computed(&self, text: &str) -> bool {
        let plain = format!("{0}{1}{0}", self.word, self.product());
        text.contains(&plain) || text.replace([',', '\u{a0}'], "").contains(&plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_no_product() {
        let arithmetic =
            Arithmetic { word: "w".to_owned(), factors: (1_111, 2_222), payload: "w${1111*2222}w".to_owned() };
        assert!(!arithmetic.computed("you said w${1111*2222}w"));
        assert!(arithmetic.computed("you said w2468642w") && arithmetic.computed("w2,468,642w"));
    }
}
