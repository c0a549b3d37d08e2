//! Steps over bytes.

/// Characters of names: letters of any script, digits, `_`, `-`, `.` and `$`.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

/// The first place from `at` on whose byte does not fit.
pub(super) fn skip(bytes: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    let at = at.min(bytes.len());
    at + bytes[at..].iter().take_while(|b| fits(**b)).count()
}

/// The same, at most so many bytes further: what is looked for around each name must not be looked for in the whole text.
pub(super) fn within(bytes: &[u8], at: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    skip(&bytes[..bytes.len().min(at + most)], at, fits)
}

/// The first place, not before `limit`, from which all bytes up to `at` fit.
pub(super) fn back_over(bytes: &[u8], limit: usize, at: usize, fits: impl Fn(u8) -> bool) -> usize {
    at - bytes[limit.min(at)..at].iter().rev().take_while(|b| fits(**b)).count()
}

/// The end of the line, at most so many bytes away.
pub(super) fn line_end(bytes: &[u8], at: usize, most: usize) -> usize {
    within(bytes, at, most, |b| b != b'\n' && b != b'\r')
}

/// The beginning of the line, as far as it is near.
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    /// Deeper indentation than any settings have, in bytes.
    const FAR: usize = 200;
    back_over(bytes, at.saturating_sub(FAR), at, |b| b != b'\n' && b != b'\r')
}
