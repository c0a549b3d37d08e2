//! Words as they are compared: lower case, without accents.

/// The letters of European languages without their marks, lower-case.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => folded.push('e'),
            'ğ' => folded.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => folded.push('i'),
            'ď' | 'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ř' => folded.push('r'),
            'ť' | 'ț' | 'ţ' => folded.push('t'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => folded.push('o'),
            'ś' | 'š' | 'ş' | 'ș' => folded.push('s'),
            'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // The dot that Turkish capital I leaves behind, and accents written by themselves.
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The words of a text or identifier, folded.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    // Without its mark a capital still begins a word.
    super::words(text).map(|word| fold(&word)).filter(|word| !word.is_empty()).collect()
}

/// How a word of the tables may be written: without its accents, or with umlauts as two letters.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let mut long = String::new();
    for c in word.chars() {
        match c {
            'ä' => long.push_str("ae"),
            'ö' => long.push_str("oe"),
            'ü' => long.push_str("ue"),
            'å' => long.push_str("aa"),
            other => long.push(other),
        }
    }
    let mut all = vec![fold(word), fold(&long)];
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_make_no_other_word() {
        assert_eq!(fold("LÖSCHEN"), "loschen");
        assert_eq!(fold("Schließt"), "schliesst");
        assert_eq!(fold("Usuń ÇIKIŞ"), "usun cikis");
        assert_eq!(fold("İptal"), "iptal");
        assert_eq!(spellings("löschen"), ["loschen", "loeschen"]);
        assert_eq!(spellings("delete"), ["delete"]);
        assert_eq!(folded_words("/Konto-Löschen"), ["konto", "loschen"]);
    }
}
