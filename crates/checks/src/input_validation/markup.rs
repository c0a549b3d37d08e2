//! How a mark stands in a page, by an HTML parser as browsers have it: as text, as part of the structure, or where script is run.

use percent_encoding::percent_decode_str;
use scraper::node::Element;
use scraper::{ElementRef, Node};

use super::script::{self, Reading};

/// How a mark stands in a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// It became part of the structure of the page, or of a script.
    pub(super) breaks_out: Option<&'static str>,
    /// Where it did not, but another payload might.
    pub(super) further: Option<Further>,
}

/// A place that wants a payload of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Further {
    /// A literal of a script, which a backslash, a backtick or `${` may open.
    Literal,
    /// The text of such an element, which its end tag ends.
    RawText(&'static str),
    /// The beginning of an address that a browser follows, which may name the scheme.
    Address,
}

/// Raw text elements: `<` in them is not markup, but the end tag is.
const RAW_TEXT: [&str; 6] = ["script", "style", "textarea", "title", "iframe", "noembed"];

/// Types of scripts that browsers run (HTML, 4.12.1; WHATWG MIME Sniffing, 4.6). Others are data.
const SCRIPTS: [&str; 6] =
    ["", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript"];

/// Attributes whose `javascript:` address is run when it is followed.
const ADDRESSES: [(&str, &str); 7] = [
    ("a", "href"),
    ("area", "href"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
    ("iframe", "src"),
    ("frame", "src"),
];

/// Event handler content attributes (HTML, 8.1.8.2), without the `on`; not every attribute that begins so is one.
const EVENTS: [&str; 47] = [
    "abort",
    "animationend",
    "animationstart",
    "auxclick",
    "beforeunload",
    "blur",
    "canplay",
    "change",
    "click",
    "close",
    "contextmenu",
    "copy",
    "cut",
    "dblclick",
    "drag",
    "dragend",
    "dragstart",
    "drop",
    "ended",
    "error",
    "focus",
    "focusin",
    "focusout",
    "hashchange",
    "input",
    "invalid",
    "keydown",
    "keypress",
    "keyup",
    "load",
    "message",
    "mousedown",
    "mouseenter",
    "mouseleave",
    "mousemove",
    "mouseout",
    "mouseover",
    "mouseup",
    "paste",
    "play",
    "pointerdown",
    "pointerup",
    "reset",
    "resize",
    "scroll",
    "submit",
    "toggle",
];

/// How the mark with this word stands. Its element is called by the word and `z`; `tag` is the tag as sent, when it shows that an end
/// tag could be written.
pub(super) fn read(text: &str, word: &str, tag: Option<&str>) -> Standing {
    let element = format!("{word}z");
    let document = crate::text::html::parse(text);
    let mut scripts = Reading::default();
    let mut starts_address = false;
    let mut raw_text = None;
    for node in document.tree.nodes() {
        match node.value() {
            Node::Element(found) => {
                if found.name() == element {
                    return Standing::broken_out("as an element");
                }
                if found.attrs().any(|(name, _)| name.contains(word)) {
                    return Standing::broken_out("as an attribute");
                }
                if let Some(code) = ElementRef::wrap(node).and_then(code_of) {
                    scripts = scripts.max(code_with(&code, word));
                }
                for code in attributes(found) {
                    match code {
                        Attribute::Code(code) => scripts = scripts.max(code_with(&code, word)),
                        Attribute::Address(address) => starts_address |= address.starts_with(word),
                    }
                }
            }
            Node::Text(inner) if tag.is_some_and(|tag| inner.contains(tag)) => {
                let parent = node.parent().and_then(|p| p.value().as_element().map(Element::name));
                let name = RAW_TEXT.into_iter().find(|name| parent == Some(name));
                raw_text = raw_text.or(name.filter(|name| tag.is_some_and(|tag| is_raw(text, name, tag))));
            }
            _ => {}
        }
    }
    match scripts {
        Reading::Closed => Standing::broken_out("as script, after the end of the string that it stood in"),
        Reading::Bare => Standing::broken_out("as script"),
        _ if raw_text.is_some() => {
            raw_text.map_or_else(Standing::default, |name| Standing::may_further(Further::RawText(name)))
        }
        Reading::Literal => Standing::may_further(Further::Literal),
        _ if starts_address => Standing::may_further(Further::Address),
        _ => Standing::default(),
    }
}

/// How the mark stands in code. Where only letters of it are left, there is nothing that could be written with it.
fn code_with(code: &str, word: &str) -> Reading {
    match script::read(code, word) {
        Reading::Bare if !code.contains(&format!("{word} {word}y=1")) => Reading::Code,
        reading => reading,
    }
}

/// Whether a tag stands unescaped between the tags of such an element: the parser gives the text of some of them decoded.
fn is_raw(text: &str, name: &str, tag: &str) -> bool {
    const MOST: usize = 100;
    let lower = text.to_ascii_lowercase();
    let (start, end) = (format!("<{name}"), format!("</{name}"));
    lower.match_indices(&start).take(MOST).any(|(at, _)| {
        let length = lower[at..].find(&end).unwrap_or(lower.len() - at);
        text[at..at + length].contains(tag)
    })
}

/// Whether the word is part of the code of a script, a handler or a `javascript:` address.
pub(super) fn runs(text: &str, word: &str) -> bool {
    let document = crate::text::html::parse(text);
    document.tree.nodes().filter_map(ElementRef::wrap).any(|element| {
        let handlers = attributes(element.value()).filter_map(|attribute| match attribute {
            Attribute::Code(code) => Some(code),
            Attribute::Address(_) => None,
        });
        code_of(element).into_iter().chain(handlers).any(|code| script::read(&code, word) >= Reading::Code)
    })
}

impl Standing {
    fn broken_out(how: &'static str) -> Standing {
        Standing { breaks_out: Some(how), further: None }
    }

    fn may_further(further: Further) -> Standing {
        Standing { breaks_out: None, further: Some(further) }
    }
}

/// The code of an element that is a script with code of its own.
fn code_of(element: ElementRef<'_>) -> Option<String> {
    let value = element.value();
    let kind = value.attr("type").unwrap_or("").trim().to_ascii_lowercase();
    let runs = value.name() == "script" && value.attr("src").is_none() && SCRIPTS.contains(&kind.as_str());
    runs.then(|| element.text().collect())
}

/// What an attribute is to a browser.
enum Attribute {
    /// Code of a handler or a `javascript:` address.
    Code(String),
    /// Another address.
    Address(String),
}

fn attributes(element: &Element) -> impl Iterator<Item = Attribute> {
    element.attrs().filter_map(|(name, value)| {
        if name.strip_prefix("on").is_some_and(|event| EVENTS.contains(&event)) {
            return Some(Attribute::Code(value.to_owned()));
        }
        if !ADDRESSES.contains(&(element.name(), name)) {
            return None;
        }
        // As browsers read addresses (WHATWG URL, 4.4): blanks before it and line breaks in it do not count.
        let address: String =
            value.trim_start_matches(|c: char| c <= ' ').chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let scheme = "javascript:";
        let is_code = address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        // The code of an address is decoded before it is run (HTML, 7.4.2.3.2).
        let code = || percent_decode_str(&address[scheme.len()..]).decode_utf8_lossy().into_owned();
        Some(if is_code { Attribute::Code(code()) } else { Attribute::Address(address) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that a page holds, with the words of a mark, and as templates escape it.
    const RAW: &str = r#"W Wy=1'Wx"Wx<Wz/>"#;
    const ESCAPED: &str = "W Wy=1&#39;Wx&#34;Wx&lt;Wz/&gt;";
    const AS_JSON: &str = r#"W Wy=1\u0027Wx\"Wx\u003cWz/\u003e"#;
    const ONLY_TAGS: &str = r#"W Wy=1'Wx"Wx&lt;Wz/&gt;"#;
    const BACKSLASHES: &str = r#"W Wy=1\'Wx\"Wx&lt;Wz/&gt;"#;

    fn standing(page: &str) -> Standing {
        read(page, "W", Some("<Wz/>"))
    }

    #[test]
    fn what_breaks_out() {
        for page in [
            format!("<p>{RAW}</p>"),
            format!("<input value=\"{ONLY_TAGS}\">"),
            format!("<input value='{ONLY_TAGS}'>"),
            format!("<input value={ESCAPED}>"),
            "<title>W</title><Wz>".to_owned(),
            "<script type=\"application/json\">\"W</script><Wz>".to_owned(),
            format!("<script>var q = '{ONLY_TAGS}';</script>"),
            format!("<script>var q = \"{ONLY_TAGS}\";</script>"),
            format!("<script>var q = {ESCAPED};</script>"),
            format!("<button onclick=\"go('{ESCAPED}')\">"),
            format!("<button onclick='go(&quot;{ESCAPED}&quot;)'>"),
            format!("<a href=\"javascript:go('{ESCAPED}')\">x</a>"),
            "<a href=\"javascript:go('W%20Wy%3D1%27Wx%22Wx')\">x</a>".to_owned(),
        ] {
            // The parser writes names small.
            let page = page.replace('W', "w");
            assert!(read(&page, "w", Some("<wz/>")).breaks_out.is_some(), "{page}");
        }
    }

    #[test]
    fn what_does_not() {
        for page in [
            format!("<p>{ESCAPED}</p>"),
            format!("<input value=\"{ESCAPED}\">"),
            format!("<textarea>{ESCAPED}</textarea><!-- {RAW} -->"),
            format!("<title>{ESCAPED}</title>"),
            format!("<!-- {RAW} -->"),
            format!("<script type=\"application/json\">{{\"q\": \"{AS_JSON}\"}}</script>"),
            format!("<script>// {ONLY_TAGS}\n/* {ONLY_TAGS} */</script>"),
            "<script>show(W-Wy-1-Wx-Wx-Wz)</script>".to_owned(),
            format!("<script src=\"/x.js\">var q = '{ONLY_TAGS}';</script>"),
            format!("<p one=\"go('{ESCAPED}')\" data-q=\"{ESCAPED}\">"),
            format!("<a href=\"/search?q={ESCAPED}\">x</a>"),
            format!("<a href=\"https://x.example/{ESCAPED}\">x</a>"),
            format!("<img src=\"{ESCAPED}\">"),
        ] {
            assert_eq!(standing(&page), Standing::default(), "{page}");
        }
    }

    #[test]
    fn what_wants_a_payload_of_its_own() {
        for (page, expected) in [
            (format!("<script>var q = \"{AS_JSON}\";</script>"), Further::Literal),
            (format!("<script>var q = '{BACKSLASHES}';</script>"), Further::Literal),
            (format!("<script>var q = `{ESCAPED}`;</script>"), Further::Literal),
            (format!("<title>{RAW}</title>"), Further::RawText("title")),
            (format!("<script type=\"application/json\">\"{RAW}\"</script>"), Further::RawText("script")),
            ("<script>var q = \"W Wy=1'Wx\\\"Wx<Wz/>\";</script>".to_owned(), Further::RawText("script")),
            (format!("<button onclick='go(\"{AS_JSON}\")'>"), Further::Literal),
            (format!("<a href=\"{ESCAPED}\">x</a>"), Further::Address),
            (format!("<form action=\" {ESCAPED}\"></form>"), Further::Address),
        ] {
            assert_eq!(standing(&page), Standing { breaks_out: None, further: Some(expected) }, "{page}");
        }
    }

    #[test]
    fn a_further_payload_is_read() {
        for (page, expected) in [
            (r"<script>var q = 'W\\'Wx\\&#34;Wx';</script>", true),
            (r"<script>var q = 'W\\\'Wx\\\&#34;Wx';</script>", false),
            ("<script>var q = `W&#39;Wx${Wx}`;</script>", true),
            (r"<script>var q = `W&#39;Wx\${Wx}`;</script>", false),
            (r"<script>var a = 'W\&#39;Wx\', b = 'W\&#39;Wx\';</script>", true),
            ("<a href=\"JavaScript:W\">x</a>", true),
            ("<a href=\"java\nscript:W\">x</a>", true),
            ("<a href=\"unsafe:javascript:W\">x</a>", false),
            ("<a href=\"/javascript:W\">x</a>", false),
            ("<img src=\"javascript:W\">", false),
        ] {
            assert_eq!(runs(page, "W"), expected, "{page}");
        }
    }
}
