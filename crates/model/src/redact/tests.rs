use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Names {
    name: Vec<Name>,
}

#[derive(Deserialize)]
struct Name {
    hit: String,
}

fn every_name() -> Vec<String> {
    let table: Names = toml::from_str(include_str!("../../data/secret_names.toml")).unwrap();
    table.name.into_iter().map(|row| row.hit).collect()
}

/// Each syntax that gives a value to a name; `N` is the name and `V` the value.
const SYNTAXES: [&str; 57] = [
    r#"{"N": "V"}"#,
    r#"{"a":1,"N":"V","b":2}"#,
    "{\n  \"N\" : \"V\"\n}",
    r#"{"text": "{\"N\": \"V\"}"}"#,
    r#"{"N": ["V", "other"]}"#,
    r#"{"N": {"value": "V"}}"#,
    r#"{"name": "N", "value": "V"}"#,
    r#"{"value": "V", "key": "N"}"#,
    r#"{"name": "N", "in": "query", "schema": {"type": "string", "default": "V"}}"#,
    r#"{"N": {"type": "string", "example": "V"}}"#,
    "N: V",
    "N: V # comment",
    "N: 'V'",
    "N: \"V\"",
    "db:\n  host: x\n  N: V\nother: y",
    "- N: V",
    "N: |\n  V\nother: x",
    "N:\n  - V\n  - W\nother: x",
    "N: [V]",
    "N: !vault V",
    "N: &anchor V",
    "- name: N\n  value: V\n- name: other\n  value: x",
    "N=V",
    "export N=V",
    "N=V\nDEBUG=1",
    "N='V'",
    "N=\"V\"",
    "a=1&N=V&b=2",
    "N = V",
    "N: V, host: x",
    "N=V;host=x",
    "level=info N=V msg=done",
    "<N>V</N>",
    "<ns:N a=\"b\">V</ns:N>",
    "<N><![CDATA[V]]></N>",
    "<property name=\"N\" value=\"V\"/>",
    "<add value='V' key='N'/>",
    "<entry key=\"N\">V</entry>",
    "<db N=\"V\"/>",
    "<input type=hidden name=N value=V>",
    "<input value=\"V\" type=\"hidden\" name=\"N\">",
    "<textarea name=\"N\">V</textarea>",
    "<meta name=\"N\" content=\"V\">",
    "<tr><td>N</td><td>V</td></tr>",
    "<li><b>N</b>: V</li>",
    "<a href=\"/x?N=V&amp;page=2\">x</a>",
    "https://host/list?page=2&N=V#top",
    "/login?next=%2Fx%3FN%3DV",
    "&quot;N&quot;: &quot;V&quot;",
    "{&#34;N&#34;: &#34;V&#34;}",
    "%7B%22N%22%3A%22V%22%7D",
    r"\u0022N\u0022: \u0022V\u0022",
    "{'N': 'V'}",
    "{b'N': b'V'}",
    "'N' => 'V',",
    "x.N = \"V\";",
    "const N: string = 'V';",
];

#[test]
fn every_secret_name_is_masked_in_every_syntax() {
    let redactor = Redactor::new();
    let mut faults = Vec::new();
    for (at, name) in every_name().iter().enumerate() {
        let value = format!("kelp{at}-Qz7Rm{}", at * 7 + 11);
        for syntax in SYNTAXES {
            let markup =
                syntax.starts_with('<') && !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
            let text = syntax.replace('N', name).replace('V', &value);
            // Names of elements are ASCII here; `.dockerconfigjson` names none.
            let is_no_name = syntax.starts_with('<') && name.starts_with('.');
            if !markup && !is_no_name && redactor.text(&text).contains(&value) {
                faults.push(text);
            }
        }
    }
    assert!(faults.is_empty(), "{} of them, such as {:#?}", faults.len(), faults.iter().take(40).collect::<Vec<_>>());
}

#[test]
fn what_stands_beside_a_secret_stays() {
    let redactor = Redactor::new();
    for syntax in SYNTAXES {
        let text = syntax.replace('N', "db_password").replace('V', "kelp-Qz7Rm44");
        let shown = redactor.text(&text);
        let masked = text.replace("kelp-Qz7Rm44", &mask("kelp-Qz7Rm44"));
        // The other items of a list are as secret, and so is a fragment: passwords have `#`.
        let lists = syntax.contains("other\"]") || syntax.contains("- W") || syntax.contains("#top");
        assert!(lists || shown == masked, "{shown}");
    }
}

#[test]
fn ordinary_words_stay() {
    let redactor = Redactor::new();
    for text in [
        "token: expired",
        "password: required",
        r#"{"secret": true, "password": null, "token": "", "pass": 12}"#,
        r#"<input type="password" name="password" placeholder="Your password"><button>Log in</button>"#,
        r"<input type=password name=password>",
        r#"{"properties": {"password": {"type": "string", "minLength": 8, "format": "password"}}}"#,
        "password:\n  type: string\n  description: At least eight characters\n",
        "Access-Control-Allow-Headers: Authorization, X-Api-Key, Cookie",
        "Vary: Cookie, Authorization",
        r#"WWW-Authenticate: Bearer realm="api", error="invalid_token""#,
        r#"{"error": "The CSRF token is missing."}"#,
        r#"{"csrf": "a token that each form carries"}"#,
        r#"{"detail": "Invalid token", "code": "token_not_valid"}"#,
        r#"{"msg": "Missing Authorization Header"}"#,
        "/users/550e8400-e29b-41d4-a716-446655440000",
        r#"ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4""#,
        r#"<script integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"></script>"#,
        "commit 9f2b7c41d8e04a6f9f2b7c41d8e04a6f9f2b7c41",
        "Forgot your password? Reset it here.",
        "Your password must have at least 8 characters.",
        "The token is required and the secret key is read from the environment.",
        "Enter your password: at least 8 characters",
        "Wrong password",
        "password = request.form[\"password\"]",
        "SECRET_KEY = os.environ[\"SECRET_KEY\"]",
        "DB_PASSWORD=${DB_PASSWORD}",
        r#"{"token_type": "bearer", "expires_in": 3600}"#,
        r#"{"auth": "basic", "tokens": 512, "max_tokens": 4096}"#,
        r#"{"public_key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"}"#,
        r#"{"authorization_url": "https://login.example/authorize", "token_endpoint": "https://login.example/token"}"#,
        "Unexpected token '<', \"<!DOCTYPE\"... is not valid JSON",
        r#"<label for="password">Password</label> <input id="password">"#,
        "<th>Password</th><th>Role</th>",
        "<td>password</td><td>string</td><td>required</td>",
        "GET /api/token?page=2",
        "keyboard: qwerty, monkey: banana, spin: left",
        "Set-Cookie without HttpOnly: session",
        "SELECT id, password FROM users WHERE name = 'ada'",
        "ghp_…[40 characters] and [9 characters]",
        r#"{"password": "[9 characters]"}"#,
        "Basic authentication over HTTP, Bearer authentication",
        "eyJhbGciOiJIUzI1NiJ9",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn masking_again_changes_nothing() {
    let redactor = Redactor::new();
    for syntax in SYNTAXES {
        let once = redactor.text(&syntax.replace('N', "api_token").replace('V', "brine-Xc51RdJo6"));
        assert_eq!(redactor.text(&once), once);
    }
}

#[test]
fn nothing_secret_passes() {
    let mut redactor = Redactor::new();
    redactor.learn("correct horse battery");
    let text = redactor
        .text("pass correct horse battery, db postgresql://app:s3cr3tpw@db/x, \"api_key\": \"abcd1234efgh5678\"");
    assert!(!text.contains("horse") && !text.contains("s3cr3tpw") && !text.contains("abcd1234efgh5678"), "{text}");
    assert_eq!(redactor.header("Cookie", "a=123456789; b=2"), "a=[9 characters]; b=[1 characters]");
    assert_eq!(redactor.header("Set-Cookie", "s=123456789; HttpOnly"), "s=[9 characters]; HttpOnly");
    assert_eq!(redactor.header("Authorization", "Basic YTpi"), "Basic [4 characters]");
    assert_eq!(redactor.header("X-Api-Key", "0123456789"), "[10 characters]");
    assert_eq!(redactor.header("X-Token-Status", "expired"), "expired");
}

#[test]
fn a_known_secret_is_masked_in_every_encoding() {
    let mut redactor = Redactor::new();
    redactor.learn("salt marsh/6\"Tk1");
    for text in [
        "salt marsh/6\"Tk1",
        "x=salt%20marsh%2F6%22Tk1",
        "x=salt%2520marsh%252F6%2522Tk1",
        "<p>salt marsh/6&quot;Tk1</p>",
        r#"{"seen": "salt marsh/6\"Tk1"}"#,
        // `warden:…`, `{"a":"…"}` with one and two bytes more.
        "Basic d2FyZGVuOnNhbHQgbWFyc2gvNiJUazE=",
        "{\"received\": \"d2FyZGVuOnNhbHQgbWFyc2gvNiJUazE\"}",
        "/headers/d2FyZGVuOnNhbHQgbWFyc2gvNiJUazE=",
    ] {
        let shown = redactor.text(text);
        assert!(!shown.contains("marsh") && !shown.contains("hbHQgbWFyc2g"), "{shown}");
    }
}

#[test]
fn a_word_that_is_a_secret_leaves_the_words_of_the_report() {
    let mut redactor = Redactor::new();
    redactor.learn("password");
    redactor.learn("sunshine");
    let text = "Wrong password for sunshine, not for sunshiny or sunshines; {\"QUEUE_PASSWORD\": \"password\"}";
    let shown =
        "Wrong password for [8 characters], not for sunshiny or sunshines; {\"QUEUE_PASSWORD\": \"[8 characters]\"}";
    assert_eq!(redactor.text(text), shown);
}

#[test]
fn what_a_check_sent_stays_readable() {
    let redactor = Redactor::new();
    let sent = "user=ada&password=%27+OR+1%3D1--";
    assert_eq!(redactor.sent(sent, &["' OR 1=1--", "'+OR+1=1--"]), sent);
    assert_ne!(redactor.sent("user=ada&password=gale-7hQ2xMv", &["' OR 1=1--"]), "user=ada&password=gale-7hQ2xMv");
}

#[test]
fn what_the_target_wrote_beside_it_does_not() {
    let redactor = Redactor::new();
    for (sent, ours, shown) in [
        ("user=ada&password=maple' OR 1=1--", "' OR 1=1--", "user=ada&password=[5 characters]' OR 1=1--"),
        ("password=maple%27+OR+1%3D1--&page=2", "' OR 1=1--", "password=[5 characters]%27+OR+1%3D1--&page=2"),
        (r#"{"password": "maple\"><b>"}"#, "\"><b>", r#"{"password": "[5 characters]\"><b>"}"#),
        ("password=maple'", "'", "password=[5 characters]'"),
        // What ends no value is a part of it.
        ("password=maplezq81&page=2", "zq81", "password=[5 characters]zq81&page=2"),
        ("password=it'", "'", "password=it'"),
        // The same text alone is a secret.
        ("password=maple", "'", "password=[5 characters]"),
    ] {
        assert_eq!(redactor.sent(sent, &[ours]), shown);
    }
    let token = forms::tests::sample("ghp_{36}", 3);
    let url = format!("/mirror/{token}%27?go={token}'");
    assert!(!redactor.sent(&url, &["'"]).contains(&token[8..]));
}

#[test]
fn names_of_all_languages_are_read_in_addresses() {
    let shown = Redactor::new().text("/list?%EC%95%94%ED%98%B8=kelp-Qz7Rm44&mot%20d%C3%A9=%ff");
    assert_eq!(shown, "/list?%EC%95%94%ED%98%B8=kel…[12 characters]&mot%20d%C3%A9=%ff");
    let shown = Redactor::new().text("/list?toegangscode=kelp-Qz7Rm11&l%C3%B6senord=kelp-Qz7Rm44&a=1");
    assert_eq!(shown, "/list?toegangscode=kel…[12 characters]&l%C3%B6senord=kel…[12 characters]&a=1");
}

#[test]
fn a_credential_in_a_query_ends_where_the_next_pair_begins() {
    let shown = Redactor::new().text("/list?Authorization=kelp-Qz7Rm11&page=2&size=9");
    assert_eq!(shown, "/list?Authorization=kel…[12 characters]&page=2&size=9");
}

#[test]
fn a_character_at_the_limit_of_what_is_read_hides_nothing() {
    for padding in 990..1030 {
        let text = format!("password=kelp-Qz7Rm44&a={}{}", "b".repeat(padding), "é".repeat(40));
        assert!(!Redactor::new().text(&text).contains("Rm44"), "{padding}");
    }
}

#[test]
fn what_is_learned_is_masked_where_a_check_sends_it() {
    let token = forms::tests::sample("ghp_{36}", 3);
    let mut redactor = Redactor::new();
    redactor.learn_value("note", &token);
    redactor.learn_value("api_key", "kelp-Qz7Rm44-x9");
    redactor.learn_value("password", "maple");
    redactor.learn_value("page", "kelp-2026-11-30");
    let path = format!("/mirror/{token}/x");
    assert!(!redactor.sent(&path, &[&path]).contains(&token));
    assert!(!redactor.text("a kelp-Qz7Rm44-x9 b").contains("Rm44"));
    assert_eq!(redactor.text("a maple of kelp-2026-11-30"), "a maple of kelp-2026-11-30");
}

#[test]
fn the_name_of_a_cookie_may_be_a_secret() {
    let token = forms::tests::sample("ghp_{36}", 3);
    for name in ["Cookie", "Set-Cookie"] {
        for pair in [format!("{token}=1"), token.clone(), format!("{token}=; Path=/")] {
            assert!(!Redactor::new().header(name, &pair).contains(&token[8..]), "{pair}");
        }
    }
}

#[test]
fn forms_of_credentials_are_masked_in_every_encoding() {
    let token = forms::tests::sample("ghp_{36}", 3);
    let jwt =
        format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", forms::tests::sample("eyJ{30}", 4), forms::tests::sample("{43}", 5));
    let redactor = Redactor::new();
    for text in [
        format!("/invitation/{jwt}"),
        format!("/mirror/{token}/songs"),
        format!("go=%2Fmirror%2F{token}"),
        format!("<a href=\"/x?y={token}\">"),
    ] {
        let shown = redactor.text(&text);
        assert!(!shown.contains(&token[8..]) && !shown.contains(&jwt[21..60]), "{shown}");
    }
}

/// Seconds this thread has spent on a CPU.
#[cfg(target_os = "linux")]
fn thread_seconds() -> f64 {
    #[allow(clippy::disallowed_methods)] // the kernel's own count of this thread
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// A ratio of CPU times, whatever else the machine does: four times the text takes about four times as long, not sixteen times. Both texts
/// are longer than anything that is read around one name, which is what makes short texts look worse than linear.
#[cfg(target_os = "linux")]
#[test]
fn the_work_is_linear() {
    const SHORT: usize = 40_000;
    let redactor = Redactor::new();
    for unit in [
        "\"password\": \"sunshine-11\", ",
        "password=\"",
        "keykeykeykey",
        "eyJeyJ-eyJ.",
        "name: token, ",
        "<input name=password value=",
        "%22password%22%3A%22x%22",
        "-----BEGIN PRIVATE KEY-----",
        "a:b@://",
        "password:\n  ",
        "key: ",
        "token: [a, ",
        "secret: {",
        "api_key = \"is a' ",
        "c2VjcmV0PSJzdW5zaGluZSI ",
        "%2525",
    ] {
        let time = |length: usize| {
            let text = unit.repeat(length / unit.len());
            let once = || {
                let start = thread_seconds();
                std::hint::black_box(redactor.text(&text));
                thread_seconds() - start
            };
            (0..2).map(|_| once()).fold(f64::INFINITY, f64::min)
        };
        let (small, large) = (time(SHORT), time(4 * SHORT));
        // The kernel counts in steps of up to 10 ms.
        assert!(large < small.max(0.01) * 8.0, "{unit}: {small} s, then {large} s for four times as much");
    }
}

#[test]
fn codes_and_signatures_are_masked_where_they_look_drawn_by_chance() {
    let redactor = Redactor::new();
    for (text, secret) in [
        ("/callback?code=Sp1xlOBeZQQYbYS6WxSbIA42&state=x", "Sp1xlOBeZQQYbYS6WxSbIA42"),
        ("https://files.example/a.pdf?sv=2024&sig=ab9dK3lfm20xQ8vT%2B", "ab9dK3lfm20xQ8vT"),
        ("/login?ticket=ST-1856339-aA5Yuvrxzpv8Tau1cYQ7", "1856339"),
        (r#"{"invite": "q8Zt5Kx1Lw0Rb7Nc"}"#, "q8Zt5Kx1Lw0Rb7Nc"),
    ] {
        let shown = redactor.text(text);
        assert!(!shown.contains(secret), "{shown}");
    }
    for text in [
        r#"{"error": {"code": "invalid_request_error", "status": 400}}"#,
        r#"{"code": 404, "signature": "def send(self, name)", "ticket": "PROJ-1234"}"#,
        "/orders?code=SPRING2024&page=2",
        "HTTP/1.1 500, error code: ERR_MODULE_NOT_FOUND",
        "code: application/problem+json",
    ] {
        assert_eq!(redactor.text(text).as_str(), text);
    }
}
