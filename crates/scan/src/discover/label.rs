//! What a link or a button is called.

use scraper::ElementRef;

/// What is shown for a link or button: its text, or else what it is called for those who do not see its picture.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    const LONGEST: usize = 120;
    let text: String = element.text().flat_map(str::chars).take(LONGEST).collect();
    if !text.trim().is_empty() {
        return text.trim().to_owned();
    }
    let named = ["aria-label", "title", "alt", "value"].iter().find_map(|name| element.value().attr(name));
    let picture = || element.descendants().filter_map(|node| node.value().as_element()).find_map(|e| e.attr("alt"));
    named.or_else(picture).unwrap_or("").chars().take(LONGEST).collect()
}
