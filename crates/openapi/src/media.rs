use model::{Body, DeclaredResponse, Schema, SchemaType};

use crate::schema::schema;
use crate::view::View;

/// Most responses of one operation that are read.
const MOST_RESPONSES: usize = 32;

/// Most media types of one body that are looked at.
const MOST_TYPES: usize = 100;

/// Longest media type and status that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Values of an example of a body.
const LARGEST_EXAMPLE: usize = 500;

/// Whether a media type is JSON, with or without parameters: `application/json; charset=utf-8`, `application/problem+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Of declared media types the first JSON one, or else the first; a range that includes JSON stands for JSON.
pub(crate) fn preferred<'d, T: Copy>(types: impl Iterator<Item = (&'d str, T)>) -> Option<(String, T)> {
    let types: Vec<(&str, T)> = types.take(MOST_TYPES).collect();
    let (name, value) = types.iter().find(|(name, _)| is_json(name)).or_else(|| types.first())?;
    let name = if matches!(*name, "*/*" | "application/*" | "*" | "") { "application/json" } else { *name };
    Some((name.chars().take(LONGEST_NAME).collect(), *value))
}

/// The names in `consumes` or `produces` of Swagger 2.0.
pub(crate) fn declared_types(list: Option<View<'_>>) -> impl Iterator<Item = &str> {
    list.into_iter().flat_map(View::items).take(MOST_TYPES).filter_map(View::text)
}

/// A `requestBody` of OpenAPI 3.
pub(crate) fn request_body(declared: View<'_>, budget: &mut usize) -> Option<Body> {
    let (media_type, media) = preferred(declared.get("content")?.entries())?;
    let media = media.followed();
    let mut schema = media.map_or_else(Schema::default, |media| schema_of(media, budget).unwrap_or_default());
    if let Some(example) = media.and_then(|media| example_of(media, budget)) {
        schema.example = Some(example);
    }
    let required = declared.get("required").and_then(View::boolean).unwrap_or(false);
    Some(Body { media_type, schema, required })
}

/// The schema of a media type object; of a stream (OpenAPI 3.2) that of its items.
fn schema_of(media: View<'_>, budget: &mut usize) -> Option<Schema> {
    Some(schema(media.raw("schema").or_else(|| media.raw("itemSchema"))?, budget))
}

/// The example of a media type or parameter object.
pub(crate) fn example_of(holder: View<'_>, budget: &mut usize) -> Option<serde_json::Value> {
    let of_examples = || {
        let (_, example) = holder.get("examples")?.entries().next()?;
        let example = example.followed()?;
        // OpenAPI 3.2 tells data and its serialised form apart.
        example.raw("value").or_else(|| example.raw("dataValue"))
    };
    let example = holder.raw("example").or_else(of_examples).filter(|example| !example.is_null())?;
    let most = (*budget).min(LARGEST_EXAMPLE);
    *budget -= example.size(most)?;
    example.value(most)
}

/// The responses of an operation. `produces`: the media types that Swagger 2.0 declares apart from the schema.
pub(crate) fn responses(declared: View<'_>, produces: Option<View<'_>>, budget: &mut usize) -> Vec<DeclaredResponse> {
    let of_swagger = |response: View<'_>, budget: &mut usize| {
        let schema = schema(response.raw("schema")?, budget);
        let types = declared_types(produces).map(|name| (name, ()));
        let media_type = preferred(types).map_or_else(|| "application/json".to_owned(), |(name, ())| name);
        Some((media_type, (schema.kind != SchemaType::Null).then_some(schema)))
    };
    let of_content = |response: View<'_>, budget: &mut usize| {
        let (media_type, media) = preferred(response.get("content")?.entries())?;
        Some((media_type, media.followed().and_then(|media| schema_of(media, budget))))
    };
    let mut responses = Vec::new();
    for (status, response) in
        declared.entries().take(2 * MOST_RESPONSES).filter(|(status, _)| !status.starts_with("x-")).take(MOST_RESPONSES)
    {
        // Half of what is left for each, so that one large answer leaves something for the others.
        let mut share = *budget / 2;
        let before = share;
        let body = response
            .followed()
            .and_then(|response| of_content(response, &mut share).or_else(|| of_swagger(response, &mut share)));
        *budget -= before - share;
        let (media_type, schema) = body.map_or((None, None), |(media_type, schema)| (Some(media_type), schema));
        responses.push(DeclaredResponse { status: status.chars().take(LONGEST_NAME).collect(), media_type, schema });
    }
    responses
}
