use model::{Schema, SchemaType};

use crate::view::View;

/// Deepest nesting of a schema tree.
const DEEPEST: usize = 8;

/// Most references, `allOf` and `oneOf` that are merged inside each other for one schema.
const MOST_MERGES: usize = 32;

/// Most values and names of an example; an example that is larger is left out.
const LARGEST_EXAMPLE: usize = 500;

/// What the first property of an object costs beside itself.
const FIRST_PROPERTY: usize = 10;

/// Most permitted values that are kept.
const MOST_VALUES: usize = 500;

/// Most names of required properties that are kept.
const MOST_REQUIRED: usize = 200;

/// Most alternatives of `oneOf` and entries of a discriminator's mapping that are looked at.
const MOST_ALTERNATIVES: usize = 200;

/// Longest format and regular expression that is kept, in bytes.
const LONGEST_TEXT: usize = 1_000;

/// Reads a schema as a tree of at most `budget` nodes, and takes what it used from `budget`.
///
/// References are resolved and `allOf` is merged; of `oneOf` and `anyOf` the first useful alternative is taken. A tree that would
/// be larger is cut at a lower depth, so that it is complete near its root, where clients and checks look.
pub(crate) fn schema(view: View<'_>, budget: &mut usize) -> Schema {
    let mut depth = DEEPEST;
    loop {
        let mut reader = Reader { left: *budget, over: false, depth, stack: Vec::new() };
        let schema = reader.read(view, 0);
        if !reader.over || depth <= 1 {
            *budget = reader.left;
            return schema;
        }
        depth -= 1;
    }
}

struct Reader {
    left: usize,
    /// Whether something was cut for want of budget.
    over: bool,
    depth: usize,
    /// Schemas around the one that is being read.
    stack: Vec<(u32, u32)>,
}

impl Reader {
    fn read(&mut self, view: View<'_>, level: usize) -> Schema {
        let mut schema = Schema::default();
        self.merge(view, level, 0, true, &mut schema);
        if schema.kind == SchemaType::Any {
            schema.kind = inferred(&schema);
        }
        schema
    }

    /// Pays for a node and its text.
    fn pay(&mut self, bytes: usize) -> bool {
        let price = 1 + bytes / 64;
        let paid = self.left >= price;
        self.left = self.left.saturating_sub(price);
        self.over |= !paid;
        paid
    }

    /// Adds what `view` says to `into`, which keeps what it has. `whole`: `view` describes all of the value and not a part.
    fn merge(&mut self, view: View<'_>, level: usize, merges: usize, whole: bool, into: &mut Schema) {
        if into.kind == SchemaType::Any {
            into.kind = declared_type(view);
        }
        if merges > MOST_MERGES || self.stack.contains(&view.id()) || !self.pay(0) {
            into.cut = true;
            return;
        }
        self.stack.push(view.id());
        self.keywords(view, whole, into);
        self.children(view, level, into);
        if view.reference().is_some() {
            match view.target() {
                Some(target) => self.merge(target, level, merges + 1, whole, into),
                None => into.cut = true,
            }
        }
        if let Some(members) = view.raw("allOf") {
            let sole = whole && members.items().len() == 1;
            for member in members.items() {
                if self.left == 0 {
                    self.over = true;
                    into.cut = true;
                    break;
                }
                self.merge(member, level, merges + 1, sole, into);
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(chosen) = view.raw(keyword).and_then(|members| self.first_useful(members)) {
                into.one_of_several |= view.raw(keyword).is_some_and(|members| members.items().nth(1).is_some());
                self.merge(chosen, level, merges + 1, whole, into);
                discriminate(view, chosen, into);
            }
        }
        self.stack.pop();
    }

    /// The first alternative that is not null, not empty and not one that is being read already.
    fn first_useful<'d>(&self, members: View<'d>) -> Option<View<'d>> {
        members.items().take(MOST_ALTERNATIVES).find(|member| {
            let Some(target) = member.followed() else { return false };
            declared_type(target) != SchemaType::Null
                && target.entries().next().is_some()
                && !self.stack.contains(&target.id())
                && !self.stack.contains(&member.id())
        })
    }

    /// Keywords of the value itself.
    fn keywords(&mut self, view: View<'_>, whole: bool, into: &mut Schema) {
        let text = |name: &str| view.text_of(name).filter(|text| text.len() <= LONGEST_TEXT).map(str::to_owned);
        let number = |name: &str| view.get(name).and_then(View::number);
        let count = |name: &str| view.get(name).and_then(View::count);
        let flag = |name: &str| view.get(name).and_then(View::boolean);
        into.format = into.format.take().or_else(|| text("format"));
        if view.text_of("type") == Some("file") {
            into.format = Some("binary".to_owned());
        }
        into.pattern = into.pattern.take().or_else(|| text("pattern"));
        let step = if into.kind == SchemaType::Integer { 1.0 } else { 0.5 };
        // OpenAPI 3.0: a flag beside the bound; 3.1: the bound itself.
        let above = if flag("exclusiveMinimum") == Some(true) { number("minimum") } else { number("exclusiveMinimum") };
        let below = if flag("exclusiveMaximum") == Some(true) { number("maximum") } else { number("exclusiveMaximum") };
        let step = match (above, below) {
            (Some(above), Some(below)) if below - above <= 2.0 * step => (below - above) / 4.0,
            _ => step,
        };
        into.minimum = into.minimum.or(above.map(|bound| bound + step)).or_else(|| number("minimum"));
        into.maximum = into.maximum.or(below.map(|bound| bound - step)).or_else(|| number("maximum"));
        into.min_length = into.min_length.or_else(|| count("minLength"));
        into.max_length = into.max_length.or_else(|| count("maxLength"));
        into.min_items = into.min_items.or_else(|| count("minItems"));
        into.max_items = into.max_items.or_else(|| count("maxItems"));
        into.read_only |= flag("readOnly") == Some(true);
        into.write_only |= flag("writeOnly") == Some(true);
        if into.enumeration.is_empty() {
            let one = view.raw("const");
            let values = view.get("enum").into_iter().flat_map(View::items).take(MOST_VALUES).chain(one);
            for value in values {
                match value.value(self.left.min(LARGEST_EXAMPLE)) {
                    Some(value) if self.pay(value.as_str().map_or(0, str::len)) => into.enumeration.push(value),
                    _ => break,
                }
            }
        }
        for name in view.get("required").into_iter().flat_map(View::items).filter_map(View::text).take(MOST_REQUIRED) {
            if !into.required.iter().any(|known| known == name) && self.pay(name.len()) {
                into.required.push(name.to_owned());
            }
        }
        if let Some(additional) = view.get("additionalProperties") {
            into.additional_properties = into.additional_properties.or(Some(additional.boolean().unwrap_or(true)));
        }
        if into.example.is_none() {
            into.example = self.example(view, whole);
        }
    }

    /// `example`, the first of `examples`, or `default`.
    fn example(&mut self, view: View<'_>, whole: bool) -> Option<serde_json::Value> {
        let examples = view.raw("examples");
        let value = view
            .raw("example")
            .or_else(|| examples.and_then(|examples| examples.items().next()))
            .or_else(|| view.raw("default"))
            .filter(|value| !value.is_null() && (whole || !value.is_map()))?;
        let most = self.left.min(LARGEST_EXAMPLE);
        let size = value.size(most)?;
        self.left -= size.min(self.left);
        value.value(most)
    }

    /// Properties and items.
    fn children(&mut self, view: View<'_>, level: usize, into: &mut Schema) {
        let properties = view.get("properties").filter(|properties| properties.is_map());
        let items = view.get("items").map(|items| items.items().next().unwrap_or(items));
        let items = items.or_else(|| view.get("prefixItems").and_then(|items| items.items().next()));
        if level >= self.depth {
            into.cut |= properties.is_some_and(|properties| properties.entries().next().is_some()) || items.is_some();
            if into.kind == SchemaType::Any {
                into.kind = match (properties, items) {
                    (Some(_), _) => SchemaType::Object,
                    (None, Some(_)) => SchemaType::Array,
                    (None, None) => SchemaType::Any,
                };
            }
            return;
        }
        for (name, property) in properties.into_iter().flat_map(View::entries) {
            // The map of properties allocates a dozen places with the first one.
            let places = if into.properties.is_empty() { FIRST_PROPERTY } else { 0 };
            if !self.pay(name.len() + 64 * places) {
                into.cut = true;
                break;
            }
            // A misplaced list of required names is a common fault.
            if into.properties.contains_key(name) || property.is_list() {
                continue;
            }
            let property = self.read(property, level + 1);
            into.properties.insert(name.to_owned(), property);
        }
        if into.items.is_none()
            && let Some(items) = items
        {
            into.items = Some(Box::new(self.read(items, level + 1)));
        }
    }
}

/// The declared type; the first non-null one of several (OpenAPI 3.1).
fn declared_type(view: View<'_>) -> SchemaType {
    let Some(declared) = view.get("type") else { return SchemaType::Any };
    if let Some(name) = declared.text() {
        return named_type(name);
    }
    let mut types = declared.items().take(8).filter_map(View::text).map(named_type);
    let Some(first) = types.next() else { return SchemaType::Any };
    if first == SchemaType::Null { types.next().unwrap_or(first) } else { first }
}

/// Types by their names, with those that people write who think in their programming language.
fn named_type(name: &str) -> SchemaType {
    match name.trim().to_ascii_lowercase().as_str() {
        "object" | "map" | "dict" | "json" => SchemaType::Object,
        "array" | "list" => SchemaType::Array,
        "string" | "str" | "text" | "file" | "date" | "datetime" | "date-time" | "uuid" | "email" | "url"
        | "password" => SchemaType::String,
        "integer" | "int" | "int32" | "int64" | "long" => SchemaType::Integer,
        "number" | "float" | "double" | "decimal" => SchemaType::Number,
        "boolean" | "bool" => SchemaType::Boolean,
        "null" => SchemaType::Null,
        _ => SchemaType::Any,
    }
}

/// The type of a schema that does not say it, by its other keywords.
fn inferred(schema: &Schema) -> SchemaType {
    use serde_json::Value;
    if !schema.properties.is_empty() || schema.additional_properties.is_some() {
        return SchemaType::Object;
    }
    if schema.items.is_some() || schema.max_items.is_some() {
        return SchemaType::Array;
    }
    if schema.pattern.is_some() || schema.min_length.is_some() || schema.max_length.is_some() {
        return SchemaType::String;
    }
    match schema.enumeration.first().or(schema.example.as_ref()) {
        Some(Value::String(_)) => return SchemaType::String,
        Some(Value::Bool(_)) => return SchemaType::Boolean,
        Some(Value::Number(number)) if number.is_f64() => return SchemaType::Number,
        Some(Value::Number(_)) => return SchemaType::Integer,
        Some(Value::Array(_)) => return SchemaType::Array,
        Some(Value::Object(_)) => return SchemaType::Object,
        Some(Value::Null) | None => {}
    }
    match schema.format.as_deref() {
        Some("int32" | "int64") => SchemaType::Integer,
        Some("float" | "double") => SchemaType::Number,
        Some(_) => SchemaType::String,
        None if schema.minimum.is_some() || schema.maximum.is_some() => SchemaType::Number,
        None => SchemaType::Any,
    }
}

/// Gives the property that tells alternatives apart the value that goes with the chosen one.
fn discriminate(view: View<'_>, chosen: View<'_>, into: &mut Schema) {
    let Some(discriminator) = view.get("discriminator") else { return };
    let (Some(name), Some(reference)) = (discriminator.text_of("propertyName"), chosen.reference()) else { return };
    let mapped = discriminator.get("mapping").and_then(|mapping| {
        mapping
            .entries()
            .take(MOST_ALTERNATIVES)
            .find(|(_, target)| target.text() == Some(reference))
            .map(|(value, _)| value)
    });
    let value = mapped.unwrap_or_else(|| reference.rsplit('/').next().unwrap_or_default());
    if value.len() <= LONGEST_TEXT
        && let Some(property) = into.properties.get_mut(name)
        && property.enumeration.is_empty()
    {
        property.example = Some(value.into());
    }
}
