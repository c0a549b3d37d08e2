use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Form, Location, Method, NotTested, Operation, ParameterIn, Rule,
    Severity, Source, Surface,
};

use crate::experiments::flask_session;
use crate::text::set_cookie::cookies_set;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{Meaning, says};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "login-over-get",
    aliases: &[],
    title: "Password sent in the query string",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[598],
    tags: &[],
    risk: "Anyone who can read server logs, browser history or Referer headers obtains the passwords of users.",
    fix: "Send credentials in the body of a POST request.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-17.9",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
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

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let clean = || observations.exchanges.iter().filter(|e| e.request.is_clean() && e.response().is_some());
    let Some(any) = clean().next() else { return Err(NotTested::NoAnswer) };
    let mut pages: BTreeMap<&str, &Arc<Exchange>> = BTreeMap::new();
    clean().for_each(|exchange| _ = pages.entry(exchange.request.path()).or_insert(exchange));
    let page_of = |path: &str| pages.get(path).copied().unwrap_or(any);
    let posted = surface.operations.iter().filter(|o| o.method == Method::POST);
    let posted: BTreeSet<&str> = posted.map(|o| o.path.as_str()).collect();
    let mut places = BTreeSet::new();
    for (form, field) in surface.forms.iter().filter_map(|form| Some((form, password_field(form)?))) {
        let Some(confidence) = sent_with_get(form, &posted) else { continue };
        let page = page_of(&form.page);
        let location = Location::at(Method::GET, &form.action).parameter("query", field);
        if !places.insert(location.clone()) {
            continue;
        }
        let told = if form.states_method { "with GET" } else { "and states no method, which means GET" };
        let evidence =
            Evidence::new(page, format!("a form of {} sends the field {field} to {} {told}", form.page, form.action));
        found.push(Finding::new(&RULE, confidence, location, evidence));
    }
    let taken = surface.forms.iter().filter_map(|form| Some((form.action.as_str(), password_field(form)?)));
    let taken: BTreeSet<(&str, &str)> = taken.collect();
    for (operation, name) in surface.operations.iter().filter_map(|o| Some((o, password_parameter(o)?))) {
        let location = Location::of(operation).parameter("query", name);
        // What a form takes was judged with the form.
        let of_a_form = taken.contains(&(operation.path.as_str(), name));
        if of_a_form || !places.insert(location.clone()) {
            continue;
        }
        let seen = page_of(&operation.path);
        let evidence = Evidence::new(seen, format!("{} takes the query parameter {name}", operation.name()));
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence));
    }
    let is_login = |e: &Exchange| says(e.request.path(), Meaning::Login);
    // Where any page hands out such a session, it is that of a guest.
    let guests = clean().any(|e| !is_login(e) && logged_in(e).is_some());
    let logins = clean().filter(|e| e.request.method == Method::GET && e.status() < 400 && is_login(e) && !guests);
    for exchange in logins {
        if let Some(name) = logged_in(exchange) {
            let evidence = Evidence::new(exchange, format!("a GET sets the cookie {name} with a user in it"));
            let location = Location::at(Method::GET, exchange.request.path()).parameter("cookie", &name);
            found.push(Finding::new(&RULE, Confidence::Firm, location, evidence));
        }
    }
    if !found.is_empty() || takes_passwords(surface) {
        Ok(())
    } else {
        Err(NotTested::not_applicable("nothing takes a password: no form, no parameter, no place to log in"))
    }
}

/// Whether there is a log-in or a password field at all, whatever the method. A mere link to `/login` may be a page that is shown for
/// every path.
fn takes_passwords(surface: &Surface) -> bool {
    let in_body = |o: &Operation| {
        o.body.as_ref().is_some_and(|body| body.schema.properties.keys().any(|k| fields::holds(k, Holds::Password)))
    };
    let logs_in = |o: &Operation| {
        says(&o.path, Meaning::Login) && (o.method == Method::POST || o.source == Source::Specification)
    };
    surface.forms.iter().any(|form| password_field(form).is_some())
        || surface.operations.iter().any(|o| logs_in(o) || password_parameter(o).is_some() || in_body(o))
}

/// How sure it is that the form is really sent with GET; `None` when it is not. A form that states no method is often sent by a script
/// or handled with POST only; one that states GET while the page's scripts send forms may be.
fn sent_with_get(form: &Form, posted: &BTreeSet<&str>) -> Option<Confidence> {
    match (form.method.as_str(), form.states_method) {
        ("GET", true) if form.scripted => Some(Confidence::Tentative),
        ("GET", true) => Some(Confidence::Firm),
        ("GET", false) if form.scripted || posted.contains(form.action.as_str()) => None,
        ("GET", false) => Some(Confidence::Tentative),
        _ => None,
    }
}

fn password_field(form: &Form) -> Option<&str> {
    form.fields
        .iter()
        .find(|f| f.kind == "password" || fields::holds(&f.name, Holds::Password))
        .map(|f| f.name.as_str())
}

fn password_parameter(operation: &Operation) -> Option<&str> {
    operation
        .parameters_in(ParameterIn::Query)
        .map(|p| p.name.as_str())
        .find(|name| fields::holds(name, Holds::Password))
}

/// The cookie of a session that a GET filled with a user.
fn logged_in(exchange: &Arc<Exchange>) -> Option<String> {
    const USERS: [&str; 6] = ["_user_id", "user_id", "userid", "username", "logged_in", "user"];
    let cookies = cookies_set(exchange, 0);
    let with_user = cookies.into_iter().find(|cookie| {
        let contents = flask_session::contents(&cookie.value);
        contents.is_some_and(|map| USERS.iter().any(|key| map.get(*key).is_some_and(|value| !fields::is_empty(value))))
    });
    with_user.map(|cookie| cookie.name)
}

#[cfg(test)]
mod tests {
    use model::FormField;

    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn forms_and_sessions_are_read() {
        let field =
            |name: &str, kind: &str| FormField { name: name.to_owned(), kind: kind.to_owned(), value: String::new() };
        let form = |fields| Form {
            page: "/".to_owned(),
            action: "/login".to_owned(),
            method: "GET".to_owned(),
            states_method: true,
            scripted: false,
            fields,
        };
        let finds = |form: Form, seen: Arc<Exchange>| {
            let surface = Surface { forms: vec![form], ..Surface::default() };
            let observations = Observations::plainly(Vec::new(), vec![seen]);
            let mut found = Findings::default();
            let looked = judge(&surface, &observations, &mut found).is_ok();
            let count = found.into_vec().len();
            assert!(looked || count == 0);
            if looked { Some(count) } else { None }
        };
        let page = || exchange("/", 200, "<p>");
        assert_eq!(finds(form(vec![field("q", "text")]), page()), None, "nothing takes a password");
        assert_eq!(finds(form(vec![field("pin", "password")]), page()), Some(1));
        let cookie = format!("session={}", crack::flask_session(b"k", r#"{"user_id":7}"#, 1_700_000_000));
        assert_eq!(finds(form(Vec::new()), answered("/login", 200, &[("Set-Cookie", &cookie)], "{}")), Some(1));
        assert_eq!(
            finds(form(Vec::new()), answered("/login", 404, &[("Set-Cookie", &cookie)], "{}")),
            None,
            "no login"
        );
        assert_eq!(finds(form(Vec::new()), answered("/", 200, &[("Set-Cookie", &cookie)], "{}")), None);
    }

    #[test]
    fn a_session_that_every_page_hands_out_is_a_guest() {
        let cookie = format!("session={}", crack::flask_session(b"k", r#"{"user":"guest"}"#, 1_700_000_000));
        let set = |path| answered(path, 200, &[("Set-Cookie", cookie.as_str())], "{}");
        let found = |exchanges| {
            let mut found = Findings::default();
            let _ = judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found);
            found.into_vec().len()
        };
        assert_eq!(found(vec![set("/login"), exchange("/", 200, "<p>")]), 1);
        assert_eq!(found(vec![set("/login"), set("/")]), 0);
    }

    #[test]
    fn only_forms_that_are_sent_with_get_count() {
        let form = |method: &str, states_method, scripted| Form {
            action: "/login".to_owned(),
            method: method.to_owned(),
            states_method,
            scripted,
            ..Form::default()
        };
        let (none, login) = (BTreeSet::new(), BTreeSet::from(["/login"]));
        assert_eq!(sent_with_get(&form("GET", true, false), &none), Some(Confidence::Firm));
        assert_eq!(sent_with_get(&form("GET", true, true), &none), Some(Confidence::Tentative));
        assert_eq!(sent_with_get(&form("GET", false, false), &none), Some(Confidence::Tentative));
        assert_eq!(sent_with_get(&form("GET", false, true), &none), None, "a script sends it");
        assert_eq!(sent_with_get(&form("POST", true, false), &none), None);
        assert_eq!(sent_with_get(&form("GET", false, false), &login), None, "the action takes a POST");
        assert_eq!(sent_with_get(&form("GET", true, false), &login), Some(Confidence::Firm));
    }
}
