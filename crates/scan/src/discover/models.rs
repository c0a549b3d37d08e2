//! The endpoints beside a list of language models, by the protocols that everyone speaks: who lists models serves them.

use model::{Body, Exchange, Method, Operation, Schema, SchemaType, Source};
use serde_json::Value;

use super::link;

/// The chat endpoint beside a response that lists models as the `OpenAI` API (`GET /v1/models`) or Ollama (`GET /api/tags`) does.
pub(super) fn beside(exchange: &Exchange, json: &Value) -> Option<Operation> {
    let path = exchange.request.path().trim_end_matches('/');
    let (endpoint, model) = if let Some(base) = path.strip_suffix("/models") {
        (format!("{base}/chat/completions"), openai(json)?)
    } else {
        (format!("{}/chat", path.strip_suffix("/tags")?), ollama(json)?)
    };
    let text = |example: Option<&str>| Schema { example: example.map(Value::from), ..Schema::of(SchemaType::String) };
    let message = Schema {
        properties: [("role".to_owned(), text(Some("user"))), ("content".to_owned(), text(None))].into(),
        required: vec!["role".to_owned(), "content".to_owned()],
        ..Schema::of(SchemaType::Object)
    };
    let messages = Schema { items: Some(Box::new(message)), ..Schema::of(SchemaType::Array) };
    let stream = Schema { example: Some(Value::Bool(false)), ..Schema::of(SchemaType::Boolean) };
    let properties = [("model", text(Some(model))), ("messages", messages), ("stream", stream)];
    let schema = Schema {
        required: properties.iter().map(|(name, _)| (*name).to_owned()).collect(),
        properties: properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect(),
        ..Schema::of(SchemaType::Object)
    };
    let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
    Some(Operation { method: Method::POST, body, ..link::operation(&endpoint, Source::Link) })
}

/// The first model of `{"object": "list", "data": [{"id": ..., "object": "model"}]}`.
fn openai(json: &Value) -> Option<&str> {
    let first = json.get("data")?.as_array()?.first()?;
    let is_model = json.get("object")?.as_str()? == "list" && first.get("object")?.as_str()? == "model";
    first.get("id")?.as_str().filter(|_| is_model)
}

/// The first model of `{"models": [{"name": ..., "digest": ..., "details": ...}]}`.
fn ollama(json: &Value) -> Option<&str> {
    let first = json.get("models")?.as_array()?.first()?;
    first.get("name")?.as_str().filter(|_| first.get("digest").is_some() && first.get("details").is_some())
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    fn endpoint(path: &str, body: &str) -> Option<String> {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let outcome = Outcome::Answered(Response::new(200, Vec::new(), body.as_bytes().to_vec()));
        let request = Request::get(&origin, path);
        let exchange = Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() };
        beside(&exchange, &serde_json::from_str(body).unwrap()).map(|operation| operation.name())
    }

    #[test]
    fn lists_of_models_lead_to_the_endpoint_beside_them() {
        let list = r#"{"object": "list", "data": [{"id": "small", "object": "model"}]}"#;
        assert_eq!(endpoint("/v1/models", list).as_deref(), Some("POST /v1/chat/completions"));
        let tags = r#"{"models": [{"name": "small:1b", "digest": "ab", "details": {}}]}"#;
        assert_eq!(endpoint("/api/tags", tags).as_deref(), Some("POST /api/chat"));
        for (path, body) in [
            ("/cars/models", r#"{"data": [{"id": "t-1", "name": "Tourer"}]}"#),
            ("/api/tags", r#"{"models": [{"name": "news"}]}"#),
            ("/v1/list", list),
        ] {
            assert_eq!(endpoint(path, body), None, "{path}");
        }
    }
}
