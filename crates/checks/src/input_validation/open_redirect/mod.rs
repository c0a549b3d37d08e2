use model::{
    Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Origin, Parameter, ParameterIn, Rule,
    Severity, Tag,
};
use url::Url;

use super::reflection;
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "open-redirect",
    aliases: &[],
    title: "Open redirect in a request parameter",
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
    cost: Cost::reads(reflection::REQUESTS + USUAL as u32).more_when_deep(2 * (MOST - USUAL) as u32),
    schedule: Schedule {
        has_hint: |operation, plain| {
            let redirects = plain.and_then(Exchange::response).is_some_and(model::Response::is_redirect);
            redirects || inputs::texts(operation).any(|p| suggests(&p.name, Kind::Redirect))
        },
        shares: Some(reflection::SHARES),
        ..Schedule::ANY
    },
    detectors: Detectors {
        applies: |operation, _| {
            operation.method == Method::GET && inputs::texts(operation).any(|p| p.place == ParameterIn::Query)
        },
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

/// A way to name another site: `{h}` is the other host, `{o}` an origin that a check may want to see and `{a}` its authority.
struct Way {
    template: &'static str,
    /// The Werkzeug that begins to send browsers there with it.
    since: Version,
    /// The first that does not any more.
    before: Version,
}

type Version = (u32, u32, u32);

const FIRST: Version = (0, 0, 0);
const NONE_YET: Version = (u32::MAX, 0, 0);

const fn way(template: &'static str, since: Version, before: Version) -> Way {
    Way { template, since, before }
}

/// The plain way first; then what passes checks for a leading slash (browsers and Werkzeug drop tabs, browsers read a backslash as
/// a slash and take two slashes or three for a host), for an origin as a prefix, for a word at the beginning, for an empty
/// authority, and for an origin anywhere. Werkzeug writes `Location` anew, each version a little differently.
static WAYS: [Way; 12] = [
    way("https://{h}/", FIRST, NONE_YET),
    way("//{h}/", FIRST, NONE_YET),
    way("/\t/{h}/", (2, 3, 0), NONE_YET),
    way("/\\{h}/", (2, 1, 0), (3, 0, 3)),
    way("{o}@{h}/", FIRST, NONE_YET),
    way("///{h}/", (2, 1, 0), (3, 0, 3)),
    way("\t//{h}/", FIRST, NONE_YET),
    way(" https://{h}/", FIRST, NONE_YET),
    way("https:{h}/", FIRST, NONE_YET),
    way("{o}.{h}/", FIRST, NONE_YET),
    way("https://{h}/?{o}", FIRST, NONE_YET),
    way("http://{h}\\@{a}/", FIRST, (3, 0, 3)),
];

/// How many ways a scan that is not deep tries.
const USUAL: usize = 6;

impl Way {
    /// Whether this Werkzeug lets it through; any, when the version is not shown.
    fn works_with(&self, werkzeug: Option<Version>) -> bool {
        werkzeug.is_none_or(|version| self.since <= version && version < self.before)
    }

    fn names_an_origin(&self) -> bool {
        self.template.contains("{o}") || self.template.contains("{a}")
    }

    fn fill(&self, host: &str, origin: &Origin) -> String {
        self.template.replace("{h}", host).replace("{o}", &origin.to_string()).replace("{a}", &origin.authority())
    }
}

/// What is sent for a parameter, in order. Where its ordinary value leads to another site, that site is what a check wants to see.
fn payloads(host: &str, own: &Origin, seen: Option<&Origin>, werkzeug: Option<Version>, deep: bool) -> Vec<String> {
    let ways = || WAYS.iter().filter(|way| way.works_with(werkzeug));
    let mut all: Vec<String> = match seen {
        None => ways().map(|way| way.fill(host, own)).collect(),
        Some(seen) => {
            let (naming, others): (Vec<&Way>, Vec<&Way>) = ways().partition(|way| way.names_an_origin());
            let (plain, others) = others.split_at(1.min(others.len()));
            let theirs = plain.iter().chain(&naming).map(|way| way.fill(host, seen));
            theirs.chain(others.iter().chain(&naming).map(|way| way.fill(host, own))).collect()
        }
    };
    all.truncate(if deep { MOST } else { USUAL });
    all
}

/// The most that a deep scan tries for one parameter.
const MOST: usize = 16;

/// The origin that a parameter's ordinary value leads to, when it is another than the target's.
fn seen_origin(value: &str, own: &Origin) -> Option<Origin> {
    wire::origin_of(&Url::parse(value).ok()?).filter(|origin| origin != own)
}

/// `3.1.9` in numbers; what does not parse is 0.
fn version(text: &str) -> Version {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// Parameters whose name suggests a redirect, or whose mark came back in `Location`. The further ways are only tried where there
/// is a redirect at all: for another site, or ordinarily.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let chosen = chosen(probe).await?;
    if chosen.is_empty() {
        return Err(NotTested::not_applicable("no parameter says where a redirect leads"));
    }
    let plain = probe.plain()?;
    let mut redirects = plain.header("location").is_some();
    let werkzeug = probe.surface.version_of("Werkzeug").map(version);
    let deep = probe.target.depth == model::Depth::Deep;
    for parameter in chosen {
        let host = format!("{}.example", probe.canary(&parameter.name));
        let seen = seen_origin(&inputs::ordinary(probe, parameter), probe.origin());
        for payload in payloads(&host, probe.origin(), seen.as_ref(), werkzeug, deep) {
            let exchange = probe.send(inputs::with(probe, parameter, &payload)).await?;
            redirects |= exchange.header("location").is_some();
            if !redirects {
                break;
            }
            if leads_to(&exchange).is_some_and(|led| led == host || led.ends_with(&format!(".{host}"))) {
                let location = exchange.header("location").unwrap_or_default();
                let evidence = Evidence::new(&exchange, format!("{payload:?} returns Location: {location}"));
                let place = probe.location().parameter(parameter.place.id(), &parameter.name);
                found.push(Finding::new(&RULE, Confidence::Confirmed, place, evidence));
                break;
            }
        }
    }
    if !found.is_empty() {
        return Ok(());
    }
    payload_refusal::filtered(probe).await?;
    if redirects {
        Ok(())
    } else {
        payload_refusal::works(plain).and(Err(NotTested::not_applicable("nothing is redirected")))
    }
}

async fn chosen<'p>(probe: &OperationProbe<'p>) -> Result<Vec<&'p Parameter>, NotTested> {
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
    use crate::samples::answered;

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

    fn origin(text: &str) -> Origin {
        seen_origin(text, &Origin { scheme: model::Scheme::Http, host: "nobody".to_owned(), port: 1 }).unwrap()
    }

    type Naive = (&'static str, fn(&str) -> bool);

    /// Checks that do not hold, as applications have them; the partner's is in a link.
    const NAIVE: [Naive; 7] = [
        ("none", |_| true),
        ("no scheme", |t| !t.starts_with("http")),
        ("a slash and not two", |t| t.starts_with('/') && !t.starts_with("//")),
        ("the own origin as a prefix", |t| t.starts_with("http://localhost")),
        ("the partner as a prefix", |t| t.starts_with("https://partner.example")),
        ("the partner anywhere", |t| t.contains("partner.example") && !t.contains('@')),
        ("the partner at the end", |t| t.ends_with("partner.example")),
    ];

    fn passes(check: fn(&str) -> bool, seen: Option<&str>, deep: bool) -> bool {
        let (own, seen) = (origin("http://localhost"), seen.map(origin));
        let led = |payload: &str| leads_to(&answered("/go", 302, &[("Location", payload)], ""));
        payloads("x.example", &own, seen.as_ref(), None, deep)
            .iter()
            .any(|p| check(p) && led(p).is_some_and(|host| host == "x.example" || host.ends_with(".x.example")))
    }

    #[test]
    fn checks_that_do_not_hold_are_passed() {
        for (name, check) in NAIVE {
            let seen = name.contains("partner").then_some("https://partner.example/offers");
            assert!(passes(check, seen, false), "{name}");
            assert!(passes(check, Some("https://partner.example/offers"), true), "{name}, deep");
        }
        assert!(!passes(|t| t.starts_with("http://localhost/"), None, true), "a prefix that ends the host holds");
        let own: fn(&str) -> bool = |t| t.starts_with('/') && !t.starts_with("//") && !t.contains(['\\', '\t']);
        assert!(!passes(own, None, true), "the remedy of the page holds");
    }

    #[test]
    fn few_are_sent_and_those_that_this_werkzeug_lets_through() {
        let own = origin("http://localhost");
        let sent = |werkzeug: Option<&str>| payloads("h", &own, None, werkzeug.map(version), false);
        assert_eq!(sent(None), ["https://h/", "//h/", "/\t/h/", "/\\h/", "http://localhost@h/", "///h/"]);
        assert_eq!(
            sent(Some("3.1.9")),
            ["https://h/", "//h/", "/\t/h/", "http://localhost@h/", "\t//h/", " https://h/"]
        );
        assert_eq!(sent(Some("2.2.3")), ["https://h/", "//h/", "/\\h/", "http://localhost@h/", "///h/", "\t//h/"]);
        assert_eq!(WAYS.len() + WAYS.iter().filter(|w| w.names_an_origin()).count(), MOST);
        assert_eq!(seen_origin("/x", &own), None);
        assert_eq!(seen_origin("http://localhost/x", &own), None, "the own one");
        assert_eq!(seen_origin("mailto:a@b.example", &own), None);
    }
}
