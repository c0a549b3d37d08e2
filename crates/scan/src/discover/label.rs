//! What a link or a button is called, and whether it says that using it does something.

use checks::vocabulary::{label_acts, words};
use model::Method;
use scraper::ElementRef;

/// Longest text that is kept, in characters.
const LONGEST: usize = 120;

/// Most texts and elements within a link that are looked at.
const PARTS: usize = 50;

/// What is shown for a link or button: its text, or else what it is called for those who do not see its picture.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let text: String = element.text().flat_map(str::chars).take(LONGEST).collect();
    if !text.trim().is_empty() {
        return text.trim().to_owned();
    }
    let named = ["aria-label", "title", "alt", "value"].iter().find_map(|name| element.value().attr(name));
    let picture = || element.descendants().filter_map(|node| node.value().as_element()).find_map(|e| e.attr("alt"));
    named.or_else(picture).unwrap_or("").chars().take(LONGEST).collect()
}

/// Whether a link or button says that using it takes something away, ends or switches it: by what it shows or is called, by asking
/// first, or by a picture of a bin without words.
pub(super) fn acts(element: ElementRef<'_>) -> bool {
    let text = text_of(element);
    let called =
        ["aria-label", "title", "id", "data-original-title"].iter().filter_map(|name| element.value().attr(name));
    let has_words = element.text().take(PARTS).any(|text| text.chars().any(char::is_alphanumeric));
    label_acts(&text) || called.into_iter().any(label_acts) || asks_first(element) || !has_words && shows_a_bin(element)
}

/// Whether a script asks before the element does what it does.
pub(super) fn asks_first(element: ElementRef<'_>) -> bool {
    element.value().attrs().any(|(name, value)| {
        let is_handler = name.starts_with("on") || name.starts_with('@') || name.starts_with('(');
        name.ends_with("-confirm") || name.ends_with(":confirm") || is_handler && value.contains("confirm(")
    })
}

/// The method by which a library follows the link instead of the browser: `data-method="delete"`, `data-turbo-method`.
pub(super) fn method_of(element: ElementRef<'_>) -> Option<Method> {
    let stated = ["data-method", "data-turbo-method"].iter().find_map(|name| element.value().attr(name))?;
    let method = stated.trim().to_ascii_uppercase();
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].into_iter().find(|known| known.to_string() == method)
}

fn shows_a_bin(element: ElementRef<'_>) -> bool {
    let classes = |e: ElementRef<'_>| {
        let shown = [
            e.value().attr("class"),
            e.value().attr("href").filter(|href| href.starts_with('#')),
            e.value().attr("src"),
        ];
        shown.into_iter().flatten().any(|text| {
            words(text).any(|word| {
                matches!(word.as_str(), "trash" | "trashcan" | "delete" | "remove" | "bin" | "dustbin" | "eraser")
            })
        })
    };
    element.descendants().take(PARTS).filter_map(ElementRef::wrap).any(classes)
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    fn first(page: &str) -> (bool, Option<Method>) {
        let page = Html::parse_document(page);
        let element = page.select(&Selector::parse("a, button").unwrap()).next().unwrap();
        (acts(element), method_of(element))
    }

    #[test]
    fn links_that_act_say_so() {
        for page in [
            "<a href=/x onclick=\"return confirm('Sure?')\">go</a>",
            "<a href=/x data-confirm='Sure?'>go</a>",
            "<a href=/x data-turbo-confirm='Sure?'>go</a>",
            "<button hx-get=/x hx-confirm='Sure?'>go</button>",
            "<a href=/x aria-label=Remove>x</a>",
            "<a href=/x title='Delete account'>x</a>",
            "<a href=/x id=delete-user-3>x</a>",
            "<a href=/x><i class='fa fa-trash'></i></a>",
            "<a href=/x class='bi bi-trash'></a>",
            "<a href=/x><span class=icon-delete></span></a>",
            "<a href=/x>Supprimer</a>",
            "<a href=/x>Удалить</a>",
            "<a href=/x>削除</a>",
            "<a href=/x>삭제</a>",
            "<a href=/x>حذف</a>",
        ] {
            assert!(first(page).0, "{page}");
        }
        for page in [
            "<a href=/x onclick=\"track('go')\">go</a>",
            "<a href=/trash><i class='fa fa-trash'></i> Trash</a>",
            "<a href=/x title='Read more'>x</a>",
            "<a href=/x class='btn btn-danger'>Reports</a>",
            "<a href=/x><i class='fa fa-eye'></i></a>",
            "<a href=/x>削除履歴</a>",
            "<a href=/x>Confirm your booking</a>",
        ] {
            assert!(!first(page).0, "{page}");
        }
        assert_eq!(first("<a href=/x data-turbo-method=delete>x</a>").1, Some(Method::DELETE));
        assert_eq!(first("<a href=/x data-method=get>x</a>").1, None);
    }
}
