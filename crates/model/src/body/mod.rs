//! The bodies of responses: what they hold, and who owns the memory that they take.
//!
//! A body has up to three forms: its bytes, the same packed, and the JSON read from them. [`BodyCache`] counts all three and
//! takes away what can be made again when they come to more than its cap. Whoever reads a body gets a shared handle, and what
//! somebody holds is never taken away.

mod cache;
mod json;
mod packed;
mod stored;
mod text;

pub use cache::BodyCache;
pub use json::{Json, LARGEST_TREE};
pub use stored::StoredBody;
pub use text::{BodyBytes, BodyText};
