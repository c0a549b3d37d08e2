//! Conditions that are true or false for the database and the same words for everybody else.

use crate::judging::response_fingerprint::ResponseFingerprint;

/// A way to add a comparison of two numbers to a value. Both payloads of a pair hold the same characters in another order, so that
/// a search engine that only looks at words cannot tell them apart.
#[derive(Debug)]
pub(super) struct Condition {
    /// `{v}` is the value, `{a}` and `{b}` are digits; true when `a < b`.
    template: &'static str,
    /// What the true one does.
    pub(super) meaning: &'static str,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// After a number.
    Number,
    /// Inside quotes, for a value that finds something.
    Text,
    /// Inside `LIKE '%...%'`; finds everything.
    Search,
    /// In the place of a column to sort by.
    Order,
    /// Inside quotes, for a value that nobody has; lets whoever comes first log in.
    Login,
}

static CONDITIONS: [Condition; 7] = [
    Condition {
        template: "{v} AND {a}<{b}",
        meaning: "true, and the response is the same as without it",
        kind: Kind::Number,
    },
    Condition {
        template: "{v}' AND '{a}'<'{b}",
        meaning: "true, and the response is the same as without it",
        kind: Kind::Text,
    },
    Condition {
        template: "{v}%' AND '{a}%'<'{b}",
        meaning: "true, and the response is the same as without it",
        kind: Kind::Text,
    },
    Condition { template: "%' AND '{a}%'<'{b}", meaning: "true, and the search finds everything", kind: Kind::Search },
    Condition {
        template: "CASE WHEN {a}<{b} THEN {v} END DESC",
        meaning: "true, and the response is sorted by the column",
        kind: Kind::Order,
    },
    // What follows in the statement binds it to the last condition of it, or is left out.
    Condition { template: "{v}' OR '{a}'<'{b}", meaning: LOGGED_IN, kind: Kind::Login },
    Condition { template: "{v}' OR '{a}'<'{b}' -- {v}", meaning: LOGGED_IN, kind: Kind::Login },
];

const LOGGED_IN: &str = "true, and a username and password that do not exist are accepted";

/// What a parameter's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// Something to sort by.
    Order,
    /// Something to look for.
    Search,
    /// Nothing.
    Nothing,
}

/// The conditions worth asking: by whether the value finds something, is a number, and what the name says.
pub(super) fn that_fit(finds: bool, numeric: bool, named: Named) -> impl Iterator<Item = &'static Condition> {
    CONDITIONS.iter().filter(move |condition| match condition.kind {
        Kind::Number => finds && numeric,
        Kind::Text => finds && named != Named::Order,
        Kind::Search => !finds || named == Named::Search,
        Kind::Order => finds && named == Named::Order,
        Kind::Login => false,
    })
}

/// The conditions worth asking a log-in, which refuses the value alone. Nothing but a log-in is sent what makes a whole condition true:
/// what changes rows would change all of them.
pub(super) fn that_log_in() -> impl Iterator<Item = &'static Condition> {
    CONDITIONS.iter().filter(|condition| condition.kind == Kind::Login)
}

impl Condition {
    /// Whether it only works where any text is taken.
    pub(super) fn needs_text(&self) -> bool {
        self.kind != Kind::Number
    }

    /// The payload that is true when `a < b`.
    pub(super) fn payload(&self, value: &str, a: char, b: char) -> String {
        self.template.replace("{v}", value).replace("{a}", &a.to_string()).replace("{b}", &b.to_string())
    }

    /// Whether the answer to the true condition allows that it was evaluated.
    pub(super) fn may_hold(&self, plain: &ResponseFingerprint, response: &ResponseFingerprint) -> bool {
        match self.kind {
            Kind::Number | Kind::Text => response == plain,
            Kind::Search => response != plain && response.has_content(),
            Kind::Order => response.has_content(),
            Kind::Login => response != plain && matches!(response.status, 200..=399),
        }
    }

    /// Whether the response to the false condition allows that it was evaluated.
    pub(super) fn may_be_false(&self, plain: &ResponseFingerprint, response: &ResponseFingerprint) -> bool {
        self.kind != Kind::Login || response == plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn pairs_hold_the_same_characters() {
        for condition in &CONDITIONS {
            let sorted = |text: String| {
                let mut all: Vec<char> = text.chars().collect();
                all.sort_unstable();
                all
            };
            assert_eq!(sorted(condition.payload("v", '7', '8')), sorted(condition.payload("v", '8', '7')));
        }
    }

    #[test]
    fn what_is_worth_asking() {
        let refused = that_fit(true, true, Named::Nothing).filter(|c| !c.needs_text());
        assert_eq!(refused.count(), 1, "a number whose converter refuses text");
        assert_eq!(that_fit(true, false, Named::Nothing).count(), 2);
        assert_eq!(that_fit(false, true, Named::Search).count(), 1);
    }

    #[test]
    fn a_search_must_find_what_the_plain_value_does_not() {
        let fingerprint = |body: &str| ResponseFingerprint::plain(&exchange("/", 200, body));
        let search = &CONDITIONS[3];
        assert!(
            search.may_hold(&fingerprint("[]"), &fingerprint("[1]"))
                && !search.may_hold(&fingerprint("[]"), &fingerprint("[]"))
        );
    }
}
