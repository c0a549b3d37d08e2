use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Exchange, Operation, Operations, Origin, ParameterIn};

/// A security scheme as an OpenAPI document declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum SecurityScheme {
    /// `http` with its scheme, lower-case: `basic`, `bearer`, `digest`.
    Http {
        /// The authentication scheme.
        scheme: String,
    },
    /// `apiKey`.
    ApiKey {
        /// Where it is sent.
        place: ParameterIn,
        /// Its name there.
        name: String,
    },
    /// `oauth2`.
    OAuth2 {
        /// Flow names such as `implicit`, `password`, `authorizationCode`.
        flows: Vec<String>,
    },
    /// `openIdConnect`, `mutualTLS` or what we do not know.
    Other {
        /// The declared type.
        kind: String,
    },
}

/// What an OpenAPI document says besides its operations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SpecFacts {
    /// File or URL.
    pub source: String,
    /// `2.0`, `3.0.3`, `3.1.0`.
    pub version: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub api_version: String,
    /// Declared servers, absolute or relative.
    pub servers: Vec<String>,
    /// Other addresses of whoever publishes it: `info.contact.url`, `info.termsOfService`, `externalDocs.url`.
    pub addresses: Vec<String>,
    /// Declared security schemes by name.
    pub security_schemes: BTreeMap<String, SecurityScheme>,
    /// Faults that reading met, each a sentence.
    pub faults: Vec<String>,
}

/// A product recognised at the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Technology {
    /// Such as `Flask`, `Werkzeug`, `gunicorn`, `FastAPI`, `nginx`.
    pub name: String,
    /// The version, when it is shown.
    pub version: Option<String>,
    /// What gave it away.
    pub evidence: String,
}

/// A field of an HTML form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// `name`.
    pub name: String,
    /// `type`, lower-case, `text` when absent.
    pub kind: String,
    /// `value`.
    pub value: String,
}

/// An HTML form as served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The path of the page it is on.
    pub page: String,
    /// The path it is sent to.
    pub action: String,
    /// The method, upper-case.
    pub method: String,
    /// Whether the page states the method; else it is the GET that HTML means.
    pub states_method: bool,
    /// Whether the page has a script that sends it, so that its method may never be used.
    pub scripted: bool,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// A value that responses showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvested {
    /// The value as text.
    pub value: String,
    /// Whom it was shown to: identities by their names, `None` for the anonymous client.
    pub seen_by: BTreeSet<Option<String>>,
}

impl From<&str> for Harvested {
    /// A value that the anonymous client saw.
    fn from(value: &str) -> Harvested {
        Harvested { value: value.to_owned(), seen_by: BTreeSet::from([None]) }
    }
}

/// All operations and facts known of a target.
#[derive(Debug, Clone, Default)]
pub struct Surface {
    /// The origin, absent before the preflight.
    pub origin: Option<Origin>,
    /// The path that was asked for.
    pub path: String,
    /// All operations, sorted by path and method.
    pub operations: Operations,
    /// Links that seem to act by what their query says, on operations that do not without it. They are never followed.
    pub acting_links: Vec<Arc<Operation>>,
    /// Facts of the OpenAPI document, if there is one.
    pub specification: Option<SpecFacts>,
    /// Whether the document was served by the target to anybody.
    pub specification_is_public: bool,
    /// Recognised products.
    pub technologies: Vec<Technology>,
    /// Forms found on pages.
    pub forms: Vec<Form>,
    /// Paths of scripts and style sheets of the target.
    pub assets: BTreeSet<String>,
    /// URLs of other origins that pages load scripts from.
    pub foreign_scripts: BTreeSet<String>,
    /// Values seen in responses by the name they stood under (`id`, `username`), for path and query parameters.
    pub harvested: BTreeMap<String, Vec<Harvested>>,
    /// The values that operations were called with, by `METHOD /path`, place and name: what an ordinary call sends from then on.
    pub settled: BTreeMap<(String, ParameterIn, String), String>,
    /// Who calls an operation in the ordinary way, by `METHOD /path`: an account of the scan's own, or nobody in particular. The first
    /// identity that was given calls those that are not named here.
    pub callers: BTreeMap<String, Option<String>>,
    /// Why the document that the user named cannot be used, if it cannot.
    pub unusable_specification: Option<String>,
    /// What the reader should know about how the surface was found; each a sentence.
    pub notes: Vec<String>,
    /// Facts of the TLS connection, if the scheme is https.
    pub tls: Option<crate::TlsFacts>,
    /// What `http://` on the same host answered to the same path, anonymously and without following it, if the target is https on
    /// its default port. A failed exchange says that plain HTTP is closed.
    pub plain_http: Option<Arc<Exchange>>,
    /// What was answered to a path that does not exist.
    pub unknown_path: Option<Arc<Exchange>>,
}

impl Surface {
    /// The values seen under a name, whoever saw them.
    pub fn harvested(&self, name: &str) -> impl Iterator<Item = &str> {
        self.harvested.get(name).into_iter().flatten().map(|harvested| harvested.value.as_str())
    }

    /// Whether a product of this name was recognised.
    pub fn has(&self, technology: &str) -> bool {
        self.technologies.iter().any(|t| t.name.eq_ignore_ascii_case(technology))
    }

    /// The version shown of this product.
    pub fn version_of(&self, technology: &str) -> Option<&str> {
        self.technologies.iter().find(|t| t.name.eq_ignore_ascii_case(technology)).and_then(|t| t.version.as_deref())
    }

    /// Whether the target shows Flask, or Werkzeug, which few but Flask applications run on.
    pub fn shows_flask(&self) -> bool {
        self.has("Flask") || self.has("Werkzeug")
    }

    /// Whether the target is, or could be, a Flask application.
    pub fn may_be_flask(&self) -> bool {
        const OTHERS: [&str; 10] =
            ["Django", "FastAPI", "Starlette", "Express", "Spring", "Rails", "Laravel", "ASP.NET", "Go", "Next.js"];
        self.shows_flask() || !self.technologies.iter().any(|t| OTHERS.contains(&t.name.as_str()))
    }
}
