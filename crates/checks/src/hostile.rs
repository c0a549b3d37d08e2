//! Every detector that sends, against targets that no application is: silence, refusals, random responses.
//! None proves anything by them, and none asks for more than its cost.

use std::sync::Arc;

use model::{
    Body, Category, Depth, Effect, Method, NotTested, Operation, Parameter, ParameterIn, Request, Schema, SchemaType,
    Scheme, Surface, Target,
};

use crate::scripted::{Said, Scripted};
use crate::{Check, canary, samples};

/// Something of every kind that detectors look for.
fn surface() -> Surface {
    let string = Schema::of(SchemaType::String);
    let query = |path: &str, name: &str| {
        let parameter = Parameter {
            name: name.to_owned(),
            place: ParameterIn::Query,
            required: false,
            schema: string.clone(),
            example: Some("tea".to_owned()),
            repeated: false,
        };
        Operation { parameters: vec![parameter], ..samples::operation(Method::GET, path) }
    };
    let taking = |path: &str, names: &[&str]| {
        let schema = Schema {
            required: names.iter().map(|name| (*name).to_owned()).collect(),
            properties: names.iter().map(|name| ((*name).to_owned(), string.clone())).collect(),
            ..Schema::of(SchemaType::Object)
        };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        Operation { body, ..samples::operation(Method::POST, path) }
    };
    let guarded =
        Operation { security: Some(vec![vec!["token".to_owned()]]), ..samples::operation(Method::GET, "/me") };
    samples::surface(vec![
        samples::operation(Method::GET, "/items"),
        samples::operation(Method::GET, "/items/{id}"),
        samples::operation(Method::GET, "/users/{id}"),
        samples::operation(Method::GET, "/admin/users"),
        samples::operation(Method::GET, "/debug/config"),
        samples::operation(Method::POST, "/graphql"),
        query("/search", "q"),
        query("/go", "next"),
        query("/fetch", "url"),
        query("/files", "file"),
        query("/list", "limit"),
        taking("/login", &["username", "password"]),
        taking("/orders", &["name"]),
        taking("/api/chat", &["prompt"]),
        taking("/webhooks/payments", &["event"]),
        guarded,
    ])
}

fn sending() -> impl Iterator<Item = &'static Check> {
    crate::all().into_iter().filter(|check| check.cost.effect > Effect::None)
}

/// Runs all of them, each against a target of its own that answers so, and hands out the rules that found something.
async fn finders(script: impl Fn(&Request, usize) -> Said + Send + Sync + 'static) -> Vec<&'static Check> {
    let (script, surface) = (Arc::new(script), surface());
    let mut finders = Vec::new();
    for check in sending() {
        let script = Arc::clone(&script);
        let target = Target { depth: check.schedule.depth.max(Depth::Standard), ..samples::target(Scheme::Http) };
        let ran = Scripted::new(move |request, number| script(request, number)).run_at(check, &surface, &target).await;
        assert!(!ran.ended.contains(&Err(NotTested::OverBudget)), "{} wants more than it declares", check.rule.id);
        if !ran.found.is_empty() {
            finders.push(check);
        }
    }
    finders
}

fn ids(checks: &[&Check]) -> Vec<&'static str> {
    checks.iter().map(|check| check.rule.id).collect()
}

#[tokio::test]
async fn silence_proves_nothing() {
    assert_eq!(ids(&finders(|_, _| Said::Nothing).await), [""; 0]);
}

#[tokio::test]
async fn refusals_prove_nothing_but_a_limit() {
    let mut found = finders(|_, _| Said::html(429, "<h1>Too Many Requests</h1>")).await;
    found.retain(|check| check.rule.category != Category::RateLimiting);
    assert_eq!(ids(&found), [""; 0]);
}

/// What is true of a target whatever its content is, as long as it answers with success: that it does so over plain HTTP, without the
/// credentials or the signature that its description asks for.
const BY_STATUS: [&str; 3] = ["operation-without-credentials", "plain-http", "webhook-without-signature"];

#[tokio::test]
async fn random_responses_prove_nothing() {
    const SEED: u64 = 0;
    let script = move |request: &Request, number: usize| {
        let word = canary(SEED, &[&request.target, &number.to_string()]);
        let media = ["text/html", "application/json", "text/plain", "application/octet-stream"];
        let status = [200, 200, 204, 301, 400, 401, 404, 500];
        let pick =
            |name: &str, count: usize| canary(SEED, &[name, &word]).bytes().map(usize::from).sum::<usize>() % count;
        Said::Response(
            status[pick("status", status.len())],
            media[pick("media", media.len())],
            format!("{word} {word}"),
        )
    };
    let mut found = finders(script).await;
    found.retain(|check| !BY_STATUS.contains(&check.rule.id));
    assert_eq!(ids(&found), [""; 0]);
}
