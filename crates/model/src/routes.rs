use std::collections::{BTreeMap, HashMap};

use crate::path_template::{Written, pieces};
use crate::{Method, PathTemplate};

/// Where templates lead, so that those which may fit a path are found without a look at each of them.
///
/// Templates are sorted by their shape: how many segments they have and how much of each is literal. For a path there is one look per
/// shape, at what stands there literally. Shapes are few, whatever the number of templates.
#[derive(Debug, Clone)]
pub struct Routes<T>(BTreeMap<Method, Shapes<T>>);

/// The templates of a method.
#[derive(Debug, Clone)]
struct Shapes<T> {
    /// By the number of segments that a path has to have.
    closed: HashMap<usize, HashMap<Shape, Entries<T>>>,
    /// Those with a parameter that takes further segments.
    open: HashMap<Shape, Entries<T>>,
}

/// What was put in, by the literal text of its template.
type Entries<T> = HashMap<Vec<u8>, Vec<T>>;

/// How much is literal of each segment: of the first ones, and if a parameter takes further segments, of the last ones behind it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shape {
    first: Vec<Literal>,
    last: Option<Vec<Literal>>,
}

/// How much of a segment is literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Literal {
    /// All of it.
    Whole,
    /// So many bytes before the first parameter and after the last.
    Ends(usize, usize),
}

impl<T> Default for Routes<T> {
    fn default() -> Routes<T> {
        Routes(BTreeMap::new())
    }
}

impl<T> Default for Shapes<T> {
    fn default() -> Shapes<T> {
        Shapes { closed: HashMap::new(), open: HashMap::new() }
    }
}

impl<T: Ord> Routes<T> {
    /// Puts something in under a method and a template.
    pub fn insert(&mut self, method: &Method, template: &PathTemplate, value: T) {
        let segments: Vec<&str> = template.split('/').collect();
        let shape = Shape::of(&segments);
        let Some(text) = shape.text(&segments) else { return };
        let shapes = self.0.entry(method.clone()).or_default();
        let alike = match shape.last {
            None => shapes.closed.entry(segments.len()).or_default(),
            Some(_) => &mut shapes.open,
        };
        alike.entry(shape).or_default().entry(text).or_default().push(value);
    }

    /// What was put in under this method and a template that may fit the path, or is written so, in ascending order: all that fit,
    /// and few that do not.
    pub fn candidates(&self, method: &Method, path: &str) -> Vec<&T> {
        let Some(shapes) = self.0.get(method) else { return Vec::new() };
        let segments: Vec<&str> = path.split('/').collect();
        let closed = shapes.closed.get(&segments.len()).into_iter().flatten();
        let entries = closed.chain(&shapes.open);
        let mut found: Vec<&T> =
            entries.filter_map(|(shape, entries)| entries.get(&shape.text(&segments)?)).flatten().collect();
        found.sort_unstable();
        found
    }
}

impl Shape {
    fn of(segments: &[&str]) -> Shape {
        let literals = |segments: &[&str]| segments.iter().map(|segment| Literal::of(segment)).collect();
        let mut open = segments.iter().enumerate().filter(|(_, segment)| is_open(segment)).map(|(at, _)| at);
        match open.next() {
            None => Shape { first: literals(segments), last: None },
            Some(from) => {
                let to = open.next_back().unwrap_or(from);
                Shape { first: literals(&segments[..from]), last: Some(literals(&segments[to + 1..])) }
            }
        }
    }

    /// What stands in a path where the templates of this shape are literal; `None` if it has too few segments or bytes to fit any.
    fn text(&self, segments: &[&str]) -> Option<Vec<u8>> {
        let last = self.last.as_deref().unwrap_or_default();
        let between = usize::from(self.last.is_some());
        if segments.len() < self.first.len() + last.len() + between {
            return None;
        }
        let (rest, behind) = segments.split_at(segments.len() - last.len());
        let mut text = Vec::new();
        for (literal, segment) in self.first.iter().zip(rest).chain(last.iter().zip(behind)) {
            literal.write(segment.as_bytes(), &mut text)?;
            text.push(b'/');
        }
        Some(text)
    }
}

impl Literal {
    fn of(segment: &str) -> Literal {
        let pieces = pieces(segment);
        if pieces.iter().all(|piece| matches!(piece, Written::Text(_))) {
            return Literal::Whole;
        }
        let length = |piece: Option<&Written<'_>>| match piece {
            Some(Written::Text(text)) => text.len(),
            _ => 0,
        };
        Literal::Ends(length(pieces.first()), length(pieces.last()))
    }

    fn write(self, segment: &[u8], text: &mut Vec<u8>) -> Option<()> {
        match self {
            Literal::Whole => text.extend_from_slice(segment),
            Literal::Ends(before, after) => {
                let behind = segment.len().checked_sub(after).filter(|behind| *behind >= before)?;
                text.extend_from_slice(&segment[..before]);
                text.extend_from_slice(&segment[behind..]);
            }
        }
        Some(())
    }
}

/// Whether a parameter in this segment takes further segments.
fn is_open(segment: &str) -> bool {
    pieces(segment).iter().any(|piece| matches!(piece, Written::Parameter { rest: true, .. }))
}
