//! What a path and an operation id say about an operation.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Operation, ParameterIn, Source};
use serde::Deserialize;

use super::state_change::acting_word;

/// What a word in a path can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// Calling it changes something, whatever the method.
    Destructive,
    /// Calling it changes a state, mostly one that can be changed back.
    Changing,
    /// The same, where it stands after what it is done to.
    Acts,
    /// The same, where a phrase begins with it.
    Leads,
    /// For administrators.
    Admin,
    /// For developers.
    Debug,
    /// Objects that belong to somebody.
    Owned,
    /// Users themselves.
    Users,
    /// Where credentials are given.
    Login,
    /// Open to people without an account by nature.
    Entrance,
    /// Costs the server more than a look-up.
    Expensive,
}

#[derive(Deserialize)]
struct Row {
    meaning: Meaning,
    words: BTreeSet<String>,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

fn table() -> &'static [Row] {
    #[allow(clippy::expect_used)] // compiled in; a test reads it
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("data/words.toml")).expect("data/words.toml is valid"));
    &TABLE.row
}

/// Whether one of the words of a path or identifier has this meaning.
pub fn says(text: &str, meaning: Meaning) -> bool {
    let rows = || table().iter().filter(|row| row.meaning == meaning);
    words(text).any(|word| rows().any(|row| row.words.contains(&word)))
}

/// Whether calling the operation looks as if it changed state, by the words of its path and operation id and by where they stand.
pub fn looks_destructive(operation: &Operation) -> bool {
    let literal = operation.path.split('/').filter(|segment| !segment.contains('{'));
    destructive_word(operation).is_some()
        || literal.into_iter().any(|segment| says(segment, Meaning::Changing))
        || acting_word(&operation.path).is_some()
}

/// The word that says so. What an HTML form or a link shows has no operation id.
pub fn destructive_word(operation: &Operation) -> Option<String> {
    const THINGS: [&str; 5] = ["db", "all", "database", "data", "cache"];
    let id = operation.id.as_deref().filter(|_| operation.source == Source::Specification).unwrap_or("");
    // `/do?cmd=reset`: the value of a link can say what the path does not.
    let values = operation.parameters_in(ParameterIn::Query).filter_map(|p| p.example.as_deref()).flat_map(words);
    words(&operation.path).chain(words(id)).chain(values).find(|word| {
        let stem = THINGS.iter().find_map(|thing| word.strip_suffix(thing)).unwrap_or(word);
        says(word, Meaning::Destructive) || says(stem, Meaning::Destructive)
    })
}

/// The words of a path or camel-case identifier, lower-case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    let mut previous_lower = false;
    for c in text.chars() {
        if c.is_uppercase() && previous_lower {
            spaced.push(' ');
        }
        previous_lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' });
    }
    spaced.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The last segment of a path that is not a parameter: `orders` of `/users/{id}/orders/{order}`.
pub fn collection(path: &str) -> &str {
    path.split('/').rfind(|segment| !segment.is_empty() && !segment.starts_with('{')).unwrap_or("")
}

/// Whether the last segment of a path is a parameter, so that the path names one object of a collection.
pub fn names_an_object(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|segment| segment.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;

    #[test]
    fn every_row_hits_and_misses() {
        for row in table() {
            assert!(says(&row.hit, row.meaning), "{:?} misses {}", row.meaning, row.hit);
            assert!(!says(&row.miss, row.meaning), "{:?} hits {}", row.meaning, row.miss);
        }
    }

    #[test]
    fn destructive_words_are_words() {
        let operation = |path: &str| Operation::undeclared(Method::GET, path, Source::Given);
        let hits = [
            "/createdb",
            "/logout",
            "/admin/reset-data",
            "/cache/flush",
            "/api/v1/purgeAll",
            "/cookies/delete",
            "/features/7/toggle",
            "/newsletter/subscribe",
            "/start_over",
            "/posts/{id}/like",
        ];
        for path in hits {
            assert!(looks_destructive(&operation(path)), "{path}");
        }
        let misses = [
            "/created",
            "/users",
            "/initial",
            "/presets",
            "/seeds",
            "/data",
            "/all",
            "/settings",
            "/subscriptions",
            "/enabled",
            "/activation",
            "/features/{toggle}",
        ];
        for path in misses {
            assert!(!looks_destructive(&operation(path)), "{path}");
        }
    }

    #[test]
    fn a_path_names_its_collection() {
        assert_eq!(collection("/users/{id}/orders/{order}"), "orders");
        assert!(names_an_object("/orders/{id}") && !names_an_object("/orders/{id}/lines"));
    }
}
