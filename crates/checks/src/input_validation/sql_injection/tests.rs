use model::Confidence;

use super::CHECK;
use crate::samples::{self, link};
use crate::scripted::{Ran, Said, Scripted};

/// Runs the rule against a parameter whose value, and the number of the request, decide on the response.
async fn run(value: &'static str, script: impl Fn(&str, usize) -> Said + Send + Sync + 'static) -> Ran {
    let script = Scripted::new(move |request, number| {
        let sent = request.target.split_once("named=").map_or("", |(_, sent)| sent);
        script(&percent_encoding::percent_decode_str(sent).decode_utf8_lossy(), number)
    });
    script.run(&CHECK, &samples::surface(vec![link("named", value)])).await
}

fn row() -> Said {
    Said::json(200, r#"{"rows":[{"id":1}]}"#)
}

/// Whether what stands between single quotes makes a statement: strings joined by operators.
fn parses(sent: &str) -> bool {
    let parts: Vec<&str> = sent.split('\'').collect();
    let inner = parts.iter().enumerate().filter(|(at, _)| at % 2 == 1);
    parts.len() % 2 == 1 && inner.into_iter().all(|(_, part)| matches!(*part, "" | "||"))
}

#[tokio::test]
async fn chance_and_turns_prove_nothing() {
    for seed in 0..40_u64 {
        let ran = run("warm", move |_, number| {
            let word = crate::canary(seed, &[&number.to_string()]);
            let many = word.as_bytes()[0].is_multiple_of(2);
            Said::json(200, if many { r#"{"rows":[1,2,3]}"# } else { r#"{"rows":[1]}"# })
        });
        assert!(ran.await.found.is_empty(), "chance {seed}");
    }
    for workers in 2..6 {
        let ran = run("warm", move |_, number| match number % workers {
            0 => Said::json(500, r#"{"error":"sqlite3.OperationalError: near \"nightly\": syntax error"}"#),
            _ => row(),
        });
        assert!(ran.await.found.is_empty(), "one of {workers} workers fails");
        let ran =
            run("warm", move |_, number| if number.is_multiple_of(workers) { Said::json(200, "[1,2]") } else { row() });
        assert!(ran.await.found.is_empty(), "one of {workers} workers knows more");
    }
}

#[tokio::test]
async fn complaints_that_no_quote_causes_prove_nothing() {
    let typed = run("4", |sent, _| match sent.parse::<u32>() {
        Ok(_) => row(),
        Err(_) => Said::json(
            500,
            format!(
                r#"{{"error":"psycopg.errors.InvalidTextRepresentation: invalid input syntax for type integer: {sent:?}"}}"#
            ),
        ),
    });
    assert!(typed.await.found.is_empty(), "a bound value of another type");
    let constant = run("red", |sent, _| match sent {
        "red" => row(),
        _ => Said::json(500, r#"{"error":"sqlite3.OperationalError: no such table: archive"}"#),
    });
    assert!(constant.await.found.is_empty(), "whatever is sent");
    let shell = run("red", |sent, _| if sent.matches('\'').count() % 2 == 1 { Said::json(500, "{}") } else { row() });
    assert!(shell.await.found.is_empty(), "what counts quotes");
}

#[tokio::test]
async fn what_the_database_stumbles_over_proves_it() {
    let ran = run("red", |sent, _| match sent.split_once('\'') {
        None => row(),
        Some((_, rest)) => {
            Said::json(500, format!(r#"{{"error":"sqlite3.OperationalError: near \"{rest}\": syntax error"}}"#))
        }
    });
    let ran = ran.await;
    assert_eq!(ran.found.len(), 1);
    assert_eq!(ran.found[0].confidence, Confidence::Confirmed);
}

#[tokio::test]
async fn what_becomes_the_name_of_a_column_proves_it_unless_it_is_quoted() {
    let complaint = |name: &str| Said::json(500, format!(r#"{{"error":"SQLITE_ERROR: no such column: {name}"}}"#));
    let bare = run("red", move |sent, _| complaint(sent.split('*').next().unwrap_or_default())).await;
    assert_eq!(bare.found.len(), 1, "{:?}", bare.ended);
    assert!(run("red", move |sent, _| complaint(sent)).await.found.is_empty(), "a name in quotes");
    assert!(run("red", move |_, _| complaint("colour")).await.found.is_empty(), "another column");
}

#[tokio::test]
async fn a_statement_that_fails_anyway_shows_what_a_quote_does() {
    let fails = |sent: &str, token: bool| {
        let error = match sent.split_once('\'').filter(|_| token) {
            Some((_, rest)) => format!("near \\\"{rest}\\\": syntax error"),
            None => "no such column: colour".to_owned(),
        };
        Said::json(501, format!(r#"{{"error":"SQLITE_ERROR: {error}"}}"#))
    };
    assert_eq!(run("red", move |sent, _| fails(sent, true)).await.found.len(), 1);
    assert!(run("red", move |sent, _| fails(sent, false)).await.found.is_empty(), "a bound value");
}

#[tokio::test]
async fn the_grammar_of_a_silent_database_proves_it_less_surely() {
    let ran = run("red", |sent, _| if parses(sent) { row() } else { Said::json(500, "{}") }).await;
    assert_eq!(ran.found.len(), 1);
    assert_eq!(ran.found[0].confidence, Confidence::Firm);
    for workers in 2..5 {
        let failing = run("red", move |sent, number| match number % workers {
            0 => Said::json(500, "{}"),
            _ if parses(sent) => row(),
            _ => Said::json(500, "{}"),
        });
        assert!(failing.await.found.is_empty(), "one of {workers} workers also fails by itself");
    }
    for seed in 0..200_u64 {
        let failing = run("red", move |sent, number| {
            let word = crate::canary(seed, &[&number.to_string()]);
            let fails = word.as_bytes()[0].is_multiple_of(2) || sent.matches('\'').count() % 2 == 1;
            Said::json(if fails { 500 } else { 200 }, "{}")
        });
        assert!(failing.await.found.is_empty(), "what counts quotes and fails by chance, {seed}");
    }
}

#[tokio::test]
async fn two_silent_headers_of_one_guard_are_both_proved() {
    let script = Scripted::new(|request, _| {
        let sent = |name: &str| request.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice());
        let fails = ["X-First", "X-Second"]
            .iter()
            .any(|name| !parses(&String::from_utf8_lossy(sent(name).unwrap_or_default())));
        if fails { Said::json(500, "{}") } else { Said::json(401, r#"{"error":"who?"}"#) }
    });
    let header = |name: &str| model::Parameter {
        name: name.to_owned(),
        place: model::ParameterIn::Header,
        required: true,
        schema: model::Schema::of(model::SchemaType::String),
        example: None,
        repeated: false,
    };
    let mut operation = link("named", "1");
    operation.parameters = vec![header("X-First"), header("X-Second")];
    let ran = script.run(&CHECK, &samples::surface(vec![operation])).await;
    assert_eq!(ran.found.len(), 2, "the proof of one leaves enough for the other");
}
