//! What a request may be, and what becomes of one that may not.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{
    CredentialRequest, Field, HeaderRequest, IdentityRequest, RequestError, ScanRequest, SecretSource, SpecSource,
    System, prepare,
};
use model::{Consent, Credential, Depth, Ignore, Method, ParameterIn, Place};
use support::{NOW, Still};

const SECRET: &str = "canary-0123456789-of-a-secret";

fn literal() -> SecretSource {
    SecretSource::literal(SECRET)
}

/// A request with something in every part that a person would fill.
fn full() -> ScanRequest {
    let header = HeaderRequest { name: "X-Tenant".to_owned(), value: literal() };
    let credentials = [
        CredentialRequest::Bearer { token: literal() },
        CredentialRequest::Basic { pair: SecretSource::literal(format!("ada:{SECRET}")) },
        CredentialRequest::Cookie { cookie: SecretSource::literal(format!("session={SECRET}")) },
        CredentialRequest::ApiKey { place: ParameterIn::Header, name: "X-Keeper".to_owned(), key: literal() },
        CredentialRequest::Bearer { token: SecretSource::Variable("TOKEN".to_owned()) },
        CredentialRequest::Bearer { token: SecretSource::File("token.txt".into()) },
    ];
    let identities = credentials.into_iter().enumerate().map(|(at, credential)| IdentityRequest {
        headers: vec![header.clone()],
        ..IdentityRequest::new(format!("identity {at}"), credential)
    });
    ScanRequest {
        spec: Some(SpecSource::Url("http://127.0.0.1:9/openapi.json".to_owned())),
        identities: identities.collect(),
        act_as: Some("identity 4".to_owned()),
        consent: Consent::SafeWrites,
        depth: Depth::Deep,
        categories: vec!["ssrf".to_owned()],
        rules: vec!["url-parameter".to_owned()],
        methods: vec![Method::GET],
        places: vec![Place { rule: None, method: Method::GET, path: "/".to_owned() }],
        max_requests: Some(9),
        timeout: Some(Duration::from_millis(1500)),
        deadline: Some(Duration::from_mins(2)),
        proxy: Some(SecretSource::literal(format!("http://ada:{SECRET}@127.0.0.1:8080"))),
        client_cert: Some(SecretSource::literal(format!("-----BEGIN PRIVATE KEY-----{SECRET}"))),
        seed: Some(7),
        transcript: true,
        ..ScanRequest::of("http://127.0.0.1:9/api")
    }
}

fn surroundings() -> Still {
    Still {
        variables: [("TOKEN".to_owned(), "from-the-environment".to_owned())].into(),
        files: [("token.txt".to_owned(), b" from-a-file\n".to_vec())].into(),
    }
}

#[test]
fn a_written_request_holds_no_secret_and_is_otherwise_the_same() {
    let request = full();
    let text = serde_json::to_string(&request).unwrap();
    assert!(!text.contains(SECRET) && !format!("{request:?}").contains(SECRET), "{text}");
    assert!(text.contains(r#""deadline":"120000ms""#) && text.contains(r#"{"variable":"TOKEN"}"#), "{text}");
    let read: ScanRequest = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text, "what was read is written alike");
    // A mask is no secret: it must not be sent as one.
    let error = prepare(&read, &surroundings()).unwrap_err();
    assert!(matches!(&error, RequestError::Identity { field: Field::Credential, .. }), "{error:?}");
    assert!(error.to_string().contains("give it anew") && !error.to_string().contains(SECRET), "{error}");
    // References are as good as before.
    let references = ScanRequest { identities: read.identities[4..].to_vec(), proxy: None, client_cert: None, ..read };
    let kept = references.identities.iter().cloned().map(|i| IdentityRequest { headers: Vec::new(), ..i }).collect();
    let prepared = prepare(&ScanRequest { identities: kept, ..references }, &surroundings()).unwrap();
    let tokens: Vec<_> = prepared.target.identities.iter().map(|i| i.credential.clone()).collect();
    let token = |text: &str| Some(Credential::Bearer(model::Secret::new(text)));
    assert_eq!(tokens, [token("from-the-environment"), token("from-a-file")]);
}

#[test]
fn a_literal_can_be_read_but_an_unknown_setting_cannot() {
    let text = r#"{"url": "http://127.0.0.1:9", "identities": [
        {"name": "me", "credential": {"type": "bearer", "token": {"literal": "t-1"}}}]}"#;
    let request: ScanRequest = serde_json::from_str(text).unwrap();
    let prepared = prepare(&request, &surroundings()).unwrap();
    assert_eq!(prepared.target.identities[0].credential, Some(Credential::Bearer(model::Secret::new("t-1"))));
    let error = serde_json::from_str::<ScanRequest>(r#"{"url": "http://127.0.0.1:9", "concent": "all"}"#).unwrap_err();
    assert!(error.to_string().contains("concent"), "{error}");
}

#[test]
fn an_identity_that_is_missing_is_an_error_and_not_nobody() {
    let request = ScanRequest { act_as: Some("you".to_owned()), ..full() };
    let error = prepare(&request, &surroundings()).unwrap_err();
    assert!(matches!(&error, RequestError::UnknownIdentity { named, .. } if named == "you"), "{error:?}");
    assert!(error.to_string().contains("'you'") && error.to_string().contains("identity 4"), "{error}");
    let twice = ScanRequest { identities: [full().identities, full().identities].concat(), ..full() };
    assert!(matches!(prepare(&twice, &surroundings()), Err(RequestError::SameIdentity { .. })));
    let gone = Still::default();
    let error = prepare(&full(), &gone).unwrap_err();
    assert!(error.to_string().contains("identity 4") && error.to_string().contains("TOKEN is not set"), "{error}");
}

#[test]
fn who_acts_comes_first_and_is_said_once() {
    let request = ScanRequest { client_cert: None, ..full() };
    let prepared = prepare(&request, &surroundings()).unwrap();
    let names: Vec<&str> = prepared.target.identities.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["identity 4", "identity 0", "identity 1", "identity 2", "identity 3", "identity 5"]);
    assert_eq!(wire::Mandate::of(&prepared.target).identities, prepared.target.identities);
    assert_eq!(wire::Mandate::of(&prepared.target).consent, Consent::SafeWrites);
}

#[test]
fn the_clock_is_a_parameter_and_by_default_the_machines() {
    let request = ScanRequest::of("http://127.0.0.1:9");
    assert_eq!(prepare(&request, &surroundings()).unwrap().target.now, NOW);
    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(prepare(&request, &System).unwrap().target.now >= before.cast_signed());
}

#[test]
fn hosts_are_written_as_in_the_url() {
    let mut request = ScanRequest::of("http://bücherei.test:8000");
    request.resolve = ["bücherei.test:8000:127.0.0.1", "[::1]:8000:[::1]", "API.Example.test:443:127.0.0.2"]
        .map(str::to_owned)
        .to_vec();
    request.allow_hosts = ["Bücher.test", "bücher.test:81", "[::1]:82"].map(str::to_owned).to_vec();
    let prepared = prepare(&request, &surroundings()).unwrap();
    let pinned: Vec<String> = prepared.settings.resolve.iter().map(|(h, p, a)| format!("{h} {p} {a}")).collect();
    assert_eq!(pinned, ["xn--bcherei-n2a.test 8000 127.0.0.1", "::1 8000 ::1", "api.example.test 443 127.0.0.2"]);
    assert_eq!(prepared.target.origin.host, "xn--bcherei-n2a.test");
    assert_eq!(prepared.settings.allow_hosts, ["xn--bcher-kva.test", "xn--bcher-kva.test:81", "::1:82"]);
}

#[test]
fn what_cannot_be_used_is_said_to_a_person() {
    let of = |change: &dyn Fn(&mut ScanRequest)| {
        let mut request = ScanRequest::of("http://127.0.0.1:9");
        change(&mut request);
        prepare(&request, &surroundings()).unwrap_err().to_string()
    };
    let ignore = Ignore {
        rule: "plain-http".to_owned(),
        path: None,
        method: None,
        fingerprint: None,
        reason: " ".to_owned(),
        expires: None,
    };
    let identity = |credential| IdentityRequest::new("me", credential);
    let basic = CredentialRequest::Basic { pair: SecretSource::literal("nocolon") };
    let lines = CredentialRequest::Bearer { token: SecretSource::literal("a\nb") };
    let unnamed = CredentialRequest::ApiKey { place: ParameterIn::Header, name: "X Key".to_owned(), key: literal() };
    for (said, words) in [
        (of(&|r| "api.example.com".clone_into(&mut r.url)), ["api.example.com", "scheme is missing"]),
        (of(&|r| "http://a:b@127.0.0.1".clone_into(&mut r.url)), ["credentials", "identity"]),
        (of(&|r| r.spec = Some(SpecSource::File("no.yaml".into()))), ["spec: cannot read no.yaml", "not found"]),
        (of(&|r| r.spec = Some(SpecSource::Text("<html>".to_owned()))), ["spec: ", "HTML"]),
        (of(&|r| r.rules.push("plain-htp".to_owned())), ["rules: ", "did you mean 'plain-http'?"]),
        (of(&|r| r.categories.push("all".to_owned())), ["categories: ", "authentication"]),
        (of(&|r| r.exclude_paths.push("users".to_owned())), ["excludePaths: 'users'", "begin with a slash"]),
        (of(&|r| r.max_requests = Some(0)), ["maxRequests: ", "from 1 up"]),
        (of(&|r| r.concurrency = Some(257)), ["concurrency: ", "1 to 256"]),
        (of(&|r| r.resolve.push("nonsense".to_owned())), ["resolve: 'nonsense'", "HOST:PORT:ADDRESS"]),
        (of(&|r| r.allow_hosts.push("https://b.example".to_owned())), ["allowHosts: 'https://b.example'", "its name"]),
        (of(&|r| r.ignore.push(ignore.clone())), ["ignore: ", "gives no reason"]),
        (of(&|r| r.identities.push(identity(basic.clone()))), ["identity 'me': credential", "user:password"]),
        (of(&|r| r.identities.push(identity(lines.clone()))), ["identity 'me': credential", "one line"]),
        (of(&|r| r.identities.push(identity(unnamed.clone()))), ["identity 'me': credential.name: 'X Key'", "header"]),
    ] {
        assert!(words.iter().all(|word| said.contains(word)) && said.lines().count() == 1, "{words:?}: {said}");
    }
}
