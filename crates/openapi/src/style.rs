//! How the value of a parameter is written that is no scalar: `style` and `explode` of OpenAPI 3 (section "Style Values"),
//! `collectionFormat` of Swagger 2.0.

use model::ParameterIn;

use crate::view::View;

/// How lists and objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As one value, with this between its parts.
    Joined(&'static str),
    /// A list as `a=1&a=2`, an object as its members: `r=1&g=2`.
    Exploded,
    /// An object as `a[r]=1&a[g]=2`.
    Deep,
    /// As the text of its media type.
    Content,
}

impl Style {
    /// The declared style of a parameter in this place, or else its default.
    pub(crate) fn of(declared: View<'_>, place: ParameterIn) -> Style {
        if declared.get("content").is_some() {
            return Style::Content;
        }
        let named = declared.text_of("style").or_else(|| declared.text_of("collectionFormat")).unwrap_or_default();
        let in_query = place == ParameterIn::Query;
        let explode = declared.get("explode").and_then(View::boolean);
        let joined = |by| if in_query && explode == Some(true) { Style::Exploded } else { Style::Joined(by) };
        match named {
            "deepObject" if in_query => Style::Deep,
            "multi" if in_query => Style::Exploded,
            "spaceDelimited" | "ssv" => joined(" "),
            "pipeDelimited" | "pipes" => joined("|"),
            "tsv" => joined("\t"),
            // The default of a query in OpenAPI 3, whose parameters have a schema; that of Swagger 2.0 are commas.
            "" | "form" if in_query && declared.raw("schema").is_some() && explode != Some(false) => Style::Exploded,
            _ => joined(","),
        }
    }

    /// What stands between the parts of the text that an example is kept as.
    pub(crate) fn separator(self) -> &'static str {
        match self {
            Style::Joined(by) => by,
            Style::Exploded | Style::Deep | Style::Content => ",",
        }
    }

    /// The name under which a member of an object is sent; `None` when the object is one value.
    pub(crate) fn member(self, object: &str, member: &str) -> Option<String> {
        match self {
            Style::Deep => Some(format!("{object}[{member}]")),
            Style::Exploded => Some(member.to_owned()),
            Style::Joined(_) | Style::Content => None,
        }
    }
}
