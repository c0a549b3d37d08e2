//! Recognisers that several categories need.

pub mod fields;
pub mod fill;
pub mod graphql;
pub mod patterns;
pub mod provoke;
#[cfg(test)]
pub(crate) mod samples;
pub mod soft_404;
pub mod words;
