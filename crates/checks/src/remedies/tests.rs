use std::collections::BTreeSet;

use super::*;
use crate::all;

/// Words that only make sense in one framework or language.
const OF_FRAMEWORKS: [(&str, &[&str]); 4] = [
    (
        "Flask",
        &[
            "Flask",
            "flask",
            "Werkzeug",
            "Jinja ",
            "markupsafe",
            "jsonify",
            "|tojson",
            "send_from_directory",
            "get_json(",
            "ProxyFix",
        ],
    ),
    ("Django", &["Django", "django"]),
    ("FastAPI", &["FastAPI", "Starlette"]),
    ("Express", &["Express", "express-", "express.", "helmet", "app.set(", "res.json(", "req.body"]),
];
const OF_PYTHON: [&str; 7] =
    ["gunicorn", "subprocess", "literal_eval", "urllib", "Python", "compare_digest", "token_urlsafe"];

fn technologies(names: &[&str]) -> Vec<Technology> {
    let product = |name: &&str| Technology { name: (*name).to_owned(), version: None, evidence: String::new() };
    names.iter().map(product).collect()
}

fn words_of_others(framework: &str) -> impl Iterator<Item = &'static str> {
    let python = (framework == "Express").then_some(OF_PYTHON).into_iter().flatten();
    OF_FRAMEWORKS
        .iter()
        .filter(move |(name, _)| *name != framework)
        .flat_map(|(_, words)| words.iter().copied())
        .chain(python)
}

fn text(advice: &Advice) -> String {
    let more: Vec<String> = advice.by_framework.iter().map(|(name, fix)| format!(" {name}: {fix}")).collect();
    advice.general.to_owned() + &more.concat()
}

/// Rules that only one framework can have: no other has a remedy for them.
fn is_of_flask_alone(rule: &Rule) -> bool {
    rule.tags.contains(&Tag::Flask) && of(rule).all(|(framework, _)| framework == "Flask")
}

#[test]
fn the_tables_name_rules_once_and_documents_of_their_own() {
    for (framework, table) in tables() {
        let mut named = BTreeSet::new();
        let here = seen(&technologies(&[framework]));
        for remedy in &table.remedy {
            for rule in &remedy.rules {
                assert!(all().iter().any(|check| check.rule.id == rule), "{framework}: there is no rule {rule}");
                assert!(named.insert(rule), "{framework}: {rule} has two remedies");
            }
            let words = remedy.fix.split_whitespace().count();
            assert!(remedy.fix.ends_with('.') && words <= 25, "{framework}: {words} words: {}", remedy.fix);
            assert!(!remedy.references.is_empty(), "{framework}: {:?} have no reference", remedy.rules);
            for url in &remedy.references {
                assert!(url.starts_with("https://") && here.documents(url), "{framework}: {url}");
            }
            let foreign = words_of_others(framework).find(|word| remedy.fix.contains(word));
            assert_eq!(foreign, None, "{framework}: {}", remedy.fix);
        }
    }
}

#[test]
fn a_general_remedy_names_no_framework() {
    for check in all().iter().filter(|check| !is_of_flask_alone(check.rule)) {
        let found = words_of_others("").chain(OF_PYTHON).find(|word| check.rule.fix.contains(word));
        assert_eq!(found, None, "{}: {}", check.rule.id, check.rule.fix);
    }
}

#[test]
fn every_general_rule_has_a_reference_for_any_framework() {
    for check in all().iter().filter(|check| !is_of_flask_alone(check.rule)) {
        let nothing = seen(&technologies(&["Go"]));
        assert!(check.rule.references.iter().any(|url| nothing.documents(url)), "{}", check.rule.id);
    }
}

#[test]
fn where_express_is_seen_nothing_speaks_of_flask() {
    for check in all().iter().filter(|check| !is_of_flask_alone(check.rule)) {
        let advice = advice(check.rule, &technologies(&["Express", "nginx"]));
        let (text, id) = (text(&advice), check.rule.id);
        assert_eq!(words_of_others("Express").find(|word| text.contains(word)), None, "{id}: {text}");
        assert!(
            advice.references.iter().all(|url| !url.contains("palletsprojects") && !url.contains("python")),
            "{id}"
        );
        assert!(!advice.references.is_empty(), "{id}");
    }
}

#[test]
fn the_framework_that_was_seen_is_named() {
    let said = |id: &str, names: &[&str]| text(&advice(crate::find(id).unwrap().rule, &technologies(names)));
    assert!(said("reflected-xss", &["Express"]).contains(" Express: Render with `res.render()`"));
    assert!(said("reflected-xss", &["Werkzeug", "gunicorn"]).contains(" Flask: Render with `render_template()`"));
    assert!(
        said("cookie-without-secure", &["Django"])
            .ends_with("Django: Set `SESSION_COOKIE_SECURE = True` and `CSRF_COOKIE_SECURE = True`.")
    );
    let both = said("sql-injection", &["FastAPI", "Express"]);
    assert!(both.contains(" FastAPI: ") && both.contains(" Express: "), "{both}");
}

#[test]
fn where_no_framework_is_seen_the_general_remedy_comes_first() {
    let said = |id: &str, names: &[&str]| advice(crate::find(id).unwrap().rule, &technologies(names));
    assert!(said("reflected-xss", &[]).by_framework.is_empty());
    assert!(said("reflected-xss", &["nginx"]).references.iter().all(|url| !url.contains("palletsprojects")));
    let secure = said("cookie-without-secure", &["nginx"]);
    assert_eq!(secure.by_framework.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Flask"]);
    assert!(said("cookie-without-secure", &["Spring"]).by_framework.is_empty(), "another framework was seen");
}

#[test]
fn a_rule_of_flask_keeps_its_documents_whatever_else_is_seen() {
    assert!(
        !advice(crate::find("werkzeug-debugger-without-pin").unwrap().rule, &technologies(&["Express"]))
            .references
            .is_empty()
    );
}
