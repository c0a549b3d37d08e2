use model::{Method, Operation, Parameter, ParameterIn, PathTemplate, Schema, SchemaType, Source};

use crate::example::example_text;
use crate::fault::{Faults, quoted};
use crate::media;
use crate::parameter;
use crate::security;
use crate::server::{self, Base};
use crate::view::View;

/// Schema nodes of all operations of a document together, some three hundred bytes each.
const NODES: usize = 450_000;

/// Parameters of all operations of a document together.
const PARAMETERS: usize = 300_000;

/// Responses of all operations of a document together.
const RESPONSES: usize = 300_000;

/// Names of security schemes in the requirements of all operations together.
const REQUIREMENTS: usize = 500_000;

/// Most parameters in one path.
const MOST_NAMES: usize = 32;

/// Longest summary and description that is kept, in characters.
const LONGEST_SUMMARY: usize = 500;

/// What all operations together may take. A hostile document can refer to one large part from every operation.
pub(crate) struct Total {
    nodes: usize,
    /// Schema nodes for each operation.
    share: usize,
    parameters: usize,
    responses: usize,
    requirements: usize,
}

impl Total {
    /// The schemas of a document of many operations are cut earlier.
    pub(crate) fn for_operations(count: usize) -> Total {
        Total {
            nodes: NODES,
            share: (NODES / count.max(1)).clamp(20, 8_000),
            responses: RESPONSES,
            ..Total::without_schemas()
        }
    }

    /// For a run that only looks for faults.
    pub(crate) fn without_schemas() -> Total {
        Total { nodes: 0, share: 0, parameters: PARAMETERS, responses: 0, requirements: REQUIREMENTS }
    }
}

/// An operation in its place.
pub(crate) struct Found<'d> {
    pub(crate) method: Method,
    /// As declared.
    pub(crate) path: &'d str,
    /// The path item, and those that it refers to.
    pub(crate) items: Vec<View<'d>>,
    pub(crate) operation: View<'d>,
}

/// Reads operations one after the other.
pub(crate) struct Reader<'d, 'f> {
    base: &'d Base,
    total: Total,
    faults: &'f mut Faults,
    root: View<'d>,
    is_swagger: bool,
    server_path: String,
    security: Option<Vec<Vec<String>>>,
}

impl<'d, 'f> Reader<'d, 'f> {
    pub(crate) fn new(root: View<'d>, base: &'d Base, total: Total, faults: &'f mut Faults) -> Reader<'d, 'f> {
        let is_swagger = root.raw("openapi").is_none();
        let security = security::requirement(root, "the document", faults);
        let server_path = server::path_of_document(root, base);
        Reader { base, total, faults, root, is_swagger, server_path, security }
    }

    pub(crate) fn read(&mut self, found: &Found<'_>) -> Operation {
        let operation = found.operation;
        let name = format!("{} {}", found.method, quoted(found.path));
        let share = self.total.share.min(self.total.nodes);
        let mut budget = share;
        let own_server = server::path_of(operation, self.base)
            .or_else(|| found.items.iter().find_map(|item| server::path_of(*item, self.base)));
        let prefix = own_server.as_deref().unwrap_or(&self.server_path);
        let template = template(found.path, self.faults);
        let path = PathTemplate::from(format!("{prefix}{template}"));

        let consumes = self.media_types(operation, "consumes");
        let lists =
            std::iter::once(operation).chain(found.items.iter().copied()).filter_map(|view| view.get("parameters"));
        let most = parameter::MOST.min(self.total.parameters);
        let declared = parameter::parameters(lists, consumes, &name, most, &mut budget, self.faults);
        self.total.parameters = self.total.parameters.saturating_sub(declared.cost);
        let mut list = declared.list;
        reconcile(&mut list, &path, &template.into(), &name, self.faults);

        let body =
            operation.get("requestBody").and_then(|body| media::request_body(body, &mut budget)).or(declared.body);
        let responses = self.responses(operation, &name, &mut budget);
        self.total.nodes -= share - budget;
        let security = self.security(operation, &name);
        Operation {
            method: found.method.clone(),
            path,
            parameters: list,
            body,
            security,
            responses,
            id: operation.text_of("operationId").map(|id| id.chars().take(LONGEST_SUMMARY).collect()),
            summary: summary(operation, &found.items),
            labels: tags(operation),
            outcomes: if found.method.is_safe() { outcomes(operation) } else { Vec::new() },
            acts: has_side_effects(operation),
            deprecated: operation.get("deprecated").and_then(View::boolean).unwrap_or(false),
            source: Source::Specification,
        }
    }

    fn security(&mut self, operation: View<'_>, name: &str) -> Option<Vec<Vec<String>>> {
        let requirement = security::requirement(operation, name, self.faults).or_else(|| self.security.clone())?;
        let names: usize = requirement.iter().map(|alternative| 1 + alternative.len()).sum();
        if self.total.requirements < names {
            self.faults.add("The document has too many security requirements; those of later operations are left out.");
            return None;
        }
        self.total.requirements -= names;
        Some(requirement)
    }

    fn responses(&mut self, operation: View<'_>, name: &str, budget: &mut usize) -> Vec<model::DeclaredResponse> {
        let Some(declared) = operation.get("responses") else { return Vec::new() };
        if !declared.is_map() {
            self.faults.add(format!("The responses of {name} are not an object."));
        }
        if self.total.responses == 0 {
            return Vec::new();
        }
        let produces = self.media_types(operation, "produces");
        let mut responses = media::responses(declared, produces, budget);
        responses.truncate(self.total.responses);
        self.total.responses -= responses.len();
        responses
    }

    /// Swagger 2.0 `consumes` or `produces` of an operation, or else of the document.
    fn media_types<'v>(&self, operation: View<'v>, name: &str) -> Option<View<'v>>
    where
        'd: 'v,
    {
        if !self.is_swagger {
            return None;
        }
        operation.get(name).or_else(|| self.root.get(name))
    }
}

/// Summary and description, each on its own line; of the path where the operation has none.
fn summary(operation: View<'_>, items: &[View<'_>]) -> String {
    let said = |view: View<'_>| {
        let mut parts: Vec<&str> =
            ["summary", "description"].iter().filter_map(|name| view.text_of(name)).map(str::trim).collect();
        parts.retain(|part| !part.is_empty());
        parts.dedup();
        parts.join("\n").chars().take(LONGEST_SUMMARY).collect::<String>()
    };
    std::iter::once(operation).chain(items.iter().copied()).map(said).find(|said| !said.is_empty()).unwrap_or_default()
}

/// The short descriptions of the successful responses.
fn outcomes(operation: View<'_>) -> Vec<String> {
    const MOST: usize = 3;
    /// Longer ones describe what is returned.
    const LONGEST: usize = 80;
    let Some(responses) = operation.get("responses") else { return Vec::new() };
    let successful = responses.entries().take(MOST).filter(|(status, _)| status.starts_with('2'));
    let described = successful.filter_map(|(_, response)| response.followed()?.text_of("description"));
    described.map(str::trim).filter(|text| text.len() > 2 && text.len() <= LONGEST).map(str::to_owned).collect()
}

/// Whether an extension says that calling it does something.
fn has_side_effects(operation: View<'_>) -> bool {
    const EXTENSIONS: [&str; 4] = ["x-side-effects", "x-side-effect", "x-destructive", "x-mutates"];
    let says = |name: &&str| {
        operation.get(name).is_some_and(|value| {
            value.boolean().unwrap_or_else(|| {
                value.text().map_or_else(
                    || value.items().next().is_some(),
                    |text| !matches!(text, "" | "none" | "no" | "false"),
                )
            })
        })
    };
    EXTENSIONS.iter().any(says)
}

/// The first tags.
fn tags(operation: View<'_>) -> Vec<String> {
    const MOST: usize = 8;
    let tags = operation.get("tags").into_iter().flat_map(View::items).filter_map(View::text);
    tags.take(MOST).map(|tag| tag.chars().take(LONGEST_TAG).collect()).collect()
}

/// Longest tag that is kept, in characters.
const LONGEST_TAG: usize = 80;

/// A declared path as a template: with a slash before it, without a fragment, and with parameters in braces also where the
/// document writes them as Flask (`<int:id>`) or Express (`:id`) do.
fn template(path: &str, faults: &mut Faults) -> String {
    let sent = path.split('#').next().unwrap_or_default().trim();
    if !sent.starts_with('/') {
        faults.add(format!("The path {} does not begin with a slash.", quoted(path)));
    }
    let mut template = String::with_capacity(sent.len() + 1);
    for segment in sent.strip_prefix('/').unwrap_or(sent).split('/') {
        template.push('/');
        let in_braces = |name: &str| ["{", name, "}"].concat();
        if let Some(name) = segment.strip_prefix(':').filter(|name| is_name(name)) {
            template.push_str(&in_braces(name));
        } else if let Some(inner) = segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'))
            && let Some(name) = inner.rsplit(':').next().filter(|name| is_name(name))
        {
            template.push_str(&in_braces(name));
        } else {
            template.push_str(segment);
            continue;
        }
        faults.add(format!("The path {} does not write its parameters in braces.", quoted(path)));
    }
    template
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Names of its parameters, each once.
fn names(template: &PathTemplate) -> Vec<&str> {
    let mut names = Vec::new();
    for name in template.parameters().filter(|name| !name.is_empty()) {
        if names.len() < MOST_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Brings path parameters and path together: each name in braces has a parameter, and there is no other.
fn reconcile(
    list: &mut Vec<Parameter>,
    path: &PathTemplate,
    declared: &PathTemplate,
    whose: &str,
    faults: &mut Faults,
) {
    let names = names(path);
    for parameter in list.iter_mut().filter(|parameter| parameter.place == ParameterIn::Path) {
        if !names.contains(&parameter.name.as_str())
            && let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(&parameter.name))
        {
            faults.add(format!("{whose} spells its parameter {} in two ways.", quoted(name)));
            (*name).clone_into(&mut parameter.name);
        }
    }
    list.retain(|parameter| {
        let there = parameter.place != ParameterIn::Path || names.contains(&parameter.name.as_str());
        if !there {
            faults.add(format!("The path of {whose} has no parameter {}.", quoted(&parameter.name)));
        }
        there
    });
    for name in names {
        if list.iter().any(|parameter| parameter.place == ParameterIn::Path && parameter.name == name) {
            continue;
        }
        if declared.parameters().any(|declared| declared == name) {
            faults.add(format!("{whose} does not declare its path parameter {}.", quoted(name)));
        }
        let schema = Schema::of(SchemaType::String);
        let example = Some(example_text(&schema, name));
        list.push(Parameter {
            name: name.to_owned(),
            place: ParameterIn::Path,
            required: true,
            schema,
            example,
            repeated: false,
        });
    }
}
