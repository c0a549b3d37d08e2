use model::Finding;

/// What a detector has proved so far. It stays when the detector leaves early.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// The findings so far.
    pub fn as_slice(&self) -> &[Finding] {
        &self.found
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The findings.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        self.found.extend(findings);
    }
}
