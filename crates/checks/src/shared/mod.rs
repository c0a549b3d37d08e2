//! Recognisers that several categories need.

pub mod compare;
pub mod fields;
pub mod fill;
pub mod graphql;
pub mod inputs;
pub mod names;
pub mod patterns;
pub mod provoke;
pub mod reflection;
#[cfg(test)]
pub(crate) mod samples;
pub mod soft_404;
pub mod words;
