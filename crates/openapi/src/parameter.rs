use model::{Body, Parameter, ParameterIn, Schema, SchemaType};

use crate::example::joined_text;
use crate::fault::{Faults, quoted};
use crate::media::{declared_types, example_of, preferred};
use crate::schema::schema;
use crate::style::Style;
use crate::view::View;

/// Most parameters of one operation that are read.
pub(crate) const MOST: usize = 1_000;

/// Nodes of the schema of one parameter: parameters are scalars, lists of scalars or flat objects.
const SCHEMA_NODES: usize = 40;

/// Longest name of a parameter that is read, in bytes.
const LONGEST_NAME: usize = 500;

/// Header parameters that OpenAPI says shall be ignored: they belong to content negotiation and to the security schemes.
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The parameters of an operation, and the body that Swagger 2.0 declares among them.
#[derive(Default)]
pub(crate) struct Parameters {
    pub(crate) list: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// How many parameters were read, those with long examples counting for more.
    pub(crate) cost: usize,
    form: Option<Form>,
}

/// `formData` parameters: the properties of one body.
#[derive(Default)]
struct Form {
    schema: Schema,
    file: bool,
}

/// Reads at most so many parameters of an operation, then of its path those that it does not override. `whose` names the operation.
pub(crate) fn parameters<'d>(
    lists: impl Iterator<Item = View<'d>>,
    consumes: Option<View<'d>>,
    whose: &str,
    most: usize,
    budget: &mut usize,
    faults: &mut Faults,
) -> Parameters {
    let mut read = Parameters::default();
    for list in lists {
        // `parameters` as an object of named parameters is a fault that generators make.
        let named = list.entries().map(|(_, parameter)| parameter);
        for parameter in list.items().chain(named) {
            read.cost += 1;
            if read.cost > most {
                faults.add(format!("Not all of the many parameters of {whose} are read."));
                return read.finished(consumes);
            }
            match parameter.followed() {
                Some(parameter) if parameter.is_map() => read.add(parameter, whose, consumes, budget, faults),
                Some(_) => faults.add(format!("A parameter of {whose} is not an object.")),
                // Reported with all references that lead to nothing.
                None => {}
            }
        }
    }
    read.finished(consumes)
}

impl Parameters {
    fn add(
        &mut self,
        declared: View<'_>,
        whose: &str,
        consumes: Option<View<'_>>,
        budget: &mut usize,
        faults: &mut Faults,
    ) {
        let place = declared.text_of("in").unwrap_or_default();
        let required = declared.get("required").and_then(View::boolean).unwrap_or(false);
        let place = match place.to_ascii_lowercase().as_str() {
            "path" => ParameterIn::Path,
            "query" => ParameterIn::Query,
            "header" => ParameterIn::Header,
            "cookie" => ParameterIn::Cookie,
            "body" => return self.add_body(declared, required, consumes, budget),
            "formdata" | "form" => return self.add_field(declared, required, budget),
            "querystring" => return self.add_query_string(declared, budget),
            _ => {
                faults.add(format!("A parameter of {whose} has the unknown place {}.", quoted(place)));
                return;
            }
        };
        let Some(name) = declared.get("name").and_then(View::scalar).filter(|name| name.len() <= LONGEST_NAME) else {
            faults.add(format!("A parameter of {whose} has no usable name."));
            return;
        };
        let ignored = place == ParameterIn::Header && IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str());
        if ignored || self.has(place, &name) {
            return;
        }
        let schema = schema_of(declared, budget);
        self.push(name, place, required || place == ParameterIn::Path, schema, Style::of(declared, place));
    }

    fn has(&self, place: ParameterIn, name: &str) -> bool {
        self.list.iter().any(|known| known.place == place && known.name == name)
    }

    /// Adds a parameter, or for an object whose members are sent under names of their own, a parameter for each of them.
    fn push(&mut self, name: String, place: ParameterIn, required: bool, mut schema: Schema, style: Style) {
        if self.has(place, &name) {
            return;
        }
        if schema.kind == SchemaType::Object && !schema.properties.is_empty() && style.member(&name, "").is_some() {
            let shown = schema.example.take();
            for (member, mut property) in schema.properties.into_iter().filter(|(_, property)| !property.read_only) {
                if let Some(value) = shown.as_ref().and_then(|shown| shown.get(&member)) {
                    property.example = Some(value.clone());
                }
                let required = required && schema.required.contains(&member);
                self.cost += 1;
                self.push(style.member(&name, &member).unwrap_or(member), place, required, property, style);
            }
            return;
        }
        // Ordinary clients leave out headers and cookies that they need not send, and a made-up value may change what is given: a mask of
        // fields, a condition, a version.
        let is_left_out = !required
            && matches!(place, ParameterIn::Header | ParameterIn::Cookie)
            && schema.example.is_none()
            && schema.enumeration.is_empty();
        let member = name.rsplit('[').next().map_or(name.as_str(), |last| last.trim_end_matches(']'));
        let example = (!is_left_out).then(|| joined_text(&schema, member, style.separator()));
        self.cost += example.as_ref().map_or(0, String::len) / 256;
        let repeated = schema.kind == SchemaType::Array && matches!(style, Style::Exploded | Style::Deep);
        self.list.push(Parameter { name, place, required, schema, example, repeated });
    }

    /// Swagger 2.0 `in: body`.
    fn add_body(&mut self, declared: View<'_>, required: bool, consumes: Option<View<'_>>, budget: &mut usize) {
        if self.body.is_some() {
            return;
        }
        let types = declared_types(consumes).map(|name| (name, ()));
        let media_type = preferred(types).map_or_else(|| "application/json".to_owned(), |(name, ())| name);
        let schema = declared.raw("schema").map_or_else(Schema::default, |view| schema(view, budget));
        self.body = Some(Body { media_type, schema, required });
    }

    /// Swagger 2.0 `in: formData`.
    fn add_field(&mut self, declared: View<'_>, required: bool, budget: &mut usize) {
        let Some(name) = declared.get("name").and_then(View::scalar).filter(|name| name.len() <= LONGEST_NAME) else {
            return;
        };
        let form = self.form.get_or_insert_with(Form::default);
        if form.schema.properties.len() >= MOST || form.schema.properties.contains_key(&name) {
            return;
        }
        form.file |= declared.text_of("type") == Some("file");
        if required {
            form.schema.required.push(name.clone());
        }
        form.schema.properties.insert(name, schema_of(declared, budget));
    }

    /// OpenAPI 3.2 `in: querystring`: the whole query as one object.
    fn add_query_string(&mut self, declared: View<'_>, budget: &mut usize) {
        let Schema { properties, required, .. } = schema_of(declared, budget);
        for (name, schema) in properties {
            let required = required.contains(&name);
            self.push(name, ParameterIn::Query, required, schema, Style::Exploded);
        }
    }

    /// Turns the form fields, if there are any and no body, into a body.
    fn finished(mut self, consumes: Option<View<'_>>) -> Parameters {
        if let (None, Some(form)) = (&self.body, self.form.take()) {
            let multipart = declared_types(consumes).next() == Some("multipart/form-data");
            let media_type =
                if form.file || multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
            let required = !form.schema.required.is_empty();
            let schema = Schema { kind: SchemaType::Object, ..form.schema };
            self.body = Some(Body { media_type: media_type.to_owned(), schema, required });
        }
        self
    }
}

/// The schema of a parameter: its `schema`, that of its first media type, or (Swagger 2.0) itself.
fn schema_of(declared: View<'_>, budget: &mut usize) -> Schema {
    let mut share = SCHEMA_NODES.min(*budget);
    let before = share;
    let media = declared.get("content").and_then(|content| content.entries().next()?.1.followed());
    let view = declared.raw("schema").or_else(|| media?.raw("schema")).unwrap_or(declared);
    let mut schema = schema(view, &mut share);
    if let Some(example) = example_of(declared, &mut share).or_else(|| example_of(media?, &mut share)) {
        schema.example = Some(example);
    }
    *budget -= before - share;
    schema
}
