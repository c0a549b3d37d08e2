//! Names that say that what stands under them is a credential: `data/secret_names.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

/// What a name says about the value under it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A secret of any form.
    #[default]
    Secret,
    /// A secret, though a number under the name is a count: `tokens: 512`.
    Count,
    /// A number of three digits is one already.
    Pin,
    /// It may be a sentence.
    Phrase,
    /// An address under the name is secret as a whole.
    Url,
    /// A scheme stands before it: `Bearer …`.
    Authorization,
    /// Pairs, of which the values are secret.
    Cookie,
    /// Often an ordinary word or a number: a secret where the value looks drawn by chance.
    Random,
}

/// Where in a name the words of a row have to stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    #[default]
    Ending,
    Word,
    Whole,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    #[serde(default)]
    at: At,
    #[serde(default)]
    kind: Kind,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

#[derive(Deserialize)]
struct Table {
    qualifiers: BTreeSet<String>,
    public: BTreeSet<String>,
    name: Vec<Row>,
}

/// The table, ready to be asked.
pub(super) struct Names {
    rows: BTreeMap<String, (At, Kind)>,
    /// Longest row in bytes.
    longest: usize,
    qualifiers: BTreeSet<String>,
    public: BTreeSet<String>,
    /// The last words of all rows: a text without any of them holds no secret name.
    pub(super) stems: AhoCorasick,
}

/// Longest name that is read, in bytes; what is longer is data.
pub(super) const LONGEST: usize = 96;

fn table() -> Table {
    #[allow(clippy::expect_used)] // compiled in; a test reads it
    toml::from_str(include_str!("../../data/secret_names.toml")).expect("data/secret_names.toml is valid")
}

/// The names of `data/secret_names.toml`, read at the first use.
pub(super) fn names() -> &'static Names {
    static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(table()));
    &NAMES
}

impl Names {
    fn of(table: Table) -> Names {
        let mut stems = BTreeSet::new();
        let mut rows = BTreeMap::new();
        for row in table.name {
            let last = row.name.rsplit(' ').next().unwrap_or("").to_owned();
            stems.insert(capitalised(&last));
            stems.insert(last.to_uppercase());
            stems.insert(last);
            rows.insert(row.name.replace(' ', ""), (row.at, row.kind));
        }
        #[allow(clippy::expect_used)] // constants, built by every test of this module
        let stems = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(stems)
            .expect("the stems make an automaton");
        let longest = rows.keys().map(String::len).max().unwrap_or(0);
        Names { longest, rows, qualifiers: table.qualifiers, public: table.public, stems }
    }

    /// What the name says, if it says that its value is secret.
    pub(super) fn judge(&self, name: &str) -> Option<Kind> {
        if name.len() > LONGEST {
            return None;
        }
        let mut words = words(name);
        loop {
            if let Some(kind) = self.judge_words(&words) {
                return Some(kind);
            }
            if words.len() < 2 || !words.last().is_some_and(|word| self.is_qualifier(word)) {
                break;
            }
            words.pop();
        }
        // `app.config.pepper` is a `pepper`.
        name.rsplit_once('.').and_then(|(_, last)| self.judge(last))
    }

    fn judge_words(&self, words: &[String]) -> Option<Kind> {
        let last = words.last()?;
        let seen = matches!(last.as_str(), "key" | "keys" | "token" | "tokens");
        if seen && words.iter().any(|word| self.public.contains(word)) {
            return None;
        }
        let plain = words.concat();
        let starts: BTreeSet<usize> = words
            .iter()
            .scan(0, |at, word| {
                let start = *at;
                *at += word.len();
                Some(start)
            })
            .collect();
        let first = plain.len().saturating_sub(self.longest);
        // The longest row first, so that `recovery phrase` is read before `phrase`.
        (first..plain.len()).filter(|at| plain.is_char_boundary(*at)).find_map(|at| {
            let (place, kind) = self.rows.get(&plain[at..])?;
            let fits = match place {
                At::Ending => true,
                At::Word => starts.contains(&at),
                At::Whole => at == 0,
            };
            fits.then_some(*kind)
        })
    }

    fn is_qualifier(&self, word: &str) -> bool {
        self.qualifiers.contains(word) || word.bytes().all(|b| b.is_ascii_digit())
    }
}

/// The words of a name in lower case: `dbPassword2` is `db`, `password`, `2`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        if !c.is_alphanumeric() && !is_mark(c) {
            last = None;
            continue;
        }
        let begins = match last {
            None => true,
            Some(last) => {
                let hump = c.is_uppercase()
                    && (last.is_lowercase()
                        || last.is_ascii_digit()
                        || last.is_uppercase() && characters.peek().is_some_and(|next| next.is_lowercase()));
                hump || c.is_ascii_digit() && last.is_alphabetic() && trailing(c, &characters)
            }
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        last = Some(c);
    }
    words
}

/// Whether the rest of a word is digits: `password12`, unlike `oauth2token`.
fn trailing(first: char, rest: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    first.is_ascii_digit()
        && rest.clone().take_while(|c| c.is_alphanumeric()).all(|c| c.is_ascii_digit() || c.is_uppercase())
}

/// Combining marks of scripts whose letters are no letters alone (Devanagari, Thai, Arabic).
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36f | 0x591..=0x5c7 | 0x610..=0x65f | 0x900..=0x94f | 0xe31..=0xe4e)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_told_from_its_neighbour() {
        let faults: Vec<String> = table()
            .name
            .iter()
            .flat_map(|row| {
                let hit = names().judge(&row.hit).is_none().then(|| format!("{} misses its hit {}", row.name, row.hit));
                let miss = names().judge(&row.miss).map(|_| format!("{} hits its miss {}", row.name, row.miss));
                let stem = !names().stems.is_match(row.hit.as_str());
                hit.into_iter().chain(miss).chain(stem.then(|| format!("{} has no stem", row.name)))
            })
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }

    #[test]
    fn every_spelling_counts() {
        for name in [
            "CLIENT_SECRET",
            "clientSecret",
            "client-secret",
            "stripe.client.secret",
            "ClientSecret",
            "clientsecret",
            "CLIENT_SECRET_2",
            "clientSecretOld",
            "password1",
            "userPasswordHash",
            "x-api-key",
            "XApiKey",
            "APIKey",
            "oauth2Token",
        ] {
            assert!(names().judge(name).is_some(), "{name}");
        }
        for name in [
            "publicKey",
            "site_key",
            "page_token",
            "tokenType",
            "passwordLength",
            "keyboard",
            "passenger",
            "secretary",
            "password_reset_url",
            "author",
            "monkey",
            "csrf",
            "has_password_expired",
            "pinned",
        ] {
            assert!(names().judge(name).is_none(), "{name}");
        }
    }
}
