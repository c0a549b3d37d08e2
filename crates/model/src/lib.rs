//! The words of middlebrick: what a scan is asked, what it sees, what it finds and how that is scored.
//!
//! No input or output, no clock, no async: every type here is a value and every function is pure.

mod account;
mod body;
mod category;
mod compliance;
mod confidence;
mod consent;
mod counted;
mod depth;
mod effect;
mod event;
mod exchange;
mod finding;
mod identity;
mod ignore;
mod location;
mod method;
mod not_tested;
mod operation;
mod operations;
mod origin;
mod outcome;
mod path_match;
mod path_pattern;
mod path_template;
mod place;
mod redact;
mod report;
mod request;
mod response;
mod routes;
mod rule;
mod schema;
mod score;
mod secret;
mod selector;
mod severity;
mod surface;
mod target;
mod tls;
mod truncation;

pub use account::Account;
pub use body::{BodyBytes, BodyCache, BodyText, Json, LARGEST_TREE, StoredBody};
pub use category::Category;
pub use compliance::{Requirement, requirements};
pub use confidence::Confidence;
pub use consent::Consent;
pub use counted::counted;
pub use depth::Depth;
pub use effect::Effect;
pub use event::Event;
pub use exchange::{Exchange, OrderKey, Round};
pub use finding::{Evidence, Finding};
pub use identity::{Credential, Identity};
pub use ignore::Ignore;
pub use location::{Component, Location, Part, fingerprint};
pub use method::Method;
pub use not_tested::NotTested;
pub use operation::{Body, DeclaredResponse, Operation, Parameter, ParameterIn, Source};
pub use operations::Operations;
pub use origin::{Origin, Scheme};
pub use outcome::{Failure, Outcome, Phase};
pub use path_pattern::PathPattern;
pub use path_template::PathTemplate;
pub use place::Place;
pub use redact::{Redacted, Redactor, SecretPattern, secret_patterns};
pub use report::{
    AlteredView, CategoryResult, ComponentView, Coverage, CredentialState, CredentialView, EvidenceKind, EvidenceView,
    FindingView, IgnoredView, LocationKind, LocationView, NextFix, NotTestedView, PartView, Report, RuleView, Spent,
    Status, StepView, SurfaceView, TechnologyView, Tool, TranscriptEntry, Verdict,
};
pub use request::{Altered, Request, Shared};
pub use response::Response;
pub use routes::Routes;
pub use rule::{Rule, Tag};
pub use schema::{Schema, SchemaType};
pub use score::{CategoryScore, Context, Grade, Reach, RuleOutcome, SCORE_VERSION, Score, ScoreTable, Scored, score};
pub use secret::{Secret, mask};
pub use selector::{Group, Selector};
pub use severity::Severity;
pub use surface::{Form, FormField, Harvested, SecurityScheme, SpecFacts, Surface, Technology};
pub use target::{ImportedRequest, Selection, Target};
pub use tls::{
    AcceptedSuite, Certificate, CertificateFault, CipherClass, TlsFacts, TlsFailure, TlsReport, TlsVersion,
    VersionFacts,
};
pub use truncation::Truncation;
