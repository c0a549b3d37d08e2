//! What the beginning of an API description looks like, so that nothing else is read at its length. Pure.

/// So much of the beginning is looked at.
const LOOKED_AT: usize = 4 << 10;

/// The outermost names of OpenAPI 3.2 (section 4.1) and Swagger 2.0 (section "Swagger Object"), in lower case.
const NAMES: [&str; 22] = [
    "openapi",
    "swagger",
    "$schema",
    "$self",
    "responses",
    "info",
    "jsonschemadialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "externaldocs",
    "host",
    "basepath",
    "schemes",
    "consumes",
    "produces",
    "definitions",
    "securitydefinitions",
    "parameters",
];

/// Whether the first name of the text is one with which an API description begins, in JSON or YAML.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]).replace('\0', "");
    let text = text.trim_start_matches(['\u{feff}', '\u{fffd}']).trim_start();
    let told = |line: &&str| !line.is_empty() && !line.trim_start().starts_with('#') && !line.starts_with(['-', '%']);
    let first = match text.strip_prefix('{') {
        Some(inside) => inside.trim_start(),
        None => text.lines().map(str::trim_end).find(told).unwrap_or(""),
    };
    let (name, rest) = match first.chars().next() {
        Some(quote @ ('"' | '\'')) => first[1..].split_once(quote).unwrap_or(("", "")),
        _ => first.find(':').map_or(("", ""), |at| first.split_at(at)),
    };
    let name = name.trim().to_ascii_lowercase();
    rest.trim_start().starts_with(':') && (NAMES.contains(&name.as_str()) || name.starts_with("x-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_begin_like_themselves() {
        for text in [
            "{\"openapi\":\"3.1.0\"",
            "\u{feff} {\n  \"components\": {",
            "{ \"x-generated-by\": \"tool\"",
            "swagger: \"2.0\"\n",
            "# Generated.\n---\nopenapi: 3.0.0",
            "%YAML 1.2\n---\n'openapi': 3.0.0",
            "info:\r\n  title: x",
            "{\"basePath\": \"/\"",
        ] {
            assert!(begins(text.as_bytes()), "{text:?}");
        }
        let utf16: Vec<u8> = "\u{feff}{\"swagger\":\"2.0\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(begins(&utf16));
        for text in [
            "",
            "{}",
            "[0,0",
            "<html>",
            "{\"id\":1",
            "{\"users\":[",
            "name: x",
            "openapi",
            "PK\u{3}\u{4}",
            "{\"openapi",
        ] {
            assert!(!begins(text.as_bytes()), "{text:?}");
        }
    }
}
