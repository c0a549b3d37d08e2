//! GET requests that make a faulty application fail without changing anything: a required parameter left out, a number beyond the
//! database, a text where a number belongs, a date that a static file's server cannot compute. An application in good order
//! answers all of them with 4xx or ignores them.

use std::sync::Arc;

use model::{Exchange, Method, NotTested, Operation, Parameter, ParameterIn, Request, SchemaType, Source, Surface};

use crate::calling::request;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::vocabulary::{self, List};
use crate::{Shares, TargetProbe};

/// What [`errors`] sends at most.
pub const REQUESTS: u32 = 7;

/// The requests are the same for every rule.
pub const SHARES: Shares = Shares { with: "provoke", requests: REQUESTS };

/// One attempt to provoke an error.
#[derive(Debug, Clone)]
pub struct Provoked {
    /// How, as the beginning of a sentence: `leaving out the parameter 'q'`.
    pub how: String,
    /// The same resource asked for in the ordinary way.
    pub plain: Arc<Exchange>,
    /// What came of the attempt.
    pub response: Arc<Exchange>,
}

/// 2^63, one more than a signed 64-bit integer holds.
pub const BEYOND_64_BIT: &str = "9223372036854775808";

/// 2^63 - 1, the largest that one holds.
pub const WITHIN_64_BIT: &str = "9223372036854775807";

/// 2^31 - 1, the largest that a signed 32-bit integer holds.
pub const WITHIN_32_BIT: &str = "2147483647";

/// More digits than Python converts to an integer (4300 by default since 3.11).
const DIGITS: usize = 4_400;

/// A date whose time zone offset overflows (Werkzeug 2.0 to 3.1.9 fail on it before the application is asked).
const OVERFLOWING_DATE: &str = "Mon, 01 Jan 2001 00:00:00 +99999999999999999999";

/// Tries the ways that fit the surface. The same few requests whoever asks, so that only the first asker pays for them.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub async fn errors(probe: &TargetProbe<'_>) -> Result<Vec<Provoked>, NotTested> {
    let mut provoked = Vec::new();
    for (how, plain, request) in attempts(probe) {
        let response = probe.send(request).await?;
        provoked.push(Provoked { how, plain, response });
    }
    if let Some(path) = probe.surface.assets.first().filter(|_| probe.surface.may_be_flask()) {
        let plain = probe.send(probe.get(path)).await?;
        if plain.is_success() {
            let request = probe.get(path).header("If-Modified-Since", OVERFLOWING_DATE).altered(
                "header",
                "If-Modified-Since",
                OVERFLOWING_DATE,
            );
            let response = probe.send(request).await?;
            provoked.push(Provoked { how: "sending a date that overflows".to_owned(), plain, response });
        }
    }
    Ok(provoked)
}

/// Whether any attempt, or an ordinary call, was answered as an error, so that there was something to look at.
///
/// # Errors
/// [`NotTested::Inconclusive`] when none was.
pub fn any(probe: &TargetProbe<'_>, provoked: &[Provoked]) -> Result<(), NotTested> {
    let failed = provoked.iter().any(|p| matches!(p.response.status(), 400 | 422 | 500..)) || fails_by_itself(probe);
    if failed { Ok(()) } else { Err(NotTested::inconclusive("no error could be provoked")) }
}

/// Whether an ordinary call was answered with 500.
pub fn fails_by_itself(probe: &TargetProbe<'_>) -> bool {
    probe.observations.called(probe.surface).any(|(_, exchange)| exchange.status() == 500)
}

fn attempts(probe: &TargetProbe<'_>) -> Vec<(String, Arc<Exchange>, Request)> {
    let called: Vec<(&Operation, &Arc<Exchange>)> =
        probe.observations.called(probe.surface).filter(|(o, e)| o.method == Method::GET && e.is_success()).collect();
    let all = [
        left_out(probe, &called),
        not_a_number(probe, &called),
        too_large(probe, &called, ParameterIn::Path),
        too_large(probe, &called, ParameterIn::Query),
        too_long(probe, &called),
    ];
    all.into_iter().flatten().collect()
}

type Attempt = Option<(String, Arc<Exchange>, Request)>;

/// Without the query parameters that an ordinary call sends.
fn left_out(probe: &TargetProbe<'_>, called: &[(&Operation, &Arc<Exchange>)]) -> Attempt {
    let (operation, plain) = called.iter().find(|(o, _)| o.parameters_in(ParameterIn::Query).any(is_sent))?;
    let names: Vec<&str> = operation.parameters_in(ParameterIn::Query).map(|p| p.name.as_str()).collect();
    let mut without = (*operation).clone();
    without.parameters.retain(|p| p.place != ParameterIn::Query);
    let mut request = request::build(&without, probe.surface, probe.target, &[]);
    for name in &names {
        request = request.altered("query", name, "");
    }
    Some((format!("leaving out {}", names.join(", ")), Arc::clone(plain), request))
}

fn is_sent(parameter: &Parameter) -> bool {
    parameter.required || parameter.example.is_some()
}

/// A word for every numeric query parameter.
fn not_a_number(probe: &TargetProbe<'_>, called: &[(&Operation, &Arc<Exchange>)]) -> Attempt {
    let numeric = |o: &Operation, p: &Parameter| p.place == ParameterIn::Query && is_numeric(p, o, probe.surface);
    let (operation, plain) = called.iter().find(|(o, _)| o.parameters.iter().any(|p| numeric(o, p)))?;
    let values: Vec<request::Value<'_>> = operation
        .parameters
        .iter()
        .filter(|p| numeric(operation, p))
        .map(|p| request::Value::of(p, "middlebrick"))
        .collect();
    let request = request::build(operation, probe.surface, probe.target, &values);
    Some(("sending a word for a number".to_owned(), Arc::clone(plain), request))
}

fn is_numeric(parameter: &Parameter, operation: &Operation, surface: &Surface) -> bool {
    // The number that a link or a form sends to a search is one word of many.
    if operation.source != Source::Specification && suggests(&parameter.name, Kind::Search) {
        return false;
    }
    matches!(parameter.schema.kind, SchemaType::Integer | SchemaType::Number)
        || request::ordinary(parameter, operation, surface).parse::<u32>().is_ok()
            && (parameter.place == ParameterIn::Path || parameter.example.is_some())
}

/// The first parameter in this place that takes an integer which names something or says where to begin. An amount is left alone:
/// a server that does not cap it would set to work.
pub fn integer<'a>(operation: &'a Operation, surface: &Surface, place: ParameterIn) -> Option<&'a Parameter> {
    operation.parameters_in(place).find(|p| is_numeric(p, operation, surface) && !is_an_amount(&p.name))
}

fn is_an_amount(name: &str) -> bool {
    vocabulary::words(name).any(|word| List::Amount.has(&word))
}

/// An integer that no 64-bit column holds.
fn too_large(probe: &TargetProbe<'_>, called: &[(&Operation, &Arc<Exchange>)], place: ParameterIn) -> Attempt {
    with_number(probe, called, place, BEYOND_64_BIT, "sending 2^63 for an integer")
}

/// An integer that Werkzeug before 3.1.9 cannot convert while it matches routes. Others, and gunicorn, refuse so long a line.
fn too_long(probe: &TargetProbe<'_>, called: &[(&Operation, &Arc<Exchange>)]) -> Attempt {
    let surface = probe.surface;
    if surface.has("gunicorn") || !surface.has("Werkzeug") && !surface.has("waitress") {
        return None;
    }
    with_number(probe, called, ParameterIn::Path, &"9".repeat(DIGITS), "sending an integer of 4400 digits")
}

fn with_number(
    probe: &TargetProbe<'_>,
    called: &[(&Operation, &Arc<Exchange>)],
    place: ParameterIn,
    value: &str,
    how: &str,
) -> Attempt {
    let (operation, plain, parameter) =
        called.iter().find_map(|(o, e)| integer(o, probe.surface, place).map(|p| (o, e, p)))?;
    let values = [request::Value::of(parameter, value)];
    let request = request::build(operation, probe.surface, probe.target, &values);
    Some((how.to_owned(), Arc::clone(plain), request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{operation, surface};

    #[test]
    fn integers_that_are_no_amounts_are_chosen() {
        let mut books = operation(Method::GET, "/books/{id}");
        let query =
            |name: &str| Parameter { place: ParameterIn::Query, name: name.to_owned(), ..books.parameters[0].clone() };
        let mut names = vec![query("per_page"), query("limit"), query("pageSize"), query("n"), query("page")];
        books.parameters.append(&mut names);
        let surface = surface(Vec::new());
        let chosen = |place| integer(&books, &surface, place).map(|p| p.name.as_str());
        assert_eq!(chosen(ParameterIn::Query), Some("page"));
        assert_eq!(chosen(ParameterIn::Path), Some("id"));
        assert_eq!(chosen(ParameterIn::Header), None);
    }
}
