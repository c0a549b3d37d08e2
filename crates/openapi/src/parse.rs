use std::borrow::Cow;

use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

use crate::build::Builder;
use crate::error::ParseError;
use crate::fault::Faults;
use crate::tree::{Node, Tree};

/// Deepest nesting read in YAML, whose parser takes up to 18 kB of stack a level (measured, unoptimised). JSON is read to 128
/// levels, the limit of its parser. The deepest published documents have 30.
const DEEPEST_YAML: usize = 48;

/// Most nodes read in YAML.
const MOST_YAML_NODES: usize = 5_000_000;

/// Most nodes that YAML aliases may add.
const MOST_ALIASED_NODES: usize = 1_000_000;

/// Reads JSON or YAML of any content.
pub(crate) fn read(bytes: &[u8], faults: &mut Faults) -> Result<Tree, ParseError> {
    let text = decoded(bytes, faults)?;
    let text = text.trim_start_matches('\u{feff}');
    let start = text.trim_start();
    if start.is_empty() {
        return Err(ParseError::new("the document is empty"));
    }
    if start.starts_with('<') {
        return Err(markup(start));
    }
    let tree = if start.starts_with(['{', '[']) { json_or_yaml(text, faults)? } else { yaml(text, faults)? };
    for name in &tree.duplicates {
        faults.add(format!("The name {} stands twice in one object; the last one counts.", crate::fault::quoted(name)));
    }
    Ok(tree)
}

/// Text that begins like JSON is JSON, or YAML in flow style (which allows trailing commas and comments). When it is neither, the
/// JSON error is the one to show.
fn json_or_yaml(text: &str, faults: &mut Faults) -> Result<Tree, ParseError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Builder::read(&mut deserializer).and_then(|tree| deserializer.end().map(|()| tree));
    let error = match read {
        Ok(tree) => return Ok(tree),
        Err(error) => error,
    };
    let message = error.to_string();
    // These do not come right by reading again with another grammar.
    let hopeless = message.contains("recursion limit") || message.contains("too large");
    if !hopeless
        && let Ok(tree) = yaml(text, &mut Faults::default())
        && has_plain_names(&tree)
    {
        faults.add(format!("The JSON is not valid ({message}); it is read as YAML."));
        return Ok(tree);
    }
    let what = match message.split(" at line ").next().unwrap_or_default() {
        "recursion limit exceeded" => "the JSON is nested deeper than 128 levels".to_owned(),
        "the document is too large" => "the document is larger than any API description".to_owned(),
        other => format!("the JSON is not valid: {other}"),
    };
    Err(ParseError::at(what, error.line() as u64, error.column() as u64))
}

/// Whether the members of the outermost object have ordinary names. To YAML a `//` comment is a part of the next name.
fn has_plain_names(tree: &Tree) -> bool {
    let Node::Map(first, count) = tree.node(tree.root) else { return true };
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_' | '.'));
    tree.map(first, count).iter().all(|(name, _)| plain(tree.string(*name)))
}

fn yaml(text: &str, faults: &mut Faults) -> Result<Tree, ParseError> {
    let first = first_document(text);
    if first.len() < text.trim_end().len() {
        faults.add("The YAML stream holds several documents; the first one is read.");
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        ignore_binary_tag_for_string: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_ALIASED_NODES,
        },
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST_YAML,
            flow_nesting_limit: DEEPEST_YAML,
            max_nodes: MOST_YAML_NODES,
            max_events: 2 * MOST_YAML_NODES,
            max_total_scalar_bytes: 256 * 1024 * 1024,
            // Documents written by hand share one schema among many places.
            enforce_alias_anchor_ratio: false,
            // Paths of generated documents exceed YAML's 1,024 characters for a key.
            simple_key_max_lookahead: 16 * 1024,
        },
    };
    serde_saphyr::with_deserializer_from_str_with_options(first, options, |deserializer| Builder::read(deserializer))
        .map_err(|error| yaml_error(&error))
}

fn yaml_error(error: &serde_saphyr::Error) -> ParseError {
    let error = error.without_snippet();
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim();
    let message = message.split(" at line ").next().unwrap_or(message);
    let message = if message.contains("recursion limit") || message.contains("Depth {") {
        format!("the YAML is nested deeper than {DEEPEST_YAML} levels")
    } else if message.contains("budget breached") || message.contains("alias replay") || message.contains("too large") {
        "the YAML is larger than any API description, or its aliases make it so".to_owned()
    } else {
        format!("the YAML is not valid: {message}")
    };
    match error.location() {
        Some(place) if place.line() > 0 => ParseError::at(message, place.line(), place.column()),
        _ => ParseError::new(message),
    }
}

/// The text up to the second document of a YAML stream. A line that begins with `---` is a document marker wherever it stands
/// (YAML 1.2 section 9.1.2), even inside a block scalar, so that no parsing is needed to find it.
fn first_document(text: &str) -> &str {
    let marks = |line: &str| {
        line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    };
    let mut position = 0;
    let mut content = false;
    for line in text.split_inclusive('\n') {
        if marks(line) && content {
            return &text[..position];
        }
        if marks(line) {
            content = !line[3..].trim().is_empty() && !line[3..].trim().starts_with('#');
        } else if !line.starts_with('%') && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            content = true;
        }
        position += line.len();
    }
    text
}

/// The bytes as text: UTF-8, or UTF-16 by its byte order mark or its zero bytes.
fn decoded<'b>(bytes: &'b [u8], faults: &mut Faults) -> Result<Cow<'b, str>, ParseError> {
    let utf16 = |big: bool, bytes: &[u8]| {
        let units = bytes.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        });
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    match bytes {
        [0x1f, 0x8b, ..] => Err(ParseError::new("this is a gzip archive, not an OpenAPI document")),
        [b'P', b'K', 3, 4, ..] => Err(ParseError::new("this is a zip archive, not an OpenAPI document")),
        [b'%', b'P', b'D', b'F', ..] => Err(ParseError::new("this is a PDF, not an OpenAPI document")),
        [0xff, 0xfe, rest @ ..] => Ok(Cow::Owned(utf16(false, rest))),
        [0xfe, 0xff, rest @ ..] => Ok(Cow::Owned(utf16(true, rest))),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Ok(Cow::Owned(utf16(true, bytes))),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Ok(Cow::Owned(utf16(false, bytes))),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            if matches!(text, Cow::Owned(_)) {
                if bytes.iter().take(1024).filter(|byte| **byte == 0).count() > 8 {
                    return Err(ParseError::new("this is a binary file, not an OpenAPI document"));
                }
                faults.add("The document is not valid UTF-8; the bytes that are not are replaced.");
            }
            Ok(text)
        }
    }
}

/// What to say about text that begins with `<`.
fn markup(text: &str) -> ParseError {
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    let ui = ["swagger-ui", "redoc", "rapidoc", "scalar"].iter().any(|name| head.contains(name));
    ParseError::new(if ui {
        "this is the HTML page of a documentation viewer, not the OpenAPI document it shows; give the URL that the page loads, \
         often /openapi.json or /swagger.json"
    } else if head.contains("<html") || head.contains("<!doctype html") {
        "this is HTML, not an OpenAPI document"
    } else {
        "this is XML or HTML, not an OpenAPI document"
    })
}
