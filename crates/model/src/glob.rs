/// Whether text matches a glob in which `*` stands for any characters.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_is_any_characters() {
        assert!(glob("/api/*", "/api/users") && glob("*admin*", "/x/admin/y") && !glob("/api/*", "/v1/api/"));
        assert!(glob("/exact", "/exact") && !glob("/exact", "/exactly"));
        assert!(!glob("ab*ba", "aba"));
    }
}
