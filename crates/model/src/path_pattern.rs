use crate::PathTemplate;
use crate::path_match::{Piece, leads};

/// Paths as users name them: a path, a template or a glob. `*` stands for any characters, a parameter in braces for a segment or a part
/// of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern(PathTemplate);

impl PathPattern {
    /// A pattern as written.
    pub fn new(text: impl Into<PathTemplate>) -> PathPattern {
        PathPattern(text.into())
    }

    /// Whether it names a concrete path.
    pub fn matches(&self, path: &str) -> bool {
        matches(&self.0, path, Piece::Segment)
    }

    /// Whether it names an operation's path: parameters only stand for parameters, so that `/users/{id}` is not `/users/me`, and their
    /// names do not matter.
    pub fn names(&self, template: &PathTemplate) -> bool {
        matches(&self.0, &template.key(), Piece::Text("{}"))
    }
}

/// The pattern with `parameter` in place of each of its parameters, and anything for a star outside of them.
fn matches(pattern: &PathTemplate, path: &str, parameter: Piece<'_>) -> bool {
    let key = pattern.key();
    let further = if parameter == Piece::Segment { Piece::Segments } else { Piece::Text("{*}") };
    let mut pieces = Vec::new();
    for (at, part) in key.split("{*}").enumerate() {
        if at > 0 {
            pieces.push(further);
        }
        for (at, part) in part.split("{}").enumerate() {
            if at > 0 {
                pieces.push(parameter);
            }
            for (at, text) in part.split('*').enumerate() {
                if at > 0 {
                    pieces.push(Piece::Anything);
                }
                pieces.push(Piece::Text(text));
            }
        }
    }
    leads(pieces.into_iter(), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_characters() {
        let matches = |pattern: &str, path: &str| PathPattern::new(pattern).matches(path);
        assert!(matches("/api/*", "/api/users") && matches("*admin*", "/x/admin/y") && !matches("/api/*", "/v1/api/"));
        assert!(matches("/exact", "/exact") && !matches("/exact", "/exactly") && !matches("ab*ba", "aba"));
        assert!(matches("/users/{id}/close", "/users/7/close") && !matches("/users/{id}/close", "/users/7/closed"));
        assert!(!matches("/users/{id}", "/users/") && !matches("/users/{id}", "/users/7/orders"));
        assert!(matches("/files/{path+}", "/files/a/b") && matches("/v*/{id}.json", "/v1/7.json"));
    }

    #[test]
    fn an_operation_is_named_with_its_parameters() {
        let names = |pattern: &str, template: &str| PathPattern::new(pattern).names(&template.into());
        assert!(names("/users/{id}", "/users/{user_id}") && names("/users/*", "/users/{user_id}"));
        assert!(!names("/users/{id}", "/users/me") && !names("/users/me", "/users/{id}"));
        assert!(names("/users", "/users") && !names("/users", "/users/{id}") && names("*", "/users/{id}/a"));
        assert!(names("/files/{path+}", "/files/{*rest}") && !names("/files/{path}", "/files/{*rest}"));
    }
}
