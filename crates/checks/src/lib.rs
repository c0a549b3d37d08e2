//! The twelve categories, a folder each, in them a folder for each rule: the rule, its check, its page and its two Flask twins.
//!
//! A check is a value ([`Check`]); everything that lists rules is computed from [`all`].

mod callback_wait;
mod canary;
mod check;
mod findings;
#[cfg(test)]
mod hostile;
mod observations;
mod probe;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
pub(crate) mod scripted;
mod sender;
mod table;

pub mod calling;
pub mod experiments;
pub mod judging;
pub mod remedies;
pub mod text;
pub mod vocabulary;

pub mod authentication;
pub mod bfla;
pub mod bola;
pub mod data_exposure;
pub mod encryption;
pub mod input_validation;
pub mod inventory;
pub mod llm;
pub mod property_authorization;
pub mod rate_limiting;
pub mod ssrf;
pub mod unsafe_consumption;

pub use callback_wait::CallbackWait;
pub use canary::canary;
pub use check::{
    Check, Cost, Detectors, OnEnd, OnExchange, OnOperation, OnSurface, RunsOn, Sampled, Schedule, Sees, Server, Shares,
    Terms, Twins,
};
pub use findings::Findings;
pub use observations::{Caller, Observations, ObservedExchange, place};
pub use probe::{OperationProbe, RequestCounts, TargetProbe};
pub use sender::Sender;

/// Every check, by category in the order of reports, then as listed in the category.
pub fn all() -> Vec<&'static Check> {
    [
        authentication::CHECKS,
        bola::CHECKS,
        bfla::CHECKS,
        property_authorization::CHECKS,
        input_validation::CHECKS,
        rate_limiting::CHECKS,
        data_exposure::CHECKS,
        encryption::CHECKS,
        ssrf::CHECKS,
        inventory::CHECKS,
        unsafe_consumption::CHECKS,
        llm::CHECKS,
    ]
    .concat()
}

/// The check of a rule by its id or an alias.
pub fn find(id: &str) -> Option<&'static Check> {
    all().into_iter().find(|check| check.rule.is_called(id))
}
