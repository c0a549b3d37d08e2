//! The prompts, as a table.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::table;

/// What a prompt tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// An instruction of no harm that has nothing to do with the application: the control of all others.
    Plain,
    /// To read the instructions that the application gave.
    Instructions,
    /// To be followed from within quoted data.
    Override,
    /// To have markup written.
    Markup,
    /// To read secrets.
    Secrets,
    /// To read which tools there are.
    Tools,
    /// To speak as the application itself.
    SystemRole,
    /// The plain instruction in a form that filters do not know.
    Disguise,
}

/// One row of the table.
#[derive(Debug, Deserialize)]
pub(super) struct Prompt {
    /// Kebab-case id.
    pub(super) id: String,
    /// What it tries.
    pub(super) kind: Kind,
    text: String,
    system: Option<String>,
    /// Only in deep scans.
    #[serde(default)]
    pub(super) deep: bool,
    /// Only where answers are HTML.
    #[serde(default)]
    pub(super) only_html: bool,
    #[cfg(test)]
    pub(super) hit: String,
    #[cfg(test)]
    pub(super) miss: String,
}

#[derive(Debug, Deserialize)]
struct Table {
    prompt: Vec<Prompt>,
}

/// The prompts in the order in which they are sent.
pub(super) fn all() -> &'static [Prompt] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/prompts.toml")));
    &TABLE.prompt
}

impl Prompt {
    /// The text for two words.
    pub(super) fn text(&self, a: &str, b: &str) -> String {
        fill(&self.text, a, b)
    }

    /// The system message for two words, where there is one.
    pub(super) fn system(&self, a: &str, b: &str) -> Option<String> {
        self.system.as_deref().map(|system| fill(system, a, b))
    }
}

/// Fills the slots of a text.
pub(super) fn fill(text: &str, a: &str, b: &str) -> String {
    let words = |text: &str| text.replace("{a}", a).replace("{b}", b);
    let plain = words(all().first().map_or("", |first| first.text.as_str()));
    let text = text
        .replace("{plain}", &plain)
        .replace("{base64}", &STANDARD.encode(&plain))
        .replace("{rot13}", &rot13(&plain));
    words(&text)
}

fn rot13(text: &str) -> String {
    let turn = |c: char, first: u8| char::from((c as u8 - first + 13) % 26 + first);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_prompts_are_enough_for_a_standard_scan_and_the_first_is_plain() {
        assert_eq!(all()[0].kind, Kind::Plain);
        for html in [true, false] {
            assert!(all().iter().filter(|p| !p.deep && (html || !p.only_html)).count() <= 6);
        }
    }

    #[test]
    fn no_prompt_holds_its_own_proof() {
        for prompt in all() {
            let sent = format!("{} {}", prompt.text("qxv7", "w3kz"), prompt.system("qxv7", "w3kz").unwrap_or_default());
            assert!(!sent.contains("qxv7w3kz") && !sent.contains('{'), "{}: {sent}", prompt.id);
        }
    }

    #[test]
    fn rot13_turns_back() {
        assert_eq!(rot13("Reply 'x'"), "Ercyl 'k'");
        assert_eq!(rot13(&rot13("Reply 'x'")), "Reply 'x'");
    }
}
