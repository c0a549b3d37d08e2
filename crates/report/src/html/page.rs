//! Our own Markdown pages as HTML. They are trusted, but raw HTML in them is shown as text all the same, and only `https:` links work.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A rule's page in the two parts that a finding shows apart.
#[derive(Default)]
pub(super) struct Parts {
    /// What it is, why it matters, how it is detected.
    pub(super) about: String,
    /// How to fix it, without the heading.
    pub(super) fix: String,
}

/// Renders the page without its title and its references, which the finding shows itself; headings are lowered to fit under it.
pub(super) fn parts(markdown: &str) -> Parts {
    let mut parts = Parts::default();
    for (heading, events) in sections(markdown) {
        match heading.as_str() {
            "How to fix it" => html::push_html(&mut parts.fix, events.into_iter()),
            "References" => {}
            "" => html::push_html(&mut parts.about, events.into_iter()),
            _ => {
                let level = HeadingLevel::H4;
                let tag = Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() };
                let title = [Event::Start(tag), Event::Text(heading.into()), Event::End(TagEnd::Heading(level))];
                html::push_html(&mut parts.about, title.into_iter().chain(events));
            }
        }
    }
    parts
}

/// The events under each second-level heading, made harmless; what stands before the first one is under an empty heading.
fn sections(markdown: &str) -> Vec<(String, Vec<Event<'_>>)> {
    let mut sections = vec![(String::new(), Vec::new())];
    let mut in_title = false;
    let mut in_heading = false;
    let mut links = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        let Some((heading, events)) = sections.last_mut() else { continue };
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => in_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            _ if in_title => {}
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                in_heading = true;
                sections.push((String::new(), Vec::new()));
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => in_heading = false,
            Event::Text(text) | Event::Code(text) if in_heading => heading.push_str(&text),
            _ if in_heading => {}
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::Link { dest_url, link_type, title, id }) => {
                let alive = dest_url.starts_with("https://");
                links.push(alive);
                if alive {
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            // No image is loaded from anywhere: its description stays as text.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            other => events.push(other),
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_in_its_parts() {
        let page = parts(
            "# T\n\n## What it is\n\nA `b`.\n\n## How to fix it\n\nSo:\n\n```python\nx = 1\n```\n\n## References\n\n- [x](https://x.y)\n",
        );
        assert_eq!(page.about, "<h4>What it is</h4>\n<p>A <code>b</code>.</p>\n");
        assert_eq!(page.fix, "<p>So:</p>\n<pre><code class=\"language-python\">x = 1\n</code></pre>\n");
    }

    #[test]
    fn html_links_and_images_are_text() {
        let page = parts("# T\n\n## W\n\n<b>x</b> [a](javascript:1) [b](https://x.y) ![i](https://x.y/i.png)\n\n<script>1</script>\n").about;
        assert!(page.contains("&lt;b&gt;x") && page.contains("&lt;script&gt;"), "{page}");
        assert!(
            !page.contains("javascript") && page.contains("<a href=\"https://x.y\">b</a>") && !page.contains("<img"),
            "{page}"
        );
    }
}
