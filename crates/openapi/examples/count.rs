//! Counts the operations of documents: `cargo run --release -p middlebrick-openapi --example count -- FILE-OR-DIRECTORY...`
//!
//! Prints a line for each document (operations, schema nodes, faults, milliseconds, file) and a last line with the sums and the
//! peak memory of the process.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use model::{Origin, Schema, Scheme};

fn main() {
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        collect(Path::new(&argument), &mut files);
    }
    let base = openapi::Base::of(Origin { scheme: Scheme::Https, host: "api.example.com".to_owned(), port: 443 });
    let (mut documents, mut operations, mut refused) = (0, 0, 0);
    let start = Instant::now();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let begin = Instant::now();
        match openapi::parse(&bytes) {
            Ok(document) => {
                let read = document.operations(&base);
                let facts = document.facts(&file.display().to_string(), &base);
                let nodes: usize = read.iter().map(schemas).sum();
                let time = begin.elapsed().as_millis();
                println!("{}\t{nodes}\t{}\t{time}\t{}", read.len(), facts.faults.len(), file.display());
                for fault in &facts.faults {
                    println!("#\t{fault}");
                }
                documents += 1;
                operations += read.len();
            }
            Err(error) => {
                println!("-\t{error}\t{}", file.display());
                refused += 1;
            }
        }
    }
    println!(
        "{documents} documents, {operations} operations, {refused} refused, {:.1} s, peak {} MiB",
        start.elapsed().as_secs_f64(),
        peak()
    );
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in &entries {
            collect(entry, files);
        }
    } else if path.extension().is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known))
    {
        files.push(path.to_path_buf());
    }
}

/// Nodes of all schemas of an operation.
fn schemas(operation: &model::Operation) -> usize {
    let body = operation.body.iter().map(|body| size(&body.schema));
    let parameters = operation.parameters.iter().map(|parameter| size(&parameter.schema));
    let responses = operation.responses.iter().filter_map(|response| response.schema.as_ref()).map(size);
    body.chain(parameters).chain(responses).sum()
}

fn size(schema: &Schema) -> usize {
    1 + schema.properties.values().map(size).sum::<usize>() + schema.items.as_deref().map_or(0, size)
}

/// Peak resident memory in MiB, 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
