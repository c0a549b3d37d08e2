//! Our own Markdown pages as HTML. They are trusted, but raw HTML in them is shown as text all the same, and only `https:` links work.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The page without its title, headings lowered to fit under a finding.
pub(super) fn render(markdown: &str) -> String {
    let mut events = Vec::new();
    let mut in_title = false;
    let mut dead_links = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => in_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            _ if in_title => {}
            Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
                events.push(Event::Start(Tag::Heading { level: HeadingLevel::H4, id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(_)) => events.push(Event::End(TagEnd::Heading(HeadingLevel::H4))),
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::Link { dest_url, link_type, title, id }) => {
                let alive = dest_url.starts_with("https://");
                dead_links.push(!alive);
                if alive {
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if dead_links.pop() == Some(false) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            // No image is loaded from anywhere: its description stays as text.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            other => events.push(other),
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_links_and_images_are_text() {
        let page = render(
            "# T\n\n## What\n\n<b>x</b> [a](javascript:1) [b](https://x.y) ![i](https://x.y/i.png)\n\n<script>1</script>\n",
        );
        assert!(!page.contains("<h1>") && page.contains("<h4>What</h4>"), "{page}");
        assert!(page.contains("&lt;b&gt;x") && page.contains("&lt;script&gt;"), "{page}");
        assert!(
            !page.contains("javascript") && page.contains("<a href=\"https://x.y\">b</a>") && !page.contains("<img"),
            "{page}"
        );
    }
}
