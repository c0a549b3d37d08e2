//! Values that stand under a secret name, in whatever syntax gives a name to a value: JSON, YAML, INI, dotenv, XML, HTML, queries, code.
//! Linear in the text: each name is looked at once, and what is read around it is bounded.

use std::collections::HashMap;
use std::ops::Range;

use super::names::{Kind, LONGEST, names};
use super::pairs;
use super::scan::{back_over, is_name, skip};
use super::sign::sign;
use super::value::value;

/// Where in the text values of secret names stand.
pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut judged = Judged::default();
    let mut done = 0;
    for stem in names().stems.find_iter(text) {
        if stem.start() < done {
            continue;
        }
        let bytes = text.as_bytes();
        let start = back_over(bytes, done, stem.start(), is_name);
        let end = skip(bytes, stem.end(), is_name);
        done = end;
        if end - start <= LONGEST {
            let before = found.len();
            name(text, start..end, &mut judged, found);
            // What stands in a value is masked with it.
            done = found[before..].iter().filter(|span| span.start >= end).map(|span| span.end).fold(done, usize::max);
        }
    }
}

/// What was said of the names of a text: a list of objects has the same names in each.
#[derive(Default)]
struct Judged<'t>(HashMap<&'t str, Option<Kind>>);

impl<'t> Judged<'t> {
    fn of(&mut self, name: &'t str) -> Option<Kind> {
        /// Most names that are kept: what has more does not repeat them.
        const KEPT: usize = 4096;
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        *self.0.entry(name).or_insert_with(|| names().judge(name))
    }
}

/// A name that may be secret: its own words, or those of a label before it: `Recovery code: …`.
fn name<'t>(text: &'t str, mut span: Range<usize>, judged: &mut Judged<'t>, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    while span.end > span.start && matches!(bytes[span.end - 1], b'.' | b'-') {
        span.end -= 1;
    }
    let kind = judged.of(&text[span.clone()]).or_else(|| {
        let mut start = span.start;
        (0..3).find_map(|_| {
            let before = start.checked_sub(1).filter(|at| bytes[*at] == b' ')?;
            let from = back_over(bytes, before.saturating_sub(24), before, is_name);
            start = (from < before && text.is_char_boundary(from)).then_some(from)?;
            judged.of(&text[start..span.end])
        })
    });
    let Some(kind) = kind else { return };
    if pairs::element(text, &span, kind, found) || pairs::labelled(text, &span, kind, found) {
        return;
    }
    let Some((sign, at)) = sign(text, &span) else { return };
    value(text, at, sign, &span, kind, found);
}
