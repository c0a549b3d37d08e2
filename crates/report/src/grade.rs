//! The grade in words: the same in every format.

use model::Report;

/// `B`, `B?` where it is provisional; `None` where it is withheld.
pub(crate) fn letter(report: &Report) -> Option<String> {
    report.grade.map(|grade| format!("{grade}{}", if report.provisional { "?" } else { "" }))
}

/// `provisional: reach is 71 %: …` or `no grade: …`; `None` for a grade that needs no more words.
pub(crate) fn reason(report: &Report) -> Option<String> {
    let why = report.grade_reason.as_deref()?;
    Some(format!("{}: {why}", if report.grade.is_some() { "provisional" } else { "no grade" }))
}

/// The first letter as a capital, for formats that write sentences.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
