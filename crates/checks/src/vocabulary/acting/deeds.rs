//! What names of links, buttons and the prose of a document say about a deed.

use super::{List, Meaning, TABLE, folded_words, label_acts, says, verb_at};

/// Whether the relation or key of a link in a response names a deed: `delete`, `cancelUrl`, `unsubscribe_url`.
pub(crate) fn relation_acts(name: &str) -> bool {
    const MOST: usize = 4;
    let mut said = folded_words(name);
    said.retain(|word| !matches!(word.as_str(), "url" | "uri" | "href" | "link" | "action" | "endpoint" | "get"));
    let (Some(first), Some(last)) = (said.first(), said.last()) else { return false };
    if said.len() > MOST || said.len() > 1 && TABLE.pages.contains(last) {
        return false;
    }
    let is_deed =
        |word: &str| says(word, Meaning::Destructive) && !List::Taken.has(word) || TABLE.relations.contains(word);
    let is_verb = verb_at(&said, 0).any(|verb| verb.in_address || verb.ends);
    is_verb || is_deed(first) || label_acts(name) || TABLE.within.acts_in_short(name, false)
}

/// Whether the button of a form that is sent by GET says that what is filled in is kept, paid or done.
pub(crate) fn button_acts(label: &str) -> bool {
    const MOST: usize = 5;
    let said = folded_words(label);
    let joined = said.join(" ");
    let is_sent = TABLE.sending.iter().any(|word| joined.contains(word.as_str()));
    let saves = || TABLE.saving.iter().any(|word| joined == *word || joined.starts_with(&format!("{word} ")));
    let makes = || verb_at(&said, 0).any(|verb| verb.in_address && !matches!(verb.phrase[0].as_str(), "create"));
    label_acts(label) || said.len() <= MOST && !is_sent && (saves() || makes())
}

/// Whether the description of a successful response tells of a deed: `Deleted`, `Deletion accepted`, `The job was queued`.
pub(crate) fn outcome_acts(description: &str) -> bool {
    const DONE: [&str; 24] = [
        "deleted",
        "removed",
        "erased",
        "cancelled",
        "canceled",
        "revoked",
        "sent",
        "queued",
        "enqueued",
        "scheduled",
        "accepted",
        "purged",
        "updated",
        "created",
        "started",
        "stopped",
        "restarted",
        "reset",
        "cleared",
        "charged",
        "paid",
        "refunded",
        "disabled",
        "enabled",
    ];
    const DEED: [&str; 6] = ["deletion", "removal", "cancellation", "revocation", "erasure", "purge"];
    const MOST: usize = 7;
    let said = folded_words(description);
    let is_filler = |word: &&String| {
        !matches!(word.as_str(), "successfully" | "successful" | "ok" | "now" | "and" | "for" | "processing" | "later")
    };
    let last = said.iter().rfind(is_filler);
    let is_short = !said.is_empty() && said.len() <= MOST;
    let negates = said.iter().any(|word| matches!(word.as_str(), "not" | "no" | "list" | "that" | "were" | "when"));
    let is_done = last.is_some_and(|word| DONE.contains(&word.as_str()))
        || said.first().is_some_and(|word| DEED.contains(&word.as_str()));
    is_short && !negates && is_done || TABLE.within.acts_in_short(description, true)
}
