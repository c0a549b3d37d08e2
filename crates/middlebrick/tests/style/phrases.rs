//! What is not written, and what is written instead.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    phrase: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    regex: String,
    /// What it matches all the same and is fine.
    except: Option<String>,
    instead: String,
    hit: String,
    miss: String,
}

struct Phrase {
    row: Row,
    regex: Regex,
    except: Option<Regex>,
}

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("phrases.toml")).unwrap();
    let phrase = |row: Row| Phrase {
        regex: Regex::new(&row.regex).unwrap(),
        except: row.except.as_deref().map(|text| Regex::new(text).unwrap()),
        row,
    };
    table.phrase.into_iter().map(phrase).collect()
});

impl Phrase {
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.regex
            .find_iter(text)
            .map(|found| found.as_str())
            .find(|found| self.except.as_ref().is_none_or(|except| !except.is_match(found)))
    }
}

/// The first forbidden phrase of a text, code in backticks aside.
pub(crate) fn forbidden(text: &str) -> Option<String> {
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join("``");
    PHRASES.iter().find_map(|phrase| {
        let found = phrase.find(&prose)?;
        Some(format!("{found:?}, rather {:?}: {text}", phrase.row.instead))
    })
}

#[test]
fn every_phrase_is_found_and_its_lookalike_is_not() {
    for phrase in PHRASES.iter() {
        let Row { regex, hit, miss, .. } = &phrase.row;
        assert!(forbidden(hit).is_some_and(|fault| fault.contains(&phrase.row.instead)), "{regex} misses {hit:?}");
        assert_eq!(forbidden(miss), None, "{regex}");
    }
    assert_eq!(forbidden("set `made-up` to x"), None, "code is not prose");
}
