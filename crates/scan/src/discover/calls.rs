//! Calls in scripts: `fetch`, `axios`, `XMLHttpRequest` and their like, with the method and the fields of the body.

use std::sync::LazyLock;

use model::{Body, DeclaredResponse, Method, Operation, ParameterIn, Schema, SchemaType};
use regex::Regex;

use super::{link, response_names};

/// Most calls that one script gives.
const MOST: usize = 60;

/// Most of a script after the path that its options are looked for in, and the longest body.
const OPTIONS: usize = 600;

/// A call that a script makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) method: Method,
    /// As it is written; what the script puts in is a placeholder.
    pub(super) path: String,
    /// The names of the body's fields, with what kind they look like.
    fields: Vec<(String, SchemaType)>,
    is_form: bool,
    /// The names of what the script reads of the response.
    reads: Vec<String>,
}

/// The calls of a script.
pub(super) fn read(script: &str) -> Vec<Call> {
    #[allow(clippy::expect_used)] // constants; the test below compiles them
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?:\bfetch|\baxios|\bky|\.(get|post|put|patch|delete))\s{0,3}\(\s{0,20}["'`](/[^"'`\s<>\\]{1,160}|\$\{[\w.]{1,40}\}/[^"'`\s<>\\]{1,160})["'`]"#,
            r#"|\.open\s{0,3}\(\s{0,3}["'`](GET|POST|PUT|PATCH|DELETE)["'`]\s{0,3},\s{0,3}["'`](/[^"'`\s<>\\]{1,160})["'`]"#,
            r#"|(?:\.ajax|\baxios(?:\.request)?|\brequest)\s{0,3}\(\s{0,3}(\{)"#
        ))
        .expect("valid")
    });
    let mut calls: Vec<Call> = Vec::new();
    for captures in CALL.captures_iter(script) {
        let whole = captures.get(0).map_or(0, |m| m.end());
        let rest = &script[whole..script.floor_char_boundary((whole + OPTIONS).min(script.len()))];
        let text = |at: usize| captures.get(at).map(|m| m.as_str());
        let call = if text(5).is_some() {
            options(braced(&format!("{{{rest}")))
        } else if let (Some(method), Some(path)) = (text(3), text(4)) {
            call(Method::new(method), path, sent(rest))
        } else {
            text(2).and_then(|path| with_options(text(1), path, rest))
        };
        if let Some(mut call) = call
            && calls.len() < MOST
        {
            call.reads = response_names::read_of_response(until_next_call(rest));
            if calls.contains(&call) {
                continue;
            }
            calls.push(call);
        }
    }
    calls
}

/// A script up to where it calls again.
fn until_next_call(text: &str) -> &str {
    const CALLS: [&str; 3] = ["fetch(", "axios", ".ajax("];
    CALLS.iter().filter_map(|call| text.find(call)).min().map_or(text, |at| &text[..at])
}

impl Call {
    /// The operation, with a body where the method has one and its fields are known.
    pub(super) fn operation(&self, mut operation: Operation) -> Operation {
        operation.method = self.method.clone();
        if !operation.method.is_safe() && !self.reads.is_empty() {
            operation.responses = vec![self.response()];
        }
        sending(operation, &self.fields, self.is_form)
    }
}

/// The operation with these fields, of which only the names are known.
pub(super) fn with_fields(operation: Operation, names: &[String]) -> Operation {
    let fields: Vec<(String, SchemaType)> = names.iter().map(|name| (name.clone(), SchemaType::String)).collect();
    sending(operation, &fields, false)
}

/// The operation with these fields in its body, or in its query where its method has no body.
fn sending(mut operation: Operation, fields: &[(String, SchemaType)], is_form: bool) -> Operation {
    if fields.is_empty() {
        return operation;
    }
    if operation.method == Method::GET {
        for (name, _) in fields {
            if !operation.parameters.iter().any(|p| p.name == *name) {
                operation.parameters.push(link::parameter(name, ParameterIn::Query, ""));
            }
        }
        return operation;
    }
    let mut schema = Schema::of(SchemaType::Object);
    schema.properties.extend(fields.iter().map(|(name, kind)| (name.clone(), Schema::of(*kind))));
    schema.required = schema.properties.keys().cloned().collect();
    let media_type = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
    operation.body = Some(Body { media_type: media_type.to_owned(), schema, required: true });
    operation
}

impl Call {
    /// What is known of the response: it has more fields than a script reads of it.
    fn response(&self) -> DeclaredResponse {
        let mut schema = Schema { cut: true, ..Schema::of(SchemaType::Object) };
        schema.properties.extend(self.reads.iter().map(|name| (name.clone(), Schema::default())));
        DeclaredResponse { status: "default".to_owned(), media_type: None, schema: Some(schema) }
    }
}

/// `fetch(path, {method, body})` and `axios.post(path, {...})`.
fn with_options(named: Option<&str>, path: &str, rest: &str) -> Option<Call> {
    let after = rest.trim_start();
    let argument = after.strip_prefix(',').map_or("", str::trim_start);
    if let Some(method) = named {
        // The object behind the path is the body, but for `get` and `ky`'s options.
        let data = if argument.starts_with('{') { Some(braced(argument)) } else { None };
        let sent = data.map_or_else(
            || sent(statement(argument)),
            |object| match value_of(object, "json") {
                Some(json) if json.starts_with('{') => (fields(braced(json)), false),
                _ => (fields(object), false),
            },
        );
        let method = Method::new(&named_upper(method));
        let sent = if method == Method::GET { (Vec::new(), false) } else { sent };
        return call(method, path, sent);
    }
    let object = if argument.starts_with('{') { braced(argument) } else { "" };
    let method = value_of(object, "method").and_then(quoted).map_or(Method::GET, |m| Method::new(&named_upper(m)));
    call(method, path, sent(object))
}

/// `$.ajax({url, type, data})` and `axios({url, method, data})`.
fn options(object: &str) -> Option<Call> {
    let path = value_of(object, "url").and_then(quoted).filter(|path| path.starts_with('/'))?;
    let method = ["method", "type"].iter().find_map(|name| value_of(object, name)).and_then(quoted).unwrap_or("GET");
    let data = value_of(object, "data").filter(|data| data.starts_with('{')).map(|data| fields(braced(data)));
    call(Method::new(&named_upper(method)), path, data.map_or_else(|| sent(object), |fields| (fields, true)))
}

fn named_upper(method: &str) -> String {
    method.to_ascii_uppercase()
}

fn call(method: Method, path: &str, (fields, is_form): (Vec<(String, SchemaType)>, bool)) -> Option<Call> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&method);
    known.then(|| Call { method, path: placed(path), fields, is_form, reads: Vec::new() })
}

/// The path with `{name}` for what a template literal puts in. A base at its beginning is that of the page.
fn placed(path: &str) -> String {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static HOLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{[^{}]{0,60}?(\w{1,30})[^\w{}]{0,5}\}").expect("valid"));
    let path = if path.starts_with("${") { path.split_once('}').map_or(path, |(_, rest)| rest) } else { path };
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let path = HOLE.replace_all(path, "{$1}");
    query.map_or_else(|| path.to_string(), |query| format!("{path}?{}", HOLE.replace_all(query, "")))
}

/// What is sent as the body: the object in `JSON.stringify(...)` or in `new URLSearchParams(...)`.
fn sent(text: &str) -> (Vec<(String, SchemaType)>, bool) {
    for (way, is_form) in [("JSON.stringify(", false), ("URLSearchParams(", true)] {
        if let Some((_, rest)) = text.split_once(way)
            && rest.trim_start().starts_with('{')
        {
            return (fields(braced(rest.trim_start())), is_form);
        }
    }
    (Vec::new(), false)
}

/// Up to the end of the statement.
fn statement(text: &str) -> &str {
    text.split(';').next().unwrap_or(text)
}

/// What stands between the brace that the text begins with and the one that closes it.
fn braced(text: &str) -> &str {
    nested(text)
        .find(|(_, c, depth)| *depth == 0 && matches!(c, '}' | ']' | ')'))
        .map_or("", |(at, _, _)| text.get(1..at).unwrap_or(""))
}

/// The members of an object literal, each as it is written.
fn members(object: &str) -> Vec<&str> {
    let commas = nested(object).filter(|(_, c, depth)| *c == ',' && *depth == 0).map(|(at, _, _)| at);
    let mut from = 0;
    let mut all = Vec::new();
    for at in commas.chain([object.len()]) {
        all.push(&object[from..at]);
        from = (at + 1).min(object.len());
    }
    all
}

/// The characters outside of quotation marks, each with its place and how many brackets are open after it.
fn nested(text: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let (mut depth, mut quote) = (0_usize, None);
    text.char_indices().filter_map(move |(at, c)| {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| *open != c);
            return None;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        quote.is_none().then_some((at, c, depth))
    })
}

/// The name of a member and what it is given; `{name}` is short for `{name: name}`.
fn member(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    let name = name.trim().trim_matches(['"', '\'']);
    let is_name = !name.is_empty()
        && name.len() <= 60
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$'));
    is_name.then_some((name, value.trim()))
}

fn fields(object: &str) -> Vec<(String, SchemaType)> {
    const FIELDS: usize = 30;
    let kind = |value: &str| match value {
        "true" | "false" => SchemaType::Boolean,
        number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => SchemaType::Integer,
        list if list.starts_with('[') => SchemaType::Array,
        object if object.starts_with('{') => SchemaType::Object,
        _ => SchemaType::String,
    };
    members(object)
        .into_iter()
        .filter_map(member)
        .take(FIELDS)
        .map(|(name, value)| (name.to_owned(), kind(value)))
        .collect()
}

fn value_of<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    members(object).into_iter().filter_map(member).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The text of a literal.
fn quoted(value: &str) -> Option<&str> {
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    value[1..].split(mark).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str) -> Vec<String> {
        let fields = |call: &Call| {
            let each: Vec<String> = call.fields.iter().map(|(name, kind)| format!(" {name}:{kind:?}")).collect();
            each.concat()
        };
        read(script)
            .iter()
            .map(|call| {
                format!("{} {}{}{}", call.method, call.path, fields(call), if call.is_form { " form" } else { "" })
            })
            .collect()
    }

    #[test]
    fn calls_have_their_method_and_fields() {
        for (script, expected) in [
            ("fetch('/a/b').then(r => r.json())", "GET /a/b"),
            (
                "await fetch(\"/notes\", { method: 'post', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({ title, 'n': 3, open: true }) })",
                "POST /notes title:String n:Integer open:Boolean",
            ),
            ("fetch(`/users/${user.id}/letters?of=${day}`)", "GET /users/{id}/letters?of="),
            ("axios.put('/boats/7', {name: this.name})", "PUT /boats/7 name:String"),
            ("axios({method: 'delete', url: '/boats/7'})", "DELETE /boats/7"),
            ("$.ajax({ url: '/find', type: 'POST', data: { term: t } })", "POST /find term:String form"),
            ("ky.post('/pay', {json: {amount: 5}})", "POST /pay amount:Integer"),
            ("x.open('POST', '/send'); x.send(JSON.stringify({to: a}))", "POST /send to:String"),
            (
                "fetch('/login', {method: 'POST', body: new URLSearchParams({user: u, pin: p})})",
                "POST /login user:String pin:String form",
            ),
            ("this.http.get(`${base}/berths`)", "GET /berths"),
        ] {
            assert_eq!(shown(script), [expected], "{script}");
        }
    }

    #[test]
    fn other_text_has_no_calls() {
        for script in [
            "map.get('key')",
            "fetch(url)",
            "el.setAttribute('/x', 1)",
            "// fetch the /list",
            "fetch('https://else.example/x')",
        ] {
            assert!(read(script).is_empty(), "{script}");
        }
        assert_eq!(
            shown(&format!("fetch('/x', {{method: 'POST', body: JSON.stringify({{{}", "{".repeat(2_000))),
            ["GET /x"]
        );
    }
}
