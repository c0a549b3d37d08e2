use model::{
    Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Parameter, ParameterIn, Rule, Severity, Tag,
};
use url::Url;

use crate::shared::inputs;
use crate::shared::names::{Kind, suggests};
use crate::shared::reflection;
use crate::{Check, Cost, Findings, Probe, RunsOn, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "open-redirect",
    aliases: &[],
    title: "A parameter redirects to any site",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[601],
    tags: &[Tag::Injection],
    risk: "A link to this site can lead to a copy of its login page elsewhere, and tokens can leak to it.",
    fix: "Accept only paths of this site: one leading slash, no backslash, no control characters.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
        "https://url.spec.whatwg.org/#concept-basic-url-parser",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: reflection::REQUESTS + 6, touch: Touch::Reads },
    shares: Some(reflection::SHARES),
    more_when_deep: 10,
    applies: |operation, _| {
        operation.method == Method::GET && inputs::texts(operation).any(|p| p.place == ParameterIn::Query)
    },
    hinted: |operation, plain| {
        let redirects = plain.and_then(Exchange::response).is_some_and(model::Response::is_redirect);
        redirects || inputs::texts(operation).any(|p| suggests(&p.name, Kind::Redirect))
    },
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Ways to name another site, the plain one first; then what passes checks for a leading slash (browsers ignore tabs, read a
/// backslash as a slash and take two slashes for a host), for the own address as a prefix, and for a missing scheme. `{h}` is the
/// other host, `{o}` the own origin.
const WAYS: [&str; 11] = [
    "https://{h}/",
    "//{h}/",
    "/\t/{h}/",
    "/\\{h}/",
    "{o}@{h}/",
    "///{h}/",
    "\t//{h}/",
    " https://{h}/",
    "https:{h}/",
    "{o}.{h}/",
    "http://{h}\\@{o}/",
];

/// How many ways a scan that is not deep tries.
const USUAL: usize = 6;

/// Parameters whose name suggests a redirect, or whose mark came back in `Location`. The further ways are only tried where the
/// first is answered with a redirect to somewhere else.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let deep = probe.target.depth == model::Depth::Deep;
    for parameter in chosen(probe).await? {
        for way in &WAYS[..if deep { WAYS.len() } else { USUAL }] {
            let host = format!("{}.example", probe.canary(&parameter.name));
            let payload = way.replace("{h}", &host).replace("{o}", &probe.origin().to_string());
            let exchange = probe.send(inputs::with(probe, parameter, &payload)).await?;
            let Some(location) = exchange.header("location") else { break };
            if leads_to(&exchange).is_some_and(|led| led == host || led.ends_with(&format!(".{host}"))) {
                let evidence = Evidence::new(&exchange, format!("{payload:?} is answered with Location: {location}"));
                let place = probe.location().parameter(parameter.place.id(), &parameter.name);
                found.push(Finding::new(&RULE, Confidence::Confirmed, place, evidence));
                break;
            }
        }
    }
    Ok(())
}

async fn chosen<'p>(probe: &Probe<'p>) -> Result<Vec<&'p Parameter>, NotTested> {
    let query = || inputs::texts(probe.operation).filter(|p| p.place == ParameterIn::Query);
    let mut chosen: Vec<&Parameter> = query().filter(|p| suggests(&p.name, Kind::Redirect)).collect();
    if chosen.is_empty() {
        let marked = reflection::of(probe).await?;
        let in_location = |p: &Parameter| {
            marked.iter().flat_map(reflection::Marked::echoes).any(|(mark, echo)| {
                mark.name == p.name && echo.in_header.as_deref().is_some_and(|h| h.eq_ignore_ascii_case("location"))
            })
        };
        // `/go?target=/start` answered with `Location: /start`: a mark that is no address may well be refused there.
        let plain = probe.plain()?.response().filter(|r| r.is_redirect()).and_then(|r| r.header("location"));
        let is_followed = |p: &Parameter| plain.is_some_and(|location| location == inputs::ordinary(probe, p));
        chosen = query().filter(|p| in_location(p) || is_followed(p)).collect();
    }
    chosen.truncate(2);
    Ok(chosen)
}

/// The host that a browser goes to (WHATWG URL), when the answer is a redirect.
fn leads_to(exchange: &Exchange) -> Option<String> {
    let response = exchange.response().filter(|r| r.is_redirect())?;
    let base = Url::parse(&exchange.request.url()).ok()?;
    base.join(response.header("location")?).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::answered;

    #[test]
    fn locations_are_read_as_browsers_read_them() {
        let to = |status: u16, location: &str| leads_to(&answered("/go", status, &[("Location", location)], ""));
        for away in
            ["https://x.example/", "//x.example/", "/\\x.example", "/\t/x.example", "http://localhost@x.example/"]
        {
            assert_eq!(to(302, away).as_deref(), Some("x.example"), "{away:?}");
        }
        for home in ["/login?next=https://x.example/", "/https://x.example", "x.example", "?u=//x.example"] {
            assert_eq!(to(302, home).as_deref(), Some("localhost"), "{home:?}");
        }
        assert_eq!(to(200, "//x.example"), None, "not a redirect");
    }
}
