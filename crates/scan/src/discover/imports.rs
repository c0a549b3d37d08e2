//! The other scripts of an application that a script loads: imports, and lists of what is loaded with it.

use std::sync::LazyLock;

use model::{Exchange, Target};
use regex::Regex;

/// Most that one script names.
const MOST: usize = 12;

/// Their paths on the target.
pub(super) fn of(script: &str, exchange: &Exchange, target: &Target) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?-u)(?:\bimport\s{0,3}\(\s{0,3}|\bfrom\s{0,3}|\bimport\s{0,3}|\bimportScripts\(\s{0,3})["'`]((?:\.{0,2}/|https?://)[\w@./:-]{1,200}\.m?js(?:\?[\w=.-]{0,60})?)["'`]"#)
            .expect("valid")
    });
    let here = url::Url::parse(&exchange.request.url()).ok();
    let own = |name: &str| {
        let url = here.as_ref()?.join(name).ok()?;
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        (wire::origin_of(&url)? == target.origin).then(|| format!("{}{query}", url.path()))
    };
    IMPORT.captures_iter(script).take(MOST).filter_map(|captures| own(&captures[1])).collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    #[test]
    fn imports_lead_to_further_scripts() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let outcome = Outcome::Answered(Response::new(200, Vec::new(), Vec::new()));
        let request = Request::get(&origin, "/assets/main.js");
        let exchange = Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() };
        let script = "import{a as b}from'./api-1.js';import\"/lib/x.mjs\";const l=()=>import(`../c.js?v=2`);\
                      import z from 'vue';import('https://else.example/y.js');t='see import it';";
        assert_eq!(of(script, &exchange, &Target::of(origin)), ["/assets/api-1.js", "/lib/x.mjs", "/c.js?v=2"]);
    }
}
