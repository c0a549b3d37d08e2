//! What GitLab shows in merge requests and its vulnerability report.

pub(crate) mod code_quality;
pub(crate) mod dast;
