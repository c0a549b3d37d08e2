//! `Link` headers (RFC 8288): what a response is related to.

/// Relations of a response to others of its collection.
pub(super) const COLLECTION: [&str; 14] = [
    "next",
    "prev",
    "previous",
    "first",
    "last",
    "self",
    "item",
    "collection",
    "related",
    "edit",
    "up",
    "search",
    "hub",
    "start",
];

/// Relations of a service to its description (RFC 8631).
pub(super) const DESCRIPTION: [&str; 2] = ["service-desc", "describedby"];

/// The targets in a header whose relation is one of these, as written.
pub(super) fn targets<'a>(header: &'a str, relations: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let links = header.split('<').skip(1).filter_map(|link| link.split_once('>'));
    links.filter(|(_, parameters)| is_one_of(parameters, relations)).map(|(target, _)| target)
}

fn is_one_of(parameters: &str, relations: &[&str]) -> bool {
    let stated = parameters.trim_end_matches([',', ' ']).split(';').find_map(|one| one.trim().strip_prefix("rel="));
    let mut names = stated.unwrap_or("").trim_matches(['"', ' ']).split(' ');
    names.any(|name| relations.iter().any(|relation| relation.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_chosen_by_their_relations() {
        let header = "</d.json>; rel=\"service-desc\"; type=\"a/b\", </next?a=1,2>; rel=next, </s.css>; rel=\"preload stylesheet\"";
        let of = |relations: &[&str]| targets(header, relations).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of(&["service-desc"]), ["/d.json"]);
        assert_eq!(of(&["prev", "Next"]), ["/next?a=1,2"]);
        assert_eq!(of(&["stylesheet"]), ["/s.css"]);
        assert!(of(&["desc", "type"]).is_empty());
    }
}
