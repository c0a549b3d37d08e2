//! Calls in scripts: `fetch`, `axios`, `XMLHttpRequest` and their like, with the method and the fields of the body.

use std::sync::LazyLock;

use model::{Body, DeclaredResponse, Method, Operation, ParameterIn, Schema, SchemaType};
use regex::Regex;

use super::addresses::{self, Constants};
use super::{link, response_names};

/// Most calls that one script gives.
const MOST: usize = 60;

/// Most places of one script that are looked at as calls.
const LOOKED_AT: usize = 400;

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

/// Names of what keeps things by a key, which may look like a path.
const KEEPS: [&str; 9] =
    ["cache", "map", "params", "searchParams", "headers", "storage", "cookies", "localStorage", "sessionStorage"];

/// The calls of a script.
pub(super) fn read(script: &str) -> Vec<Call> {
    #[allow(clippy::expect_used)] // constants; the test below compiles them
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?-u)\b(fetch|axios|ky|sendBeacon)\s{0,3}\(\s{0,20}"#,
            r#"|(?:\b([A-Za-z_$][\w$]{0,40}))?\.(get|post|put|patch|delete|getJSON|load)\s{0,3}\(\s{0,20}"#,
            r#"|\.open\s{0,3}\(\s{0,3}["'`](GET|POST|PUT|PATCH|DELETE)["'`]\s{0,3},\s{0,3}"#,
            r#"|(?:\.ajax|\.request|\brequest|\$http)\s{0,3}\(\s{0,3}"#
        ))
        .expect("valid")
    });
    let script = Script { text: script, constants: Constants::of(script), clients: clients(script) };
    let mut calls: Vec<Call> = Vec::new();
    for captures in CALL.captures_iter(script.text).take(LOOKED_AT) {
        let end = captures.get(0).map_or(0, |m| m.end());
        let rest = script.behind(end);
        let text = |at: usize| captures.get(at).map(|m| m.as_str());
        let call = match (text(1), text(3), text(4)) {
            (Some("fetch"), ..) => script.with_options(None, "", rest, true),
            (Some("sendBeacon"), ..) => script.with_options(Some("post"), "", rest, false),
            (Some(name), ..) if !rest.starts_with('{') => {
                script.with_options(None, script.base(name), rest, !script.base(name).is_empty())
            }
            (_, Some(_), _) if text(2).is_some_and(|name| KEEPS.contains(&name)) => None,
            (_, Some(method), _) => {
                let base = text(2).map_or("", |name| script.base(name));
                let method = if matches!(method, "getJSON" | "load") { "get" } else { method };
                script.with_options(Some(method), base, rest, !base.is_empty())
            }
            (.., Some(method)) => addresses::read(rest, &script.constants)
                .and_then(|(path, rest)| call(Method::new(method), &path, script.sent(rest))),
            _ if rest.starts_with('{') => script.options(braced(rest)),
            _ => None,
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
    for call in script.listed() {
        let is_known = calls.iter().any(|known| (&known.method, &known.path) == (&call.method, &call.path));
        if !is_known && calls.len() < MOST {
            calls.push(call);
        }
    }
    calls
}

/// The clients that a script makes for a base: `const api = axios.create({baseURL: '/v2'})`, and `axios` itself by its defaults.
fn clients(script: &str) -> Vec<(String, String)> {
    #[allow(clippy::expect_used)] // constants; the test below compiles them
    static MADE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b([A-Za-z_$][\w$]{0,40})\s{0,3}=\s{0,3}[\w$.()]{1,60}\.(?:create|extend)\s{0,3}\(\s{0,3}\{")
            .expect("valid")
    });
    #[allow(clippy::expect_used)]
    static DEFAULT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b([A-Za-z_$][\w$]{0,40})\.defaults\.baseURL\s{0,3}=\s{0,3}").expect("valid")
    });
    let constants = Constants::of(script);
    let text_of = |value: &str| Some(addresses::read(value, &constants)?.0);
    let made = MADE.captures_iter(script).take(20).filter_map(|captures| {
        let object = braced(behind(script, captures.get(0)?.end() - 1));
        let base = ["baseURL", "prefixUrl", "baseUrl"].iter().find_map(|name| value_of(object, name))?;
        Some((captures[1].to_owned(), base.to_owned()))
    });
    let defaults = DEFAULT
        .captures_iter(script)
        .take(5)
        .filter_map(|captures| Some((captures[1].to_owned(), behind(script, captures.get(0)?.end()).to_owned())));
    made.chain(defaults).filter_map(|(name, base)| Some((name, text_of(&base)?))).collect()
}

/// The beginning of what follows a place.
fn behind(script: &str, at: usize) -> &str {
    &script[at..script.floor_char_boundary((at + OPTIONS).min(script.len()))]
}

/// A script with what its names stand for.
struct Script<'a> {
    text: &'a str,
    constants: Constants,
    clients: Vec<(String, String)>,
}

impl<'a> Script<'a> {
    fn behind(&self, at: usize) -> &'a str {
        behind(self.text, at)
    }

    /// The base of a client; empty where it has none.
    fn base(&self, name: &str) -> &str {
        self.clients.iter().find(|(known, _)| known == name).map_or("", |(_, base)| base)
    }

    /// The object literal that a text is, or that the name which it begins with was given.
    fn object(&self, text: &'a str) -> &'a str {
        if text.starts_with('{') {
            return braced(text);
        }
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(text.len());
        let (name, is_alone) = (&text[..end], !text[end..].starts_with(['.', '(', '[', '`', '"', '\'']));
        let given = || {
            let places = self.text.match_indices(name).take(200);
            places.into_iter().find_map(|(at, _)| {
                let after = self.text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
                let is_whole =
                    !self.text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'));
                (is_whole && after.starts_with('{')).then(|| self.behind(self.text.len() - after.len()))
            })
        };
        if name.is_empty() || !is_alone { "" } else { given().map_or("", braced) }
    }

    /// `fetch(path, {method, body})` and `axios.post(path, {...})`. `relative`: the address may be one without a slash before it.
    fn with_options(&self, named: Option<&str>, base: &str, text: &'a str, relative: bool) -> Option<Call> {
        let (address, rest) = addresses::read(text, &self.constants)?;
        let is_rooted = ["/", "http://", "https://", "${"].iter().any(|start| address.starts_with(start));
        let path = if base.is_empty() && is_rooted || address.contains("://") {
            address
        } else if is_rooted || relative {
            format!("{}/{}", base.trim_end_matches('/'), address.trim_start_matches("./").trim_start_matches('/'))
        } else {
            return None;
        };
        let argument = rest.trim_start().strip_prefix(',').map_or("", str::trim_start);
        let object = self.object(argument);
        if let Some(method) = named {
            let method = Method::new(&method.to_ascii_uppercase());
            // The object behind the path is the body, but for `get` and `ky`'s options.
            let inner = |name: &str| value_of(object, name).filter(|v| v.starts_with('{')).map(braced);
            let sent = if method == Method::GET {
                (inner("params").or_else(|| inner("searchParams")).map_or_else(Vec::new, fields), false)
            } else if object.is_empty() {
                self.sent(statement(argument))
            } else {
                (fields(inner("json").unwrap_or(object)), false)
            };
            return call(method, &path, sent);
        }
        let method =
            value_of(object, "method").and_then(quoted).map_or(Method::GET, |m| Method::new(&m.to_ascii_uppercase()));
        call(method, &path, self.sent(object))
    }

    /// `$.ajax({url, type, data})` and `axios({url, method, data})`.
    fn options(&self, object: &'a str) -> Option<Call> {
        let value = ["url", "path", "endpoint", "route"].iter().find_map(|name| value_of(object, name))?;
        let (path, _) = addresses::read(value, &self.constants).filter(|(path, _)| path.starts_with(['/', '$']))?;
        let method =
            ["method", "type"].iter().find_map(|name| value_of(object, name)).and_then(quoted).unwrap_or("GET");
        let data = value_of(object, "data").filter(|data| data.starts_with('{')).map(|data| fields(braced(data)));
        call(
            Method::new(&method.to_ascii_uppercase()),
            &path,
            data.map_or_else(|| self.sent(object), |fields| (fields, true)),
        )
    }

    /// Entries of a table of endpoints: `BOOK: {method: "POST", path: "/api/book"}`.
    fn listed(&self) -> Vec<Call> {
        #[allow(clippy::expect_used)] // a constant; the test below compiles it
        static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r#"\{[^{}]{0,160}\bmethod["']?\s{0,3}:\s{0,3}["'`](?:GET|POST|PUT|PATCH|DELETE)["'`][^{}]{0,160}\}"#,
            )
            .expect("valid")
        });
        let entries = ENTRY.find_iter(self.text).take(MOST);
        entries.filter_map(|entry| self.options(braced(self.behind(entry.start())))).collect()
    }

    /// What is sent as the body: the object in `JSON.stringify(...)` or in `new URLSearchParams(...)`, or what is appended to a form.
    fn sent(&self, text: &'a str) -> (Vec<(String, SchemaType)>, bool) {
        for (way, is_form) in [("JSON.stringify(", false), ("URLSearchParams(", true)] {
            if let Some((_, rest)) = text.split_once(way) {
                let object = self.object(rest.trim_start());
                if !object.is_empty() {
                    return (fields(object), is_form);
                }
            }
        }
        let name = value_of(text, "body").unwrap_or("");
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
        if !is_name {
            return (Vec::new(), false);
        }
        let append = format!("{name}.append(");
        let appended = self.text.split(&append).skip(1).take(30);
        (appended.filter_map(|rest| Some((quoted(rest)?.to_owned(), SchemaType::String))).collect(), true)
    }
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

fn call(method: Method, path: &str, (fields, is_form): (Vec<(String, SchemaType)>, bool)) -> Option<Call> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&method);
    let path = placed(path);
    let is_address = path.starts_with('/') && !path.starts_with("//") && path.len() > 1 || path.starts_with("http");
    (known && is_address).then(|| Call { method, path, fields, is_form, reads: Vec::new() })
}

/// The path with `{name}` for what a script puts in. A base at its beginning is that of the page, and so is the machine on which the
/// author ran it.
pub(super) fn placed(path: &str) -> String {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static HOLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{[^{}]{0,60}?(\w{1,30})[^\w{}]{0,5}\}").expect("valid"));
    #[allow(clippy::expect_used)]
    static HERE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d{1,5})?").expect("valid"));
    let path = if path.starts_with("${") { path.split_once('}').map_or(path, |(_, rest)| rest) } else { path };
    let path = HERE.find(path).map_or(path, |here| &path[here.end()..]);
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let path = HOLE.replace_all(path, "{$1}");
    query.map_or_else(|| path.to_string(), |query| format!("{path}?{}", HOLE.replace_all(query, "")))
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
            ("fetch('/berths/' + id + '/log')", "GET /berths/{id}/log"),
            ("const API = '/api/v3'; fetch(API + '/berths')", "GET /api/v3/berths"),
            ("fetch('berths/list')", "GET /berths/list"),
            ("const o = {method: 'POST', body: JSON.stringify({day})}; fetch('/book', o)", "POST /book day:String"),
            ("d.append('day', 1); fetch('/book', {method: 'POST', body: d})", "POST /book day:String form"),
            ("const c = axios.create({baseURL: '/v2/'}); c.put('/book', {day})", "PUT /v2/book day:String"),
            ("axios.defaults.baseURL = '/svc'; axios.get('berths', {params: {day: 1}})", "GET /svc/berths day:Integer"),
            ("k = ky.extend({prefixUrl: '/svc'}); k.get('berths').json()", "GET /svc/berths"),
            ("axios({url: '/berths/' + e, method: 'get'})", "GET /berths/{e}"),
            ("axios.get('http://localhost:5000/berths')", "GET /berths"),
            ("x.open('PUT', '/berths/' + n)", "PUT /berths/{n}"),
            ("navigator.sendBeacon('/track', JSON.stringify({a: 1}))", "POST /track a:Integer"),
            ("E = {BOOK: {method: 'POST', path: '/book'}}", "POST /book"),
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
            "params.get('a/b')",
            "cache.delete(key + '/x/')",
        ] {
            assert!(read(script).is_empty(), "{script}");
        }
        assert_eq!(
            shown(&format!("fetch('/x', {{method: 'POST', body: JSON.stringify({{{}", "{".repeat(2_000))),
            ["GET /x"]
        );
    }
}
