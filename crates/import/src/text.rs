use crate::ImportError;

/// A file as text.
///
/// # Errors
/// It is not UTF-8.
pub(crate) fn of(bytes: &[u8]) -> Result<&str, ImportError> {
    std::str::from_utf8(bytes)
        .map_err(|error| ImportError::at(line_at(bytes, error.valid_up_to()), "this is not UTF-8 text"))
}

/// The line of a byte, from 1.
pub(crate) fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())].split(|byte| *byte == b'\n').count()
}
