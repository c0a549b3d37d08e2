//! What a check sent stays readable: it is taken out of what is masked, and nothing but it.

use std::ops::Range;

use super::views;

/// The spans without what stands in them of `ours`.
pub(super) fn without_ours(text: &str, spans: Vec<Range<usize>>, depth: u8, ours: &[&str]) -> Vec<Range<usize>> {
    if ours.is_empty() || spans.is_empty() {
        return spans;
    }
    let mut places = Vec::new();
    find(text, depth, ours, &mut places);
    places.sort_by_key(|place| (place.start, place.end));
    spans.into_iter().flat_map(|span| rests(text, span, &places)).collect()
}

/// Where our texts stand, in whatever encoding.
fn find(text: &str, depth: u8, ours: &[&str], places: &mut Vec<Range<usize>>) {
    for ours in ours {
        let form = ours.replace(' ', "+");
        let forms = [Some(*ours), Some(form.as_str()).filter(|form| form != ours)];
        for form in forms.into_iter().flatten() {
            places.extend(text.match_indices(form).map(|(at, found)| at..at + found.len()));
        }
    }
    if let Some(view) = views::decoded(text).filter(|_| depth > 0) {
        let mut inner = Vec::new();
        find(&view.text, depth - 1, ours, &mut inner);
        places.extend(inner.iter().map(|place| view.origin(place)));
    }
}

/// What is left of a span. A short text of ours is only taken off its ends, where it was put: in the middle it may stand by chance.
fn rests(text: &str, span: Range<usize>, places: &[Range<usize>]) -> Vec<Range<usize>> {
    /// Shorter texts stand in others by chance.
    const TELLING: usize = 3;
    /// What is left of a value and shorter is no secret.
    const SHORTEST: usize = 3;
    let mut rests = Vec::new();
    let mut at = span.start;
    for place in places.iter().filter(|place| place.start < span.end && place.end > span.start) {
        let at_an_end = place.start <= span.start || place.end >= span.end;
        if place.len() < TELLING && !at_an_end {
            continue;
        }
        if place.start > at {
            rests.push(at..place.start);
        }
        at = at.max(place.end);
    }
    if at < span.end {
        rests.push(at..span.end);
    }
    rests.retain(|rest| views::plain(&text[rest.clone()]).chars().count() >= SHORTEST);
    rests
}
