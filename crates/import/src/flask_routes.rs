//! The table that `flask routes` prints (<https://flask.palletsprojects.com/en/stable/cli/>): endpoint, methods, rule.

use crate::{ImportError, Recorded};

/// Whether a line is the head of the table.
pub(crate) fn is_header(line: &str) -> bool {
    let columns = columns(line);
    columns.contains(&"Endpoint") && columns.contains(&"Methods") && columns.contains(&"Rule")
}

/// The requests of the table: one for each method of each rule.
pub(crate) fn read(text: &str) -> Result<Vec<Recorded>, ImportError> {
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| !is_header(line.trim()));
    let Some((_, head)) = lines.next() else { return Err(ImportError::new("the table has no head")) };
    let place = |name: &str| columns(head).iter().position(|column| *column == name).unwrap_or(0);
    let (endpoint, methods, rule) = (place("Endpoint"), place("Methods"), place("Rule"));
    let mut requests = Vec::new();
    for (at, line) in lines {
        let line = line.trim();
        if line.is_empty() || line.chars().all(|c| matches!(c, '-' | ' ')) {
            continue;
        }
        let cells = columns(line);
        let [Some(name), Some(allowed), Some(path)] = [endpoint, methods, rule].map(|column| cells.get(column)) else {
            return Err(ImportError::at(at + 1, "this row has fewer columns than the head"));
        };
        if !path.starts_with('/') {
            return Err(ImportError::at(at + 1, "this row has no rule that begins with /"));
        }
        let target = template(path);
        for method in allowed.split(',').map(str::trim).filter(|method| !method.is_empty()) {
            let name = (*name).to_owned();
            requests.extend(Recorded::of(method, &target).map(|recorded| Recorded { name, ..recorded }));
        }
    }
    Ok(requests)
}

/// Columns stand two blanks apart at least; methods are divided by a comma and one blank.
fn columns(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// `/users/<int:id>` as `/users/{id}`.
fn template(rule: &str) -> String {
    rule.split('/')
        .map(|segment| match segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            Some(inner) => format!("{{{}}}", inner.rsplit(':').next().unwrap_or(inner)),
            None => segment.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}
