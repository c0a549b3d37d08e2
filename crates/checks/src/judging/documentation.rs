//! Pages that show an API's description in the browser: Swagger UI, `ReDoc`, `RapiDoc`, flasgger's.

use std::sync::Arc;

use model::Exchange;

use crate::vocabulary::specifications;

const MARKS: [&str; 9] = [
    "SwaggerUIBundle",
    // Swagger UI 2, which flasgger still offers; any title may stand over it.
    "new SwaggerUi(",
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "<redoc",
    "Redoc.init",
    "redoc.standalone.js",
    "<rapi-doc",
    "<title>Flasgger</title>",
];

/// Whether an answer is such a page. Its parameters (`url`, `configUrl`) are read by the script in the browser, not by the server.
pub fn is_page(exchange: &Exchange) -> bool {
    exchange.is_html() && {
        let text = exchange.text();
        MARKS.iter().any(|mark| text.contains(mark))
    }
}

/// Whether an answer is such a page or leads to one that was seen.
pub fn is_shown(exchange: &Exchange, seen: &[Arc<Exchange>]) -> bool {
    let leads_to = |location: &str| {
        let path = location.split(['?', '#']).next().unwrap_or("");
        seen.iter().any(|e| e.request.path() == path && is_page(e))
    };
    let redirected = exchange.response().is_some_and(model::Response::is_redirect);
    is_page(exchange) || redirected && exchange.header("location").is_some_and(leads_to)
}

/// Whether an answer is about the API rather than of it: such a page, what leads to one, a part of Swagger UI, or an OpenAPI document.
pub fn is_about_the_api(exchange: &Exchange, seen: &[Arc<Exchange>]) -> bool {
    const RETURN: &str = "<title>Swagger UI: OAuth2 Redirect</title>";
    is_shown(exchange, seen)
        || exchange.is_success() && specifications::is_document(exchange)
        || exchange.is_html() && exchange.text().contains(RETURN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn a_redirect_to_documentation_shows_it() {
        let docs = exchange("/apidocs/", 200, "<html><script src=/swagger-ui-bundle.js></script></html>");
        let to = |location: &str| answered("/apidocs/index.html?url=/spec", 302, &[("Location", location)], "");
        assert!(is_shown(&to("/apidocs/"), std::slice::from_ref(&docs)) && is_shown(&docs, &[]));
        assert!(!is_shown(&to("/"), &[docs]) && !is_shown(&to("/apidocs/"), &[]));
    }

    #[test]
    fn what_is_about_an_api_is_no_part_of_it() {
        let about = |path: &str, body: &str| is_about_the_api(&exchange(path, 200, body), &[]);
        assert!(about("/openapi.json", r#"{"openapi": "3.1.0", "paths": {}}"#));
        assert!(about("/docs/oauth2-redirect", "<html><title>Swagger UI: OAuth2 Redirect</title></html>"));
        assert!(about("/docs", "<html><script src=/swagger-ui-bundle.js></script></html>"));
        assert!(!about("/items", r#"{"paths": ["/a"]}"#) && !about("/", "<title>Shop</title>"));
    }

    #[test]
    fn documentation_is_told_by_its_scripts() {
        assert!(is_page(&exchange("/docs", 200, "<html><script src=/swagger-ui-bundle.js></script></html>")));
        assert!(is_page(&exchange("/apidocs/", 200, "<script>window.swaggerUi = new SwaggerUi({url: url})</script>")));
        assert!(is_page(&exchange("/redoc", 200, "<redoc spec-url='/openapi.json'></redoc>")));
        assert!(!is_page(&exchange("/docs", 200, "<html><h1>How to use the API</h1></html>")));
        assert!(!is_page(&exchange("/x", 200, r#"{"page": "<redoc"}"#)));
    }
}
