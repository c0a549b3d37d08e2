//! Addresses as scripts write them: literals, template strings, what is put together with `+` or `concat`, and the constants in them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// The texts that a script gives names to, as far as they are parts of addresses.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeMap<String, Option<String>>);

/// Longest address.
const LONGEST: usize = 200;

/// Most parts of one.
const PARTS: usize = 12;

impl Constants {
    /// A name that is given several texts, as in a packed script, stands for none.
    pub(super) fn of(script: &str) -> Constants {
        #[allow(clippy::expect_used)] // constants; the tests below compile them
        static TEXT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r#"(?-u)\b([A-Za-z_$][\w$]{0,40})["']?\s{0,3}[=:]\s{0,3}["'`]((?:https?:/)?/[\w.:/-]{0,100}|)["'`]"#,
            )
            .expect("valid")
        });
        #[allow(clippy::expect_used)]
        static ALIAS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?-u)\b([A-Za-z_$][\w$]{0,40})\s{0,3}=\s{0,3}(?:[\w$]{1,40}\.){1,4}([A-Z][A-Z0-9_]{2,40}|[a-z]\w{0,20}(?:Url|URL|Base|Uri|Prefix|Path))\b").expect("valid")
        });
        #[allow(clippy::expect_used)]
        static BASE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?-u)\b([A-Za-z_$]{0,20}(?:[Bb]ase|BASE|[Uu]rl|URL|[Pp]refix|PREFIX)[A-Za-z_$]{0,10})\s{0,3}[=:]\s{0,3}["'`]((?:\./)?[A-Za-z][\w-]{0,30}(?:/[\w-]{1,30}){0,3}/?)["'`]"#).expect("valid")
        });
        let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
        for captures in TEXT.captures_iter(script).take(500) {
            let text = captures[2].trim_end_matches('/').to_owned();
            known
                .entry(captures[1].to_owned())
                .and_modify(|old| *old = old.take().filter(|old| *old == text))
                .or_insert(Some(text));
        }
        for captures in BASE.captures_iter(script).take(100) {
            // Relative to the page, which is at the root more often than not.
            let text = format!("/{}", captures[2].trim_start_matches("./").trim_end_matches('/'));
            known.entry(captures[1].to_owned()).or_insert(Some(text));
        }
        for captures in ALIAS.captures_iter(script).take(100) {
            if let Some(text) = known.get(&captures[2]).cloned() {
                known.entry(captures[1].to_owned()).or_insert(text);
            }
        }
        Constants(known)
    }

    /// What the last name of `config.api.BASE` stands for.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name.rsplit('.').next().unwrap_or(name))?.as_deref()
    }
}

/// The address that an expression begins with, what the script puts in as `${name}`, and what follows it.
pub(super) fn read<'a>(text: &'a str, constants: &Constants) -> Option<(String, &'a str)> {
    let mut address = String::new();
    let mut rest = text.trim_start();
    let mut literal = false;
    for part in 0..PARTS {
        let (piece, is_literal, behind) = term(rest, constants, 0)?;
        literal |= is_literal;
        address.push_str(&piece);
        let next = behind.trim_start();
        let Some(more) = next.strip_prefix('+').filter(|more| part + 1 < PARTS && !more.starts_with('+')) else {
            rest = behind;
            break;
        };
        rest = more.trim_start();
    }
    (literal && address.len() <= LONGEST).then_some((address, rest))
}

/// One part: what it comes to, and whether any of it is written out.
fn term<'a>(text: &'a str, constants: &Constants, depth: usize) -> Option<(String, bool, &'a str)> {
    const WRAPPERS: [&str; 6] = ["new URL(", "new Request(", "encodeURI(", "String(", "encodeURIComponent(", "("];
    let first = text.chars().next()?;
    if depth > 4 {
        return None;
    }
    let (piece, literal, mut rest) = if let Some(wrapper) = WRAPPERS.iter().find(|w| text.starts_with(**w)) {
        let inner = text[wrapper.len()..].trim_start();
        let (piece, literal, _) = sum(inner, constants, depth + 1)?;
        (piece, literal, closed(&text[wrapper.len()..])?)
    } else if matches!(first, '"' | '\'' | '`') {
        let end = text[1..].find(first).filter(|end| *end <= LONGEST)? + 1;
        let inner = &text[1..end];
        if inner.contains(['\\', '\n', '<', '>', '"']) || inner.contains(' ') && first != '`' {
            return None;
        }
        (if first == '`' { filled(inner, constants) } else { inner.to_owned() }, true, &text[end + 1..])
    } else {
        let end =
            text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'))).unwrap_or(text.len());
        let name = text[..end].trim_end_matches('.');
        if name.is_empty() || name.len() > 60 {
            return None;
        }
        let behind = &text[name.len()..];
        // What a call or an index gives is known to nobody.
        let behind = if behind.starts_with(['(', '[']) { closed(&behind[1..])? } else { behind };
        match constants.get(name) {
            Some(value) => (value.to_owned(), false, behind),
            None => (hole(name), false, behind),
        }
    };
    let (mut piece, mut literal) = (piece, literal);
    while let Some(arguments) = rest.strip_prefix(".concat(") {
        let mut left = arguments.trim_start();
        for _ in 0..PARTS {
            let (more, is_literal, behind) = sum(left, constants, depth + 1)?;
            piece.push_str(&more);
            literal |= is_literal;
            left = behind.trim_start();
            match left.strip_prefix(',') {
                Some(next) => left = next.trim_start(),
                None => break,
            }
        }
        rest = left.strip_prefix(')')?;
    }
    Some((piece, literal, rest))
}

fn sum<'a>(text: &'a str, constants: &Constants, depth: usize) -> Option<(String, bool, &'a str)> {
    let (mut piece, mut literal, mut rest) = term(text, constants, depth)?;
    for _ in 0..PARTS {
        let Some(more) = rest.trim_start().strip_prefix('+') else { break };
        let (next, is_literal, behind) = term(more.trim_start(), constants, depth)?;
        piece.push_str(&next);
        literal |= is_literal;
        rest = behind;
    }
    Some((piece, literal, rest))
}

/// A place that the script fills, by the last of its names.
fn hole(name: &str) -> String {
    let last = name.rsplit('.').find(|part| !part.is_empty()).unwrap_or("id");
    format!("${{{}}}", last.trim_matches('$'))
}

/// A template string with its constants in place.
fn filled(text: &str, constants: &Constants) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once("${") {
        whole.push_str(before);
        let Some((expression, behind)) = inner.split_once('}') else { break };
        match constants.get(expression.trim()) {
            Some(value) => whole.push_str(value),
            None => whole.push_str(&format!("${{{expression}}}")),
        }
        rest = behind;
    }
    whole.push_str(rest);
    whole
}

/// What follows the bracket that closes the one just opened.
fn closed(text: &str) -> Option<&str> {
    const FAR: usize = 300;
    let (mut open, mut quote) = (1_usize, None);
    for (at, c) in text.char_indices().take(FAR) {
        if let Some(mark) = quote {
            quote = Some(mark).filter(|mark| *mark != c);
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(&text[at + 1..]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_together() {
        let script = r#"const API = "/api/v3", u={NODE_ENV:"production",REACT_APP_URL:"/svc/"}; let l=u.REACT_APP_URL; a="/x"; a="/y"; urlbase='rest'"#;
        let constants = Constants::of(script);
        let address = |text: &str| read(text, &constants).map(|(address, _)| address);
        for (text, expected) in [
            (r#""/berths/"+id+"/log")"#, "/berths/${id}/log"),
            (r#"API+"/berths")"#, "/api/v3/berths"),
            ("`${API}/tides/${t.id}?day=1`)", "/api/v3/tides/${t.id}?day=1"),
            (r#""".concat(l,"/berths/").concat(e,"/log"))"#, "/svc/berths/${e}/log"),
            (r#"new URL("/berths",location.origin))"#, "/berths"),
            (r#"this.base+"/berths/"+encodeURIComponent(e.key))"#, "${base}/berths/${key}"),
            (r#"a+"/berths")"#, "${a}/berths"),
            (r#"urlbase+"/berths")"#, "/rest/berths"),
        ] {
            assert_eq!(address(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["key)", "'two words')", "e=>1)", "", "\"/a\\n\")", "f(x))"] {
            assert_eq!(address(text), None, "{text}");
        }
        assert_eq!(read("'/a' , {x:1})", &constants).unwrap().1, " , {x:1})");
    }
}
