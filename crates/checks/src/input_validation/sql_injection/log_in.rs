//! A login that puts the name or the password into its statement: a condition that is true lets anybody in.

use model::{Finding, NotTested};

use super::{Prober, condition};
use crate::calling::login::is_rejection;

impl Prober<'_, '_> {
    /// One field of a login, by nobody's name: a quote first, of which a database may complain, and then conditions.
    pub(super) async fn log_in(&self) -> Result<Option<Finding>, NotTested> {
        let plain = self.send(&self.value).await?;
        if !is_rejection(&plain.exchange) {
            let status = plain.exchange.status();
            let why = format!("a wrong username and password return {status}, which says nothing of either");
            return Err(NotTested::inconclusive(why));
        }
        let quoted = self.send(&format!("{}'", self.value)).await?;
        if quoted.complaint().is_some()
            && plain.complaint().is_none()
            && let Some(finding) = self.token(&plain).await?
        {
            return Ok(Some(finding));
        }
        let has_effect = quoted.exchange.status() >= 500 && plain.exchange.status() < 500;
        for condition in condition::that_log_in() {
            if let Some(finding) = self.condition(&plain, condition, has_effect).await? {
                return Ok(Some(finding));
            }
        }
        Ok(None)
    }
}
