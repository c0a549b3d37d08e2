use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Rule, Severity, mask};
use serde_json::Value;

use crate::judging::soft_404;
use crate::text::html;
use crate::vocabulary::fields::{self, Field, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

mod told;

pub(crate) static RULE: Rule = Rule {
    id: "password-in-response",
    aliases: &[],
    title: "Passwords or secrets exposed in a response",
    category: Category::PropertyAuthorization,
    severity: Severity::High,
    cwe: &[200, 312],
    tags: &[],
    risk: "Anyone who can call this operation can take over the accounts it lists.",
    fix: "Return only the fields a client needs; never a password, a token or a recovery secret.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(on_exchange), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn on_exchange(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if observed.exchange.is_html() {
        let told = Some(observed).filter(|observed| is_a_page(observed)).and_then(|o| told(o.exchange, o.location()));
        // Pages are not what the rule is about, unless one gives something away.
        let is_told = told.is_some();
        found.extend(told);
        return is_told;
    }
    let json = observed.exchange.json();
    let Some(json) = json.as_deref().filter(|j| observed.exchange.is_success() && !fields::describes_an_api(j)) else {
        return false;
    };
    found.extend(judge(observed.exchange, observed.location(), json));
    true
}

/// Whether the answer is a page of its own: where every path is answered with one page, it is the one at the URL that was given.
fn is_a_page(observed: &ObservedExchange<'_>) -> bool {
    let (exchange, unknown) = (observed.exchange, observed.surface.unknown_path.as_deref());
    let everywhere = || unknown.is_some_and(|unknown| soft_404::alike(unknown, exchange));
    exchange.is_success() && (exchange.request.path() == observed.target.path || !everywhere())
}

/// One finding for a page whose words give an account away. They may be an example.
fn told(exchange: &Arc<Exchange>, location: Location) -> Option<Finding> {
    /// Longest page that is read.
    const LONGEST: usize = 64 * 1024;
    /// Shorter words are found in too many other places of a report.
    const HIDDEN: usize = 6;
    if exchange.body_len() > LONGEST {
        return None;
    }
    let told = told::of(&html::parse(&exchange.text()))?;
    let whose = told.name.map_or_else(|| "an account".to_owned(), |name| format!("the account {name}"));
    let evidence = Evidence::new(exchange, format!("the page tells the password of {whose}: {}", mask(&told.password)));
    let finding = Finding::new(&RULE, Confidence::Tentative, location, evidence);
    Some(if told.password.len() > HIDDEN { finding.hiding(told.password) } else { finding })
}

/// One finding for an answer, whatever number of secrets it holds.
fn judge(exchange: &Arc<Exchange>, location: Location, json: &Value) -> Option<Finding> {
    let gives_tokens = exchange.request.identity.is_some() || vocabulary::says(exchange.request.path(), Meaning::Login);
    let mut passwords: Vec<(String, String)> = Vec::new();
    let mut tokens: Vec<(String, String)> = Vec::new();
    fields::walk(json, &mut |field| {
        let Some(text) = field.value.as_str().filter(|_| !fields::is_illustration(&field.path)) else { return };
        if is_password(field, text) {
            passwords.push((field.path.clone(), text.to_owned()));
        } else if !gives_tokens && is_token(field, text) {
            tokens.push((field.path.clone(), text.to_owned()));
        }
    });
    let confidence = if passwords.is_empty() { Confidence::Firm } else { Confidence::Confirmed };
    passwords.extend(tokens);
    let (path, secret) = passwords.first()?;
    let mut paths: Vec<&str> = passwords.iter().map(|(path, _)| path.as_str()).collect();
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    let detail = format!("{} under {}", model::counted(count, "value"), paths.join(", "));
    let evidence = Evidence::new(exchange, format!("\"{path}\": {}", mask(secret)));
    let finding = Finding::new(&RULE, confidence, location, evidence).detail(detail);
    Some(passwords.into_iter().take(50).fold(finding, |finding, (_, secret)| finding.hiding(secret)))
}

/// A clear password beside what says whose it is.
fn is_password(field: &Field<'_>, text: &str) -> bool {
    fields::holds(field.name, Holds::Password)
        && field.stands_beside_an_identity()
        && is_a_value(text, field.name)
        && !is_hash(text)
}

/// A token or a recovery secret beside a user name or an e-mail address; a bare id does not make an object a user.
fn is_token(field: &Field<'_>, text: &str) -> bool {
    let somebody =
        ["username", "email", "login"].iter().any(|name| field.object.get(*name).is_some_and(Value::is_string));
    fields::holds(field.name, Holds::Token)
        && somebody
        && text.len() >= 6
        && is_a_value(text, field.name)
        && !is_hash(text)
        && !is_postal_code(field)
}

/// India's postal codes are called PIN codes.
fn is_postal_code(field: &Field<'_>) -> bool {
    const PLACE: [&str; 7] = ["address", "city", "state", "district", "country", "street", "town"];
    let plain: String = field.name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    plain == "pincode"
        && field.stands_in("an address", |object| {
            object.keys().any(|name| PLACE.contains(&name.to_ascii_lowercase().as_str()))
        })
}

/// Neither masked, nor a word about the field, nor a sentence such as a validation message, nor a path (`PWD` in an environment), nor
/// what stands for a value.
fn is_a_value(text: &str, name: &str) -> bool {
    /// Types, states, and the label of the field in the languages that applications are translated to.
    const WORDS: [&str; 48] = [
        "string",
        "text",
        "password",
        "hidden",
        "redacted",
        "null",
        "none",
        "required",
        "secret",
        "removed",
        "true",
        "false",
        "yes",
        "no",
        "set",
        "unset",
        "ok",
        "valid",
        "invalid",
        "enabled",
        "disabled",
        "expired",
        "optional",
        "encrypted",
        "unchanged",
        "undefined",
        "unknown",
        "passed",
        "failed",
        "passwort",
        "kennwort",
        "contraseña",
        "clave",
        "senha",
        "wachtwoord",
        "lösenord",
        "passord",
        "adgangskode",
        "salasana",
        "heslo",
        "hasło",
        "jelszó",
        "parola",
        "пароль",
        "şifre",
        "密码",
        "密碼",
        "パスワード",
    ];
    const STANDS_FOR: [&str; 7] = ["{{", "<", "%(", "ENC(", "vault:", "env:", "secret:"];
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let masked = text.chars().all(|c| matches!(c, '*' | '\u{2022}' | 'x' | 'X' | '.' | '-' | '#'));
    !masked
        && !text.contains(' ')
        && !WORDS.contains(&bare.as_str())
        && !bare.eq_ignore_ascii_case(name)
        && !fields::is_path(text)
        && !STANDS_FOR.iter().any(|start| text.starts_with(start))
}

/// Hashes are another rule's: they still have to be guessed.
fn is_hash(text: &str) -> bool {
    const PREFIXES: [&str; 9] = ["$", "scrypt:", "pbkdf2", "sha1$", "sha256$", "sha512$", "bcrypt", "{SSHA}", "{SHA}"];
    let hexadecimal = text.bytes().all(|b| b.is_ascii_hexdigit());
    PREFIXES.iter().any(|p| text.starts_with(p)) || hexadecimal && matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(body: &str) -> Option<Finding> {
        let exchange = samples::exchange("/users", 200, body);
        judge(&exchange, Location::host(), &exchange.json().unwrap())
    }

    #[test]
    fn clear_secrets_are_found_and_never_shown() {
        let finding = found(r#"{"users":[{"username":"ann","password":"kingfisher7"}]}"#).unwrap();
        assert_eq!(finding.confidence, Confidence::Confirmed);
        assert!(!finding.evidence[0].excerpt().contains("kingfisher7") && !finding.detail.contains("kingfisher7"));
        assert!(found(r#"[{"email":"a@b.example","reset_token":"q8Hs01kd"}]"#).is_some());
        assert!(found(r#"{"email":"a@b.example","pincode":"411001"}"#).is_some());
    }

    #[test]
    fn an_account_that_a_page_tells_is_found_once() {
        const PAGE: &str = "<h1>Boats</h1><p>Test login: test/harbour7</p><ul><li>Ada<li>Bo</ul>";
        let told = |unknown: &str, path: &str, page: &str| {
            let exchange = samples::exchange(path, 200, page);
            let mut surface = samples::surface(Vec::new());
            surface.unknown_path = Some(samples::exchange("/made-up", 200, unknown));
            let target = samples::target(model::Scheme::Http);
            let mut found = Findings::default();
            let observed =
                ObservedExchange { exchange: &exchange, operation: None, surface: &surface, target: &target };
            (on_exchange(&observed, &mut found), found.into_vec().first().map(|finding| finding.confidence))
        };
        assert_eq!(told("<p>none</p>", "/about", PAGE), (true, Some(Confidence::Tentative)));
        assert_eq!(told(PAGE, "/", PAGE), (true, Some(Confidence::Tentative)));
        assert_eq!(told(PAGE, "/about", PAGE), (false, None), "one page for every path");
        assert_eq!(told("<p>none</p>", "/about", "<p>Boats</p>"), (false, None));
    }

    #[test]
    fn what_is_no_secret_is_not() {
        for body in [
            r#"{"username":"ann","password":"********"}"#,
            r#"{"username":"ann","password":"$2b$12$abcdefghijklmnopqrstuv"}"#,
            r#"{"username":"ann","password":"5f4dcc3b5aa765d61d8327deb882cf99"}"#,
            r#"{"username":"required","password":"This field is required."}"#,
            r#"{"username":"string","password":"string"}"#,
            r#"{"password":"minimum-12"}"#,
            r#"{"name":"API","examples":{"login":{"username":"admin","password":"anything7"}}}"#,
            r#"{"USER":"app","PWD":"/srv/app","OLDPWD":"/srv","HOME":"/root"}"#,
            r#"{"name":"web","pwd":"C:\\srv\\app"}"#,
            r#"{"username":"Benutzername","password":"Passwort"}"#,
            r#"{"id":1,"password":"true"}"#,
            r#"{"name":"db","password":"{{ db_password }}"}"#,
            r#"{"name":"db","password":"vault:secret/data/db#password"}"#,
            r#"{"email":"a@b.example","city":"Pune","pincode":"411001"}"#,
            r#"{"id":3,"usage":{"tokens":120,"token_type":"bearer"},"pass":true}"#,
            r#"{"id":3,"token":"abcdefgh"}"#,
        ] {
            assert!(found(body).is_none(), "{body}");
        }
    }
}
