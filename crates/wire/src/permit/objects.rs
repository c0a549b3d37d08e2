//! Which objects a request names: in its path, by the templates of the surface and by what looks like an id, and beside it.

use model::Request;
use percent_encoding::percent_decode_str;

use super::methods::{body_fields, query_fields};

/// An object as a request names it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named<'a> {
    /// By the path that leads to it, normalised, and its id, the last segment.
    Path(&'a str, &'a str),
    /// By its id alone, beside the path.
    Id(&'a str),
}

/// The objects that a request names, and whether they are the scan's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Objects {
    /// Whether the path names one, however it is read.
    pub(crate) any_in_path: bool,
    /// Whether the path names one of others, in any way that it can be read.
    pub(crate) foreign_in_path: bool,
    /// Whether the query or the body names one of others.
    pub(crate) foreign_beside: bool,
}

/// The path templates of the surface.
#[derive(Debug, Clone, Default)]
pub(crate) struct Templates(Vec<Vec<Part>>);

#[derive(Debug, Clone)]
enum Part {
    Literal(String),
    /// What stands before and after the braces.
    Parameter(String, String),
}

impl Part {
    fn of(segment: &str) -> Part {
        match (segment.find('{'), segment.rfind('}')) {
            (Some(open), Some(close)) if open < close => {
                Part::Parameter(segment[..open].to_owned(), segment[close + 1..].to_owned())
            }
            _ => Part::Literal(segment.to_owned()),
        }
    }

    /// Whether a segment fits. Servers may fold the case of what is literal.
    fn fits(&self, segment: &str) -> bool {
        match self {
            Part::Literal(literal) => literal.eq_ignore_ascii_case(segment),
            Part::Parameter(before, after) => {
                segment.len() > before.len() + after.len()
                    && segment.starts_with(before.as_str())
                    && segment.ends_with(after.as_str())
            }
        }
    }

    fn is_parameter(&self) -> bool {
        matches!(self, Part::Parameter(..))
    }
}

impl Templates {
    pub(crate) fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Templates {
        let parts = |path: &str| path.split('/').filter(|s| !s.is_empty()).map(Part::of).collect();
        Templates(paths.into_iter().map(parts).collect())
    }

    /// Whether a template leads to this path with an object at its end.
    pub(crate) fn lead_to(&self, path: &str) -> bool {
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        self.best(&segments).is_some_and(|template| template.last().is_some_and(Part::is_parameter))
    }

    /// The template that the whole path is an instance of, the most literal one.
    fn best(&self, segments: &[String]) -> Option<&Vec<Part>> {
        let fitting = self.0.iter().filter(|template| {
            template.len() == segments.len() && template.iter().zip(segments).all(|(part, s)| part.fits(s))
        });
        fitting.min_by_key(|template| template.iter().map(Part::is_parameter).collect::<Vec<_>>())
    }

    /// Whether the segment at this place is an object by some longer template, and none says that it is a word.
    fn names_an_object(&self, segments: &[String], at: usize) -> bool {
        let on_the_way = self.0.iter().filter(|template| {
            template.len() > at && template.iter().zip(&segments[..=at]).all(|(part, s)| part.fits(s))
        });
        let mut parameters = on_the_way.map(|template| template[at].is_parameter()).peekable();
        parameters.peek().is_some() && parameters.all(|is_parameter| is_parameter)
    }

    /// Where objects stand in a path.
    fn objects_in(&self, segments: &[String]) -> Vec<usize> {
        if let Some(template) = self.best(segments) {
            return (0..segments.len()).filter(|at| template[*at].is_parameter()).collect();
        }
        (0..segments.len()).filter(|at| self.names_an_object(segments, *at) || is_id(&segments[*at])).collect()
    }
}

/// Whether a segment that no template knows looks like the id of an object: digits, a UUID, hex, a word with a number after a hyphen,
/// an address, a long opaque token. `v2`, `oauth2` and `users` do not.
fn is_id(segment: &str) -> bool {
    const OPAQUE: usize = 16;
    if segment.strip_prefix(['v', 'V']).is_some_and(|rest| rest.split('.').all(|n| n.parse::<u16>().is_ok())) {
        return false;
    }
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let hex = segment.len() >= 8 && digits > 0 && segment.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let numbered = segment
        .split(['-', '_', '.', ':', '~', ',', ';', '='])
        .any(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    numbered || hex || segment.contains('@') || segment.len() >= OPAQUE && digits > 1
}

/// The ways in which servers read a path, as segments: as it stands, and decoded to the end, with its dots resolved and parameters of
/// segments left off.
fn readings(target: &str) -> Vec<Vec<String>> {
    let path = target.split(['?', '#']).next().unwrap_or("");
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => path,
    };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let literal: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(decode).collect();
    let mut resolved: Vec<String> = Vec::new();
    for segment in decode(&decode(path)).split(['/', '\\']) {
        match segment.split(';').next().unwrap_or("").trim() {
            "" | "." => {}
            ".." => drop(resolved.pop()),
            segment => resolved.push(segment.to_owned()),
        }
    }
    if literal == resolved { vec![literal] } else { vec![literal, resolved] }
}

/// A path as objects are known by.
pub(crate) fn normal(target: &str) -> String {
    let segments = readings(target).pop().unwrap_or_default();
    segments.into_iter().fold(String::new(), |path, segment| path + "/" + &segment)
}

/// The objects that a request names.
pub(super) fn of(request: &Request, templates: &Templates, is_own: &dyn Fn(Named<'_>) -> bool) -> Objects {
    let mut objects = Objects { any_in_path: true, foreign_in_path: false, foreign_beside: false };
    for segments in readings(&request.target) {
        let places = templates.objects_in(&segments);
        objects.any_in_path &= !places.is_empty();
        objects.foreign_in_path |= places.into_iter().any(|at| {
            let path = segments[..=at].iter().fold(String::new(), |path, segment| path + "/" + segment);
            !is_own(Named::Path(&path, &segments[at]))
        });
    }
    let in_query = query_fields(request).into_iter().filter(|(name, _)| is_id_name(name) || names_one(name));
    // What a body relates to is not what it changes: only its own id says that it replaces something.
    let in_body = body_fields(request).into_iter().filter(|(name, _)| is_id_name(name));
    objects.foreign_beside =
        in_query.chain(in_body).any(|(_, value)| !value.is_empty() && value != "null" && !is_own(Named::Id(&value)));
    objects
}

/// Fields that hold an object's own id.
pub(crate) fn is_id_name(name: &str) -> bool {
    ["id", "_id", "uuid", "guid"].iter().any(|id| name.eq_ignore_ascii_case(id))
}

/// `user_id`, `userId`, `order-id`.
fn names_one(name: &str) -> bool {
    name.ends_with("_id") || name.ends_with("-id") || name.ends_with("Id") || name.ends_with("ID")
}

#[cfg(test)]
mod tests {
    use model::{Method, Origin, Scheme};

    use super::*;

    fn named(target: &str, templates: &[&str]) -> Vec<String> {
        let templates = Templates::new(templates.iter().copied());
        let path = |segments: &[String], at: usize| segments[..=at].iter().fold(String::new(), |p, s| p + "/" + s);
        let mut all: Vec<String> = Vec::new();
        for segments in readings(target) {
            all.extend(templates.objects_in(&segments).into_iter().map(|at| path(&segments, at)));
        }
        all.dedup();
        all
    }

    #[test]
    fn templates_say_what_is_an_object() {
        let templates = ["/users/{name}", "/users/search", "/users/{name}/posts/{n}.json", "/api/1/users", "/f/x{id}"];
        for (target, expected) in [
            ("/users", &[][..]),
            ("/users/search", &[]),
            ("/users/ada", &["/users/ada"]),
            ("/USERS/ada?x=1", &["/USERS/ada"]),
            ("/users/ada/posts", &["/users/ada"]),
            ("/users/ada/posts/7.json", &["/users/ada", "/users/ada/posts/7.json"]),
            ("/users/ada/close", &["/users/ada"]),
            ("/api/1/users", &[]),
            ("/f/x7", &["/f/x7"]),
        ] {
            assert_eq!(named(target, &templates), expected, "{target}");
        }
    }

    #[test]
    fn without_a_template_ids_are_told_by_their_looks() {
        for id in [
            "7",
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "5f2b8c1e",
            "order-17",
            "INV_2024",
            "ada@example.org",
            "cus_Kx8tPz2LmQ4vW9aB",
        ] {
            assert_eq!(named(&format!("/a/{id}"), &[]), [format!("/a/{id}")], "{id}");
        }
        for word in ["users", "v2", "v1.10", "oauth2", "reset-password", "a", "deadbeef", "notification-settings"] {
            assert!(named(&format!("/a/{word}"), &[]).is_empty(), "{word}");
        }
    }

    #[test]
    fn a_path_is_read_in_every_way_that_servers_read_it() {
        for target in
            ["/a/7", "/a/%37", "//a//7/", "/a/b/../7", "/a/%2537", "/a\\7", "/a%2F7", "/a/7;x=y", "http://h/a/7#x"]
        {
            assert!(!named(target, &["/a/b/../x"]).is_empty(), "{target}");
            assert_eq!(normal(target), "/a/7");
        }
    }

    #[test]
    fn ids_beside_the_path_count() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let foreign = |target: &str, body: &str| {
            let request = Request::new(Method::POST, &origin, target).body("application/json", body);
            of(&request, &Templates::default(), &|named| matches!(named, Named::Id("own"))).foreign_beside
        };
        assert!(foreign("/a?id=7", "") && foreign("/a?userId=7&b=1", "") && foreign("/a", r#"{"id": 7}"#));
        assert!(foreign("/a?id=own&id=7", ""));
        assert!(!foreign("/a?id=own", "") && !foreign("/a?paid=7", "") && !foreign("/a?id=", ""));
        assert!(!foreign("/a", r#"{"user_id": 7}"#), "what it relates to");
        assert!(!foreign("/a", r#"{"id": null, "uuid": "own"}"#));
    }
}
