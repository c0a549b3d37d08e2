//! A name that likely exists, and names that nobody has. Pure.

use model::{Credential, Surface, Target};
use serde_json::Value;

use crate::calling::login::Login;
use crate::judging::session_id::like;

/// A name that likely exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: String,
    /// Where it is from, as what follows "the name".
    pub(super) from: &'static str,
    /// Whether it surely exists, or nearly: an example may be made up.
    pub(super) exists: bool,
}

/// Names of fields, in lower case without separators, that hold what a user logs in with; the likeliest first.
const NAMES: [&str; 5] = ["username", "login", "loginname", "uname", "user"];
const ADDRESSES: [&str; 4] = ["email", "emailaddress", "mail", "useremail"];

/// Examples that stand for a type and not for somebody.
const PLACEHOLDERS: [&str; 9] =
    ["string", "user", "username", "name", "email", "login", "example", "test", "user@example.com"];

/// A name to log in with at this place: the scan's own Basic credentials, which exist and whose owner knows of the scan, else one that
/// answers showed, else the example of the document.
pub(super) fn known(place: &Login, surface: &Surface, target: &Target) -> Option<Known> {
    let by_mail = matches!(place, Login::Body { user, .. } if user.to_ascii_lowercase().contains("mail"));
    let fits = |name: &str| is_usable(name) && (!by_mail || name.contains('@'));
    let own = target.identities.iter().find_map(|identity| match &identity.credential {
        Some(Credential::Basic { username, .. }) => Some(username.clone()),
        _ => None,
    });
    let known = |name, from, exists| Known { name, from, exists };
    own.filter(|name| fits(name))
        .map(|name| known(name, "of the scan's own credentials", true))
        .or_else(|| shown(surface, by_mail, &fits).map(|name| known(name, "that a response showed", true)))
        .or_else(|| {
            example(place, surface)
                .filter(|name| fits(name) && !PLACEHOLDERS.contains(&name.to_ascii_lowercase().as_str()))
                .map(|name| known(name, "that the document gives as an example", false))
        })
}

fn shown(surface: &Surface, by_mail: bool, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    let plain = |key: &str| key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let names: &[&str] = if by_mail { &[] } else { &NAMES };
    names.iter().chain(&ADDRESSES).find_map(|wanted| {
        let values = surface.harvested.iter().filter(|(key, _)| !key.contains('/') && plain(key) == *wanted);
        values.flat_map(|(_, values)| values).map(|shown| &shown.value).find(|value| fits(value)).cloned()
    })
}

/// The example of the field in the body that the operation declares, or in the example of the whole body.
fn example(place: &Login, surface: &Surface) -> Option<String> {
    let Login::Body { path, user, .. } = place else { return None };
    let operation = surface.operations.iter().find(|o| o.path == *path && o.method == place.method())?;
    let schema = &operation.body.as_ref()?.schema;
    let of_field = schema.properties.get(user).and_then(|property| property.example.as_ref());
    let of_body = schema.example.as_ref().and_then(|example| example.get(user));
    of_field.or(of_body).and_then(Value::as_str).map(str::to_owned)
}

/// Long enough that a made-up name of its shape is nobody's, and of characters that names are made of: `a***@b.c` is masked.
fn is_usable(name: &str) -> bool {
    const LONGEST: usize = 64;
    let local = local(name);
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    name.len() <= LONGEST
        && local.chars().filter(char::is_ascii_alphanumeric).count() >= 3
        && name.chars().all(letters)
        && name.matches('@').count() <= 1
        && !name.ends_with('@')
}

/// What stands before the `@` of an address, or all.
fn local(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// A name of the same length and shape. Of an address only the part before the `@` is another: a login may ask elsewhere for
/// other domains.
pub(super) fn made_up(name: &str, source: &str) -> String {
    let local = local(name);
    format!("{}{}", like(local, source), &name[local.len()..])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Body, Identity, Method, Schema, SchemaType, Scheme, Secret};
    use serde_json::json;

    use super::*;
    use crate::samples;

    fn place(user: &str) -> Login {
        let (path, user, password) = ("/login".to_owned(), user.to_owned(), "password".to_owned());
        Login::Body { path, user, password, others: serde_json::Map::new(), media_type: "application/json".to_owned() }
    }

    fn surface(values: &[(&str, &str)], example: &str) -> Surface {
        let field = Schema { example: Some(json!(example)), ..Schema::of(SchemaType::String) };
        let mut schema = Schema::of(SchemaType::Object);
        schema.properties.insert("username".to_owned(), field);
        let mut operation = samples::operation(Method::POST, "/login");
        operation.body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        let mut surface = Surface { operations: vec![Arc::new(operation)].into(), ..Surface::default() };
        for (key, value) in values {
            surface.harvested.entry((*key).to_owned()).or_default().push((*value).into());
        }
        surface
    }

    #[test]
    fn names_come_from_credentials_then_answers_then_examples() {
        let mut target = samples::target(Scheme::Http);
        let name = |user: &str, surface: &Surface, target: &Target| {
            known(&place(user), surface, target).map(|known| (known.name, known.exists))
        };
        let some = |name: &str, exists| Some((name.to_owned(), exists));
        let rich = surface(&[("users/userName", "no"), ("userName", "hypatia"), ("email", "ada@x.example")], "grace");
        assert_eq!(name("username", &rich, &target), some("hypatia", true));
        assert_eq!(name("email", &rich, &target), some("ada@x.example", true));
        assert_eq!(name("username", &surface(&[("email", "ada@x.example")], ""), &target), some("ada@x.example", true));
        assert_eq!(name("username", &surface(&[("title", "Utopia")], "grace"), &target), some("grace", false));
        assert_eq!(name("username", &surface(&[], "string"), &target), None);
        assert_eq!(name("email", &surface(&[("username", "hypatia")], ""), &target), None);
        let credential = Credential::Basic { username: "tester".to_owned(), password: Secret::new("x") };
        target.identities.push(Identity { name: "a".to_owned(), credential: Some(credential), headers: Vec::new() });
        assert_eq!(name("username", &rich, &target), some("tester", true));
    }

    #[test]
    fn masked_and_short_names_are_not_used() {
        for usable in ["ada", "a.b-c_d", "ada+x@x.example", "0012345"] {
            assert!(is_usable(usable), "{usable}");
        }
        for useless in ["ab", "a***a@x.example", "ada lovelace", "ab@x.example", "ada@", "a@b@c.example", ""] {
            assert!(!is_usable(useless), "{useless}");
        }
    }

    #[test]
    fn made_up_names_keep_length_shape_and_domain() {
        let made = made_up("Ada.b7@x.example", "qwertyuiopas");
        assert!(made.len() == 16 && made.ends_with("@x.example") && &made[3..4] == "." && !made.starts_with("Ada"));
    }
}
