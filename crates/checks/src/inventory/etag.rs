//! The `ETag` that Werkzeug gives to files: `"1700000000.123-4567-890123456"`, the time of the last change with a fraction, the size, and
//! the Adler-32 checksum of the file's absolute path.

/// The checksum in a tag of this form.
pub(super) fn path_checksum(tag: &str) -> Option<u32> {
    let parts: Vec<&str> = tag.trim_start_matches("W/").trim_matches('"').split('-').collect();
    let [time, size, sum] = parts.as_slice() else { return None };
    let is_werkzeugs = time.contains('.') && time.parse::<f64>().is_ok() && size.parse::<u64>().is_ok();
    is_werkzeugs.then(|| sum.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::path_checksum;

    #[test]
    fn the_form_is_werkzeugs_own() {
        assert_eq!(path_checksum("\"1700000000.1234567-15-1234567890\""), Some(1_234_567_890));
        for other in
            ["\"5f3c-1a2b\"", "W/\"65539f00-1f\"", "", "\"1700000000-15-1234567890\"", "\"1.5-15-99999999999\""]
        {
            assert_eq!(path_checksum(other), None, "{other}");
        }
    }
}
