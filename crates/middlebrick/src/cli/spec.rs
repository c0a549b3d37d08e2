//! `middlebrick spec`.

use std::fmt::Write as _;

use engine::Ending;
use model::{Origin, Redactor, Scheme};
use openapi::Base;
use report::plain;

use super::arguments::SpecOptions;
use super::fault::Fault;
use super::files;

pub(crate) fn run(options: &SpecOptions) -> Result<Ending, Fault> {
    let bytes = files::read("FILE", &options.file)?;
    let name = options.file.display().to_string();
    let redactor = Redactor::new();
    let shown = |text: &str| plain(&redactor.text(text));
    let document = openapi::parse(&bytes).map_err(|error| Fault::new(format!("{name}: {error}")))?;
    // No target is known here: paths are those of a server at the document's own place.
    let base = Base::of(Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 });
    let facts = document.facts(&name, &base);
    let operations = document.operations(&base);
    if options.output == "json" {
        let text = serde_json::json!({ "facts": facts, "operations": operations });
        files::print(&format!("{text:#}\n"))?;
        return Ok(Ending::Passed);
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {} (OpenAPI {}), {} operations",
        shown(&facts.title),
        shown(&facts.api_version),
        facts.version,
        operations.len()
    );
    for operation in &operations {
        let security = match &operation.security {
            None => "-".to_owned(),
            Some(any) if any.is_empty() => "public".to_owned(),
            Some(any) => any.iter().map(|all| all.join("+")).collect::<Vec<_>>().join(" or "),
        };
        let deprecated = if operation.deprecated { " deprecated" } else { "" };
        let _ = writeln!(
            out,
            "  {:<8}{}  [{}]{deprecated}",
            operation.method.as_str(),
            shown(&operation.path),
            shown(&security)
        );
    }
    for fault in &facts.faults {
        let _ = writeln!(out, "note: {}", shown(fault));
    }
    files::print(&out)?;
    Ok(Ending::Passed)
}
