//! Judging exchanges: what a response shows, whether two say the same, whether something is really there, who gets in.

pub mod access;
pub mod api_key;
pub mod body_meaning;
pub mod documentation;
pub mod echo;
pub mod known_file;
pub mod response_fingerprint;
pub mod session_id;
pub mod soft_404;
pub mod transport;
pub mod volatile;
