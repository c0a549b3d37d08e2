use crate::Secret;

/// An account that a scan makes for itself at the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name of the identity that it gives.
    pub identity: String,
    /// Its user name.
    pub name: String,
    /// Its e-mail address, in a domain that nobody has (RFC 2606).
    pub email: String,
    /// Its password.
    pub password: Secret,
}
