//! Recognisers that several categories need.

pub mod fill;
pub mod soft_404;
