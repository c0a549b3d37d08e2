//! Ids that no object has, of the shape of those that objects have. Pure.

use sha2::{Digest, Sha256};

/// Few collections have reached these numbers, and they fit into 32 bits.
const FIRST_NUMBER: u32 = 2_146_483_647;

/// An id of the shape of `like`, made from a word.
pub(super) fn like(like: &str, word: &str, salt: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(word.as_bytes());
    hash.update(salt.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    if !like.is_empty() && like.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) {
        let random = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        return (FIRST_NUMBER + random % 1_000_000).to_string();
    }
    if like.len() < 8 {
        return if salt == 0 { word.to_owned() } else { format!("{word}{salt}") };
    }
    // Character by character: a digit for a digit, a letter for a letter, of the alphabet that the id keeps to.
    let hexadecimal = like.bytes().all(|b| b.is_ascii_hexdigit() || !b.is_ascii_alphanumeric());
    let letters: &[u8] = if hexadecimal { b"abcdef" } else { b"abcdefghijklmnopqrstuvwxyz" };
    let mut bytes = digest.iter().cycle().enumerate().map(|(at, byte)| usize::from(*byte).wrapping_add(at * 7));
    let mut pick = |among: &[u8]| char::from(among[bytes.next().unwrap_or(0) % among.len()]);
    like.chars()
        .map(|c| match c {
            '0'..='9' => pick(b"0123456789"),
            'a'..='z' => pick(letters),
            'A'..='Z' => pick(letters).to_ascii_uppercase(),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_kept_and_the_value_is_not() {
        let number = like("7", "word", 0);
        assert!(number.parse::<i32>().is_ok_and(|n| n > 2_000_000_000), "{number}");
        assert_eq!(like("ada", "nobody", 0), "nobody");
        let uuid = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        let made = like(uuid, "word", 0);
        assert!(made != uuid && made.len() == uuid.len() && made.matches('-').count() == 4, "{made}");
        assert!(made.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "{made}");
        assert_eq!(like(uuid, "word", 0), made);
        assert!(like(uuid, "other", 0) != made && like(uuid, "word", 1) != made);
    }
}
