//! What somebody meant who wrote a name that does not exist.

use checks::Check;

/// How alike a name has to be, as clap asks of flags.
const ALIKE: f64 = 0.7;

/// `did you mean 'x'?`, when one of the names is much like the text, in this order of words or another, or contains it.
pub fn did_you_mean<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
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

/// The check of a rule by its id or an alias.
///
/// # Errors
/// There is none; the text says which one may have been meant.
pub fn rule(id: &str) -> Result<&'static Check, String> {
    let unknown = || {
        let hint = did_you_mean(id, checks::all().into_iter().map(|check| check.rule.id));
        format!("there is no rule '{id}'; {}", hint.as_deref().unwrap_or("`middlebrick rules` lists them"))
    };
    checks::find(id).ok_or_else(unknown)
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
