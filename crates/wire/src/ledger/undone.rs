use super::line::{Created, Sent};

/// What came of removing what the scan created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// Removed objects.
    pub removed: Vec<Created>,
    /// Objects that are still there, and why.
    pub left: Vec<(Created, String)>,
    /// Requests of which nobody knows what they created.
    pub unknown: Vec<Sent>,
}

impl Undone {
    /// What the reader of a report should know, each a sentence.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.removed.is_empty() {
            let objects = model::counted(self.removed.len(), "object");
            notes.push(format!("the scan created {objects}, and removed what it created"));
        }
        for (created, why) in &self.left {
            notes.push(format!("{} created an object that may still be there: {} {why}", created.by, created.undo));
        }
        let mut unknown: Vec<String> = self.unknown.iter().map(ToString::to_string).collect();
        unknown.sort();
        unknown.dedup();
        notes.extend(
            unknown.into_iter().map(|by| format!("{by} may have created something; the response does not say what")),
        );
        notes
    }
}
