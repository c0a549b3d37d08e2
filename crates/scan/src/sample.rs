//! Operations in turns, one of each shape after the other, so that a few of many stand for the rest. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use checks::judging::access;
use checks::judging::response_fingerprint::ResponseFingerprint;
use model::{Depth, Exchange, Operation};

/// Most operations that one rule asks about.
pub(crate) fn most(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 6,
        Depth::Standard => 120,
        Depth::Deep => 200,
    }
}

/// Most operations behind one guard that a rule about guards asks.
pub(crate) fn most_of_a_guard(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 1,
        Depth::Standard => 4,
        Depth::Deep => most(Depth::Deep),
    }
}

/// How a caller is refused, whatever path of it the response repeats.
pub(crate) fn refusal(exchange: &Exchange) -> Option<ResponseFingerprint> {
    access::is_refused(exchange).then(|| ResponseFingerprint::of(exchange, exchange.request.path(), ""))
}

/// What makes operations alike: method, depth and pattern of the path, names and types of parameters, media type and fields of
/// the body.
fn shape(operation: &Operation) -> String {
    let path: String = operation.path.split('/').map(|s| if s.starts_with('{') { "/{}" } else { "/-" }).collect();
    let mut parameters: Vec<String> = operation
        .parameters
        .iter()
        .map(|p| format!("{} {} {:?}", p.place.id(), p.name.to_ascii_lowercase(), p.schema.kind))
        .collect();
    parameters.sort();
    let body = operation.body.as_ref().map_or_else(String::new, |body| {
        let fields: Vec<&str> = body.schema.properties.keys().map(String::as_str).collect();
        format!("{} {}", body.media_type, fields.join(","))
    });
    format!("{} {path} {} {body}", operation.method, parameters.join(";"))
}

/// Which operations are alike, found out once for all rules.
pub(crate) struct Shapes(Vec<usize>);

impl Shapes {
    pub(crate) fn of(operations: &[Arc<Operation>]) -> Shapes {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let number = |operation: &Arc<Operation>| {
            let next = known.len();
            *known.entry(shape(operation)).or_insert(next)
        };
        Shapes(operations.iter().map(number).collect())
    }

    /// These operations in turns: the first of each shape, then the second of each. Within a turn and a shape, the least `rank` comes
    /// first.
    pub(crate) fn in_turns(&self, among: &[usize], rank: impl Fn(usize) -> u8) -> Vec<usize> {
        let mut shapes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in among {
            if let Some(shape) = self.0.get(*at) {
                shapes.entry(*shape).or_default().push(*at);
            }
        }
        let mut turns: Vec<(usize, u8, usize)> = Vec::new();
        for alike in shapes.values_mut() {
            alike.sort_by_key(|at| (rank(*at), *at));
            turns.extend(alike.iter().enumerate().map(|(turn, at)| (turn, rank(*at), *at)));
        }
        turns.sort_unstable();
        turns.into_iter().map(|(_, _, at)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use model::{Method, Source};

    use super::*;

    #[test]
    fn each_shape_has_its_turn() {
        let paths = ["/a/{id}", "/b/{id}", "/c/{id}", "/about"];
        let operations: Vec<Arc<Operation>> =
            paths.iter().map(|p| Arc::new(Operation::undeclared(Method::GET, *p, Source::Specification))).collect();
        let in_turns = |among: &[usize], rank: fn(usize) -> u8| Shapes::of(&operations).in_turns(among, rank);
        assert_eq!(in_turns(&[0, 1, 2, 3], |_| 0), [0, 3, 1, 2]);
        assert_eq!(in_turns(&[0, 1, 2, 3], |at| u8::from(at == 0)), [1, 3, 2, 0]);
        assert_eq!(in_turns(&[0, 1, 2, 3], |at| u8::from(at < 3)), [3, 0, 1, 2]);
        assert_eq!(in_turns(&[2, 9], |_| 0), [2]);
    }
}
