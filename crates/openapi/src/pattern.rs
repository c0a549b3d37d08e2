use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest pattern that is read, in bytes.
const LONGEST_PATTERN: usize = 1_000;

/// Longest text that is made, in characters.
const LONGEST_TEXT: usize = 1_000;

/// Most parts of the expression that are visited: repetitions of nothing add no text.
const MOST_STEPS: u32 = 10_000;

/// A short text that matches this regular expression and has a length within these bounds, if one is easily found.
pub(crate) fn matching(pattern: &str, least: u64, most: u64) -> Option<String> {
    if pattern.len() > LONGEST_PATTERN {
        return None;
    }
    let hir = regex_syntax::ParserBuilder::new().nest_limit(50).build().parse(pattern).ok()?;
    // Repetitions are done as few times as they allow, then more often, until the text is long enough.
    [0, 1, least.min(LONGEST_TEXT as u64) as u32].into_iter().find_map(|times| {
        let mut text = String::new();
        let mut steps = MOST_STEPS;
        write(&hir, times, &mut steps, &mut text)?;
        let length = text.chars().count() as u64;
        (least..=most).contains(&length).then_some(text)
    })
}

/// Appends a text that matches, doing open repetitions at least so many times.
fn write(hir: &Hir, times: u32, steps: &mut u32, text: &mut String) -> Option<()> {
    *steps = steps.checked_sub(1)?;
    if text.len() > LONGEST_TEXT {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            text.push_str(std::str::from_utf8(&literal.0).ok()?);
            Some(())
        }
        HirKind::Class(class) => {
            text.push(member(class)?);
            Some(())
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.map_or(times, |max| times.min(max)).max(repetition.min);
            (0..times).try_for_each(|_| write(&repetition.sub, times, steps, text))
        }
        HirKind::Capture(capture) => write(&capture.sub, times, steps, text),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, times, steps, text)),
        HirKind::Alternation(parts) => write(parts.first()?, times, steps, text),
    }
}

/// A character of a class, a letter or digit if it has one.
fn member(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |c: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&c));
    ('a'..='z')
        .chain('A'..='Z')
        .chain('1'..='9')
        .chain("0-_. ".chars())
        .find(|c| has(*c))
        .or_else(|| ranges.first().map(|(start, _)| *start))
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn what_is_made_matches() {
        for (pattern, least, most) in [
            (r"^[a-z0-9-]+$", 0, 99),
            (r"^[a-z0-9-]+$", 8, 99),
            (r"^\d{3}-\d{4}$", 0, 99),
            (r"^(foo|bar)\.[A-Z]{2,}$", 0, 99),
            (r"^\w+@\w+\.com$", 0, 99),
            (r"^[^a-zA-Z]*$", 3, 5),
            (r"^(a{2}){3}$", 0, 99),
        ] {
            let text = matching(pattern, least, most).unwrap();
            assert!(regex::Regex::new(pattern).unwrap().is_match(&text), "{pattern}: {text}");
            assert!((least..=most).contains(&(text.chars().count() as u64)), "{pattern}: {text}");
        }
    }

    #[test]
    fn what_is_too_much_is_refused() {
        assert_eq!(matching(r"^((a{900}){900}){900}$", 0, u64::MAX), None);
        assert_eq!(matching(r"(?=a)b", 0, 9), None);
        assert_eq!(matching(&"(".repeat(900), 0, 9), None);
        assert_eq!(matching("^ab$", 5, 9), None);
        assert_eq!(matching(r"((((|a){1000}){1000}){1000}){1000}", 0, 9), None);
    }
}
