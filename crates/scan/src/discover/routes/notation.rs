//! The ways in which frameworks write a route: `:id(.:format)`, `{id:[0-9]+}`, `{id?}`, `<int:id>`, `$id<[^/]+>`, `*rest`.

use model::{Method, Operation, Parameter, ParameterIn, Schema, SchemaType, Source};

use super::super::link;

/// Routes of the framework itself.
const INTERNAL: [&str; 3] = ["/rails/", "/_ignition/", "/__"];

/// Whether something in it stands open.
pub(super) fn is_open(route: &str) -> bool {
    route.starts_with('/') && route.contains(['{', '<', '*']) || route.contains("/:")
}

/// The GET operation of a route; `None` where it is an expression that no path can be made of.
pub(super) fn operation(route: &str) -> Option<Operation> {
    const LONGEST: usize = 200;
    if !route.starts_with('/') || route.len() > LONGEST || INTERNAL.iter().any(|prefix| route.starts_with(prefix)) {
        return None;
    }
    let mut made = Made::default();
    let mut rest = route;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        rest = match c {
            // What is optional is left out, and so is what limits the parameter before it.
            '(' => closed(behind, '(', ')')?.1,
            '{' => {
                let (inner, behind) = closed(behind, '{', '}')?;
                let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
                made.place(name, kind)?;
                behind
            }
            '<' => {
                let (inner, behind) = closed(behind, '<', '>')?;
                let (kind, name) = inner.rsplit_once(':').unwrap_or(("", inner));
                made.place(name, kind)?;
                behind
            }
            ':' | '*' | '$' => {
                let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len());
                made.place(&behind[..end], "")?;
                let behind = &behind[end..];
                match behind.strip_prefix('<').filter(|_| c == '$') {
                    Some(limit) => closed(limit, '<', '>')?.1,
                    None => behind.trim_start_matches(['?', '+', '*']),
                }
            }
            c if c.is_ascii_alphanumeric() || "/-_.~@,".contains(c) => {
                made.path.push(c);
                behind
            }
            _ => return None,
        };
    }
    Some(made.operation())
}

/// A path as far as it is made.
#[derive(Default)]
pub(super) struct Made {
    pub(super) path: String,
    parameters: Vec<Parameter>,
}

impl Made {
    /// A placeholder of this name; `kind`: what the framework says of its values.
    pub(super) fn place(&mut self, name: &str, kind: &str) -> Option<()> {
        let name = name.trim_matches(['*', '?', '.', ' ']);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let known = self.parameters.iter().any(|p| p.name == name);
        (is_name && !known).then(|| {
            let mut parameter = link::parameter(name, ParameterIn::Path, "");
            let is_number = ["int", "\\d", "[0-9]", "integer", "number", "long"].iter().any(|k| kind.starts_with(k));
            parameter.schema = Schema {
                format: kind.starts_with("uuid").then(|| "uuid".to_owned()),
                ..Schema::of(if is_number { SchemaType::Integer } else { SchemaType::String })
            };
            self.path.push_str(&format!("{{{name}}}"));
            self.parameters.push(parameter);
        })
    }

    pub(super) fn operation(self) -> Operation {
        let path = if self.path.len() > 1 { self.path.replace("//", "/") } else { "/".to_owned() };
        Operation { parameters: self.parameters, ..Operation::undeclared(Method::GET, path, Source::Link) }
    }
}

/// What stands before the bracket that closes the one just opened, and what follows it.
pub(super) fn closed(text: &str, opens: char, closes: char) -> Option<(&str, &str)> {
    let mut open = 1_usize;
    for (at, c) in text.char_indices() {
        if c == opens {
            open += 1;
        } else if c == closes {
            open -= 1;
        }
        if open == 0 {
            return Some((&text[..at], &text[at + closes.len_utf8()..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_of_frameworks_are_templates() {
        for (route, expected) in [
            ("/boats/:id(.:format)", "/boats/{id}"),
            ("/(:locale)/boats", "/boats"),
            ("/boats/:id(\\d+)/crew", "/boats/{id}/crew"),
            ("/boats/{id:\\d{4}}", "/boats/{id}"),
            ("/boats/{boat?}", "/boats/{boat}"),
            ("/boats/<int:boat_id>/", "/boats/{boat_id}/"),
            ("/boats/<string(length=2):flag>", "/boats/{flag}"),
            ("/boats/$name<[^/]+>/log", "/boats/{name}/log"),
            ("/files/*path", "/files/{path}"),
            ("/files/{*path}", "/files/{path}"),
            ("/", "/"),
        ] {
            assert_eq!(operation(route).map(|o| o.path.to_string()).as_deref(), Some(expected), "{route}");
        }
        let integer = operation("/boats/<int:pk>").unwrap();
        assert_eq!(integer.parameters[0].schema.kind, SchemaType::Integer);
        for route in ["boats", "/rails/info", "/^x$", "/a b", "/a/*", "/{a}/{a}", "/{a"] {
            assert!(operation(route).is_none(), "{route}");
        }
    }
}
