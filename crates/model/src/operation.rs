use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Method, PathTemplate, Schema};

/// Where a parameter is sent (OpenAPI `in`, and the fields of bodies, which no document or credential is read as).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ParameterIn {
    Path,
    Query,
    Header,
    Cookie,
    #[serde(skip_deserializing)]
    Body,
}

impl ParameterIn {
    /// The lower-case name.
    pub const fn id(self) -> &'static str {
        match self {
            ParameterIn::Path => "path",
            ParameterIn::Query => "query",
            ParameterIn::Header => "header",
            ParameterIn::Cookie => "cookie",
            ParameterIn::Body => "body",
        }
    }
}

/// One parameter of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub place: ParameterIn,
    /// Whether the operation needs it.
    pub required: bool,
    /// What values it takes.
    pub schema: Schema,
    /// A value that an ordinary client could send; harvested values are preferred when there are any.
    pub example: Option<String>,
    /// Whether each item of a list is sent as a value of its own (`a=1&a=2`); in the example and in what is harvested, commas stand
    /// between them.
    #[serde(default)]
    pub repeated: bool,
}

/// A request body as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Such as `application/json`.
    pub media_type: String,
    /// Its shape.
    pub schema: Schema,
    /// Whether the operation needs it.
    pub required: bool,
}

/// A response as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredResponse {
    /// `200`, `4XX`, `default`.
    pub status: String,
    /// Its media type and shape, if it declares one.
    pub media_type: Option<String>,
    /// The shape of the body.
    pub schema: Option<Schema>,
}

/// How an operation became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The URL the scan was asked for.
    Given,
    /// An OpenAPI or Swagger document.
    Specification,
    /// A link in HTML, a sitemap or JSON.
    Link,
    /// An HTML form.
    Form,
    /// A URL in a script.
    Script,
    /// A well-known or framework path that answered.
    WellKnown,
    /// An `Allow` header.
    Allow,
    /// A file of requests that another tool recorded or lists.
    Import,
}

/// Method and path template with what is declared about them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The full path template from the origin's root, parameters in braces: `/api/users/{id}`.
    pub path: PathTemplate,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its request body, the first JSON one preferred.
    pub body: Option<Body>,
    /// Security requirement: alternatives of scheme names that all have to be met. `None`: nothing is declared;
    /// `Some` of an empty list: declared public.
    pub security: Option<Vec<Vec<String>>>,
    /// Declared responses.
    pub responses: Vec<DeclaredResponse>,
    /// `operationId`.
    pub id: Option<String>,
    /// Summary and description.
    pub summary: String,
    /// What shows it: the tags of a document, the texts of links and buttons that lead to it. For reading only; no report has them.
    #[serde(skip)]
    pub labels: Vec<String>,
    /// What a document says of its successful responses, where it is a method that should only read. For reading only.
    #[serde(skip)]
    pub outcomes: Vec<String>,
    /// Whether what shows it says that following it does something: a link that asks first, a relation called `delete`.
    #[serde(skip)]
    pub acts: bool,
    /// Whether it is declared deprecated.
    pub deprecated: bool,
    /// How it became known.
    pub source: Source,
}

impl Operation {
    /// An operation of which nothing is declared.
    pub fn undeclared(method: Method, path: impl Into<PathTemplate>, source: Source) -> Operation {
        Operation {
            method,
            path: path.into(),
            parameters: Vec::new(),
            body: None,
            security: None,
            responses: Vec::new(),
            id: None,
            summary: String::new(),
            labels: Vec::new(),
            outcomes: Vec::new(),
            acts: false,
            deprecated: false,
            source,
        }
    }

    /// `GET /users/{id}`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The parameters sent in this place.
    pub fn parameters_in(&self, place: ParameterIn) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |p| p.place == place)
    }

    /// Whether the declaration asks for credentials: some requirement, and no empty alternative.
    pub fn declares_security(&self) -> bool {
        self.security.as_ref().is_some_and(|alternatives| {
            !alternatives.is_empty() && alternatives.iter().all(|schemes| !schemes.is_empty())
        })
    }
}
