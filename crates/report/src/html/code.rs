//! Two versions of a source side by side, with the lines that differ marked.

use crate::plain::block;

/// A line of one side.
pub(super) struct CodeLine {
    pub(super) text: String,
    /// Whether the other side lacks it.
    pub(super) changed: bool,
}

/// Most lines compared on each side; the table below is their product.
const LINES: usize = 400;

/// Both sides as lines, by their longest common subsequence.
pub(super) fn sides(old: &str, new: &str) -> (Vec<CodeLine>, Vec<CodeLine>) {
    let (old, new) = (block(old.trim_end()), block(new.trim_end()));
    let old: Vec<&str> = old.lines().take(LINES).collect();
    let new: Vec<&str> = new.lines().take(LINES).collect();
    // common[i][j]: length of the longest common subsequence of old[i..] and new[j..].
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            left.push(line(old[i], false));
            right.push(line(new[j], false));
            i += 1;
            j += 1;
        } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
            left.push(line(old[i], true));
            i += 1;
        } else {
            right.push(line(new[j], true));
            j += 1;
        }
    }
    (left, right)
}

fn line(text: &str, changed: bool) -> CodeLine {
    // An empty line still takes its place.
    let text = if text.is_empty() { " " } else { text };
    CodeLine { text: text.to_owned(), changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_differ_are_marked() {
        let marks = |lines: Vec<CodeLine>| lines.into_iter().map(|l| (l.text, l.changed)).collect::<Vec<_>>();
        let (old, new) = sides("a\nb\nc\n", "a\nx\ny\nc\n");
        assert_eq!(marks(old), [("a".into(), false), ("b".into(), true), ("c".into(), false)]);
        assert_eq!(marks(new), [("a".into(), false), ("x".into(), true), ("y".into(), true), ("c".into(), false)]);
        let (old, new) = sides("", "a");
        assert_eq!((old.len(), marks(new)), (0, vec![("a".to_owned(), true)]));
    }
}
