use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag};
use scraper::Selector;

use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "flask-admin-open",
    aliases: &[],
    title: "Flask-Admin open without authentication",
    category: Category::Bfla,
    severity: Severity::Critical,
    cwe: &[306, 862],
    tags: &[Tag::Flask, Tag::Misconfiguration],
    risk: "An unauthenticated attacker reads, changes and deletes records or files through the administration interface.",
    fix: "Give every Flask-Admin view, the index included, an is_accessible method that checks the role.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://flask-admin.readthedocs.io/en/stable/introduction/#authorization-permissions",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const HOME: &str = "/admin/";

/// Asks for the index, then for the first view that its menu names, then for a view that is not there.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if !probe.surface.may_be_flask() {
        return Err(NotTested::not_applicable("the target is not a Flask application"));
    }
    let home = probe.response_to(probe.get(HOME)).await?;
    let Some(view) = first_view(&home) else { return Ok(()) };
    let list = probe.response_to(probe.get(view.as_str())).await?;
    let missing = probe.missing_beside(HOME).await?;
    found.extend(judge(&home, &list, &missing, &view));
    Ok(())
}

fn is_flask_admin(exchange: &Exchange) -> bool {
    exchange.status() == 200 && exchange.is_html() && exchange.text().contains("/admin/static/")
}

/// The path of the first view in the menu.
fn first_view(home: &Exchange) -> Option<String> {
    if !is_flask_admin(home) {
        return None;
    }
    let links = Selector::parse("nav a[href], ul.nav a[href], ul.navbar-nav a[href], .navbar a[href]").ok()?;
    let page = crate::text::html::parse(&home.text());
    page.select(&links).filter_map(|a| a.value().attr("href")).find(|href| is_view(href)).map(str::to_owned)
}

fn is_view(href: &str) -> bool {
    let rest = href.strip_prefix(HOME).unwrap_or("");
    let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/'));
    let leaves = ["logout", "login", "static"].iter().any(|word| rest.starts_with(word));
    !rest.is_empty() && plain && !leaves
}

/// The list of a model or of files, as Flask-Admin draws it.
fn judge(home: &Arc<Exchange>, list: &Arc<Exchange>, missing: &Arc<Exchange>, view: &str) -> Option<Finding> {
    let text = list.text();
    let drawn = is_flask_admin(list) && (text.contains("model-list") || text.contains("action-rowtoggle"));
    if !drawn || missing.is_success() {
        return None;
    }
    let location = Location::at(Method::GET, view);
    let evidence = Evidence::new(list, "200 with a Flask-Admin list for an anonymous client");
    let index = Evidence::new(home, format!("its menu names {view}"));
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const HEAD: &str = r#"<html><link href="/admin/static/admin/css/admin.css">"#;

    #[test]
    fn an_open_list_is_found() {
        let home = samples::exchange(
            HOME,
            200,
            &format!(r#"{HEAD}<nav><a href="/admin/">Home</a><a href="/admin/user/">User</a></nav>"#),
        );
        assert_eq!(first_view(&home).as_deref(), Some("/admin/user/"));
        let list =
            samples::exchange("/admin/user/", 200, &format!(r#"{HEAD}<table class="table model-list"></table>"#));
        let missing = samples::exchange("/admin/x", 404, "<p>no</p>");
        assert!(judge(&home, &list, &missing, "/admin/user/").is_some());
        let everything = samples::exchange("/admin/x", 200, &list.text());
        assert!(judge(&home, &list, &everything, "/admin/user/").is_none());
    }

    #[test]
    fn an_index_without_views_and_other_pages_are_not() {
        let locked = samples::exchange(
            HOME,
            200,
            &format!(r#"{HEAD}<nav><a href="/admin/">Home</a><a href="/admin/login/">Log in</a></nav>"#),
        );
        assert!(first_view(&locked).is_none());
        assert!(first_view(&samples::exchange(HOME, 200, "<nav><a href=/admin/user/>User</a></nav>")).is_none());
        assert!(first_view(&samples::exchange(HOME, 302, HEAD)).is_none());
    }
}
