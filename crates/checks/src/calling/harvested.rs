//! Values that responses handed out, for where they are wanted again.

use model::Surface;

/// Values seen in answers that fit a path parameter: those of the collection before it (`/users/{id}`: `users/id`), by the
/// parameter's name, its name without the collection's (`user_id`, `userId` under `users`: `id`), or what names an object.
pub fn of_parameter(parameter: &str, path: &str, surface: &Surface) -> Vec<String> {
    const NAMES: [&str; 6] = ["id", "uuid", "slug", "name", "username", "key"];
    let placeholder = format!("{{{parameter}}}");
    let collection = path.split('/').take_while(|s| **s != *placeholder).filter(|s| !s.is_empty()).last().unwrap_or("");
    let lower = parameter.to_ascii_lowercase();
    let singular = singular(&collection.to_ascii_lowercase());
    let short = lower.strip_prefix(&singular).map_or(&*lower, |rest| rest.trim_start_matches(['_', '-']));
    let mut keys = vec![format!("{collection}/{parameter}"), format!("{collection}/{short}")];
    if lower.ends_with("id") {
        keys.extend([format!("{collection}/id"), format!("{collection}/_id"), format!("{collection}/uuid")]);
    } else if short.is_empty() {
        // `/users/{user}`: whatever names one.
        keys.extend(NAMES.iter().map(|name| format!("{collection}/{name}")));
    }
    keys.push(parameter.to_owned());
    let mut values: Vec<String> = Vec::new();
    for value in keys.iter().flat_map(|key| surface.harvested(key)) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
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
    }
}
