use std::collections::BTreeMap;

use crate::tree::Tree;

/// The trees of a document, whose name is empty and which comes first, and of its external documents, and where their references
/// lead.
#[derive(Debug, Default)]
pub(crate) struct Files {
    trees: Vec<(String, Tree)>,
    /// By file and the node of the `$ref` text: the file and node that it leads to.
    targets: BTreeMap<(u32, u32), (u32, u32)>,
}

impl Files {
    pub(crate) fn add(&mut self, name: String, tree: Tree) {
        self.trees.push((name, tree));
    }

    /// Says where the references lead, instead of what was said before.
    pub(crate) fn link(&mut self, targets: BTreeMap<(u32, u32), (u32, u32)>) {
        self.targets = targets;
    }

    pub(crate) fn count(&self) -> u32 {
        self.trees.len() as u32
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.trees.iter().position(|(known, _)| known == name).map(|at| at as u32)
    }

    pub(crate) fn name_of(&self, file: u32) -> &str {
        &self.trees[file as usize].0
    }

    pub(crate) fn tree(&self, file: u32) -> &Tree {
        &self.trees[file as usize].1
    }

    pub(crate) fn target(&self, file: u32, reference: u32) -> Option<(u32, u32)> {
        self.targets.get(&(file, reference)).copied()
    }
}
