use crate::Consent;

/// What a detector's requests may do to the target. Each effect includes those before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It sends nothing of its own.
    #[default]
    None,
    /// GET, HEAD and OPTIONS.
    Reads,
    /// Besides, POST of what changes no state by what it is: a GraphQL query, a prompt to a recognised LLM endpoint.
    Queries,
    /// Besides, requests that create or change objects.
    Writes,
    /// Besides, requests that destroy objects.
    Destroys,
}

impl Effect {
    /// Whether the user's consent allows any of it: everything up to [`Effect::Queries`] needs none.
    pub fn allowed_by(self, consent: Consent) -> bool {
        self <= Effect::Queries || consent >= Consent::SafeWrites
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_state_needs_consent() {
        for consent in [Consent::ReadOnly, Consent::SafeWrites, Consent::All] {
            for effect in [Effect::None, Effect::Reads, Effect::Queries, Effect::Writes, Effect::Destroys] {
                let changes = matches!(effect, Effect::Writes | Effect::Destroys);
                assert_eq!(
                    effect.allowed_by(consent),
                    !changes || consent != Consent::ReadOnly,
                    "{effect:?} {consent:?}"
                );
            }
        }
    }
}
