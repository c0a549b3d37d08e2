use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Response;

/// The part of an exchange in which time ran out or something broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Phase {
    Resolve,
    Connect,
    Tls,
    Send,
    Head,
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Resolve => "resolving the name",
            Phase::Connect => "connecting",
            Phase::Tls => "the TLS handshake",
            Phase::Send => "sending the request",
            Phase::Head => "waiting for the response head",
            Phase::Body => "reading the body",
        })
    }
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum Failure {
    /// The name has no address.
    Unresolvable(String),
    /// Nothing listens there, or the network refuses.
    Unreachable(String),
    /// No answer in time.
    TimedOut(Phase),
    /// The connection was reset or closed before a response head.
    Closed(Phase),
    /// The TLS handshake failed.
    Tls(String),
    /// What came back in the TLS handshake is another protocol's.
    NotTls,
    /// The server asks for a client certificate, and went no further without one.
    ClientCertificateWanted,
    /// The server ended the connection after it was shown the client certificate that was given.
    ClientCertificateRefused,
    /// The proxy that was named did not pass it on: which one, and why.
    Proxy(String),
    /// The request was not sent: it carries credentials, and the server's certificate, wrong for these reasons, may be anybody's.
    Untrusted(String),
    /// What came back is not an HTTP response that any client would read.
    Malformed(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unresolvable(why) => write!(f, "the name does not resolve ({why})"),
            Failure::Unreachable(why) => write!(f, "cannot connect ({why})"),
            Failure::TimedOut(phase) => write!(f, "no response in time while {phase}"),
            Failure::Closed(phase) => write!(f, "the connection was closed while {phase}"),
            Failure::Tls(why) => write!(f, "the TLS handshake failed ({why})"),
            Failure::NotTls => f.write_str("the server does not speak TLS on this port"),
            Failure::ClientCertificateWanted => {
                f.write_str("the server asks for a client certificate; give one and its key with --client-cert")
            }
            Failure::ClientCertificateRefused => {
                f.write_str("the server ended the connection after it was shown the client certificate; is it the right one (--client-cert)?")
            }
            Failure::Proxy(why) => f.write_str(why),
            Failure::Untrusted(why) => {
                write!(
                    f,
                    "credentials are not sent where the certificate is not trusted ({why}): --cacert or --insecure"
                )
            }
            Failure::Malformed(why) => write!(f, "the response is not HTTP ({why})"),
        }
    }
}

/// What came of a request. A time-out is an outcome, not an error.
#[derive(Debug)]
pub enum Outcome {
    /// A response head arrived; the body may be truncated.
    Answered(Response),
    /// No response head arrived.
    Failed(Failure),
}
