//! `middlebrick spec`.

use std::fmt::Write as _;
use std::path::Path;

use engine::{Ending, ScanBuilder, ScanRequest, SpecSource, Surroundings, System, spec_parts};
use model::{Operation, Origin, Redactor, Scheme, SpecFacts, counted};
use openapi::Base;
use report::plain;

use super::arguments::SpecOptions;
use super::fault::Fault;
use super::{files, request, scan};

pub(crate) fn run(options: &SpecOptions) -> Result<Ending, Fault> {
    let (operations, facts) = match request::specification(&options.document)? {
        SpecSource::File(path) => kept(&path)?,
        SpecSource::Text(text) => read("standard input", Path::new(""), text.as_bytes())?,
        served @ SpecSource::Url(_) => self::served(served, &options.document)?,
    };
    let redactor = Redactor::new();
    let shown = |text: &str| plain(&redactor.text(text));
    if options.output == "json" {
        let text = serde_json::json!({ "facts": facts, "operations": operations });
        files::print(&format!("{text:#}\n"))?;
        return Ok(Ending::Passed);
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {} (OpenAPI {}), {}",
        shown(&facts.title),
        shown(&facts.api_version),
        facts.version,
        counted(operations.len(), "operation")
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

/// A document that is a file.
fn kept(path: &Path) -> Result<(Vec<Operation>, SpecFacts), Fault> {
    read(&path.display().to_string(), path, &files::read("FILE", path)?)
}

/// A document's own text; the path says where its parts are.
fn read(name: &str, path: &Path, bytes: &[u8]) -> Result<(Vec<Operation>, SpecFacts), Fault> {
    let document = openapi::parse(bytes).map_err(|error| Fault::new(format!("{name}: {error}")))?;
    let (document, _) = spec_parts(path, document, &|path| System.read(path));
    // No target is known here: paths are those of a server at the document's own place.
    let base = Base::of(Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 });
    Ok((document.operations(&base), document.facts(name, &base)))
}

/// A document that is served, as `scan --spec URL` reads it.
fn served(source: SpecSource, url: &str) -> Result<(Vec<Operation>, SpecFacts), Fault> {
    let request = ScanRequest { spec: Some(source), ..ScanRequest::of(url) };
    let read = scan::runtime()?.block_on(ScanBuilder::from(request).document());
    read.map_err(|error| match error.field() {
        Some(_) => Fault::new(format!("the document {url} cannot be read: {}", error.why())),
        None => Fault::from(error),
    })
}
