//! From files of recorded requests to those that go to the target.

use std::collections::BTreeSet;

use import::{Imported, Recorded};
use model::{ImportedRequest, Origin};

use crate::surroundings::reason;
use crate::{Field, ImportSource, RequestError, Surroundings};

/// The requests of all files, and what to say of them.
///
/// # Errors
/// A file cannot be read, or has no request that could go to the target.
pub(crate) fn read(
    sources: &[ImportSource],
    origin: &Origin,
    surroundings: &dyn Surroundings,
) -> Result<(Vec<ImportedRequest>, Vec<String>), RequestError> {
    let (mut requests, mut notes) = (Vec::new(), Vec::new());
    for source in sources {
        let (name, bytes) = match source {
            ImportSource::Text(text) => ("standard input".to_owned(), text.clone().into_bytes()),
            ImportSource::File(path) => {
                let bytes = surroundings.read(path).map_err(|error| RequestError::File {
                    field: Field::Import,
                    path: path.clone(),
                    why: reason(&error),
                })?;
                (path.display().to_string(), bytes)
            }
        };
        let imported = import::read(&bytes).map_err(|error| {
            let line = error.line.map_or_else(String::new, |line| format!(":{line}"));
            RequestError::Value { field: Field::Import, why: format!("{name}{line}: {}", error.why) }
        })?;
        requests.extend(chosen(&name, imported, origin, &mut notes)?);
    }
    Ok((requests, notes))
}

/// The requests to the target, or, of a file that was recorded at one other host, all of them: a collection of production is the one of
/// staging.
fn chosen(
    name: &str,
    imported: Imported,
    origin: &Origin,
    notes: &mut Vec<String>,
) -> Result<Vec<ImportedRequest>, RequestError> {
    let own = origin.to_string().to_ascii_lowercase();
    let is_own = |request: &Recorded| request.origin.as_ref().is_none_or(|origin| *origin == own);
    let others: BTreeSet<String> =
        imported.requests.iter().filter(|r| !is_own(r)).filter_map(|r| r.origin.clone()).collect();
    let kept: Vec<Recorded> = match others.first() {
        Some(other) if others.len() == 1 && !imported.requests.iter().any(is_own) => {
            notes.push(format!("{name} was recorded at {other}; its paths are scanned at {own}"));
            imported.requests
        }
        _ => {
            let all = imported.requests.len();
            let kept: Vec<Recorded> = imported.requests.into_iter().filter(|request| is_own(request)).collect();
            if kept.is_empty() {
                let hosts: Vec<&str> = others.iter().take(5).map(String::as_str).collect();
                let where_to =
                    if hosts.is_empty() { String::new() } else { format!("; they go to {}", hosts.join(", ")) };
                let why =
                    format!("{name}: no request of the {} in this {} goes to {own}{where_to}", all, imported.kind);
                return Err(RequestError::Value { field: Field::Import, why });
            }
            if kept.len() < all {
                notes.push(format!(
                    "left out, since they go to other hosts: {} of {} of {name}",
                    all - kept.len(),
                    model::counted(all, "request")
                ));
            }
            kept
        }
    };
    if imported.left_out > 0 {
        notes.push(format!("{name} has {} than are read", model::counted(imported.left_out, "more request")));
    }
    Ok(kept.into_iter().map(request).collect())
}

fn request(recorded: Recorded) -> ImportedRequest {
    let Recorded { method, target, values, media_type, body, name, .. } = recorded;
    ImportedRequest { method, target, values, media_type, body, name }
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::System;

    fn read_text(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 5000 };
        let sources = [ImportSource::Text(text.to_owned())];
        let (requests, notes) = read(&sources, &origin, &System).map_err(|error| error.to_string())?;
        Ok((requests.into_iter().map(|r| format!("{} {}", r.method, r.target)).collect(), notes))
    }

    #[test]
    fn requests_to_other_hosts_are_left_out_unless_there_is_but_one() {
        let (requests, notes) = read_text("http://127.0.0.1:5000/a\n/b\nhttps://cdn.example/c\n").unwrap();
        assert_eq!((requests, notes.len()), (vec!["GET /a".to_owned(), "GET /b".to_owned()], 1));
        let (requests, notes) = read_text("https://shop.example/a\nhttps://shop.example/b\n").unwrap();
        assert!(requests.len() == 2 && notes[0].contains("https://shop.example"), "{notes:?}");
        let error = read_text("https://a.example/a\nhttps://b.example/b\n").unwrap_err();
        assert!(error.contains("no request of the 2") && error.contains("https://b.example"), "{error}");
        let error = read_text("/a\nno path\n").unwrap_err();
        assert!(error.contains("standard input:2: "), "{error}");
    }
}
