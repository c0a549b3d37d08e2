//! Calling operations: which requests they take, which of their parameters a payload may go into, where one registers and logs in.

pub mod body;
pub mod graphql;
pub mod harvested;
pub mod inputs;
pub mod issued;
pub mod login;
pub mod registration;
pub mod request;
pub mod wanted;
