use model::CipherClass;

/// The cipher suites of SSL 3.0 to TLS 1.2 that are offered, by IANA code, the best first, and among the weak ones those with the
/// most weaknesses first: a server that follows the client's order then names several weaknesses in one answer. Left out are
/// suites for pre-shared keys, Kerberos and fixed Diffie-Hellman keys, which HTTP servers do not have, and near-duplicates: some
/// servers reject an offer of more than 128.
const SUITES: &[(u16, &str)] = &[
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
    (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
    (0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
    (0xc05c, "TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256"),
    (0xc05d, "TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384"),
    (0xc060, "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256"),
    (0xc061, "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384"),
    (0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"),
    (0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc09e, "TLS_DHE_RSA_WITH_AES_128_CCM"),
    (0xc0a2, "TLS_DHE_RSA_WITH_AES_128_CCM_8"),
    (0xc09f, "TLS_DHE_RSA_WITH_AES_256_CCM"),
    (0xc0a3, "TLS_DHE_RSA_WITH_AES_256_CCM_8"),
    (0xc052, "TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256"),
    (0xc053, "TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384"),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc072, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"),
    (0xc073, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384"),
    (0xc076, "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"),
    (0xc077, "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384"),
    (0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"),
    (0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"),
    (0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA"),
    (0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    (0x0044, "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA"),
    (0x00bd, "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256"),
    (0x0087, "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA"),
    (0x00c3, "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256"),
    (0x0099, "TLS_DHE_DSS_WITH_SEED_CBC_SHA"),
    (0x0045, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"),
    (0x00be, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"),
    (0x0088, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"),
    (0x00c4, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256"),
    (0x009a, "TLS_DHE_RSA_WITH_SEED_CBC_SHA"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0xc09c, "TLS_RSA_WITH_AES_128_CCM"),
    (0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8"),
    (0xc09d, "TLS_RSA_WITH_AES_256_CCM"),
    (0xc0a1, "TLS_RSA_WITH_AES_256_CCM_8"),
    (0xc050, "TLS_RSA_WITH_ARIA_128_GCM_SHA256"),
    (0xc051, "TLS_RSA_WITH_ARIA_256_GCM_SHA384"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    (0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"),
    (0x00ba, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256"),
    (0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"),
    (0x00c0, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256"),
    (0x0096, "TLS_RSA_WITH_SEED_CBC_SHA"),
    (0x0017, "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"),
    (0xc015, "TLS_ECDH_anon_WITH_NULL_SHA"),
    (0x0019, "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA"),
    (0x001b, "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA"),
    (0x001a, "TLS_DH_anon_WITH_DES_CBC_SHA"),
    (0x0018, "TLS_DH_anon_WITH_RC4_128_MD5"),
    (0xc017, "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"),
    (0xc016, "TLS_ECDH_anon_WITH_RC4_128_SHA"),
    (0x0063, "TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA"),
    (0x0065, "TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA"),
    (0x0062, "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA"),
    (0x0060, "TLS_RSA_EXPORT1024_WITH_RC4_56_MD5"),
    (0x0064, "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA"),
    (0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
    (0xc006, "TLS_ECDHE_ECDSA_WITH_NULL_SHA"),
    (0xc010, "TLS_ECDHE_RSA_WITH_NULL_SHA"),
    (0x0001, "TLS_RSA_WITH_NULL_MD5"),
    (0x0002, "TLS_RSA_WITH_NULL_SHA"),
    (0x003b, "TLS_RSA_WITH_NULL_SHA256"),
    (0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
    (0x006c, "TLS_DH_anon_WITH_AES_128_CBC_SHA256"),
    (0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256"),
    (0x003a, "TLS_DH_anon_WITH_AES_256_CBC_SHA"),
    (0x006d, "TLS_DH_anon_WITH_AES_256_CBC_SHA256"),
    (0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384"),
    (0x0046, "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA"),
    (0x00bf, "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256"),
    (0x0089, "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA"),
    (0x00c5, "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"),
    (0x009b, "TLS_DH_anon_WITH_SEED_CBC_SHA"),
    (0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"),
    (0xc019, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA"),
    (0x0011, "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA"),
    (0x0014, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    (0x0008, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    (0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"),
    (0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA"),
    (0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA"),
    (0x0009, "TLS_RSA_WITH_DES_CBC_SHA"),
    (0x0066, "TLS_DHE_DSS_WITH_RC4_128_SHA"),
    (0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
    (0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"),
    (0x0004, "TLS_RSA_WITH_RC4_128_MD5"),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
    (0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA"),
    (0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    (0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA"),
];

/// The suites of TLS 1.3 (RFC 8446, B.4).
const SUITES_13: &[(u16, &str)] = &[
    (0x1301, "TLS_AES_128_GCM_SHA256"),
    (0x1302, "TLS_AES_256_GCM_SHA384"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    (0x1304, "TLS_AES_128_CCM_SHA256"),
    (0x1305, "TLS_AES_128_CCM_8_SHA256"),
];

/// All suites to offer for TLS 1.3.
pub(super) fn offer_13() -> Vec<u16> {
    SUITES_13.iter().map(|(code, _)| *code).collect()
}

/// The suites to offer below TLS 1.3: those that have one of the classes, or all when none is named.
pub(super) fn offer(classes: &[CipherClass], authenticated_encryption: bool) -> Vec<u16> {
    SUITES
        .iter()
        .filter(|(_, name)| authenticated_encryption || !needs_tls12(name))
        .filter(|(_, name)| classes.is_empty() || classes_of(name).iter().any(|class| classes.contains(class)))
        .map(|(code, _)| *code)
        .collect()
}

/// The IANA name of a suite that we offer.
pub(super) fn name(code: u16) -> Option<&'static str> {
    SUITES.iter().chain(SUITES_13).find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// What the name of a suite says about it, the worst first.
pub(super) fn classes_of(name: &str) -> Vec<CipherClass> {
    CipherClass::ALL.into_iter().filter(|class| has(name, *class)).collect()
}

/// Whether the server sends a Diffie-Hellman group of its own with this suite.
pub(super) fn sends_group(name: &str) -> bool {
    name.starts_with("TLS_DHE_") || name.starts_with("TLS_DH_anon_")
}

fn has(name: &str, class: CipherClass) -> bool {
    match class {
        CipherClass::Null => name.contains("_NULL_"),
        CipherClass::Anonymous => name.contains("_anon_"),
        CipherClass::Export => name.contains("_EXPORT"),
        CipherClass::Des => name.contains("_DES_"),
        CipherClass::Rc4 => name.contains("_RC4_"),
        CipherClass::TripleDes => name.contains("_3DES_") || name.contains("_IDEA_"),
        CipherClass::StaticRsa => name.starts_with("TLS_RSA_WITH_"),
        CipherClass::Dhe => name.starts_with("TLS_DHE_"),
        CipherClass::Cbc => name.contains("_CBC_"),
        CipherClass::Modern => {
            name.starts_with("TLS_AES_")
                || name.starts_with("TLS_CHACHA20_")
                || (name.contains("DHE_") && authenticates(name))
        }
    }
}

fn authenticates(name: &str) -> bool {
    name.contains("_GCM_") || name.contains("_CCM") || name.contains("_POLY1305")
}

/// Suites with authenticated encryption or a SHA-2 MAC are defined for TLS 1.2 only (RFC 5246, RFC 5288, RFC 5289).
fn needs_tls12(name: &str) -> bool {
    authenticates(name) || name.ends_with("_SHA256") || name.ends_with("_SHA384")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_off_the_name() {
        use CipherClass::{Anonymous, Cbc, Des, Dhe, Export, Modern, Null, Rc4, StaticRsa, TripleDes};
        for (name, classes) in [
            ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", vec![Modern]),
            ("TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", vec![Dhe, Modern]),
            ("TLS_AES_128_CCM_SHA256", vec![Modern]),
            ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", vec![Cbc]),
            ("TLS_RSA_WITH_AES_128_GCM_SHA256", vec![StaticRsa]),
            ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", vec![TripleDes, StaticRsa, Cbc]),
            ("TLS_RSA_WITH_DES_CBC_SHA", vec![Des, StaticRsa, Cbc]),
            ("TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", vec![Anonymous, Export, Rc4]),
            ("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", vec![Export, Cbc]),
            ("TLS_ECDH_anon_WITH_NULL_SHA", vec![Null, Anonymous]),
        ] {
            assert_eq!(classes_of(name), classes, "{name}");
        }
    }

    #[test]
    fn every_suite_is_listed_once_and_has_a_class() {
        let mut codes: Vec<u16> = SUITES.iter().chain(SUITES_13).map(|(code, _)| *code).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(SUITES.iter().all(|(_, name)| !classes_of(name).is_empty()));
        assert!(SUITES.len() <= 126, "some servers reject more than 128, signalling values included");
    }

    #[test]
    fn an_offer_holds_only_what_was_asked() {
        let rc4 = offer(&[CipherClass::Rc4], true);
        assert!(!rc4.is_empty());
        assert!(rc4.iter().all(|code| name(*code).is_some_and(|n| n.contains("RC4"))));
        assert!(offer(&[CipherClass::Modern], false).is_empty(), "TLS 1.1 has no authenticated encryption");
    }
}
