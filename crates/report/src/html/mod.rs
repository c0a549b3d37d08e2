use model::Report;

use crate::RuleDocuments;

pub(crate) fn render(_report: &Report, _documents: &RuleDocuments<'_>) -> String {
    String::new()
}
