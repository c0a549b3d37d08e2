//! What somebody meant who wrote a name that does not exist.

/// How alike a name has to be, as clap asks of flags.
const ALIKE: f64 = 0.7;

/// `did you mean 'x'?`, when one of the names is much like the text, in this order of words or another, or contains it.
pub(crate) fn did_you_mean<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let alike = |name: &str| {
        // Words that are left out or added count less than letters.
        let within = text.len() > 3 && (name.contains(text) || text.contains(name));
        let like = strsim::jaro(text, name).max(strsim::jaro(&sorted(text), &sorted(name)));
        like + f64::from(u8::from(within))
    };
    let best = names.map(|name| (alike(name), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > ALIKE).then(|| format!("did you mean '{}'?", best.1))
}

/// The words of a name in alphabetical order.
fn sorted(name: &str) -> String {
    let mut words: Vec<&str> = name.split(['-', '_', ' ']).collect();
    words.sort_unstable();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_much_like_another_is_named() {
        let near = |text| did_you_mean(text, ["debug-mode", "werkzeug-debugger", "plain-http"].into_iter());
        for (text, name) in [
            ("werkzeug-debuger", "werkzeug-debugger"),
            ("debugger", "werkzeug-debugger"),
            ("debug_mode", "debug-mode"),
            ("http-plain", "plain-http"),
        ] {
            assert_eq!(near(text), Some(format!("did you mean '{name}'?")), "{text}");
        }
        assert_eq!(near("sql-injection-in-everything"), None);
    }
}
