use std::collections::BTreeMap;

use model::{ParameterIn, SecurityScheme};

use crate::fault::{Faults, quoted};
use crate::view::View;

/// Most schemes that are read.
const MOST: usize = 100;

/// Most alternatives of a requirement, and most names in one alternative.
const MOST_ALTERNATIVES: usize = 32;

/// Longest name of a scheme, in characters.
const LONGEST_NAME: usize = 100;

/// The declared security schemes by name.
pub(crate) fn schemes(root: View<'_>, faults: &mut Faults) -> BTreeMap<String, SecurityScheme> {
    let declared = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"))
        .or_else(|| root.get("securityDefinitions"));
    let mut schemes = BTreeMap::new();
    for (name, scheme) in declared.into_iter().flat_map(View::entries).take(MOST) {
        let Some(scheme) = scheme.followed().filter(|scheme| scheme.is_map()) else {
            faults.add(format!("The security scheme {} is not an object.", quoted(name)));
            continue;
        };
        schemes.insert(name.chars().take(LONGEST_NAME).collect(), read(name, scheme, faults));
    }
    schemes
}

fn read(name: &str, scheme: View<'_>, faults: &mut Faults) -> SecurityScheme {
    let kind = scheme.text_of("type").unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "http" => SecurityScheme::Http { scheme: scheme.text_of("scheme").unwrap_or_default().to_ascii_lowercase() },
        // Swagger 2.0 `basic`; `bearer` is a common slip for `http` with the scheme `bearer`.
        kind @ ("basic" | "bearer") => SecurityScheme::Http { scheme: kind.to_owned() },
        "apikey" => {
            let place = match scheme.text_of("in").unwrap_or_default().to_ascii_lowercase().as_str() {
                "query" => ParameterIn::Query,
                "cookie" => ParameterIn::Cookie,
                "header" => ParameterIn::Header,
                _ => {
                    faults.add(format!("The security scheme {} does not say where its key is sent.", quoted(name)));
                    ParameterIn::Header
                }
            };
            SecurityScheme::ApiKey { place, name: scheme.text_of("name").unwrap_or(name).to_owned() }
        }
        "oauth2" => {
            let mut flows: Vec<String> = scheme
                .get("flows")
                .into_iter()
                .flat_map(View::entries)
                .map(|(flow, _)| flow.to_owned())
                .filter(|flow| !flow.starts_with("x-"))
                .take(MOST)
                .collect();
            flows.extend(scheme.text_of("flow").map(str::to_owned));
            SecurityScheme::OAuth2 { flows }
        }
        _ => {
            if kind.is_empty() {
                faults.add(format!("The security scheme {} has no type.", quoted(name)));
            }
            SecurityScheme::Other { kind: kind.to_owned() }
        }
    }
}

/// The security requirement that an operation, or the document, declares: alternatives of names.
pub(crate) fn requirement(holder: View<'_>, whose: &str, faults: &mut Faults) -> Option<Vec<Vec<String>>> {
    let declared = holder.get("security").filter(|declared| !declared.is_null())?;
    let short = |name: &str| -> String { name.chars().take(LONGEST_NAME).collect() };
    let names = |alternative: View<'_>| -> Vec<String> {
        alternative.entries().map(|(name, _)| short(name)).take(MOST_ALTERNATIVES).collect()
    };
    if declared.is_map() {
        faults.add(format!("The security of {whose} is an object and not a list."));
        return Some(vec![names(declared)]);
    }
    if !declared.is_list() {
        faults.add(format!("The security of {whose} is not a list."));
        return None;
    }
    let alternative = |item: View<'_>| match item.text() {
        // `security: [api_key]` is a common slip for `[{api_key: []}]`.
        Some(name) => vec![short(name)],
        None => names(item),
    };
    Some(declared.items().filter_map(View::followed).take(MOST_ALTERNATIVES).map(alternative).collect())
}
