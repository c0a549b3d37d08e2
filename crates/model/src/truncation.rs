use serde::{Deserialize, Serialize};

/// Why a body is shorter than what the server meant to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truncation {
    /// The body cap was reached.
    Cap,
    /// It came too slowly or not at all.
    Time,
    /// The connection ended before the announced length.
    Ended,
    /// It decompressed to more than the cap or the ratio allow.
    Bomb,
    /// It could not be decompressed as declared; the raw bytes are kept.
    Undecodable,
}
