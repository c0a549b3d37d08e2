use std::ops::Deref;
use std::slice;
use std::sync::{Arc, OnceLock};

use crate::{Method, Operation, Routes};

/// The operations of a surface. It reads like a slice, and knows which of them a request calls.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    all: Vec<Arc<Operation>>,
    /// Their indexes by where they are. Made when it is first needed; the operations never change after they were put in.
    routes: OnceLock<Arc<Routes<usize>>>,
}

impl Operations {
    /// The operation that a request with this method and concrete path calls: the one written so, or else the template that fits and
    /// leaves least to its parameters; the first of several.
    pub fn called_by(&self, method: &Method, path: &str) -> Option<&Operation> {
        let candidates = self.routes().candidates(method, path);
        let candidates = || candidates.iter().filter_map(|at| self.all.get(**at)).map(Arc::as_ref);
        let itself = candidates().find(|o| o.path == *path);
        itself.or_else(|| candidates().filter(|o| o.path.matches(path)).min_by_key(|o| o.path.breadth()))
    }

    fn routes(&self) -> &Routes<usize> {
        self.routes.get_or_init(|| {
            let mut routes = Routes::default();
            self.all
                .iter()
                .enumerate()
                .for_each(|(at, operation)| routes.insert(&operation.method, &operation.path, at));
            Arc::new(routes)
        })
    }
}

impl Deref for Operations {
    type Target = [Arc<Operation>];

    fn deref(&self) -> &[Arc<Operation>] {
        &self.all
    }
}

impl From<Vec<Arc<Operation>>> for Operations {
    fn from(all: Vec<Arc<Operation>>) -> Operations {
        Operations { all, routes: OnceLock::new() }
    }
}

impl FromIterator<Arc<Operation>> for Operations {
    fn from_iter<I: IntoIterator<Item = Arc<Operation>>>(all: I) -> Operations {
        Vec::from_iter(all).into()
    }
}

impl<'a> IntoIterator for &'a Operations {
    type Item = &'a Arc<Operation>;
    type IntoIter = slice::Iter<'a, Arc<Operation>>;

    fn into_iter(self) -> slice::Iter<'a, Arc<Operation>> {
        self.all.iter()
    }
}
