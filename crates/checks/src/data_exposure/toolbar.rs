//! Recognising Flask-DebugToolbar and reading what its panels show.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

/// Whether the page carries the toolbar.
pub(super) fn is_on(exchange: &Exchange) -> bool {
    let text = exchange.text();
    exchange.is_html() && text.contains("id=\"flDebug\"") && text.contains("DEBUG_TOOLBAR_STATIC_PATH")
}

/// The content of a panel, from its own block to the next.
pub(super) fn panel<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("id=\"flDebug{name}Panel-content\""))?;
    rest.split("Panel-content\"").next()
}

/// Settings of the configuration panel whose name says that they are secret, with their values as Python writes them.
pub(super) fn secret_settings(text: &str) -> Vec<(String, String)> {
    #[allow(clippy::expect_used)] // a constant, compiled by a test
    static SETTING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"<td>([A-Z][A-Z0-9_]*)</td>\s*<td><code>(?:&#39;|&#34;|&quot;)(.{1,500}?)(?:&#39;|&#34;|&quot;)</code>",
        )
        .expect("valid")
    });
    let secret = |name: &str| {
        ["SECRET", "PASSWORD", "TOKEN", "API_KEY", "PRIVATE", "_URI", "_URL", "DSN"]
            .iter()
            .any(|part| name.contains(part))
    };
    SETTING
        .captures_iter(text)
        .map(|c| (c[1].to_owned(), c[2].to_owned()))
        .filter(|(name, value)| {
            secret(name) && (!name.ends_with("_URI") && !name.ends_with("_URL") || value.contains('@'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<div id=\"flDebug\"><div id=\"flDebugConfigVarsPanel-content\" class=\"flDebugPanelContentParent\">\
        <td>SECRET_KEY</td>\n <td><code>&#39;hush-hush-hush&#39;</code></td><td>SERVER_URL</td><td><code>&#39;http://x&#39;</code></td></div>\
        <div id=\"flDebugSQLAlchemyPanel-content\" class=\"flDebugPanelContentParent\"><div class=\"flDebugSql\">SELECT</div></div></div>";

    #[test]
    fn panels_are_told_apart() {
        assert!(panel(PAGE, "ConfigVars").is_some_and(|p| p.contains("SECRET_KEY") && !p.contains("flDebugSql\"")));
        assert!(panel(PAGE, "SQLAlchemy").is_some_and(|p| p.contains("SELECT")));
        assert_eq!(panel(PAGE, "RequestVars"), None);
    }

    #[test]
    fn only_secret_settings_count() {
        assert_eq!(secret_settings(PAGE), vec![("SECRET_KEY".to_owned(), "hush-hush-hush".to_owned())]);
    }
}
