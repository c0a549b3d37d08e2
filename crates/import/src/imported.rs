use crate::{Kind, Recorded};

/// What a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it is.
    pub kind: Kind,
    /// Its requests, in its order.
    pub requests: Vec<Recorded>,
    /// How many more it has than are read.
    pub left_out: usize,
}
