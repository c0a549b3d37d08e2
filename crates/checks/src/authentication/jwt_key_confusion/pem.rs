//! An RSA public key as the PEM that OpenSSL and Python's cryptography write of it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// The `SubjectPublicKeyInfo` (RFC 5280 section 4.1, RFC 3279 section 2.3.1) of the key with this modulus and exponent, both as in a
/// JWK (RFC 7518 section 6.3.1).
pub(super) fn of_rsa(modulus: &str, exponent: &str) -> Option<String> {
    /// `rsaEncryption` without parameters.
    const ALGORITHM: [u8; 15] = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 1, 5, 0];
    const LONGEST: usize = 2 << 10;
    let number = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        (!bytes.is_empty() && bytes.len() <= LONGEST).then(|| integer(&bytes))
    };
    let key = tagged(0x30, &[number(modulus)?, number(exponent)?].concat());
    let bits = tagged(3, &[&[0][..], &key].concat());
    let text = STANDARD.encode(tagged(0x30, &[&ALGORITHM[..], &bits].concat()));
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    Some(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")))
}

/// A DER integer that is not negative.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len() - 1);
    let digits = &bytes[zeros..];
    let sign: &[u8] = if digits[0] >= 0x80 { &[0] } else { &[] };
    tagged(2, &[sign, digits].concat())
}

/// A DER value with its tag and length.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let mut out = vec![tag];
    if content.len() >= 0x80 {
        out.push(0x80 | (length.len() - zeros) as u8);
    }
    out.extend_from_slice(&length[zeros.min(length.len() - 1)..]);
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULUS: &str = "56nBSEe0kdPdISng4yMrJKMIgiA7VQuF3DBNEg9AHTN-p0iG21a-cWRU88nc7GmK6XYUscN-i0OJ9nc2es58Z85D-zAQpZaf-PMWrKpEN7805m6zWsQ3ukjxJtuZTESbRyDxi3_HC5DNOLoNYmWo3tMyTa9B98hb1gzDMEL873E";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDnqcFIR7SR090hKeDjIyskowiC\n\
        IDtVC4XcME0SD0AdM36nSIbbVr5xZFTzydzsaYrpdhSxw36LQ4n2dzZ6znxnzkP7\n\
        MBCllp/48xasqkQ3vzTmbrNaxDe6SPEm25lMRJtHIPGLf8cLkM04ug1iZaje0zJN\n\
        r0H3yFvWDMMwQvzvcQIDAQAB\n\
        -----END PUBLIC KEY-----\n\
        ";

    #[test]
    fn the_pem_is_that_of_openssl() {
        // Made by Python's `cryptography` from the JWK of a key of 1024 bits.
        assert_eq!(of_rsa(MODULUS, "AQAB").unwrap(), PEM);
        assert_eq!(of_rsa("", "AQAB"), None);
        assert_eq!(of_rsa("no base64!", "AQAB"), None);
    }
}
