//! Python's pickles, protocols 0 to 5: their operations are followed, none is carried out.
//! <https://github.com/python/cpython/blob/main/Lib/pickletools.py>

/// What follows an operation.
enum Argument {
    None,
    /// So many bytes.
    Bytes(usize),
    /// So many lines.
    Lines(usize),
    /// A length of so many bytes, little-endian, and as many bytes.
    Counted(usize),
}

/// What an operation does to the stack.
enum Effect {
    /// Takes so many and puts one.
    Makes(usize),
    /// Takes so many and puts none.
    Takes(usize),
    /// Puts a mark.
    Mark,
    /// Takes all down to the mark, and so many below it, and puts one.
    MakesOfMarked(usize),
    /// Takes all down to the mark.
    TakesMarked,
    Nothing,
    Stop,
}

fn operation(code: u8) -> Option<(Argument, Effect)> {
    use Argument::{Bytes, Counted, Lines};
    use Effect::{Makes, MakesOfMarked, Mark, Nothing, Stop, Takes, TakesMarked};
    Some(match code {
        b'.' => (Argument::None, Stop),
        b'(' => (Argument::None, Mark),
        b'0' => (Argument::None, Takes(1)),
        b'1' => (Argument::None, TakesMarked),
        b'N' | b'}' | b']' | b')' | 0x88 | 0x89 | 0x8f | 0x97 => (Argument::None, Makes(0)),
        b'Q' | 0x85 | 0x98 => (Argument::None, Makes(1)),
        b'R' | b'b' | b'a' | 0x81 | 0x86 | 0x93 => (Argument::None, Makes(2)),
        b's' | 0x87 | 0x92 => (Argument::None, Makes(3)),
        b'd' | b'l' | b't' | b'o' | 0x91 => (Argument::None, MakesOfMarked(0)),
        b'e' | b'u' | 0x90 => (Argument::None, MakesOfMarked(1)),
        b'2' | 0x94 => (Argument::None, Nothing),
        b'F' | b'I' | b'L' | b'P' | b'S' | b'V' | b'g' => (Lines(1), Makes(0)),
        b'p' => (Lines(1), Nothing),
        b'c' => (Lines(2), Makes(0)),
        b'i' => (Lines(2), MakesOfMarked(0)),
        b'K' | b'h' | 0x82 => (Bytes(1), Makes(0)),
        b'q' | 0x80 => (Bytes(1), Nothing),
        b'M' | 0x83 => (Bytes(2), Makes(0)),
        b'J' | b'j' | 0x84 => (Bytes(4), Makes(0)),
        b'r' => (Bytes(4), Nothing),
        b'G' => (Bytes(8), Makes(0)),
        0x95 => (Bytes(8), Nothing),
        b'U' | b'C' | 0x8a | 0x8c => (Counted(1), Makes(0)),
        b'T' | b'B' | b'X' | 0x8b => (Counted(4), Makes(0)),
        0x8d | 0x8e | 0x96 => (Counted(8), Makes(0)),
        _ => return None,
    })
}

/// Whether the bytes are one pickle, from the first operation to the stop that is the last byte, with one object left. Without the number
/// of a protocol that object has to be more than a plain value: short words are pickles too.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let numbered = matches!(bytes, [0x80, 2..=5, ..]);
    let builds = bytes.first().is_some_and(|b| b"(}])c".contains(b)) && bytes.len() >= 8;
    (numbered || builds) && follow(bytes) == Some(1)
}

/// How many objects are left at the stop; `None` when the operations do not fit together or do not end with the last byte.
fn follow(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    // Objects above each mark, those below the first mark first.
    let mut stack: Vec<usize> = vec![0];
    while let Some((code, after)) = rest.split_first() {
        let (argument, effect) = operation(*code)?;
        rest = skip(after, &argument)?;
        match effect {
            Effect::Makes(taken) => {
                let top = stack.last_mut()?;
                *top = top.checked_sub(taken)? + 1;
            }
            Effect::Takes(taken) => {
                let top = stack.last_mut()?;
                *top = top.checked_sub(taken)?;
            }
            Effect::Mark => stack.push(0),
            Effect::MakesOfMarked(below) => {
                unmark(&mut stack)?;
                let top = stack.last_mut()?;
                *top = top.checked_sub(below)? + 1;
            }
            Effect::TakesMarked => unmark(&mut stack)?,
            Effect::Nothing => {}
            Effect::Stop => return (rest.is_empty() && stack.len() == 1).then(|| stack[0]),
        }
    }
    None
}

fn unmark(stack: &mut Vec<usize>) -> Option<()> {
    (stack.len() > 1).then(|| {
        stack.pop();
    })
}

fn skip<'a>(bytes: &'a [u8], argument: &Argument) -> Option<&'a [u8]> {
    match argument {
        Argument::None => Some(bytes),
        Argument::Bytes(count) => bytes.get(*count..),
        Argument::Lines(count) => (0..*count).try_fold(bytes, |rest, _| {
            let end = rest.iter().position(|b| *b == b'\n')?;
            rest.get(end + 1..)
        }),
        Argument::Counted(width) => {
            let length = bytes.get(..*width)?.iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b));
            bytes.get(*width..)?.get(usize::try_from(length).ok()?..)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pickles_of_each_protocol() {
        for pickle in [
            &b"(dp0\nS'a'\np1\nI1\ns."[..],
            b"}q\x00U\x01aq\x01K\x01s.",
            b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s.",
            b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.",
            b"cos\nsystem\n(S'id'\ntR.",
            b"\x80\x04\x8c\x01a\x94.",
        ] {
            assert!(is_one(pickle), "{}", pickle.escape_ascii());
        }
    }

    #[test]
    fn what_only_looks_like_one() {
        for other in [
            &b"\x80\x04"[..],
            b"\x80\x04\x95\x0a\x00\x00\x00",
            b"\x80\x04\x8c\x01a\x94. and more",
            b"\x80\x04ss.",
            b"\x80\x09\x8c\x01a\x94.",
            b"N.",
            b"I1\n.",
            b"(lambda x: x).",
            b"((((((((.",
            b"]]]]]]]].",
            b"plain text of some length.",
            b"",
        ] {
            assert!(!is_one(other), "{}", other.escape_ascii());
        }
    }
}
