//! The published contract of JSON v1, derived from the types that are serialised.

use model::Report;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Where the schema is published.
const ID: &str = "https://github.com/middlebrick/middlebrick/raw/main/docs/report.schema.json";

/// The JSON Schema (draft 2020-12) of what `--output json` prints. Every property is listed; unknown ones are not allowed.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Report>();
    schema.insert("$id".to_owned(), Value::from(ID));
    schema.insert("title".to_owned(), Value::from("middlebrick report, version 1"));
    schema.to_value()
}
