use std::collections::{BTreeMap, BTreeSet};

use model::{Operation, SpecFacts};

use crate::error::ParseError;
use crate::fault::{Faults, quoted};
use crate::files::Files;
use crate::parse::read;
use crate::reference;
use crate::security;
use crate::server::{self, Base};
use crate::tree::Tree;
use crate::view::View;
use crate::walk;

/// Most external documents that are named.
const MOST_EXTERNAL: usize = 100;

/// Longest title and version that is kept, in characters.
const LONGEST_TITLE: usize = 500;

/// A parsed OpenAPI document, with the external documents that were given to it.
#[derive(Debug)]
pub struct Document {
    files: Files,
    /// Names of documents that are referred to and not here.
    external: BTreeSet<String>,
    version: String,
    /// Faults of the text.
    syntax_faults: Faults,
    /// Faults of references.
    link_faults: Faults,
}

impl Document {
    fn of(tree: Tree, mut faults: Faults) -> Result<Document, ParseError> {
        let mut document = Document {
            files: Files::default(),
            external: BTreeSet::new(),
            version: String::new(),
            syntax_faults: Faults::default(),
            link_faults: Faults::default(),
        };
        document.files.add(String::new(), tree);
        document.version = version(document.root(), &mut faults)?;
        document.syntax_faults = faults;
        document.link_all();
        Ok(document)
    }

    /// The declared version: `2.0`, `3.0.3`, `3.1.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The same document with these external ones, by the names that [`external_references`] gave them. What cannot be
    /// read of them becomes a fault.
    #[must_use]
    pub fn with_external(mut self, documents: BTreeMap<String, Vec<u8>>) -> Document {
        for (name, bytes) in documents {
            if self.files.find(&name).is_some() {
                continue;
            }
            match read(&bytes, &mut self.syntax_faults) {
                Ok(tree) => self.files.add(name, tree),
                Err(error) => {
                    self.syntax_faults.add(format!("The external document {} cannot be read: {error}.", quoted(&name)));
                    self.files.add(name, Tree::default());
                }
            }
        }
        self.link_all();
        self
    }

    /// What the document says besides its operations, read from `source` (a file or URL) for a target at `base`.
    pub fn facts(&self, source: &str, base: &Base) -> SpecFacts {
        let root = self.root();
        let mut faults = self.syntax_faults.clone();
        let info = root.get("info");
        let scalar = |name: &str| {
            let text = info.and_then(|info| info.get(name)).and_then(View::scalar).unwrap_or_default();
            text.chars().take(LONGEST_TITLE).collect()
        };
        let text = |view: Option<View<'_>>, name: &str| view.and_then(|v| v.get(name)).and_then(View::scalar);
        let contact = info.and_then(|info| info.get("contact"));
        let addresses = [text(contact, "url"), text(info, "termsOfService"), text(root.get("externalDocs"), "url")];
        let addresses = addresses.into_iter().flatten().filter(|a| a.len() <= LONGEST_TITLE).collect();
        let servers = server::declared(root, base, &mut faults);
        let security_schemes = security::schemes(root, &mut faults);
        walk::faults(root, base, &mut faults);
        for sentence in self.link_faults.clone().into_sentences() {
            faults.add(sentence);
        }
        SpecFacts {
            source: source.to_owned(),
            version: self.version.clone(),
            title: scalar("title"),
            api_version: scalar("version"),
            servers,
            addresses,
            security_schemes,
            faults: faults.into_sentences(),
        }
    }

    /// All operations in the document's order, at most 50,000, with full paths for a target at `base`.
    ///
    /// A server of another origin only lends its path: the API is then most likely deployed under another name. What follows
    /// a `#` in a path tells operations of one path apart and is never sent, so that several operations may have one name.
    pub fn operations(&self, base: &Base) -> Vec<Operation> {
        walk::operations(self.root(), base)
    }

    pub(crate) fn root(&self) -> View<'_> {
        View::root_of(&self.files, 0)
    }

    fn link_all(&mut self) {
        let mut faults = Faults::default();
        let links = reference::links(&self.files, &mut faults);
        self.files.link(links.targets);
        self.external = links.external;
        self.link_faults = faults;
    }
}

/// Reads an OpenAPI document: JSON, or else YAML (of several documents in a stream the first).
///
/// Errors say what is there instead: HTML, another kind of description, JSON without `openapi` or `swagger`, or what is wrong
/// with the syntax and where.
pub fn parse(bytes: &[u8]) -> Result<Document, ParseError> {
    let mut faults = Faults::default();
    let tree = read(bytes, &mut faults)?;
    Document::of(tree, faults)
}

/// The documents that this one refers to and that were not given to [`Document::with_external`] yet: URLs, or paths relative to
/// the document. At most one hundred. After giving some, ask again: they may refer to further ones.
pub fn external_references(document: &Document) -> Vec<String> {
    document.external.iter().take(MOST_EXTERNAL).cloned().collect()
}

/// Other descriptions that people give in place of an OpenAPI document, by a member that only they have.
const OTHERS: [(&str, &str); 8] = [
    ("asyncapi", "an AsyncAPI document"),
    ("swaggerVersion", "a Swagger 1 document, which has been out of use since 2014"),
    ("arazzo", "an Arazzo workflow document"),
    ("overlay", "an OpenAPI overlay"),
    ("log", "a HAR log"),
    ("data", "a GraphQL answer"),
    ("$schema", "a JSON Schema"),
    ("_type", "an Insomnia export"),
];

/// The declared version, or what the document is instead.
fn version(root: View<'_>, faults: &mut Faults) -> Result<String, ParseError> {
    if !root.is_map() {
        let what = if root.is_list() { "a list" } else { "plain text" };
        return Err(ParseError::new(format!("this is {what}, not an OpenAPI document")));
    }
    for name in ["openapi", "swagger"] {
        if let Some(version) = root.raw(name) {
            let text = version.scalar().unwrap_or_default();
            // `swagger: 2` and `openapi: 3` in YAML are numbers.
            let text = if text.contains('.') || text.is_empty() { text } else { format!("{text}.0") };
            if !(text.starts_with("2.") || text.starts_with("3.")) {
                faults.add(format!(
                    "The version {} is not known; the document is read as well as it goes.",
                    quoted(&text)
                ));
            }
            if (name == "swagger") != text.starts_with("2.") {
                faults.add(format!("The version {} does not go with the member `{name}`.", quoted(&text)));
            }
            return Ok(text);
        }
    }
    if root.raw("info").is_some_and(|info| info.raw("_postman_id").is_some()) || root.raw("item").is_some() {
        return Err(ParseError::new("this is a Postman collection, not an OpenAPI document; give it with --import"));
    }
    if let Some((_, what)) = OTHERS.iter().find(|(member, _)| root.raw(member).is_some()) {
        return Err(ParseError::new(format!("this is {what}, not an OpenAPI document")));
    }
    Err(ParseError::new(
        "this is a JSON or YAML object with neither `openapi` nor `swagger`, so not an OpenAPI document",
    ))
}
