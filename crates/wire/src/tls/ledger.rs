use std::collections::{BTreeMap, BTreeSet};

use model::{AcceptedSuite, CipherClass, TlsFailure, TlsReport, TlsVersion, VersionFacts};

use super::answer::Answer;
use super::{alert, suites};

/// Classes that are asked about together. No good server accepts one of the first group, so one refusal usually settles all six.
const GROUPS: &[&[CipherClass]] = &[
    &[
        CipherClass::Null,
        CipherClass::Anonymous,
        CipherClass::Export,
        CipherClass::Des,
        CipherClass::Rc4,
        CipherClass::TripleDes,
    ],
    &[CipherClass::StaticRsa],
    &[CipherClass::Dhe],
    &[CipherClass::Cbc],
    &[CipherClass::Modern],
];

/// One handshake to make: is the version accepted (no classes), or does the server accept one of the classes in it?
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub version: TlsVersion,
    pub classes: Vec<CipherClass>,
}

impl Question {
    /// What to offer.
    pub(super) fn suites(&self) -> Vec<u16> {
        match self.version {
            TlsVersion::Tls13 => suites::offer_13(),
            version => suites::offer(&self.classes, version == TlsVersion::Tls12),
        }
    }
}

/// What is known of one version.
#[derive(Debug, Default)]
struct Page {
    accepted: Option<bool>,
    suites: Vec<AcceptedSuite>,
    /// Classes with an answer, yes or no.
    decided: BTreeSet<CipherClass>,
    /// Classes whose question failed; not asked again.
    failed: BTreeSet<CipherClass>,
    dh_bits: Option<u32>,
    chain: Vec<Vec<u8>>,
}

/// The answers so far, and from them the questions to ask next. Pure.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pages: BTreeMap<TlsVersion, Page>,
    failures: BTreeSet<(TlsVersion, TlsFailure)>,
    refusals: BTreeMap<TlsVersion, String>,
    /// Versions to which the server closed the connection without a word.
    closed: BTreeSet<TlsVersion>,
}

impl Ledger {
    /// The questions that can be asked now, the most telling first: worst classes first and new versions before old ones.
    pub(super) fn open_questions(&self) -> Vec<Question> {
        if self.pages.is_empty() {
            return TlsVersion::ALL.iter().rev().map(|v| Question { version: *v, classes: Vec::new() }).collect();
        }
        let accepted = || self.pages.iter().rev().filter(|(v, page)| page.is_open() && **v != TlsVersion::Tls13);
        GROUPS
            .iter()
            .flat_map(|group| accepted().map(move |(version, page)| page.question(*version, group)))
            .filter(|question| !question.classes.is_empty())
            .collect()
    }

    /// Takes the answer to a question.
    pub(super) fn enter(&mut self, question: &Question, answer: Answer, failure: Option<TlsFailure>) {
        let version = question.version;
        let page = self.pages.entry(version).or_default();
        let classes = || question.classes.iter().copied();
        match answer.suite {
            Some(code) if answer.version == Some(version) => match suites::name(code) {
                Some(name) if question.suites().contains(&code) => {
                    page.accept(name, answer);
                    self.failures.extend(failure.map(|failure| (version, failure)));
                    return;
                }
                _ => {
                    let why = format!("the server chose suite {code:#06x}, which was not offered");
                    self.failures.insert((version, TlsFailure::Malformed(why)));
                    page.failed.extend(classes());
                    return;
                }
            },
            // Another version than the offered one: RFC 8446, 4.2.1 lets servers answer with an older one.
            Some(_) => page.decided.extend(classes()),
            None => match (answer.alert, failure) {
                (Some(description), _) => {
                    self.refusals.insert(version, alert::name(description));
                    page.decided.extend(classes());
                }
                (None, Some(TlsFailure::Closed)) => {
                    self.closed.insert(version);
                    page.decided.extend(classes());
                }
                (None, failure) => {
                    self.failures.extend(failure.map(|failure| (version, failure)));
                    page.failed.extend(classes());
                    return;
                }
            },
        }
        if question.classes.is_empty() {
            page.accepted = Some(false);
        }
    }

    /// What was established, and the chain of the newest version that showed one, DER, leaf first.
    pub(super) fn close(mut self) -> (TlsReport, Vec<Vec<u8>>) {
        if self.pages.values().all(|page| page.accepted != Some(true)) {
            // Nothing was accepted: what elsewhere is an ordinary refusal is then all there is to say.
            self.failures
                .extend(self.refusals.into_iter().map(|(version, alert)| (version, TlsFailure::Refused(alert))));
            for version in self.closed {
                self.failures.insert((version, TlsFailure::Closed));
                if let Some(page) = self.pages.get_mut(&version) {
                    page.accepted = None;
                }
            }
        }
        let chain = self.pages.values().rev().find(|page| !page.chain.is_empty()).map(|page| page.chain.clone());
        let report = TlsReport {
            versions: self.pages.into_iter().map(|(version, page)| page.facts(version)).collect(),
            failures: self.failures.into_iter().collect(),
            ..TlsReport::default()
        };
        (report, chain.unwrap_or_default())
    }
}

impl Page {
    fn is_open(&self) -> bool {
        self.accepted == Some(true)
    }

    fn question(&self, version: TlsVersion, group: &[CipherClass]) -> Question {
        let open = group.iter().filter(|class| !self.decided.contains(class) && !self.failed.contains(class));
        let classes: Vec<_> = open.copied().collect();
        // A class without a suite in this version needs no question.
        let none = suites::offer(&classes, version == TlsVersion::Tls12).is_empty();
        Question { version, classes: if none { Vec::new() } else { classes } }
    }

    fn accept(&mut self, name: &str, answer: Answer) {
        self.accepted = Some(true);
        let classes = suites::classes_of(name);
        self.decided.extend(&classes);
        if !self.suites.iter().any(|suite| suite.name == name) {
            self.suites.push(AcceptedSuite { name: name.to_owned(), classes });
        }
        self.dh_bits = match (self.dh_bits, answer.dh_bits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if self.chain.is_empty() {
            self.chain = answer.chain;
        }
    }

    fn facts(self, version: TlsVersion) -> VersionFacts {
        let asked = self.is_open() && version != TlsVersion::Tls13;
        let untested = CipherClass::ALL.into_iter().filter(|class| {
            asked && !self.decided.contains(class) && !suites::offer(&[*class], version == TlsVersion::Tls12).is_empty()
        });
        VersionFacts {
            version,
            accepted: self.accepted,
            untested: untested.collect(),
            suites: self.suites,
            dh_bits: self.dh_bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(version: TlsVersion, suite: u16) -> Answer {
        Answer { version: Some(version), suite: Some(suite), ..Answer::default() }
    }

    #[test]
    fn versions_first_then_classes_with_the_worst_first_and_new_versions_before_old() {
        let mut ledger = Ledger::default();
        let first = ledger.open_questions();
        assert_eq!(first.iter().map(|q| q.version).rev().collect::<Vec<_>>(), TlsVersion::ALL);
        for question in first {
            // TLS_RSA_WITH_AES_128_CBC_SHA below TLS 1.3.
            let suite = if question.version == TlsVersion::Tls13 { 0x1301 } else { 0x002f };
            ledger.enter(&question, answer(question.version, suite), None);
        }
        let next = ledger.open_questions();
        assert!(next[0].classes.contains(&CipherClass::Null));
        assert_eq!(next[0].version, TlsVersion::Tls12);
        assert_eq!(next[3].version, TlsVersion::Ssl3);
        assert!(next.iter().all(|q| !q.classes.contains(&CipherClass::StaticRsa)), "decided already");
    }

    #[test]
    fn a_closed_connection_is_a_refusal_only_beside_an_acceptance() {
        let [old, new] =
            [TlsVersion::Tls10, TlsVersion::Tls12].map(|version| Question { version, classes: Vec::new() });
        let mut ledger = Ledger::default();
        ledger.enter(&old, Answer::default(), Some(TlsFailure::Closed));
        ledger.enter(&new, answer(TlsVersion::Tls12, 0xc02f), None);
        assert_eq!(ledger.close().0.version(TlsVersion::Tls10).unwrap().accepted, Some(false));
        let mut ledger = Ledger::default();
        ledger.enter(&old, Answer::default(), Some(TlsFailure::Closed));
        assert_eq!(ledger.close().0.version(TlsVersion::Tls10).unwrap().accepted, None);
    }

    proptest! {
        #[test]
        fn whatever_is_answered_the_questions_end(replies in proptest::collection::vec((0_usize..200, 0_u8..6), 1..40)) {
            let mut ledger = Ledger::default();
            let mut replies = replies.iter().cycle();
            for _ in 0..12 {
                for question in ledger.open_questions() {
                    let (pick, kind) = *replies.next().unwrap();
                    let offered = question.suites();
                    let (answer, failure) = match kind {
                        0 => (Answer { alert: Some(40), ..Answer::default() }, None),
                        1 => (Answer::default(), Some(TlsFailure::TimedOut)),
                        2 => (answer(TlsVersion::Ssl3, 0x0005), None),
                        3 => (answer(question.version, pick as u16), None),
                        _ => (answer(question.version, offered[pick % offered.len()]), None),
                    };
                    ledger.enter(&question, answer, failure);
                }
            }
            prop_assert_eq!(ledger.open_questions(), vec![]);
        }
    }
}
