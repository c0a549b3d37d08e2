use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Category;

/// A requirement of a published standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Requirement {
    /// The standard's name and version.
    pub standard: String,
    /// The requirement's number in it.
    pub requirement: String,
}

#[derive(Deserialize)]
struct Standard {
    name: String,
    #[serde(flatten)]
    by_category: BTreeMap<Category, Vec<String>>,
}

/// The requirements that findings of a category bear on.
pub fn requirements(category: Category) -> Vec<Requirement> {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    static TABLE: LazyLock<BTreeMap<String, Standard>> = LazyLock::new(|| {
        toml::from_str(include_str!("../data/compliance.toml")).expect("data/compliance.toml is valid")
    });
    TABLE
        .values()
        .flat_map(|standard| {
            standard
                .by_category
                .get(&category)
                .into_iter()
                .flatten()
                .map(|number| Requirement { standard: standard.name.clone(), requirement: number.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_answers() {
        assert!(requirements(Category::Encryption).iter().any(|r| r.requirement == "4.2.1"));
        assert!(requirements(Category::Llm).is_empty());
    }
}
