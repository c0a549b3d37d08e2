//! Where a result is, in the way that GitHub accepts.

use model::LocationView;

use super::types::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};
use crate::plain::{cut, plain};
use crate::{artifact, place};

/// Longest name, in characters.
const LONGEST: usize = 500;

/// The location. A source file is relative to the root of the source (`SRCROOT`); the operation is the logical location.
pub(super) fn location(view: &LocationView) -> Location {
    let artifact = artifact::of(view);
    let physical_location = PhysicalLocation {
        artifact_location: ArtifactLocation { uri: artifact.uri, uri_base_id: artifact.is_source.then_some("SRCROOT") },
        region: Region { start_line: artifact.line },
    };
    Location { physical_location, logical_locations: logical(view) }
}

fn logical(view: &LocationView) -> Vec<LogicalLocation> {
    if view.path.is_none() && view.component.is_none() {
        return view.symbol.iter().map(|symbol| symbol_of(view, symbol)).collect();
    }
    let operation = cut(&plain(&place::operation(view)), LONGEST);
    let parameter = view.parameter.as_ref().map(|part| LogicalLocation {
        name: cut(&plain(&part.name), LONGEST),
        fully_qualified_name: cut(&plain(&format!("{operation} {}:{}", part.place, part.name)), 2 * LONGEST),
        kind: "parameter",
    });
    let kind = if view.component.is_some() { "module" } else { "resource" };
    let whole = LogicalLocation { name: operation.clone(), fully_qualified_name: operation, kind };
    [Some(whole), parameter].into_iter().flatten().collect()
}

/// A function or class of the source.
fn symbol_of(view: &LocationView, symbol: &str) -> LogicalLocation {
    let file = view.file.as_deref().unwrap_or("");
    LogicalLocation {
        name: cut(&plain(symbol), LONGEST),
        fully_qualified_name: cut(&plain(&format!("{file} {symbol}")), 2 * LONGEST),
        kind: "function",
    }
}
