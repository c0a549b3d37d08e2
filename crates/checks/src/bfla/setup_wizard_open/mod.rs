use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Surface, Tag};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use crate::vocabulary::{self, List};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "setup-wizard-open",
    aliases: &[],
    title: "Unfinished installation: anyone can create the first administrator",
    category: Category::Bfla,
    severity: Severity::Critical,
    cwe: &[306, 1188],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated attacker who opens the setup wizard first becomes the administrator of the system.",
    fix: "Finish the installation, or require a setup token that only the operator can read, before the network can reach it.",
    references: &[
        "https://owasp.org/Top10/A05_2021-Security_Misconfiguration/",
        "https://cwe.mitre.org/data/definitions/1188.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// What anonymous clients were served: the form of a wizard, or a state of the installation that says that it has not been set up.
fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut served = false;
    let anonymous = || observations.exchanges.iter().filter(|e| e.request.identity.is_none() && e.request.is_clean());
    for exchange in anonymous().filter(|e| e.is_success()) {
        served = true;
        let shown = match exchange.json().as_deref() {
            Some(json) => not_set_up(json).map(|field| format!("`{field}`: the installation has not been set up")),
            None if exchange.is_html() => wizard(&exchange.text()),
            None => None,
        };
        let Some(shown) = shown else { continue };
        let mut finding =
            Finding::new(&RULE, Confidence::Firm, place(surface, exchange), Evidence::new(exchange, &shown))
                .detail(shown);
        if let Some(sent) = anonymous().find(|other| leads_to(other, exchange)) {
            finding = finding.also(Evidence::new(sent, "another path redirects there"));
        }
        // One installation is set up once, whatever steps it has.
        found.push(finding);
        return Ok(());
    }
    if served { Ok(()) } else { Err(NotTested::NoAnswer) }
}

fn leads_to(other: &Arc<Exchange>, page: &Exchange) -> bool {
    let to = other.header("location").filter(|_| other.response().is_some_and(model::Response::is_redirect));
    let path = |to: &str| to.split(['?', '#']).next().unwrap_or("").to_owned();
    to.is_some_and(|to| path(to).ends_with(page.request.path()) && page.request.path() != "/")
}

/// What a page says that sets up an installation: a form that chooses the password of an administrator, on a page about setting up. A
/// form that asks for a token of the operator lets in nobody else.
fn wizard(text: &str) -> Option<String> {
    /// What is done to an account that does not exist yet.
    const MAKES: [&str; 9] =
        ["first", "create", "initial", "choose", "finish", "complete", "anlegen", "crear", "continue"];
    let page = crate::text::html::parse(text);
    let headings: String =
        all(&page, "title, h1, h2, h3, legend").iter().map(|e| e.text().collect::<String>() + " ").collect();
    let forms = all(&page, "form[method=post], form[method=POST], form:not([method])");
    forms.into_iter().find_map(|form| {
        let fields: Vec<(String, String)> = fields(form);
        let passwords = fields.iter().filter(|(kind, _)| kind == "password").count();
        let guarded = fields.iter().any(|(kind, name)| kind != "hidden" && is_setup_token(name));
        let said = format!("{headings} {}", form.text().collect::<String>());
        let names: String = fields.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" ");
        let action = form.value().attr("action").unwrap_or("");
        let sets_up = any(&format!("{headings} {action}"), List::SetUp);
        let first = any(&format!("{said} {names}"), List::Administrator);
        let makes = passwords > 1 || vocabulary::words(&said).any(|word| MAKES.contains(&word.as_str()));
        (passwords > 0 && makes && !guarded && sets_up && first).then(|| {
            let heading = headings.split_whitespace().collect::<Vec<_>>().join(" ");
            format!(
                "setup form for the first administrator, without authentication: {}",
                heading.chars().take(120).collect::<String>()
            )
        })
    })
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map_or_else(|_| Vec::new(), |selector| page.select(&selector).take(20).collect())
}

/// Kind and name of each field.
fn fields(form: ElementRef<'_>) -> Vec<(String, String)> {
    let Ok(selector) = Selector::parse("input, select, textarea") else { return Vec::new() };
    let field = |e: ElementRef<'_>| {
        let attribute = |name| e.value().attr(name).unwrap_or("").to_ascii_lowercase();
        (attribute("type"), format!("{} {}", attribute("name"), attribute("id")))
    };
    form.select(&selector).take(40).map(field).collect()
}

fn is_setup_token(name: &str) -> bool {
    vocabulary::words(name)
        .any(|word| matches!(word.as_str(), "token" | "key" | "code" | "secret" | "pin" | "license" | "licence"))
}

fn any(text: &str, list: List) -> bool {
    vocabulary::words(text).any(|word| list.has(&word))
}

/// The field of a state of the installation that says that it is not set up: it has no administrator or no user yet.
fn not_set_up(json: &Value) -> Option<String> {
    const YES: [&str; 12] = [
        "needssetup",
        "setupneeded",
        "setuprequired",
        "requiressetup",
        "needsonboarding",
        "firstrun",
        "isfirstrun",
        "needsadmin",
        "showsetup",
        "needsfirstuser",
        "firsttimesetup",
        "needsinstall",
    ];
    const NO: [&str; 11] = [
        "hasadmin",
        "adminexists",
        "adminuserexists",
        "hasusers",
        "usersexist",
        "initialized",
        "isinitialized",
        "issetup",
        "setupcomplete",
        "setupcompleted",
        "issetupcomplete",
    ];
    let object = crate::vocabulary::fields::the_object(json)?;
    object.iter().find_map(|(name, value)| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let says = value.as_bool().is_some_and(|yes| if yes { &YES[..] } else { &NO[..] }.contains(&plain.as_str()));
        says.then(|| format!("{name}: {value}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    fn found(served: &[(&str, &str)]) -> Vec<Finding> {
        let mut exchanges: Vec<_> = served.iter().map(|(path, body)| exchange(path, 200, body)).collect();
        exchanges.push(answered("/", 302, &[("Location", "/install")], ""));
        let mut found = Findings::default();
        judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found).unwrap();
        found.into_vec()
    }

    const WIZARD: &str = "<title>Install</title><h1>Create the first administrator</h1><form method=post action=/install/1>\
                          <input name=admin_email><input type=password name=admin_password><button>Finish</button></form>";

    #[test]
    fn a_wizard_is_found_once_with_what_leads_to_it() {
        let found = found(&[("/install", WIZARD), ("/install/2", WIZARD)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn other_forms_with_a_password_set_nothing_up() {
        for page in [
            "<title>Sign up</title><h1>Create your account</h1><form method=post><input name=email><input type=password name=p></form>",
            "<title>Admin login</title><form method=post><input name=admin><input type=password name=p></form>",
            "<title>Installation manager</title><form method=post>Admin <input name=user><input type=password name=p><button>Log in</button></form>",
            "<title>How to install</title><h1>Set up the first administrator</h1><p>Run the wizard.</p>",
            "<title>Setup</title><form method=post>Administrator <input name=user><input type=password name=p>\
             <input name=setup_token></form>",
            "<title>Set up two-factor authentication</title><form method=post><input type=password name=p></form>",
        ] {
            assert!(found(&[("/page", page)]).is_empty(), "{page}");
        }
    }

    #[test]
    fn a_state_that_says_that_nobody_has_set_it_up() {
        assert_eq!(found(&[("/api/status", r#"{"version":"2","needsSetup":true}"#)]).len(), 1);
        assert_eq!(found(&[("/api/status", r#"{"initialized":false,"sealed":true}"#)]).len(), 1);
        assert!(found(&[("/api/status", r#"{"initialized":true,"needsSetup":false,"configured":false}"#)]).is_empty());
    }
}
