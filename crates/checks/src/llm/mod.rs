//! Endpoints that talk to a language model: OWASP LLM Top 10 2025.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
