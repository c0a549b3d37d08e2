//! What the lines of a ledger leave open. Pure.

use std::collections::BTreeMap;

use super::line::{Created, Line, Sent};

/// What a scan that ended before its time left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// Objects that were created and not removed, the newest first.
    pub created: Vec<Created>,
    /// Requests of which nobody knows what they created.
    pub unknown: Vec<Sent>,
}

/// Reads the lines of a ledger, in order.
pub fn read(lines: &[Line]) -> Open {
    let mut intents: BTreeMap<u32, &Sent> = BTreeMap::new();
    let mut created: BTreeMap<u32, Created> = BTreeMap::new();
    let mut unknown: BTreeMap<u32, Sent> = BTreeMap::new();
    let mut gone: Vec<Created> = Vec::new();
    for line in lines {
        match line {
            Line::Intent { number, request } => {
                intents.insert(*number, request);
                unknown.insert(*number, request.clone());
            }
            Line::Created { number, undo } => {
                unknown.remove(number);
                let by = intents.get(number).map_or_else(|| undo.clone(), |by| (*by).clone());
                created.insert(*number, Created { number: *number, by, undo: undo.clone(), confirmed: false });
            }
            Line::Confirmed { number } => {
                if let Some(created) = created.get_mut(number) {
                    created.confirmed = true;
                }
            }
            // What could not be removed once may go the next time; what nobody told stays unknown.
            Line::Left { .. } | Line::Untold { .. } => {}
            Line::Nothing { number } => {
                unknown.remove(number);
            }
            Line::Undone { number } => gone.extend(created.remove(number)),
        }
    }
    for created in created.values_mut() {
        created.confirmed |= gone.iter().any(|gone| gone.is_kin(created));
    }
    Open { created: created.into_values().rev().collect(), unknown: unknown.into_values().collect() }
}
