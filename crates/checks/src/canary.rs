use sha2::{Digest, Sha256};

/// A word of 12 letters and digits from a seed and names.
pub fn canary(seed: u64, names: &[&str]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    for name in names {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    // The first is a letter, so that the word is an identifier everywhere.
    let digest = hash.finalize();
    digest
        .iter()
        .take(12)
        .enumerate()
        .map(|(at, byte)| char::from(ALPHABET[usize::from(*byte) % if at == 0 { 24 } else { 32 }]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_depend_on_the_seed_and_on_each_name() {
        let word = canary(7, &["rule", "0", "purpose"]);
        assert_eq!(word, canary(7, &["rule", "0", "purpose"]));
        assert!(word.len() == 12 && word.starts_with(|c: char| c.is_ascii_lowercase()));
        for other in [canary(8, &["rule", "0", "purpose"]), canary(7, &["rule0", "", "purpose"]), canary(7, &["rule"])]
        {
            assert_ne!(word, other);
        }
    }
}
