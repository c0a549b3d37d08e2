//! No secret of a target in anything that the program writes: a server says one of every kind in every place, and none of them may stand
//! whole in a report, on a stream or in the transcript, plain or encoded.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The secrets of a run, and where each was put.
#[derive(Default)]
struct Canaries {
    places: BTreeMap<String, String>,
}

fn rows(table: &str, list: &str) -> Vec<toml::Table> {
    let path = format!("{}/../model/data/{table}", env!("CARGO_MANIFEST_DIR"));
    let table: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    table[list].as_array().unwrap().iter().map(|row| row.as_table().unwrap().clone()).collect()
}

/// Letters and digits in turn that look random, different for each seed.
fn random(alphabet: &[u8], length: usize, seed: &mut u64) -> String {
    let mut letter = |at: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let from = if alphabet.len() == 62 && at % 3 == 1 { 52 } else { 0 };
        char::from(alphabet[from + (*seed >> 33) as usize % (alphabet.len() - from)])
    };
    (0..length).map(&mut letter).collect()
}

impl Canaries {
    /// A value for each name of the table.
    fn names(&mut self, place: &str) -> Vec<(String, String)> {
        let names = rows("secret_names.toml", "name");
        let number = self.places.len();
        let pair = |(at, row): (usize, &toml::Table)| {
            let value = format!("kelp{at:03}-Qz7Rm{:06}", number + at);
            (row["hit"].as_str().unwrap().to_owned(), value)
        };
        let pairs: Vec<_> = names.iter().enumerate().map(pair).collect();
        self.places.extend(pairs.iter().map(|(name, value)| (value.clone(), format!("{place}: {name}"))));
        pairs
    }

    /// A credential of each form of the table.
    fn forms(&mut self, place: &str) -> Vec<String> {
        let mut samples = Vec::new();
        let masking = |row: &toml::Table| row.get("use").is_none_or(|used| used.as_str() != Some("findings"));
        for row in rows("secret_forms.toml", "form").into_iter().filter(masking) {
            for hit in row["hit"].as_array().unwrap() {
                let mut seed = (self.places.len() as u64 + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                let (text, run) = sample(hit.as_str().unwrap(), &mut seed);
                let secret = if run.len() < 12 { text.clone() } else { run };
                self.places.insert(secret, format!("{place}: {}", row["id"]));
                samples.push(text);
            }
        }
        samples
    }
}

/// Where a leak is, with how often it comes and what stands around the first.
type Leaks = BTreeMap<String, (usize, String)>;

impl Canaries {
    /// The secrets that stand in what was written, by file and place.
    fn found_in(&self, written: &[(String, Vec<u8>)]) -> Leaks {
        let mut spelled = BTreeMap::new();
        for (secret, place) in &self.places {
            spelled.extend(spellings(secret).into_iter().map(|spelling| (spelling, place.as_str())));
        }
        let needles: Vec<(&String, &&str)> = spelled.iter().collect();
        let automaton = AhoCorasick::new(needles.iter().map(|(needle, _)| needle.as_str())).unwrap();
        let mut leaks = Leaks::new();
        for (file, bytes) in written {
            for found in automaton.find_iter(bytes) {
                let (_, place) = needles[found.pattern().as_usize()];
                let around = &bytes[found.start().saturating_sub(80)..bytes.len().min(found.end() + 20)];
                let shown = String::from_utf8_lossy(around).into_owned();
                leaks.entry(format!("{file}: {place}")).or_insert((0, shown)).0 += 1;
            }
        }
        leaks
    }
}

/// A hit of the table with what its braces stand for, and the longest of these.
fn sample(shape: &str, seed: &mut u64) -> (String, String) {
    let (mut text, mut longest, mut rest) = (String::new(), String::new(), shape);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let inner = after.split_once('}').filter(|(inner, _)| inner.starts_with(|c: char| c.is_ascii_digit()));
        let Some((inner, behind)) = inner else {
            text.push('{');
            rest = after;
            continue;
        };
        let digits = inner.trim_end_matches(char::is_alphabetic);
        let alphabet: &[u8] = match &inner[digits.len()..] {
            "a" => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "A" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "d" => b"0123456789",
            "h" => b"0123456789abcdef",
            _ => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        };
        let run = random(alphabet, digits.parse().unwrap(), seed);
        text.push_str(&run);
        longest = if run.len() > longest.len() { run } else { longest };
        rest = behind;
    }
    (text + rest, longest)
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        let _ = if plain { write!(out, "{}", byte as char) } else { write!(out, "%{byte:02X}") };
        out
    })
}

/// The ways in which a text may be written.
fn spellings(secret: &str) -> Vec<String> {
    let quoted = json(secret);
    let base64 = (0..3_usize).map(|before| {
        let mut bytes = vec![b'.'; before];
        bytes.extend(secret.bytes());
        bytes.truncate(bytes.len() / 3 * 3);
        STANDARD_NO_PAD.encode(bytes)[(before * 4).div_ceil(3)..].to_owned()
    });
    let mut all = vec![secret.to_owned(), html(secret), percent(secret), quoted.trim_matches('"').to_owned()];
    all.extend(base64);
    all
}

/// A reply: the head behind `HTTP/1.1 `, and the body.
type Reply = (String, String);

fn reply(kind: &str, body: String) -> Reply {
    (format!("200 OK\r\nContent-Type: {kind}"), body)
}

fn pages(canaries: &mut Canaries) -> BTreeMap<String, Reply> {
    let is_markup = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let mut pages = BTreeMap::new();
    let mut add = |path: &str, page: Reply| pages.insert(path.to_owned(), page);
    let joined = |pairs: Vec<(String, String)>, write: &dyn Fn(&str, &str) -> String| -> String {
        pairs.iter().map(|(name, value)| write(name, value)).collect()
    };

    let pairs = joined(canaries.names("JSON body"), &|n, v| format!("{}:{},\n", json(n), json(v)));
    let texts: Vec<String> = canaries.forms("JSON body").iter().map(|text| json(text)).collect();
    add("/settings.json", reply("application/json", format!("{{{pairs}\"notes\":[{}]}}", texts.join(","))));
    let inner = joined(canaries.names("JSON in JSON"), &|n, v| format!("{}:{},", json(n), json(v)));
    add("/nested", reply("application/json", format!("{{\"text\":{}}}", json(&format!("{{{inner}\"a\":1}}")))));
    let yaml = joined(canaries.names("YAML body"), &|n, v| format!("  {n}: {v}\n"));
    add("/settings.yaml", reply("application/yaml", format!("app:\n{yaml}")));
    let ini = joined(canaries.names("INI body"), &|n, v| format!("{n} = {v}\n"));
    add("/settings.ini", reply("text/plain", format!("[app]\n{ini}")));
    let dotenv = joined(canaries.names("dotenv body"), &|n, v| format!("{n}='{v}'\n"));
    add("/settings.env", reply("text/plain", dotenv + &canaries.forms("text body").join("\nNOTE: ")));
    let mut marked = canaries.names("XML body");
    marked.retain(|(name, _)| is_markup(name));
    let xml = joined(marked, &|n, v| format!("<{n}>{v}</{n}>\n"));
    add("/settings.xml", reply("application/xml", format!("<app>{xml}</app>")));
    let query = joined(canaries.names("query in a body"), &|n, v| format!("a=1&{}={v}&", percent(n)));
    add("/query", reply("text/plain", query));
    let fields = joined(canaries.names("HTML field"), &|n, v| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{v}\">\n", html(n))
    });
    let text: String =
        canaries.forms("HTML text").iter().map(|t| format!("<p>{}</p>\n", html(t))).collect::<Vec<_>>().concat();
    let form = format!("<form action=\"/note\" method=\"post\"><input name=\"q\">{fields}</form>");
    add("/form", reply("text/html", format!("<html><body>{form}{text}</body></html>")));
    // Forms that a browser sends by GET and by POST, each with some hidden fields: their values become those of parameters.
    let mut hidden = canaries.names("hidden field");
    hidden.extend(canaries.forms("hidden field").into_iter().enumerate().map(|(at, text)| (format!("note{at}"), text)));
    let forms: String = hidden.chunks(6).enumerate().fold(String::new(), |mut out, (at, fields)| {
        let fields: String = fields.iter().fold(String::new(), |mut out, (name, value)| {
            let _ = write!(out, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", html(name), html(value));
            out
        });
        let method = if at % 2 == 0 { "get" } else { "post" };
        let _ = write!(out, "<form action=\"/search/{at}\" method=\"{method}\">{fields}<input name=\"q\"></form>");
        out
    });
    // Elsewhere the same values stand where nothing shows that they are secret.
    let bare: String = hidden.iter().take(24).fold(String::new(), |mut out, (_, value)| {
        let _ = writeln!(out, "welcome back {value} good day");
        out
    });
    add("/bare", reply("text/plain", bare));
    add("/forms", reply("text/html", format!("<html><body>{forms}</body></html>")));

    // Header lines: names, values, cookies, the reason.
    let is_header = |text: &String| text.bytes().all(|b| (0x20..0x7f).contains(&b));
    let is_token = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let mut headers = canaries.names("header");
    headers.retain(|(name, _)| is_token(name));
    let headers = joined(headers, &|n, v| format!("\r\n{n}: {v}"));
    add("/headers", (format!("200 OK{headers}"), "{}".to_owned()));
    let mut cookies = canaries.names("cookie");
    cookies.retain(|(name, _)| is_token(name));
    let cookies = joined(cookies, &|n, v| format!("\r\nSet-Cookie: {n}={v}; Path=/"));
    add("/cookies", (format!("200 OK{cookies}"), "{}".to_owned()));
    let of_forms = canaries.forms("name of a cookie").into_iter().filter(is_token).map(|t| format!("{t}=1"));
    let is_value = |t: &String| is_header(t) && !t.contains([' ', ';', ',', '"']);
    let values = canaries.forms("value of a cookie").into_iter().filter(is_value);
    let cookies = of_forms.chain(values.enumerate().map(|(at, text)| format!("note{at}={text}")));
    let cookies: Vec<String> = cookies.map(|pair| format!("\r\nSet-Cookie: {pair}; Path=/")).collect();
    for (at, cookies) in cookies.chunks(60).enumerate() {
        add(&format!("/cookies{at}"), (format!("200 OK{}", cookies.concat()), "{}".to_owned()));
    }
    let values: String =
        canaries.forms("header value").iter().filter(|t| is_header(t)).fold(String::new(), |mut out, text| {
            let _ = write!(out, "\r\nX-Note: {text}");
            out
        });
    add("/notes", (format!("200 OK{values}"), "{}".to_owned()));
    let names: String =
        canaries.forms("header name").iter().filter(|t| is_token(t)).take(60).fold(String::new(), |mut out, text| {
            let _ = write!(out, "\r\n{text}: 1");
            out
        });
    add("/named", (format!("200 OK{names}"), "{}".to_owned()));
    for (at, text) in canaries.forms("reason").iter().filter(|t| is_header(t)).take(8).enumerate() {
        add(&format!("/reason{at}"), (format!("200 {text}\r\nContent-Type: text/plain"), "ok".to_owned()));
    }
    for (at, (name, value)) in canaries.names("Location").iter().take(8).enumerate() {
        add(&format!("/moved{at}"), (format!("302 Found\r\nLocation: /form?{}={value}", percent(name)), String::new()));
    }
    for (at, text) in canaries.forms("path of a Location").iter().filter(|t| is_token(t)).take(6).enumerate() {
        add(&format!("/gone{at}"), (format!("302 Found\r\nLocation: /moved/{text}/songs?page=2"), String::new()));
    }
    let failure = joined(canaries.names("error page"), &|n, v| format!("settings[{n:?}] = {v:?}\n"));
    add("/fails", ("500 Oops\r\nContent-Type: text/html".to_owned(), format!("<pre>Traceback\n{failure}</pre>")));

    // Links, of which the paths and queries are secret.
    let mut links: Vec<String> = pages.keys().cloned().collect();
    let paths = canaries.forms("path");
    links.extend(paths.iter().filter(|t| is_token(t)).map(|text| format!("/invitation/{text}/songs")));
    links.extend(canaries.names("query").iter().map(|(name, value)| format!("/list?page=2&{}={value}", percent(name))));
    let links: String =
        links.iter().map(|link| format!("<a href=\"{}\">x</a>\n", html(link))).collect::<Vec<_>>().concat();
    pages.insert("/".to_owned(), reply("text/html", format!("<html><body>{links}</body></html>")));
    pages.insert("/openapi.json".to_owned(), reply("application/json", document(canaries)));
    pages
}

/// A description of the API with secrets in its texts, its servers, and names, examples and defaults of parameters: a check puts its
/// payload behind them.
fn document(canaries: &mut Canaries) -> String {
    let texts = canaries.forms("description");
    let paths: BTreeMap<String, serde_json::Value> = canaries
        .names("example")
        .chunks(2)
        .zip(texts.chunks(2).cycle())
        .enumerate()
        .map(|(at, (pairs, texts))| {
            let (name, value) = &pairs[0];
            let text = &texts[0];
            let own = |name: &str, value: &str| {
                let mut parameter = serde_json::json!({"name": name, "in": "query", "schema": {"type": "string"},
                    "description": format!("{name}={value}")});
                if at % 2 == 0 {
                    parameter["example"] = value.into();
                } else {
                    parameter["schema"]["default"] = value.into();
                }
                parameter
            };
            let mut parameters: Vec<_> = pairs.iter().map(|(name, value)| own(name, value)).collect();
            parameters.extend(texts.iter().enumerate().map(|(at, text)| own(&format!("note{at}"), text)));
            parameters.extend(texts.iter().map(|text| serde_json::json!({"name": text, "in": "query"})));
            let get = serde_json::json!({"summary": text, "description": format!("{name}={value}"),
                "operationId": format!("op{at}_{text}"), "parameters": parameters, "responses": {}});
            (format!("/described/{at}"), serde_json::json!({"get": get}))
        })
        .collect();
    let (title, host) = (&texts[0], &texts[1]);
    let mut servers = vec![serde_json::json!({"url": "/", "description": texts[2]})];
    // White space makes no URL.
    for (at, text) in canaries.forms("server").iter().filter(|t| !t.contains(char::is_whitespace)).enumerate() {
        let url = if at % 2 == 0 { format!("/{text}/v1") } else { format!("https://{text}.example/?key={text}") };
        servers.push(serde_json::json!({"url": url}));
    }
    serde_json::json!({"openapi": "3.0.3", "info": {"title": title, "description": texts.join(" "), "version": host},
        "servers": servers, "paths": paths})
    .to_string()
}

fn serve(pages: BTreeMap<String, Reply>) -> String {
    support::serve(move |target| {
        let path = target.split('?').next().unwrap_or(target);
        if let Some((head, body)) = pages.get(path).cloned() {
            return support::Response::new(head, body);
        }
        let described = path == "/list"
            || ["/invitation/", "/described/", "/search/", "/moved/"].iter().any(|start| path.starts_with(start));
        // What is unknown says what was asked: error pages do.
        let status = if described { "200 OK" } else { "404 Not Found" };
        support::Response::new(
            format!("{status}\r\nContent-Type: application/json"),
            format!("{{\"asked\":{}}}", json(target)),
        )
    })
}

#[test]
fn no_secret_of_a_target_is_written() {
    const FORMATS: [&str; 8] = ["summary", "table", "json", "sarif", "junit", "html", "markdown", "har"];
    let mut canaries = Canaries::default();
    let url = serve(pages(&mut canaries));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    command.current_dir(folder.path()).args([
        "scan",
        &url,
        "--transcript",
        "--verbose",
        "--seed",
        "7",
        "--output",
        "summary",
    ]);
    command.args(["--deadline", "10m", "--max-requests", "900"]);
    for format in FORMATS {
        command.args(["--output", &format!("{format}=report.{format}")]);
    }
    let output = command.output().unwrap();
    let mut written = vec![("stdout".to_owned(), output.stdout), ("stderr".to_owned(), output.stderr)];
    for format in FORMATS {
        let path = folder.path().join(format!("report.{format}"));
        written.push((format.to_owned(), std::fs::read(&path).unwrap_or_else(|_| panic!("no report.{format}"))));
    }
    let leaks = canaries.found_in(&written);
    let json =
        written.iter().find(|(file, _)| file == "json").map(|(_, bytes)| String::from_utf8_lossy(bytes)).unwrap();
    for seen in [
        "/settings.yaml",
        "/settings.xml",
        "/fails",
        "/described/",
        "/invitation/",
        "/cookies",
        "/search/",
        "/moved/",
        "/bare",
    ] {
        assert!(json.contains(seen), "the scan did not come to {seen}");
    }
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
}

/// What a scan may create is written down with the secrets of the target hidden, also where the object stays.
#[test]
fn no_secret_of_a_target_is_in_a_ledger() {
    let mut canaries = Canaries::default();
    let own = |name: &str, value: &str| serde_json::json!({"name": name, "in": "query", "required": true, "example": value, "schema": {"type": "string"}});
    let mut pairs = canaries.names("query");
    let texts = canaries.forms("query").into_iter().enumerate();
    // Some of each in every request.
    for (at, text) in texts {
        pairs.insert((at * 2).min(pairs.len()), (format!("note{at}"), text));
    }
    let parameters: Vec<_> = pairs.iter().map(|(name, value)| own(name, value)).collect();
    let string =
        serde_json::json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    let body = serde_json::json!({"required": true, "content": {"application/json": {"schema": string}}});
    let paths: BTreeMap<String, serde_json::Value> = parameters
        .chunks(20)
        .enumerate()
        .map(|(at, parameters)| {
            let post = serde_json::json!({"parameters": parameters, "requestBody": body, "responses": {}});
            (format!("/notes{at}"), serde_json::json!({"post": post}))
        })
        .collect();
    let mut pages: BTreeMap<String, Reply> = BTreeMap::new();
    for path in paths.keys() {
        let head = format!("201 Created\r\nContent-Type: application/json\r\nLocation: {path}/7");
        pages.insert(path.clone(), (head, "{\"id\": 7}".to_owned()));
        // What cannot be removed stays in the ledger.
        pages.insert(format!("{path}/7"), ("500 Oops\r\nContent-Type: text/plain".to_owned(), String::new()));
    }
    let info = serde_json::json!({"title": "notes", "version": "1"});
    let document = serde_json::json!({"openapi": "3.0.3", "info": info, "paths": paths});
    pages.insert("/openapi.json".to_owned(), reply("application/json", document.to_string()));
    let url = serve(pages);
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    command.current_dir(folder.path()).args(["scan", &url, "--active", "--ledger", "left.jsonl", "--seed", "7"]);
    let output = command.args(["--deadline", "10m", "--max-requests", "600"]).output().unwrap();
    let ledger = std::fs::read(folder.path().join("left.jsonl")).unwrap();
    let text = String::from_utf8_lossy(&ledger);
    let told = text.lines().filter(|line| line.contains("\"intent\"") && line.contains("note")).count();
    assert!(told > 0 && text.contains("\"undo\""), "nothing was created: {text}");
    let mut cleanup = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    let cleaned = cleanup.current_dir(folder.path()).args(["cleanup", "left.jsonl"]).output().unwrap();
    let [out, error, again] = [("stdout", output.stdout), ("stderr", output.stderr), ("cleanup", cleaned.stdout)]
        .map(|(file, bytes)| (file.to_owned(), bytes));
    let leaks = canaries.found_in(&[("ledger".to_owned(), ledger.clone()), out, error, again]);
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
}
