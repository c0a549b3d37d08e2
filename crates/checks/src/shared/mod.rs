//! Recognisers that several categories need.

pub mod fill;
pub mod patterns;
pub mod provoke;
pub mod soft_404;
