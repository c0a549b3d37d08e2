//! Titles, impact and remedies: what reaches SARIF, dashboards and the terminal.

/// Words by which the weakness is recognised; one of them is in every title.
const CLASSES: [&str; 80] = [
    "injection",
    "cross-site",
    "xss",
    "csrf",
    "cors",
    "ssrf",
    "bola",
    "bfla",
    "mass assignment",
    "traversal",
    "redirect",
    "enumeration",
    "bypass",
    "missing",
    "weak",
    "unhandled error",
    "exposed",
    "exposes",
    "exposure",
    "disclosed",
    "disclosure",
    "default credentials",
    "without",
    "accepted",
    "not verified",
    "not rejected",
    "not trusted",
    "not served",
    "reflected",
    "echoed",
    "predictable",
    "sequential",
    "fixation",
    "jailbreak",
    "denial of service",
    "replay",
    "smuggling",
    "clickjacking",
    "mixed content",
    "deserialization",
    "deprecated",
    "unlimited",
    "unbounded",
    "reveal",
    "expire",
    "unsigned",
    "sensitive",
    "trusted from",
    "over plain http",
    "cacheable",
    "enabled",
    "served",
    "in use",
    "open to anyone",
    "lets anyone",
    "escalation",
    "broken access control",
    "unfinished installation",
    "in the query string",
    "in a cookie",
    "in the readable",
    "in a readable",
    "in a response",
    "in responses",
    "valid for",
    "too short",
    "disabled",
    "ineffective",
    "vulnerabilities",
    "fingerprinted",
    "scoped to",
    "taken from",
    "per worker",
    "takes a url",
    "algorithm confusion",
    "declared public",
    "stored in",
    "any host header",
    "improper output handling",
    "excessive data",
];

/// How a remedy may begin besides with an imperative of one word.
const NEVER: [&str; 2] = ["Never", "Do not"];

/// Words that begin like an imperative and are none.
const NOT_IMPERATIVE: [&str; 14] =
    ["The", "A", "An", "It", "This", "That", "These", "Such", "You", "There", "When", "Where", "If", "Any"];

/// Who attacks, or acts, in an impact.
const ACTORS: [&str; 9] = ["attacker", "Attacker", "nyone", "client", "Client", "user", "ebsite", "site ", "sites "];

const MOST_CHARACTERS: usize = 70;
const MOST_WORDS: usize = 25;

/// A title is short, names the class of the weakness, and is not a sentence about "a thing".
pub(crate) fn title(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let length = text.chars().count();
    if length > MOST_CHARACTERS {
        return Some(format!("{length} characters, more than {MOST_CHARACTERS}: {text}"));
    }
    if ["a ", "an ", "the ", "any ", "other ", "what ", "who "].iter().any(|start| lower.starts_with(start)) {
        return Some(format!("begins with an article instead of the class of the weakness: {text}"));
    }
    (!CLASSES.iter().any(|class| lower.contains(class)))
        .then(|| format!("names no class of weakness that people search for: {text}"))
}

/// An impact is one sentence and names who does it.
pub(crate) fn risk(text: &str) -> Option<String> {
    if text.trim_end_matches('.').contains(". ") || !text.ends_with('.') {
        return Some(format!("is not one sentence: {text}"));
    }
    (!ACTORS.iter().any(|actor| text.contains(actor))).then(|| format!("does not say who: {text}"))
}

/// A remedy begins with an imperative.
pub(crate) fn fix(text: &str) -> Option<String> {
    let first = text.split_whitespace().next().unwrap_or("");
    let is_word = first.chars().all(char::is_alphabetic) && first.chars().next().is_some_and(char::is_uppercase);
    let imperative = is_word && !NOT_IMPERATIVE.contains(&first) && !first.ends_with("ing") && !first.ends_with("ed");
    let imperative = imperative || NEVER.iter().any(|start| text.starts_with(start));
    (!imperative || !text.ends_with('.')).then(|| format!("does not begin with an imperative, or does not end: {text}"))
}

/// A sentence of a short text has 25 words at most.
pub(crate) fn long(text: &str) -> Option<String> {
    let longest = text.split(". ").map(words).max().unwrap_or(0);
    (longest > MOST_WORDS).then(|| format!("a sentence of {longest} words: {text}"))
}

/// Words, not signs.
pub(crate) fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

#[test]
fn titles() {
    let long = "SQL injection ".repeat(6);
    for text in
        [&long, "A parameter becomes part of an SQL statement", "Other people's objects are exposed", "Words in pages"]
    {
        assert!(title(text).is_some(), "{text}");
    }
    assert_eq!(title("SQL injection in a request parameter"), None);
}

#[test]
fn risks() {
    for text in ["An attacker reads it. Then more.", "An attacker reads it", "Keys end up in logs."] {
        assert!(risk(text).is_some(), "{text}");
    }
    assert_eq!(risk("An unauthenticated attacker can read any table of the database."), None);
}

#[test]
fn fixes() {
    for text in ["The key has to be set.", "Setting the key.", "`SECRET_KEY` is set.", "Set the key"] {
        assert!(fix(text).is_some(), "{text}");
    }
    assert_eq!(fix("Set `SESSION_COOKIE_SECURE = True`."), None);
    assert_eq!(fix("Do not send it."), None);
}

#[test]
fn lengths() {
    let of = |count: usize| format!("{}end.", "word ".repeat(count - 1));
    assert_eq!(long(&of(MOST_WORDS)), None);
    assert!(long(&of(MOST_WORDS + 1)).is_some());
    assert_eq!(long(&format!("{} {}", of(MOST_WORDS), of(MOST_WORDS))), None, "two sentences");
}
