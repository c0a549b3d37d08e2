use std::collections::BTreeSet;

use crate::document::Document;
use crate::view::View;
use crate::walk::MOST_MEMBERS;

/// Names of security schemes that requirements of the document or its operations refer to and that it does not declare, sorted.
pub fn undeclared_security_schemes(document: &Document) -> Vec<String> {
    let root = document.root();
    let declared: BTreeSet<&str> = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"))
        .or_else(|| root.get("securityDefinitions"))
        .into_iter()
        .flat_map(View::entries)
        .map(|(name, _)| name)
        .collect();
    let paths = root.get("paths").into_iter().flat_map(View::entries).filter_map(|(_, item)| item.followed());
    let operations =
        paths.flat_map(|item| item.entries().take(MOST_MEMBERS)).filter_map(|(_, operation)| operation.followed());
    let requirements = std::iter::once(root).chain(operations).filter_map(|holder| holder.get("security"));
    let names: BTreeSet<&str> =
        requirements.flat_map(View::items).flat_map(View::entries).map(|(name, _)| name).collect();
    names.difference(&declared).map(|name| (*name).to_owned()).collect()
}
