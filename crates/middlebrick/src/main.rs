//! middlebrick: an API security scanner.

use std::sync::Arc;

fn main() {
    let url = std::env::args().nth(2).unwrap_or_default();
    let parsed = url::Url::parse(&url).expect("url");
    let origin = wire::origin_of(&parsed).expect("origin");
    let loopback = origin.is_loopback();
    let target = model::Target {
        origin,
        path: "/".into(),
        specification: None,
        specification_url: None,
        identities: vec![],
        consent: model::Consent::ReadOnly,
        depth: model::Depth::Standard,
        max_requests: None,
        seed: 1,
        context: model::Context::Public,
        selection: model::Selection::default(),
        include_paths: vec![],
        exclude_paths: vec![],
        methods: vec![],
        now: 0,
        wordlist: vec![],
    };
    let scan = scan::Scan::new(target, wire::Settings::polite(loopback), Arc::new(|_| {})).expect("scan");
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("rt");
    let report = rt.block_on(scan.run());
    println!("{}", serde_json::to_string_pretty(&report).expect("json"));
}
