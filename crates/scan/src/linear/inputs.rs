//! What a target could send to keep a scan busy, by kind, in any number of units.

use std::fmt::Write as _;
use std::sync::Arc;

use model::{
    Body, Exchange, Form, FormField, Method, Operation, Origin, Outcome, Parameter, ParameterIn, Request, Response,
    Schema, SchemaType, Scheme, Source, SpecFacts, Surface,
};

/// Everything that a scan knows when it judges.
pub(super) struct Input {
    pub(super) surface: Surface,
    pub(super) exchanges: Vec<Arc<Exchange>>,
    /// An OpenAPI document in the first exchange.
    pub(super) document: bool,
}

/// A kind of input.
pub(super) type Kind = (&'static str, fn(usize) -> Input);

pub(super) const HASH: &str = "$2b$12$.BOQWMz..VtSCnvmwKfv7.YOESX7xwRwlm1Qp3My74hfaSBPJxgD6";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1NSJ9.sig";

fn origin() -> Origin {
    Origin { scheme: Scheme::Http, host: "api.example.com".to_owned(), port: 80 }
}

fn exchange(serial: usize, target: &str, headers: Vec<(String, String)>, body: String) -> Arc<Exchange> {
    Arc::new(Exchange {
        serial: serial as u64,
        request: Request::get(&origin(), target),
        outcome: Outcome::Answered(Response::new(200, headers, body.into_bytes())),
        elapsed_us: 1_000,
        hops: Vec::new(),
    })
}

fn typed(media: &str) -> Vec<(String, String)> {
    vec![("Content-Type".to_owned(), media.to_owned())]
}

fn get(path: &str) -> Operation {
    Operation::undeclared(Method::GET, path, Source::Link)
}

/// One operation that answers so.
fn answered(headers: Vec<(String, String)>, body: String) -> Input {
    let surface = Surface {
        origin: Some(origin()),
        path: "/".to_owned(),
        operations: vec![Arc::new(get("/users"))].into(),
        ..Surface::default()
    };
    Input { surface, exchanges: vec![exchange(0, "/users", headers, body)], document: false }
}

fn json(body: String) -> Input {
    answered(typed("application/json"), body)
}

fn html(body: &str) -> Input {
    answered(typed("text/html; charset=utf-8"), format!("<!doctype html><title>Page</title><body>{body}</body>"))
}

fn plain(body: String) -> Input {
    answered(typed("text/plain"), body)
}

fn joined(units: usize, between: &str, unit: impl Fn(usize) -> String) -> String {
    (0..units).map(unit).collect::<Vec<_>>().join(between)
}

fn times(units: usize, unit: impl Fn(usize) -> String) -> String {
    joined(units, "", unit)
}

/// Names that say much about their values.
const TELLING: [&str; 16] = [
    "email", "password", "token", "api_key", "username", "phone", "ssn", "is_admin", "role", "owner_id", "path",
    "debug", "hash", "secret", "user_id", "card",
];

/// Values that look like much.
fn telling(at: usize) -> String {
    match at % 12 {
        0 => format!("user{at}@mail.example.org"),
        1 => HASH.to_owned(),
        2 => TOKEN.to_owned(),
        3 => format!("/srv/app/file{at}.py"),
        4 => format!("http://10.0.{}.{}/x{at}", at / 250 % 250, at % 250),
        5 => "4111 1111 1111 1111".to_owned(),
        6 => format!("+49 30 {at:08}"),
        7 => format!("s3cr3tv4lue{at:x}"),
        8 => format!("5f4dcc3b5aa765d61d8327de{at:08x}"),
        9 => "GB82WEST12345698765432".to_owned(),
        10 => format!("{at}"),
        _ => format!("words about {at}"),
    }
}

pub(super) const JSON: &[Kind] = &[
    ("keys", |n| json(format!("{{{}}}", joined(n, ",", |i| format!(r#""phrase_{i}":"Text {i}""#))))),
    ("keys that tell", |n| {
        json(format!("{{{}}}", joined(n, ",", |i| format!(r#""{}_{i}":"{}""#, TELLING[i % 16], telling(i)))))
    }),
    ("names that tell around each key", |n| {
        let keys = joined(n, ",", |i| format!(r#""{}{i}":"{}""#, ["email", "password", "role"][i % 3], telling(i)));
        json(format!(r#"{{"username":"ann","email":"a@mail.example.org",{keys}}}"#))
    }),
    ("values of one shape", |n| json(format!("{{{}}}", joined(n, ",", |i| format!(r#""e{i}":"u{i}@x.example""#))))),
    ("settings", |n| json(format!("{{{}}}", joined(n, ",", |i| format!(r#""SECRET_{i}":"v{i}""#))))),
    ("objects", |n| json(format!("[{}]", joined(n, ",", |i| format!(r#"{{"id":{i}}}"#))))),
    ("persons", |n| {
        let person = |i| format!(r#"{{"id":{i},"username":"u{i}","email":"u{i}@mail.example.org","hash":"{HASH}"}}"#);
        json(format!(r#"{{"users":[{}]}}"#, joined(n, ",", person)))
    }),
    ("mixed objects", |n| {
        json(format!("[{}]", joined(n, ",", |i| format!(r#"{{"{}":"{}"}}"#, TELLING[i % 16], telling(i)))))
    }),
    ("rows without names", |n| json(format!("[{}]", joined(n, ",", |i| format!(r#"["u{i}","{}"]"#, telling(i)))))),
    ("texts", |n| json(format!("[{}]", joined(n, ",", |i| format!(r#""{}""#, telling(i)))))),
    ("texts in a field", |n| json(format!(r#"{{"items":[{}]}}"#, joined(n, ",", |i| format!(r#""{}""#, telling(i)))))),
    ("numbers", |n| json(format!("[{}]", joined(n, ",", |i| i.to_string())))),
    ("links", |n| json(format!(r#"{{"links":[{}]}}"#, joined(n, ",", |i| format!(r#""/api/{i}/x{i}""#))))),
    ("sentences", |n| json(format!("[{}]", joined(n, ",", |i| format!(r#""see /a{i} or GET /b{i}""#))))),
    ("lists in each other", |n| json(format!("{}{}", "[".repeat(n), "]".repeat(n)))),
    ("objects in each other", |n| json(format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n)))),
    ("hundred levels", |n| {
        let level = |i: usize| format!(r#"{}"{}"{}"#, r#"{"user":"#.repeat(100), telling(i), "}".repeat(100));
        json(format!("[{}]", joined(n / 100, ",", level)))
    }),
    ("a long name", |n| json(format!(r#"{{"{}":[{}]}}"#, "name".repeat(n / 4), joined(n, ",", |i| format!("[{i}]"))))),
    ("a long name around objects", |n| {
        json(format!(r#"{{"{}":[{}]}}"#, "name".repeat(n / 4), joined(n, ",", |i| format!(r#"{{"e":{i}}}"#))))
    }),
    ("a long word", |n| json(format!(r#"{{"text":"{}"}}"#, "a".repeat(n)))),
    ("long digits", |n| json(format!(r#"{{"card":"{}"}}"#, "4".repeat(n)))),
    ("a long token", |n| json(format!(r#"{{"token":"eyJ{}"}}"#, "hbGci".repeat(n / 5)))),
    ("words in one text", |n| json(format!(r#"{{"text":"{}"}}"#, joined(n, " ", telling)))),
    ("one word again and again", |n| json(format!(r#"{{"text":"{}"}}"#, "password ".repeat(n)))),
    ("labels in one text", |n| json(format!(r#"{{"text":"{}"}}"#, "password: ".repeat(n)))),
    ("a tree of errors", |n| {
        json(format!(r#"{{"errors":[{}]}}"#, joined(n, ",", |i| format!(r#"{{"message":"Field 'a{i}' is not"}}"#))))
    }),
    ("a tree of tools", |n| {
        json(format!(r#"{{"tools":[{}]}}"#, joined(n, ",", |i| format!(r#"{{"name":"run_{i}","type":"function"}}"#))))
    }),
    ("a tree of keys", |n| {
        json(format!(r#"{{"keys":[{}]}}"#, joined(n, ",", |i| format!(r#"{{"kty":"RSA","kid":"{i}","n":"AQAB"}}"#))))
    }),
];

pub(super) const HTML: &[Kind] = &[
    ("links", |n| html(&times(n, |i| format!("<a href=/p{i}>x</a>")))),
    ("links with queries", |n| html(&times(n, |i| format!("<a href='/p?id={i}&file=a{i}.txt'>x</a>")))),
    ("foreign links", |n| html(&times(n, |i| format!("<a href=http://h{i}.example/>x</a>")))),
    ("forms", |n| html(&times(n, |i| format!("<form action=/f{i}><input name=a></form>")))),
    ("forms that write", |n| html(&times(n, |i| format!("<form method=post action=/f{i}><input name=q{i}></form>")))),
    ("forms with passwords", |n| {
        let form = |i| format!("<form action=/login{i}><input name=user><input type=password name=p></form>");
        html(&times(n, form))
    }),
    ("fields of a form", |n| html(&format!("<form method=post>{}</form>", times(n, |i| format!("<input name=f{i}>"))))),
    ("fields without a form", |n| html(&times(n, |i| format!("<input name=f{i} value={i}>")))),
    ("hidden fields", |n| {
        html(&format!("<form>{}</form>", times(n, |i| format!("<input type=hidden name=csrf{i} value={i}>"))))
    }),
    ("a form between rows", |n| {
        html(&format!("<table><form>{}</table>", times(n, |i| format!("<tr><td><input name=f{i}>"))))
    }),
    ("forms between rows", |n| html(&format!("<table>{}</table>", times(n, |i| format!("<form><tr><td>{i}"))))),
    ("options", |n| html(&format!("<select name=s>{}</select>", times(n, |i| format!("<option>{i}"))))),
    ("rows", |n| html(&format!("<table>{}</table>", times(n, |i| format!("<tr><td>u{i}<td>{}", telling(i)))))),
    ("rows of users", |n| {
        let head = "<tr><th>username<th>password";
        html(&format!(
            "<table>{head}{}</table>",
            times(n, |i| format!("<tr><td>u{i}<td>5f4dcc3b5aa765d61d8327de{i:08x}"))
        ))
    }),
    ("columns", |n| html(&format!("<table><tr>{}</table>", times(n, |i| format!("<td>{i}"))))),
    ("heads", |n| html(&format!("<table><tr>{}</table>", times(n, |i| format!("<th>password{i}"))))),
    ("tables", |n| html(&times(n, |i| format!("<table><tr><td>{i}</table>")))),
    ("a long line before entries", |n| {
        html(&format!("<p>{}</p><ul>{}</ul>", "users ".repeat(n), times(n, |i| format!("<li>u{i}"))))
    }),
    ("entries", |n| html(&format!("<ul>{}</ul>", times(n, |i| format!("<li>{}", telling(i)))))),
    ("labelled entries", |n| {
        html(&format!("<ul>{}</ul>", times(n, |i| format!("<li>u{i} pass hash: 5f4dcc3b5aa765d61d8327de{i:08x}"))))
    }),
    ("lists in each other", |n| html(&format!("{}{}", "<ul><li>a".repeat(290), times(n, |i| format!("<li>{i}"))))),
    ("headings", |n| html(&times(n, |i| format!("<h1>Admin {i}</h1>")))),
    ("paragraphs", |n| html(&times(n, |i| format!("<p>{}", telling(i))))),
    ("words", |n| html(&joined(n, " ", telling))),
    ("labels", |n| html(&"api_key: ".repeat(n))),
    ("routes in words", |n| html(&times(n, |i| format!("GET /api/a{i} ")))),
    ("samples of code", |n| html(&times(n, |i| format!("<code>GET /a{i}</code>")))),
    ("code in code", |n| html(&format!("<pre>{}</pre>", times(n, |i| format!("<code>/a{i}</code>"))))),
    ("comments", |n| html(&times(n, |i| format!("<!-- /a{i} password=x -->")))),
    ("scripts", |n| html(&times(n, |i| format!("<script>f('/a{i}')</script>")))),
    ("foreign scripts", |n| html(&times(n, |i| format!("<script src=//c{i}.example/a.js></script>")))),
    ("own scripts", |n| html(&times(n, |i| format!("<script src=/s{i}.js></script>")))),
    ("a long script", |n| html(&format!("<script>{}</script>", times(n, |i| format!("f('/a{i}');"))))),
    ("a script of keys", |n| html(&format!("<script>{}</script>", times(n, |i| format!("apiKey='sk_{i:020}';"))))),
    ("a script of quotes", |n| html(&format!("<script>{}</script>", "'".repeat(n)))),
    ("a script of slashes", |n| html(&format!("<script>{}</script>", "a/b/c;".repeat(n / 3)))),
    ("a script in one line", |n| html(&format!("<script>x={}</script>", "a".repeat(n)))),
    ("images", |n| html(&times(n, |i| format!("<img src=/i{i}.png>")))),
    ("frames", |n| html(&times(n, |i| format!("<iframe src=/f{i}></iframe>")))),
    ("styles", |n| html(&times(n, |i| format!("<style>a{{b:{i}}}</style>")))),
    ("metas", |n| html(&times(n, |i| format!("<meta name=m{i} content=c>")))),
    ("attributes", |n| html(&format!("<div {}>x</div>", times(n, |i| format!("a{i} "))))),
    ("attributes of data", |n| html(&format!("<div {}>x</div>", times(n, |i| format!("data-a{i}='/x' "))))),
    ("handlers", |n| html(&times(n, |i| format!("<b onclick=\"f({i})\">")))),
    ("open elements", |n| html(&"<div>".repeat(n))),
    ("open letters", |n| html(&times(n, |i| format!("<{}>", ["b", "i", "u", "s", "em", "font"][i % 6])))),
    ("open paragraphs", |n| html(&"<p><b>".repeat(n))),
    ("closed without being open", |n| html(&"</p></b>".repeat(n))),
    ("letters across paragraphs", |n| html(&"<b><p></b></p>".repeat(n / 2))),
    ("links across tables", |n| html(&"<a><table>".repeat(n / 4))),
    ("elements in each other", |n| {
        html(&times(n / 100, |_| format!("{}x{}", "<div>".repeat(100), "</div>".repeat(100))))
    }),
    ("text between rows", |n| html(&format!("<table>{}", "<tr>x".repeat(n)))),
    ("less-than signs", |n| html(&"< ".repeat(n))),
    ("ampersands", |n| html(&"&amp;&x".repeat(n))),
    ("one long word", |n| html(&"a".repeat(n))),
    ("quotes", |n| html(&"\"'".repeat(n))),
    ("frames of a traceback", |n| html(&times(n, |i| format!("<li>File \"/a/b{i}.py\", line {i}, in f</li>")))),
    ("addresses", |n| html(&times(n, |i| format!("<a href=mailto:u{i}@x.example>u{i}@x.example</a>")))),
];

pub(super) const TEXT: &[Kind] = &[
    ("lines", |n| plain(times(n, |i| format!("{}\n", telling(i))))),
    ("settings", |n| plain(times(n, |i| format!("SECRET_{i}=v{i}\n")))),
    ("settings with a colon", |n| plain(times(n, |i| format!("password_{i}: v{i}\n")))),
    ("one long word", |n| plain("a".repeat(n))),
    ("one long line of words", |n| plain(joined(n, " ", telling))),
    ("one word", |n| plain("password=".repeat(n))),
    ("secret", |n| plain("secret_key = ".repeat(n))),
    ("digits", |n| plain("4".repeat(n))),
    ("groups of digits", |n| plain("4111 ".repeat(n))),
    ("dots", |n| plain("a.".repeat(n))),
    ("at signs", |n| plain("a@".repeat(n))),
    ("slashes", |n| plain("/a".repeat(n))),
    ("colons", |n| plain("a:".repeat(n))),
    ("addresses", |n| plain(times(n, |i| format!("http://h{i}.example/a?b=c\n")))),
    ("addresses without an end", |n| plain("http://".repeat(n))),
    ("frames of a traceback", |n| {
        plain(format!("Traceback (most recent call last):\n{}", times(n, |i| format!("  File \"/a{i}.py\", line 1\n"))))
    }),
    ("tracebacks", |n| plain("Traceback (most recent call last):\n".repeat(n))),
    ("errors of databases", |n| plain(times(n, |i| format!("near \"{i}\": syntax error\n")))),
    ("keys", |n| plain("-----BEGIN RSA PRIVATE KEY-----\n".repeat(n / 2))),
    ("base64", |n| plain("QUJD".repeat(n))),
    ("tokens", |n| plain(times(n, |_| format!("{TOKEN} ")))),
    ("hashes", |n| plain(times(n, |_| format!("{HASH}\n")))),
    ("hexadecimal", |n| plain("5f4dcc3b5a".repeat(n))),
    ("passwd", |n| plain(times(n, |i| format!("u{i}:x:{i}:0::/home/u{i}:/bin/sh\n")))),
    ("disallow", |n| plain(format!("User-agent: *\n{}", times(n, |i| format!("Disallow: /a{i}\n"))))),
    ("metrics", |n| plain(times(n, |i| format!("python_gc_total{{gen=\"{i}\"}} {i}\n")))),
    ("yaml", |n| plain(times(n, |i| format!("key_{i}:\n  password: v{i}\n")))),
    ("ini", |n| plain(times(n, |i| format!("[s{i}]\npassword = v{i}\n")))),
    ("requirements", |n| plain(times(n, |i| format!("package{i}==1.0.{i}\n")))),
    ("a module", |n| plain(times(n, |i| format!("def f{i}(a):\n    return {i}\n")))),
    ("imports", |n| plain(times(n, |i| format!("from a{i} import b\n")))),
    ("events", |n| answered(typed("text/event-stream"), times(n, |i| format!("data: {{\"a\":{i}}}\n\n")))),
    ("a script", |n| answered(typed("application/javascript"), times(n, |i| format!("fetch('/api/a{i}');\n")))),
    ("xml", |n| answered(typed("application/xml"), times(n, |i| format!("<url><loc>/a{i}</loc></url>")))),
    ("zeros", |n| answered(typed("application/octet-stream"), "\0".repeat(n))),
];

fn headers(n: usize, header: impl Fn(usize) -> (String, String)) -> Input {
    let mut all = typed("text/html");
    all.extend((0..n).map(header));
    answered(all, "<p>x".to_owned())
}

fn header(name: &str, value: String) -> Input {
    let mut all = typed("text/html");
    all.push((name.to_owned(), value));
    answered(all, "<p>x".to_owned())
}

fn surface(operations: Vec<Operation>) -> Surface {
    Surface {
        origin: Some(origin()),
        path: "/".to_owned(),
        operations: operations.into_iter().map(Arc::new).collect(),
        specification: Some(SpecFacts::default()),
        ..Surface::default()
    }
}

fn parameter(name: String, place: ParameterIn) -> Parameter {
    Parameter {
        name,
        place,
        required: true,
        schema: Schema::of(SchemaType::String),
        example: Some("1".to_owned()),
        repeated: false,
    }
}

fn declared(method: Method, path: String) -> Operation {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let parameters = names.map(|name| parameter(name.to_owned(), ParameterIn::Path)).collect();
    Operation { parameters, ..Operation::undeclared(method, path, Source::Specification) }
}

/// Few exchanges and many operations.
fn operations(all: Vec<Operation>) -> Input {
    let exchanges = (0..8)
        .map(|i| {
            exchange(i, &format!("/a{i}/7"), typed("application/json"), format!(r#"{{"email":"{}"}}"#, telling(0)))
        })
        .collect();
    Input { surface: surface(all), exchanges, document: false }
}

/// As many exchanges as operations.
fn called(n: usize, body: impl Fn(usize) -> String) -> Input {
    let all = (0..n).map(|i| get(&format!("/a{i}"))).collect();
    let exchanges = (0..n).map(|i| exchange(i, &format!("/a{i}"), typed("application/json"), body(i))).collect();
    Input { surface: surface(all), exchanges, document: false }
}

fn document(n: usize, paths: impl Fn(usize) -> String) -> Input {
    let text =
        format!(r#"{{"openapi":"3.0.3","info":{{"title":"x","version":"1"}},"paths":{{{}}}}}"#, joined(n, ",", paths));
    Input { document: true, ..json(text) }
}

fn form(i: usize) -> Form {
    let field =
        |name: &str, kind: &str| FormField { name: name.to_owned(), kind: kind.to_owned(), value: String::new() };
    Form {
        page: format!("/p{i}"),
        action: format!("/login{i}"),
        method: "POST".to_owned(),
        fields: vec![field("username", "text"), field("password", "password")],
        ..Form::default()
    }
}

pub(super) const WHOLE: &[Kind] = &[
    ("headers", |n| headers(n, |i| (format!("X-Header-{i}"), format!("v{i}")))),
    ("headers that tell", |n| headers(n, |i| (format!("X-{}-{i}", TELLING[i % 16]), telling(i)))),
    ("the same header", |n| headers(n, |i| ("Vary".to_owned(), format!("a{i}")))),
    ("cookies", |n| headers(n, |i| ("Set-Cookie".to_owned(), format!("c{i}=v{i}; Path=/")))),
    ("cookies of sessions", |n| {
        headers(n, |i| ("Set-Cookie".to_owned(), format!("session{i}=eyJhIjoxfQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")))
    }),
    ("signed cookies", |n| headers(n, |i| ("Set-Cookie".to_owned(), format!("s{}.sig=v{i}", i / 2)))),
    ("attributes of a cookie", |n| header("Set-Cookie", format!("a=b{}", times(n, |i| format!("; x{i}"))))),
    ("directives of a policy", |n| header("Content-Security-Policy", times(n, |i| format!("d{i}-src 'self'; ")))),
    ("sources of a policy", |n| {
        header("Content-Security-Policy", format!("script-src {}", times(n, |i| format!("h{i} "))))
    }),
    ("parts of a header", |n| header("Cache-Control", joined(n, ", ", |i| format!("x{i}=1")))),
    ("links in a header", |n| header("Link", joined(n, ", ", |i| format!("</a{i}>; rel=next")))),
    ("challenges", |n| header("WWW-Authenticate", joined(n, ", ", |i| format!("S{i} realm=x")))),
    ("a long header", |n| header("Server", "a/1 ".repeat(n))),
    ("operations", |n| operations((0..n).map(|i| declared(Method::GET, format!("/a{i}"))).collect())),
    ("operations with a parameter", |n| {
        operations((0..n).map(|i| declared(Method::GET, format!("/a{i}/{{id}}"))).collect())
    }),
    ("operations below each other", |n| {
        operations((0..n).map(|i| declared(Method::GET, format!("/users/{{id}}/a{i}"))).collect())
    }),
    ("operations of one collection", |n| {
        operations(
            (0..n)
                .map(|i| {
                    declared(
                        [Method::GET, Method::PUT, Method::POST, Method::DELETE][i % 4].clone(),
                        format!("/v{}/users/{{id}}", i / 4),
                    )
                })
                .collect(),
        )
    }),
    ("receivers of web hooks", |n| {
        operations((0..n).map(|i| declared(Method::POST, format!("/webhooks/a{i}"))).collect())
    }),
    ("operations that write", |n| {
        let operation = |i| Operation {
            body: Some(Body { media_type: "application/json".to_owned(), schema: object(4), required: true }),
            ..declared(Method::POST, format!("/a{i}"))
        };
        operations((0..n).map(operation).collect())
    }),
    ("operations called alike", |n| {
        operations((0..n).map(|i| declared(Method::GET, format!("/v{i}/admin/login/users"))).collect())
    }),
    ("parameters of an operation", |n| {
        let parameters = (0..n).map(|i| parameter(format!("{}_{i}", TELLING[i % 16]), ParameterIn::Query)).collect();
        operations(vec![Operation { parameters, ..declared(Method::GET, "/users".to_owned()) }])
    }),
    ("properties of a body", |n| {
        let body = Some(Body { media_type: "application/json".to_owned(), schema: object(n), required: true });
        operations(vec![
            Operation { body, ..declared(Method::POST, "/users".to_owned()) },
            declared(Method::GET, "/users".to_owned()),
        ])
    }),
    ("a long path", |n| operations(vec![declared(Method::GET, "/a".repeat(n))])),
    ("a long path of parameters", |n| operations(vec![declared(Method::GET, times(n / 8, |i| format!("/{{p{i}}}")))])),
    ("exchanges", |n| called(n, |i| format!(r#"{{"id":{i}}}"#))),
    ("exchanges that tell", |n| {
        called(n, |i| format!(r#"{{"username":"u{i}","{}":"{}"}}"#, TELLING[i % 16], telling(i)))
    }),
    ("exchanges and forms", |n| {
        let mut input = called(n, |i| format!(r#"{{"id":{i}}}"#));
        input.surface.forms = (0..n).map(form).collect();
        input
    }),
    ("exchanges of templates", |n| {
        let mut input = called(n, |i| format!(r#"{{"username":"u{i}","{}":"{}"}}"#, TELLING[i % 16], telling(i)));
        input.surface = surface((1..n).map(|i| declared(Method::GET, format!("/{{id}}/a{i}"))).collect());
        input
    }),
    ("forms of the surface", |n| {
        let mut input = html("<p>x");
        input.surface.forms = (0..n).map(form).collect();
        input
    }),
    ("foreign scripts of the surface", |n| {
        let mut input = html("<p>x");
        input.surface.foreign_scripts = (0..n).map(|i| format!("https://c{i}.example/a@1.{i}.js")).collect();
        input
    }),
    ("harvested values", |n| {
        let mut input = operations((0..50).map(|i| declared(Method::GET, format!("/a{i}/{{id}}"))).collect());
        input.surface.harvested = (0..n).map(|i| (format!("a{i}/id"), vec![i.to_string().as_str().into()])).collect();
        input
    }),
    ("paths of a document", |n| document(n, |i| format!(r#""/a{i}":{{"get":{{}}}}"#))),
    ("templates of a document", |n| document(n, |i| format!(r#""/a{i}/{{id}}":{{"get":{{}}}}"#))),
    ("templates of one shape", |n| document(n, |i| format!(r#""/{{a{i}}}":{{"get":{{}}}}"#))),
    ("links and templates of a document", |n| {
        let mut input = document(n, |i| format!(r#""/{{id}}/a{i}":{{"get":{{}}}}"#));
        let links = times(n, |i| format!("<a href=/u{i}/a{i}>x</a>"));
        input.exchanges.push(exchange(1, "/", typed("text/html"), format!("<!doctype html>{links}")));
        input
    }),
    ("members of a document", |n| document(n, |i| format!(r#""x-{i}":{i}"#))),
    ("a long query of ours", |n| {
        let mut input = json("{}".to_owned());
        let mut target = "/users?".to_owned();
        (0..n).for_each(|i| write!(target, "a{i}=b&").unwrap());
        input.exchanges.push(exchange(1, &target, typed("application/json"), "{}".to_owned()));
        input
    }),
];

fn object(properties: usize) -> Schema {
    let property = |i: usize| (format!("{}_{i}", TELLING[i % 16]), Schema::of(SchemaType::String));
    Schema { properties: (0..properties).map(property).collect(), ..Schema::of(SchemaType::Object) }
}
