//! Text of the target in GitHub-flavoured Markdown.

use crate::plain::plain;

/// What GitHub links or mentions by itself after the markup is read, where no backslash helps.
const LINKED: [&str; 7] = ["@", "#", "://", "www.", "gh-", "mailto:", "xmpp:"];

/// One line of text that can become neither markup nor a link, an image, a mention, an issue reference or HTML: punctuation is
/// escaped, and text that GitHub would link by itself goes into a code span, where it does not look. Safe in table cells too.
pub fn inline(text: &str) -> String {
    let text = plain(text);
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if LINKED.iter().any(|mark| lower.contains(mark)) {
        return code(text);
    }
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if "\\`*_{}[]<>!|~&$".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// One line as a code span, its fence longer than any run of backticks in it; a pipe is escaped for tables.
pub(super) fn code(text: &str) -> String {
    let text = plain(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// A fenced block.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let text = crate::plain::block(text);
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_markup_is_code() {
        assert_eq!(inline("An error text of Python."), "An error text of Python.");
        assert_eq!(inline("<b>*a*</b> ![x](y) &lt; a|b"), "\\<b\\>\\*a\\*\\</b\\> \\!\\[x\\](y) \\&lt; a\\|b");
        for linked in ["@octocat", "#1", "https://x.y", "www.x.y", "a@b.c", "GH-1", "mailto:a"] {
            assert_eq!(inline(linked), format!("`{linked}`"));
        }
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\n\n# c"), "`a\\|b  # c`");
        assert_eq!(fenced("sh", "a\n```\n<b>"), "````sh\na\n```\n<b>\n````\n");
    }
}
