//! What a script reads of the response to a call: `(await answer.json()).reply`, `const {reply} = await r.json()`,
//! `.then(d => show(d.reply))`.

use std::sync::LazyLock;

use regex::Regex;

/// Most names that are kept.
const MOST: usize = 8;

/// The names of the fields that the text behind a call reads of its response.
pub(super) fn read_of_response(behind: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // constants; the test below compiles them
    static DIRECT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\.json\s{0,2}\(\s{0,2}\)\s{0,2}\)\s{0,2}\??\.([A-Za-z_]\w{0,30})").expect("valid")
    });
    #[allow(clippy::expect_used)]
    static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{([\w\s,:]{1,120})\}\s{0,2}=\s{0,2}(?:await\s{1,3})?[\w.]{1,40}\.json\s{0,2}\(").expect("valid")
    });
    #[allow(clippy::expect_used)]
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?:\b(?:const|let|var)\s{1,3}(\w{1,30})\s{0,2}=\s{0,2}(?:await\s{1,3})?[\w.()\s]{0,60}\.json\s{0,2}\(",
            r"|\.then\s{0,2}\(\s{0,2}(?:async\s{1,3})?(?:function\s{0,2})?\(?\s{0,2}(\w{1,30})\s{0,2}\)?\s{0,2}(?:=>|\{))"
        ))
        .expect("valid")
    });
    let is_called = |end: usize| behind[end..].trim_start().starts_with('(');
    let direct = DIRECT.captures_iter(behind).filter_map(|c| c.get(1)).filter(|name| !is_called(name.end()));
    let mut names: Vec<String> = direct.map(|name| name.as_str().to_owned()).collect();
    for taken in TAKEN.captures_iter(behind) {
        let each = taken[1].split(',').map(|one| one.split(':').next().unwrap_or("").trim().to_owned());
        names.extend(each.filter(|name| !name.is_empty()).collect::<Vec<String>>());
    }
    for named in NAMED.captures_iter(behind) {
        if let Some(variable) = named.get(1).or_else(|| named.get(2)) {
            names.extend(members(behind, variable.as_str()));
        }
    }
    names.sort();
    names.dedup();
    names.truncate(MOST);
    names
}

/// The members that are read of a variable; what is called is none.
fn members(text: &str, variable: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(variable) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')) {
            continue;
        }
        let rest = &text[at + variable.len()..];
        let Some(rest) = rest.strip_prefix("?.").or_else(|| rest.strip_prefix('.')) else { continue };
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let is_called = rest[name.len()..].trim_start().starts_with('(');
        if !name.is_empty() && !is_called {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_of_a_response_is_named() {
        for (behind, expected) in [
            ("}); show((await answer.json()).reply);", vec!["reply"]),
            (").then(r => r.json()).then(d => out.textContent = d.answer)", vec!["answer"]),
            (").then(function (r) { return r.json() }).then(function(data) { add(data?.output) })", vec!["output"]),
            ("); const {reply, usage: spent} = await res.json();", vec!["reply", "usage"]),
            (
                "); const body = await res.json(); list.append(body.choices[0].message.content, body.map(f));",
                vec!["choices"],
            ),
            ("); location.reload(); window.data = 1", vec![]),
        ] {
            assert_eq!(read_of_response(behind), expected, "{behind}");
        }
    }
}
