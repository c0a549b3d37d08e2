//! Recognisers that several categories need.

pub mod access;
pub mod administration;
pub mod admitted;
pub mod authorization;
pub mod burst;
pub mod caching;
pub mod compare;
pub mod fields;
pub mod fill;
pub mod flask_session;
pub mod graphql;
pub mod guess;
pub mod identifiers;
pub mod inputs;
pub mod jwt;
pub mod known_file;
pub mod llm;
pub mod login;
pub mod names;
pub mod pagination;
pub mod patterns;
pub mod provoke;
pub mod reflection;
#[cfg(test)]
pub(crate) mod samples;
pub mod session_id;
pub mod set_cookie;
pub mod soft_404;
pub mod specifications;
pub mod state_change;
pub mod transport;
pub mod words;
