//! Pages that show an API's description in the browser: Swagger UI, `ReDoc`, `RapiDoc`, flasgger's.

use model::Exchange;

const MARKS: [&str; 8] = [
    "SwaggerUIBundle",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    #[test]
    fn documentation_is_told_by_its_scripts() {
        assert!(is_page(&exchange("/docs", 200, "<html><script src=/swagger-ui-bundle.js></script></html>")));
        assert!(is_page(&exchange("/redoc", 200, "<redoc spec-url='/openapi.json'></redoc>")));
        assert!(!is_page(&exchange("/docs", 200, "<html><h1>How to use the API</h1></html>")));
        assert!(!is_page(&exchange("/x", 200, r#"{"page": "<redoc"}"#)));
    }
}
