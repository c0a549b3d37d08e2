//! Recognisers that several categories need.

pub mod fields;
pub mod fill;
pub mod graphql;
pub mod patterns;
pub mod provoke;
pub mod soft_404;
pub mod words;
