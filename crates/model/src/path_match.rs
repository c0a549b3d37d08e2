//! How paths are compared with templates and with what users write: one matcher, in time linear in pattern times path.

/// A part of what a path is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// This text.
    Text(&'a str),
    /// One byte or more, within a segment.
    Segment,
    /// One byte or more, of any number of segments.
    Segments,
    /// Anything, or nothing.
    Anything,
}

/// Whether the pieces, one after the other, make the whole path. Every way to part the path is followed at once, so that no path and no
/// pattern can make it slow.
pub(crate) fn leads<'a>(pieces: impl Iterator<Item = Piece<'a>>, path: &str) -> bool {
    let bytes = path.as_bytes();
    // reached[n]: what came so far can end before byte n.
    let mut reached = vec![false; bytes.len() + 1];
    reached[0] = true;
    for piece in pieces {
        reached = match piece {
            Piece::Text(text) => after_text(&reached, bytes, text.as_bytes()),
            Piece::Segment => spread(&reached, |at| bytes[at] != b'/'),
            Piece::Segments => spread(&reached, |_| true),
            Piece::Anything => {
                let first = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
                (0..reached.len()).map(|at| at >= first).collect()
            }
        };
        if !reached.contains(&true) {
            return false;
        }
    }
    reached[bytes.len()]
}

fn after_text(reached: &[bool], path: &[u8], text: &[u8]) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for at in (0..reached.len()).filter(|at| reached[*at] && path[*at..].starts_with(text)) {
        next[at + text.len()] = true;
    }
    next
}

/// One byte or more further, as long as the bytes are allowed.
fn spread(reached: &[bool], allowed: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for at in 0..reached.len() - 1 {
        next[at + 1] = allowed(at) && (reached[at] || next[at]);
    }
    next
}
