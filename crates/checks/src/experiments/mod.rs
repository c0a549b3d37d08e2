//! Experiments that several rules read: they send the same requests for every rule, so that each is sent once.

pub mod basic_attempts;
pub mod burst;
pub mod flask_session;
pub mod own_account;
pub mod own_objects;
pub mod payload_refusal;
pub mod provoke;
pub mod query_names;
pub mod repetition;
