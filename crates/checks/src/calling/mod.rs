//! Calling operations: which requests they take, which of their parameters a payload may go into, where one logs in.

pub mod body;
pub mod graphql;
pub mod harvested;
pub mod inputs;
pub mod login;
pub mod request;
