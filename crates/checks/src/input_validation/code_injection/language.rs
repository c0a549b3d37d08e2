//! How code of a language is told from text and from arithmetic.

use model::Surface;

/// A language in which a server may evaluate expressions.
///
/// Three expressions have the value of `{v}` or none. They are of the language alone: arithmetic, SQL and formulas know neither its
/// lists nor its functions.
#[derive(Debug)]
pub(super) struct Language {
    /// What shows that the target is written in it.
    products: &'static [&'static str],
    /// A product written backwards. A calculator that only knows arithmetic cannot do it.
    backwards: &'static str,
    /// Evaluates to `{v}`.
    holds: &'static str,
    /// The same with an empty list, at which evaluation fails.
    fails: &'static str,
    /// The text that fails, in a function that nobody calls: evaluates to `{v}`. What objects to the text objects to this as well.
    uncalled: &'static str,
}

static LANGUAGES: [Language; 4] = [
    Language {
        products: &[
            "Python",
            "Flask",
            "Werkzeug",
            "FastAPI",
            "Starlette",
            "Django",
            "gunicorn",
            "waitress",
            "uvicorn",
            "flask-restx",
        ],
        backwards: "str({a}*{b})[::-1]",
        holds: "[{v},{n}%len([{n}])][0]",
        fails: "[{v},{n}%len([])][0]",
        uncalled: "[{v},lambda:{n}%len([])][0]",
    },
    Language {
        products: &["Express", "Next.js"],
        backwards: "String({a}*{b}).split('').reverse().join('')",
        holds: "[{v},[{n}][0].at][0]",
        fails: "[{v},[][{n}].at][0]",
        uncalled: "[{v},()=>[][{n}].at][0]",
    },
    Language {
        products: &["PHP", "Laravel"],
        backwards: "strrev({a}*{b})",
        holds: "[{v},{n}%count([{n}])][0]",
        fails: "[{v},{n}%count([])][0]",
        uncalled: "[{v},fn()=>{n}%count([])][0]",
    },
    Language {
        products: &["Rails"],
        backwards: "({a}*{b}).to_s.reverse",
        holds: "[{v},{n}%[{n}].size][0]",
        fails: "[{v},{n}%[].size][0]",
        uncalled: "[{v},->{{n}%[].size}][0]",
    },
];

/// How many of the languages a target that shows none is asked in.
const COMMON: usize = 2;

/// The languages to ask in, never none: those that the target shows, or else the most common; all of them in a deep scan.
pub(super) fn of(surface: &Surface, deep: bool) -> Vec<&'static Language> {
    if deep {
        return LANGUAGES.iter().collect();
    }
    let shown: Vec<&Language> = LANGUAGES.iter().filter(|l| l.products.iter().any(|p| surface.has(p))).collect();
    if shown.is_empty() { LANGUAGES.iter().take(COMMON).collect() } else { shown }
}

impl Language {
    pub(super) fn backwards(&self, a: u32, b: u32) -> String {
        self.backwards.replace("{a}", &a.to_string()).replace("{b}", &b.to_string())
    }

    pub(super) fn holds(&self, value: &str, number: u32) -> String {
        fill(self.holds, value, number)
    }

    pub(super) fn fails(&self, value: &str, number: u32) -> String {
        fill(self.fails, value, number)
    }

    pub(super) fn uncalled(&self, value: &str, number: u32) -> String {
        fill(self.uncalled, value, number)
    }
}

/// The number first: the value may hold anything.
fn fill(expression: &str, value: &str, number: u32) -> String {
    expression.replace("{n}", &number.to_string()).replace("{v}", value)
}

#[cfg(test)]
mod tests {
    use model::Technology;

    use super::*;

    fn shows(name: &str) -> Surface {
        let technology = Technology { name: name.to_owned(), version: None, evidence: String::new() };
        Surface { technologies: vec![technology], ..Surface::default() }
    }

    #[test]
    fn every_target_is_asked_in_some_language() {
        for (name, expected) in [
            ("FastAPI", &["Python"][..]),
            ("Django", &["Python"]),
            ("uvicorn", &["Python"]),
            ("Express", &["Express"]),
            ("nginx", &["Python", "Express"]),
            ("Spring", &["Python", "Express"]),
        ] {
            let languages: Vec<&str> = of(&shows(name), false).iter().map(|l| l.products[0]).collect();
            assert_eq!(languages, expected, "{name}");
        }
        assert_eq!(of(&Surface::default(), false).len(), COMMON);
        assert_eq!(of(&shows("Go"), true).len(), LANGUAGES.len());
    }

    #[test]
    fn an_expression_does_not_hold_its_backwards_product() {
        for language in &LANGUAGES {
            assert!(!language.backwards(1_111, 2_345).contains("5925062"));
            assert!(language.backwards(1_111, 2_345).contains("1111*2345"));
        }
    }

    #[test]
    fn the_three_differ_only_in_what_is_evaluated() {
        let python = &LANGUAGES[0];
        assert_eq!(python.holds("x+{n}", 7), "[x+{n},7%len([7])][0]");
        assert_eq!(python.fails("x", 7), "[x,7%len([])][0]");
        assert_eq!(LANGUAGES[3].uncalled("x", 7), "[x,->{7%[].size}][0]");
        for language in &LANGUAGES {
            let failing = language.fails("", 7);
            let inner = failing.trim_start_matches("[,").trim_end_matches("][0]");
            assert!(language.uncalled("", 7).contains(inner), "{inner}");
        }
    }
}
