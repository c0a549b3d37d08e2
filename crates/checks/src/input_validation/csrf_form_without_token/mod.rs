use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Form, FormField, Location, Method, NotTested, Rule, Severity,
    Tag,
};
use regex::Regex;

use super::cookie_session;
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csrf-form-without-token",
    aliases: &[],
    title: "Cross-site request forgery (CSRF): form without a token",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[352],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Another site can submit this form in the name of a signed-in visitor.",
    fix: "Require a CSRF token in every form that changes state, and set SameSite on the session cookie.",
    references: &["https://owasp.org/www-community/attacks/csrf", "https://flask-wtf.readthedocs.io/en/stable/csrf/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(async move { look(probe, found) })),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Looks at the forms that were served; asks nothing.
fn look(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let writing: Vec<&Form> =
        probe.surface.forms.iter().filter(|form| form.method == "POST" && !is_harmless(form)).collect();
    if writing.is_empty() {
        return Err(NotTested::not_applicable("no form that changes something was found"));
    }
    let Some(confidence) = cookie_session::carried(probe) else {
        return Err(NotTested::not_applicable("no cookie that other sites' forms would carry was seen"));
    };
    let mut judged = false;
    let mut pages: BTreeMap<&str, &Arc<Exchange>> = BTreeMap::new();
    for page in probe.observations.exchanges.iter().filter(|e| e.is_success() && e.is_html()) {
        pages.entry(page.request.path()).or_insert(page);
    }
    for form in writing {
        if let Some(page) = pages.get(form.page.as_str()) {
            judged = true;
            found.extend(judge(form, page, confidence));
        }
    }
    if judged { Ok(()) } else { Err(NotTested::inconclusive("the page with the form is not there any more")) }
}

/// Forms that a forged request gains nothing from: searching, logging in, registering, and what asks for a secret that the forger lacks.
fn is_harmless(form: &Form) -> bool {
    const WORDS: [&str; 10] =
        ["login", "log-in", "signin", "sign-in", "register", "signup", "sign-up", "search", "filter", "authenticate"];
    let action = form.action.to_ascii_lowercase();
    let mut kinds = form.fields.iter().map(|field| field.kind.as_str());
    WORDS.iter().any(|word| action.contains(word)) || kinds.any(|kind| kind == "search") || asks_who_it_is(form)
}

/// Whether a form with a password is for somebody who is not inside yet, or has to show again who they are. A page that fills a password in
/// knows its visitor, and who only sets a new password is not asked for anything that the forger does not know.
fn asks_who_it_is(form: &Form) -> bool {
    let passwords: Vec<&FormField> = form.fields.iter().filter(|field| field.kind == "password").collect();
    let is_filled_in = passwords.iter().any(|field| !field.value.is_empty());
    let is_current = |field: &&FormField| {
        let name = field.name.to_ascii_lowercase();
        ["current", "old", "existing", "present"].iter().any(|word| name.contains(word))
    };
    if passwords.is_empty() || is_filled_in {
        return false;
    }
    passwords.iter().any(is_current) || passwords.len() == 1 || (names_somebody(form) && !changes_an_account(form))
}

/// Whether somebody has to say who they are, or want to be.
fn names_somebody(form: &Form) -> bool {
    form.fields.iter().any(|field| matches!(field.kind.as_str(), "text" | "email" | "tel") && field.value.is_empty())
}

/// Whether the address says that what exists is changed.
fn changes_an_account(form: &Form) -> bool {
    let action = form.action.to_ascii_lowercase();
    ["change", "update", "edit", "profile", "settings", "preferences"].iter().any(|word| action.contains(word))
}

fn judge(form: &Form, page: &Arc<Exchange>, confidence: Confidence) -> Option<Finding> {
    static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)csrf|xsrf|authenticity|requestverification|^_?token$|form_?token|nonce|anti_?forgery").ok()
    });
    // A script that reads a token from the page sends it in a header.
    static META: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)<meta[^>]+(csrf|xsrf)|x-csrf-?token|x-xsrf-token|x-requested-with").ok());
    let has = |regex: &LazyLock<Option<Regex>>, text: &str| regex.as_ref().is_some_and(|r| r.is_match(text));
    if form.fields.iter().any(|field| has(&TOKEN, &field.name)) || has(&META, &page.text()) {
        return None;
    }
    let fields: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).take(10).collect();
    let evidence = Evidence::new(
        page,
        format!("the form sends {} to {} and nothing that only this page knows", fields.join(", "), form.action),
    );
    Some(Finding::new(&RULE, confidence, Location::at(Method::POST, &form.action), evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn form(action: &str, names: &[&str]) -> Form {
        let fields = names.iter().map(|name| FormField {
            name: (*name).to_owned(),
            kind: if *name == "password" { "password" } else { "text" }.to_owned(),
            value: String::new(),
        });
        Form {
            page: "/".to_owned(),
            action: action.to_owned(),
            method: "POST".to_owned(),
            fields: fields.collect(),
            ..Form::default()
        }
    }

    #[test]
    fn tokens_in_the_form_or_for_scripts_protect_it() {
        let page = exchange("/", 200, "<p>x</p>");
        let script = exchange("/", 200, "<meta name=\"csrf-token\" content=\"x\">");
        assert!(judge(&form("/transfer", &["to"]), &page, Confidence::Firm).is_some());
        assert!(judge(&form("/transfer", &["to", "csrf_token"]), &page, Confidence::Firm).is_none());
        assert!(judge(&form("/transfer", &["to"]), &script, Confidence::Firm).is_none());
    }

    #[test]
    fn logging_in_and_searching_are_left_out() {
        assert!(is_harmless(&form("/session", &["user", "password"])) && is_harmless(&form("/search", &["q"])));
        assert!(!is_harmless(&form("/transfer", &["to", "amount"])));
    }

    #[test]
    fn a_password_alone_makes_no_login() {
        let fill = |mut form: Form, name: &str| {
            form.fields.iter_mut().filter(|field| field.name == name).for_each(|field| field.value = "s3".to_owned());
            form
        };
        let passwords = |action: &str, names: &[&str]| {
            let mut form = form(action, names);
            form.fields.iter_mut().filter(|f| f.name.contains("pass")).for_each(|f| f.kind = "password".to_owned());
            form
        };
        assert!(!is_harmless(&fill(passwords("/my-data", &["email", "password", "marker"]), "password")), "knows them");
        assert!(!is_harmless(&passwords("/secret", &["new_pass", "pass_again"])), "nobody is asked who they are");
        assert!(!is_harmless(&passwords("/profile", &["email", "new_pass", "pass_again"])));
        assert!(is_harmless(&passwords("/people", &["email", "new_pass", "pass_again"])), "registers");
        assert!(is_harmless(&passwords("/secret", &["old_password", "new_password"])), "the forger lacks the old one");
        assert!(
            is_harmless(&passwords("/close", &["password"])) && is_harmless(&passwords("/", &["email", "password"]))
        );
    }
}
