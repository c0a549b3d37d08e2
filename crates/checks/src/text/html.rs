//! Reading HTML that a target chose.

use scraper::Html;

/// Deepest nesting that is read; browsers stop at about as much. The parser looks through all open elements for each new one, so that
/// a page of nothing but open elements would keep it busy for minutes.
const DEEPEST: usize = 600;

/// Elements that hold nothing, or that the next of their kind closes.
const FLAT: [&str; 26] = [
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "param", "rp", "rt", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr",
];

/// Most attributes of one element. The parser compares each with all before it.
const ATTRIBUTES: usize = 5_000;

/// The document; an empty one when the text is nested too deeply to be a page, or an element has more attributes than any has.
pub fn parse(text: &str) -> Html {
    Html::parse_document(if is_too_deep(text) || has_too_many_attributes(text) { "" } else { text })
}

/// Whether some element has more attributes than any has: words of a tag outside of quotation marks. In a script `<` may begin no tag,
/// but few words follow there before the next `>`.
fn has_too_many_attributes(text: &str) -> bool {
    let (mut within, mut quoted, mut words, mut between) = (false, None, 0, false);
    let next = text.bytes().skip(1).chain([b' ']);
    for (byte, next) in text.bytes().zip(next) {
        match (within, quoted) {
            (false, _) if byte == b'<' && next.is_ascii_alphabetic() => (within, words, between) = (true, 0, false),
            (true, Some(mark)) if byte == mark => quoted = None,
            (false, _) | (true, Some(_)) => {}
            (true, None) => match byte {
                b'>' => within = false,
                b'"' | b'\'' => quoted = Some(byte),
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\r' | b'/' => between = true,
                _ => {
                    words += usize::from(std::mem::take(&mut between));
                    if words > ATTRIBUTES {
                        return true;
                    }
                }
            },
        }
    }
    false
}

/// Whether more elements are opened and not closed than any page has.
fn is_too_deep(text: &str) -> bool {
    let mut open = 0_usize;
    for rest in text.split('<').skip(1) {
        let closes = rest.starts_with('/');
        let name: String = rest
            .trim_start_matches('/')
            .chars()
            .take(12)
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        if open > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_element_is_like_has_too_many_attributes() {
        let many = " a".repeat(10_000);
        assert!(has_too_many_attributes(&format!("<p{many}>")));
        assert!(!has_too_many_attributes(&format!("<p title=\"{many}\">{many}</p>")));
        assert!(!has_too_many_attributes(&format!("1 < 2{many}")));
        assert!(!has_too_many_attributes(&"<p a='1' b=\"2\" c=3 d/>".repeat(1_000)));
    }

    #[test]
    fn only_what_no_page_is_like_is_too_deep() {
        assert!(is_too_deep(&"<div>".repeat(1_000)) && is_too_deep(&"<b><i>".repeat(400)));
        assert!(!is_too_deep(&"<div><b>x</b></div>".repeat(5_000)));
        assert!(!is_too_deep(&"<p>one<li>two<br><img src=a>".repeat(5_000)), "closed by their likes");
        assert!(!is_too_deep(&"1 < 2 and a << b ".repeat(5_000)) && !is_too_deep(""));
    }
}
