use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::table;

/// A list of words in lower case, from `data/lists.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Parts of names of parameters that say how much: a server that does not cap them sets to work.
    Amount,
    /// Headers whose value other parts of the way to the application depend on.
    ReservedHeader,
    /// Formats that a framework checks before the application sees the value.
    StrictFormat,
    /// Words of paths that have to do with accounts, but are no place to log in.
    BesideLogin,
    /// Words of paths where somebody registers, in the languages of most applications.
    Registration,
    /// Words of paths where somebody says that they forgot their password.
    Recovery,
    /// Words of paths where something new is made.
    Creation,
    /// What messages about wrong credentials say.
    Rejection,
    /// What they say it about.
    AboutCredentials,
    /// What pages say that count the attempts to log in.
    AttemptLimit,
    /// Words of paths of pages that ask for a password.
    LoginPage,
    /// Parts of names of fields by which a form proves which page it comes from.
    FormToken,
    /// What an operation does that is allowed once something may be created: making it.
    Making,
    /// What a complaint about a value says.
    Complaint,
    /// What the parts of an error are called, and what is complained of that is no field.
    PartOfError,
    /// What ends a session, written together.
    SignOut,
    /// What changes how an account is entered, or writes to its owner.
    Upkeep,
    /// Last words of paths that change what others have or what there is once.
    Standing,
    /// Names of the field in which a user is named, letters and digits only.
    UserField,
    /// What follows a verb that is done to something.
    Something,
    /// As names of parameters these say what is taken, not what is done: `?seed=7`, `?run=12`; and a summary may run a search.
    Taken,
    /// What is undone, written together with the verb: `createdb`, `purgeAll`.
    UndoneThing,
    /// Deeds that are recorded: `run-history`, but not `clear-history`.
    RecordedDeed,
    /// What records are called.
    Record,
    /// Verbs that with an address say no more than that it is fetched: `/run?url=http://...`.
    Fetching,
    /// What softens such a verb: `/trial-run`.
    Trial,
    /// Segments that stand before a page rather than before a thing: `/docs/set`.
    Place,
    /// Verbs that set what the next segment names: `/toggle/dark`; `/like/count` counts.
    Setter,
    /// Names of objects that describe calls or give examples.
    Illustration,
    /// The same, but also names of envelopes and lists of results.
    Envelope,
    /// What is data all the same: `sample_users` and `demoAccounts` are accounts.
    Data,
    /// Names of a field or column of passwords, letters and digits only.
    Password,
    /// What stands before the name of such a field.
    BeforePassword,
    /// What stands after it.
    AfterPassword,
    /// What lists of users are called.
    Users,
    /// What says that a list is an example.
    Example,
    /// What stands before a label in a sentence that explains: `The MD5 password hash`.
    Explanation,
    /// Mailboxes of roles, as those of sites are, and not of persons.
    RoleMailbox,
    /// What pages are about that set up an installation.
    SetUp,
    /// Who is made there.
    Administrator,
    /// What stands where developers look.
    Developers,
    /// What says how long something took.
    Measure,
    /// What lists of persons are called whose lives are told to everybody.
    PublicFigures,
    /// What a person may do, as accounts have it and jobs do not.
    AccessRole,
    /// What says that something is the reader's own.
    Possessive,
    /// Last segments of paths that are public in most APIs: how the service is, which version, what there is to read.
    Public,
}

#[derive(Deserialize)]
struct Row {
    words: BTreeSet<String>,
    #[cfg(test)]
    #[serde(default)]
    within: bool,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

fn table() -> &'static BTreeMap<List, Row> {
    static TABLE: LazyLock<BTreeMap<List, Row>> = LazyLock::new(|| table::read(include_str!("data/lists.toml")));
    &TABLE
}

impl List {
    /// The words in alphabetical order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        table().get(&self).into_iter().flat_map(|row| &row.words).map(String::as_str)
    }

    /// Whether this word is on the list.
    pub fn has(self, word: &str) -> bool {
        table().get(&self).is_some_and(|row| row.words.contains(word))
    }

    /// Whether a word of the list stands anywhere in a text.
    pub fn is_in(self, text: &str) -> bool {
        self.words().any(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_hits_and_misses() {
        for (list, row) in table() {
            let has = |text: &str| if row.within { list.is_in(text) } else { list.has(text) };
            assert!(has(&row.hit), "{list:?} misses {}", row.hit);
            assert!(!has(&row.miss), "{list:?} hits {}", row.miss);
            assert!(row.words.iter().all(|word| *word == word.to_lowercase()), "{list:?}");
        }
    }

    #[test]
    fn every_list_is_in_the_table() {
        assert_eq!(table().len(), List::Public as usize + 1);
    }
}
