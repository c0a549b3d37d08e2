use std::sync::OnceLock;

use model::{Consent, Identity, Target};

/// On whose behalf a scan sends, and what it may do at the target. It is made from the target, so that identities, consent and
/// excluded paths are said once.
#[derive(Debug, Clone, Default)]
pub struct Mandate {
    /// Named credentials; requests name them.
    pub identities: Vec<Identity>,
    /// Those of accounts that the scan made for itself, once it has made them.
    pub own: OnceLock<Vec<Identity>>,
    /// What may be changed at the target.
    pub consent: Consent,
    /// Paths that nothing is sent to: globs or path templates.
    pub excluded_paths: Vec<String>,
    /// Sent as `X-Middlebrick-Scan`.
    pub scan_id: String,
}

impl Mandate {
    /// What the target was asked with.
    pub fn of(target: &Target) -> Mandate {
        Mandate {
            identities: target.identities.clone(),
            own: OnceLock::new(),
            consent: target.consent,
            excluded_paths: target.exclude_paths.clone(),
            scan_id: format!("{:016x}", target.seed),
        }
    }

    /// All identities, those of the scan's own accounts last.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Identity> {
        self.identities.iter().chain(self.own.get().into_iter().flatten())
    }

    /// The identity of this name.
    pub(crate) fn identity(&self, name: &str) -> Option<&Identity> {
        self.all().find(|identity| identity.name == name)
    }
}
