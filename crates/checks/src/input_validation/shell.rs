//! Ways from a parameter into a shell, and commands whose effect no echo of them has.

use model::{Operation, Parameter};

use super::reflection;
use crate::canary::canary;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::vocabulary::words;

/// Ways into a shell, the value first. `{p}` is the command; each ends the command before it whether the value stands bare, in
/// single or in double quotes.
pub(super) const WAYS: [&str; 4] =
    ["{v};{p} #';{p} #\";{p} #", "{v}|{p} #'|{p} #\"|{p} #", "{v}\n{p} #'\n{p} #\"\n{p} #", "{v}$({p})"];

/// The value of a parameter that leads into a shell by one of the ways.
pub(super) fn payload(way: &str, value: &str, command: &str) -> String {
    way.replace("{p}", command).replace("{v}", value)
}

/// Whether the name of a parameter, or the path that takes it, suggests a command: `/lookup?host=`, `/cmd?input=`.
pub(super) fn is_named(operation: &Operation, parameter: &Parameter) -> bool {
    suggests(&parameter.name, Kind::Command) || words(&operation.path).any(|word| suggests(&word, Kind::Command))
}

/// A command that prints a product between two words, which no echo of the command contains. Whoever asks about a parameter sends
/// the same.
pub(super) struct Print {
    word: String,
    factors: (u32, u32),
}

impl Print {
    pub(super) fn new(seed: u64, operation: &Operation, parameter: &str, purpose: &str) -> Print {
        let word = canary(seed, &["shell", &operation.name(), parameter, purpose]);
        let factors = reflection::factors(seed, &word);
        Print { word, factors }
    }

    pub(super) fn command(&self) -> String {
        format!("echo {0}$(({1}*{2})){0}", self.word, self.factors.0, self.factors.1)
    }

    pub(super) fn output(&self) -> String {
        format!("{0}{1}{0}", self.word, u64::from(self.factors.0) * u64::from(self.factors.1))
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        text.contains(&self.output())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_of_the_command_is_not_its_output() {
        let print = Print { word: "w".to_owned(), factors: (1_111, 2_222) };
        assert!(!print.is_in(&print.command()) && print.is_in("PING w2468642w"));
    }
}
