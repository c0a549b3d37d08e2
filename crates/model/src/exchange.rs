use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{BodyBytes, BodyText, Failure, Json, Outcome, Request, Response};

/// The part of a scan in which a request is sent. Rounds run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Round {
    /// Name, TLS, http to https, what "no" looks like here.
    Preflight,
    /// Specifications, links, well-known paths.
    Discover,
    /// Each operation once, as an ordinary client would call it.
    Observe,
    /// The checks' own questions.
    Probe,
    /// State-changing requests on own objects, with consent.
    Write,
    /// Destroying own objects, with consent, last.
    Destroy,
}

/// Where an exchange stands in the transcript: by who asked, not by arrival, so that equal scans number alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// The round.
    pub round: Round,
    /// The check's place in the registry; 0 outside checks.
    pub check: u32,
    /// The operation's place on the surface; 0 for the whole surface.
    pub operation: u32,
    /// The asker's own count.
    pub step: u32,
}

/// One request and what came back, time-outs included.
#[derive(Debug)]
pub struct Exchange {
    /// Unique within a scan, by arrival; reports renumber by [`OrderKey`].
    pub serial: u64,
    /// What was sent.
    pub request: Request,
    /// What came of it.
    pub outcome: Outcome,
    /// From the first byte sent to the last byte read, in microseconds.
    pub elapsed_us: u64,
    /// The exchanges of the redirects that led here, the first request first.
    pub hops: Vec<Arc<Exchange>>,
}

impl Exchange {
    /// The response, if a head arrived.
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(_) => None,
        }
    }

    /// Why there is no response.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Answered(_) => None,
            Outcome::Failed(failure) => Some(failure),
        }
    }

    /// The status, 0 without a response.
    pub fn status(&self) -> u16 {
        self.response().map_or(0, |r| r.status)
    }

    /// Whether the status is 200-299.
    pub fn is_success(&self) -> bool {
        self.response().is_some_and(Response::is_success)
    }

    /// The length of the body in bytes, 0 without a response.
    pub fn body_len(&self) -> usize {
        self.response().map_or(0, Response::body_len)
    }

    /// The body, empty without a response.
    pub fn body(&self) -> BodyBytes {
        self.response().map_or_else(BodyBytes::default, Response::body)
    }

    /// The first 256 KiB of the body as text, empty without a response.
    pub fn text(&self) -> BodyText {
        self.response().map_or_else(BodyText::default, Response::text)
    }

    /// The body as JSON, if it parses; of a very large one the beginning (see [`crate::LARGEST_TREE`]).
    pub fn json(&self) -> Option<Json> {
        self.response().and_then(Response::json)
    }

    /// The first response header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response().and_then(|r| r.header(name))
    }

    /// Whether the declared response type is HTML.
    pub fn is_html(&self) -> bool {
        self.response().is_some_and(Response::is_html)
    }
}
