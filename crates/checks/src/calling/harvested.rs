//! Values that responses handed out, for where they are wanted again.

use model::{Parameter, SchemaType, Surface};

/// Values seen in answers that fit a path parameter: those of its collection ([`of_collection`]), then those of its very name anywhere.
pub fn of_parameter(parameter: &str, path: &str, surface: &Surface) -> Vec<String> {
    let mut keys = keys_of_collection(parameter, path);
    keys.extend([parameter.to_owned(), spelled_plainly(parameter)]);
    values(&keys, surface)
}

/// Those of the collection before the parameter (`/users/{id}`: `users/id`), by the parameter's name in any spelling, its name without
/// the collection's (`user_id`, `userId` under `users`: `id`), or what names an object; then those of the collection that the parameter
/// is called after (`/reports/{userId}`: `users/id`). Of these names the first that has values: an object whose id is known is not called
/// by its title as well.
pub fn of_collection(parameter: &str, path: &str, surface: &Surface) -> Vec<String> {
    let each = keys_of_collection(parameter, path).into_iter().map(|key| values(&[key], surface));
    each.into_iter().find(|values| !values.is_empty()).unwrap_or_default()
}

fn keys_of_collection(parameter: &str, path: &str) -> Vec<String> {
    const NAMES: [&str; 11] =
        ["id", "uuid", "slug", "_link", "name", "username", "login", "key", "code", "ref", "number"];
    const IDS: [&str; 5] = ["id", "_id", "uuid", "guid", "pk"];
    let placeholder = format!("{{{parameter}}}");
    let collection = path.split('/').take_while(|s| **s != *placeholder).filter(|s| !s.is_empty()).last().unwrap_or("");
    let lower = parameter.to_ascii_lowercase();
    let plain = spelled_plainly(parameter);
    let singular_collection = singular(&collection.to_ascii_lowercase());
    let short = lower.strip_prefix(&singular_collection).map_or(&*lower, |rest| rest.trim_start_matches(['_', '-']));
    let mut keys: Vec<String> = Vec::new();
    for collection in [collection.to_owned(), singular_collection.clone(), plural(collection)] {
        keys.extend([parameter, short, plain.as_str()].map(|name| format!("{collection}/{name}")));
        if lower.ends_with("id") {
            keys.extend(IDS.map(|name| format!("{collection}/{name}")));
        } else if short.is_empty() {
            // `/users/{user}`: whatever names one.
            keys.extend(NAMES.map(|name| format!("{collection}/{name}")));
        }
    }
    if let Some(stem) = lower.strip_suffix("id").map(|stem| stem.trim_end_matches(['_', '-'])).filter(|s| !s.is_empty())
    {
        for collection in [plural(stem), stem.to_owned()] {
            keys.extend(IDS.map(|name| format!("{collection}/{name}")));
        }
    }
    // `/boats/{pk}`, `/boats/{ref}`: whatever it is called, it names a boat.
    let spelled = [collection.to_owned(), singular_collection.clone(), plural(collection)];
    keys.extend(spelled.iter().flat_map(|collection| IDS.map(|name| format!("{collection}/{name}"))));
    if !collection.is_empty() {
        // `boat_id`, wherever it was seen.
        keys.extend(IDS.map(|name| spelled_plainly(&format!("{singular_collection}{name}"))));
    }
    keys.extend(spelled.iter().flat_map(|collection| NAMES.map(|name| format!("{collection}/{name}"))));
    keys
}

fn values(keys: &[String], surface: &Surface) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in keys.iter().flat_map(|key| surface.harvested(key)) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

/// Those values for a declared parameter, first the ones that its type takes: documents may be wrong about types.
pub fn fitting(parameter: &Parameter, path: &str, surface: &Surface) -> Vec<String> {
    let fits = |value: &String| match parameter.schema.kind {
        SchemaType::Integer => value.parse::<i128>().is_ok(),
        SchemaType::Number => value.parse::<f64>().is_ok(),
        _ => true,
    };
    let mut values = of_parameter(&parameter.name, path, surface);
    values.sort_by_key(|value| !fits(value));
    values
}

/// A name without what tells its spellings apart: `vesselId`, `vessel_id` and `Vessel-ID` are `vesselid`.
pub fn spelled_plainly(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `user`: `users`; `category`: `categories`; `box`: `boxes`.
fn plural(word: &str) -> String {
    if let Some(stem) = word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        format!("{stem}ies")
    } else if word.ends_with(['x', 's', 'z']) || word.ends_with("ch") {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

/// `users`: `user`; `categories`: `category`; `boxes`: `box`.
pub fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = word.strip_suffix("es").filter(|s| s.ends_with(['x', 's', 'z']) || s.ends_with("ch")) {
        stem.to_owned()
    } else {
        word.strip_suffix('s').unwrap_or(word).to_owned()
    }
}

/// Values for a field that names another object: `author_id` and `authorId` are ids of `/authors`, and what was seen under the very
/// name.
pub fn of_field(field: &str, surface: &Surface) -> Vec<String> {
    let stem = ["_id", "-id", "Id", "ID", "_uuid"].iter().find_map(|end| field.strip_suffix(end)).unwrap_or("");
    let stem = stem.to_ascii_lowercase();
    let is_of = |key: &str| {
        let Some((collection, name)) = key.rsplit_once('/') else { return key == field };
        !stem.is_empty() && singular(&collection.to_ascii_lowercase()) == stem && matches!(name, "id" | "_id" | "uuid")
    };
    let known = surface.harvested.iter().filter(|(key, _)| !stem.is_empty() && is_of(key));
    known.flat_map(|(_, values)| values).map(|harvested| harvested.value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_from_the_collection() {
        let mut surface = Surface::default();
        for (key, value) in [("users/id", "7"), ("categories/slug", "tea"), ("id", "9"), ("teams/name", "red")] {
            surface.harvested.insert(key.to_owned(), vec![value.into()]);
        }
        let first = |name: &str, path: &str| of_parameter(name, path, &surface).into_iter().next().unwrap_or_default();
        assert_eq!(first("id", "/users/{id}"), "7");
        assert_eq!(first("user_id", "/users/{user_id}/orders"), "7");
        assert_eq!(first("userId", "/users/{userId}"), "7");
        assert_eq!(first("slug", "/categories/{slug}"), "tea");
        assert_eq!(first("category", "/categories/{category}"), "tea");
        assert_eq!(first("team", "/teams/{team}"), "red");
        assert_eq!(first("id", "/orders/{id}"), "9");
        assert_eq!(first("pk", "/users/{pk}"), "7");
        assert_eq!(of_collection("id", "/users/{id}", &surface), ["7"]);
        assert!(of_collection("id", "/orders/{id}", &surface).is_empty(), "what another collection gave");
    }

    #[test]
    fn a_number_is_filled_with_a_number() {
        let mut surface = Surface::default();
        surface.harvested.insert("todos/id".to_owned(), vec!["application/json".into(), "3".into()]);
        let mut parameter = Parameter {
            name: "id".to_owned(),
            place: model::ParameterIn::Path,
            required: true,
            schema: model::Schema::of(SchemaType::Integer),
            example: None,
            repeated: false,
        };
        assert_eq!(fitting(&parameter, "/todos/{id}", &surface), ["3", "application/json"]);
        parameter.schema.kind = SchemaType::String;
        assert_eq!(fitting(&parameter, "/todos/{id}", &surface), ["application/json", "3"]);
    }

    #[test]
    fn a_name_in_another_spelling_and_number_is_the_same_name() {
        let mut surface = Surface::default();
        for (key, value) in [("users/userid", "u-7"), ("ticketnumber", "T9"), ("berths/id", "4"), ("id", "1")] {
            surface.harvested.insert(key.to_owned(), vec![value.into()]);
        }
        let first = |name: &str, path: &str| of_parameter(name, path, &surface).into_iter().next().unwrap_or_default();
        for name in ["userId", "user_id", "User-ID"] {
            assert_eq!(first(name, &format!("/users/{{{name}}}/letters")), "u-7", "{name}");
        }
        assert_eq!(first("ticketNumber", "/check/{ticketNumber}"), "T9");
        assert_eq!(first("id", "/berth/{id}"), "4", "listed under the plural");
        assert_eq!(first("berthId", "/plans/{berthId}"), "4", "called after another collection");
        assert_eq!(first("quayId", "/plans/{quayId}"), "", "nothing of that kind was seen");
        assert_eq!(["category", "box", "day", "user"].map(plural), ["categories", "boxes", "days", "users"]);
    }
}
