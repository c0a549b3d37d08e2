use std::collections::BTreeSet;

/// Most faults that are kept of one document; a generated document can have one per line.
const MOST: usize = 50;

/// Longest quotation from a document in a fault, in characters.
const LONGEST_QUOTATION: usize = 100;

/// Faults of a document, each a sentence, each once, in the order they were met, at most fifty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    sentences: Vec<String>,
    seen: BTreeSet<String>,
    more: bool,
}

impl Faults {
    pub(crate) fn add(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if self.seen.contains(&sentence) {
            return;
        }
        if self.sentences.len() + 1 >= MOST {
            self.more = true;
            return;
        }
        self.seen.insert(sentence.clone());
        self.sentences.push(sentence);
    }

    /// The sentences; when some were left out, the last one says so.
    pub(crate) fn into_sentences(self) -> Vec<String> {
        let mut sentences = self.sentences;
        if self.more {
            sentences.push("The document has more faults than are listed here.".to_owned());
        }
        sentences
    }
}

/// A name from a document as it may stand in a sentence: without control characters, of limited length.
pub(crate) fn quoted(name: &str) -> String {
    let mut text: String =
        name.chars().take(LONGEST_QUOTATION).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if name.chars().nth(LONGEST_QUOTATION).is_some() {
        text.push('…');
    }
    format!("`{text}`")
}
