use model::{TlsFailure, TlsVersion};

use super::{hello, suites};

/// A record's content (RFC 8446, section 5.2, with the 256 bytes that encryption may add).
const MAX_RECORD: usize = (16 << 10) + 256;
/// All that is read of one answer. The longest honest chains are a tenth of it.
pub(super) const MAX_ANSWER: usize = 256 << 10;
/// Warnings before a server's answer; one, about the server name, is usual.
const MAX_WARNINGS: u32 = 4;
/// Certificates kept of a chain.
const MAX_CHAIN: usize = 32;

/// What a server said to a `ClientHello`, as far as it got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The version of the `ServerHello`.
    pub version: Option<TlsVersion>,
    /// The suite of the `ServerHello`.
    pub suite: Option<u16>,
    /// The chain, DER, leaf first; never there in TLS 1.3, where it is encrypted.
    pub chain: Vec<Vec<u8>>,
    /// The size of the Diffie-Hellman prime in bits.
    pub dh_bits: Option<u32>,
    /// A fatal alert.
    pub alert: Option<u8>,
}

/// Reads an answer as its bytes arrive. Bounded: holds at most [`MAX_ANSWER`] and one record.
#[derive(Debug, Default)]
pub(super) struct Reader {
    records: Vec<u8>,
    messages: Vec<u8>,
    total: usize,
    warnings: u32,
    /// What was understood so far; valid after an error too.
    pub answer: Answer,
}

impl Reader {
    /// Takes more bytes; true when nothing that follows is of interest.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<bool, TlsFailure> {
        self.total += bytes.len();
        if self.total > MAX_ANSWER {
            return Err(TlsFailure::TooLarge);
        }
        let mut records = std::mem::take(&mut self.records);
        records.extend_from_slice(bytes);
        let mut rest = records.as_slice();
        while let Some((kind, content)) = self.next_record(&mut rest)? {
            let done = match kind {
                21 => self.alert(content)?,
                22 => self.handshake(content)?,
                // A compatibility message of TLS 1.3 without meaning.
                20 => false,
                // Application data: the rest of a TLS 1.3 handshake is encrypted.
                _ => true,
            };
            if done {
                return Ok(true);
            }
        }
        self.records = rest.to_vec();
        Ok(false)
    }

    fn next_record<'a>(&self, rest: &mut &'a [u8]) -> Result<Option<(u8, &'a [u8])>, TlsFailure> {
        let (Some(&kind), major) = (rest.first(), rest.get(1)) else { return Ok(None) };
        if !(20..=23).contains(&kind) || major.is_some_and(|major| *major != 3) {
            let first = self.answer == Answer::default() && self.messages.is_empty();
            return Err(if first { not_tls(rest) } else { malformed("an unknown kind of record") });
        }
        let &[_, _, _, high, low, ref following @ ..] = *rest else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_RECORD {
            return Err(malformed("a record is longer than 16 KiB"));
        }
        let Some((content, following)) = following.split_at_checked(length) else { return Ok(None) };
        *rest = following;
        Ok(Some((kind, content)))
    }

    fn alert(&mut self, content: &[u8]) -> Result<bool, TlsFailure> {
        let &[level, description, ..] = content else { return Err(malformed("an alert without content")) };
        // A warning that the connection is being closed is the end as well.
        if level == 1 && description != 0 {
            self.warnings += 1;
            return if self.warnings > MAX_WARNINGS { Err(TlsFailure::TooLarge) } else { Ok(false) };
        }
        self.answer.alert = Some(description);
        Ok(true)
    }

    fn handshake(&mut self, content: &[u8]) -> Result<bool, TlsFailure> {
        let mut messages = std::mem::take(&mut self.messages);
        messages.extend_from_slice(content);
        let mut rest = messages.as_slice();
        while let &[kind, a, b, c, ref following @ ..] = rest {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            if length > MAX_ANSWER {
                return Err(TlsFailure::TooLarge);
            }
            let Some((body, following)) = following.split_at_checked(length) else { break };
            rest = following;
            if self.message(kind, body)? {
                return Ok(true);
            }
        }
        self.messages = rest.to_vec();
        Ok(false)
    }

    /// One handshake message; true when it was the last of interest.
    fn message(&mut self, kind: u8, body: &[u8]) -> Result<bool, TlsFailure> {
        let answer = &mut self.answer;
        if answer.suite.is_none() && kind != 2 {
            return Err(malformed("a message before the server hello"));
        }
        match kind {
            2 if answer.suite.is_some() => return Err(malformed("a second server hello")),
            2 => {
                let (version, suite) = server_hello(body).ok_or_else(|| malformed("the server hello"))?;
                answer.version =
                    Some(hello::version(version).ok_or_else(|| malformed("the server hello's version is unknown"))?);
                answer.suite = Some(suite);
            }
            11 => answer.chain = certificates(body).ok_or_else(|| malformed("the certificate message"))?,
            12 if self.awaits_group() => {
                self.answer.dh_bits = Some(prime_bits(body).ok_or_else(|| malformed("the key exchange message"))?);
            }
            // The server is done or wants a certificate of ours.
            13 | 14 => return Ok(true),
            _ => {}
        }
        Ok(self.is_complete())
    }

    fn suite_name(&self) -> &'static str {
        self.answer.suite.and_then(suites::name).unwrap_or_default()
    }

    fn awaits_group(&self) -> bool {
        suites::sends_group(self.suite_name())
    }

    fn is_complete(&self) -> bool {
        if self.answer.version == Some(TlsVersion::Tls13) {
            return true;
        }
        let certified = !self.answer.chain.is_empty() || self.suite_name().contains("_anon_");
        certified && (self.answer.dh_bits.is_some() || !self.awaits_group())
    }
}

/// Version and suite; a retry request of TLS 1.3 has the same form and says the same of both.
fn server_hello(body: &[u8]) -> Option<(u16, u16)> {
    let mut input = Input(body);
    let legacy = input.u16()?;
    input.take(32)?;
    let session = input.u8()?;
    input.take(usize::from(session))?;
    let suite = input.u16()?;
    input.u8()?;
    if input.0.is_empty() {
        return Some((legacy, suite));
    }
    let length = input.u16()?;
    let mut extensions = Input(input.take(usize::from(length))?);
    let mut version = legacy;
    while !extensions.0.is_empty() {
        let kind = extensions.u16()?;
        let length = extensions.u16()?;
        let mut content = Input(extensions.take(usize::from(length))?);
        if kind == 43 {
            version = content.u16()?;
        }
    }
    Some((version, suite))
}

fn certificates(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut input = Input(body);
    let length = input.u24()?;
    let mut list = Input(input.take(length)?);
    let mut chain = Vec::new();
    while !list.0.is_empty() {
        let length = list.u24()?;
        let certificate = list.take(length)?;
        if chain.len() < MAX_CHAIN {
            chain.push(certificate.to_vec());
        }
    }
    Some(chain)
}

fn prime_bits(body: &[u8]) -> Option<u32> {
    let mut input = Input(body);
    let length = input.u16()?;
    let prime = input.take(usize::from(length))?;
    let significant = prime.iter().position(|byte| *byte != 0).map_or(&[][..], |at| &prime[at..]);
    let leading = significant.first().map_or(0, |byte| byte.leading_zeros());
    Some(significant.len() as u32 * 8 - leading)
}

fn malformed(what: &str) -> TlsFailure {
    TlsFailure::Malformed(what.to_owned())
}

fn not_tls(bytes: &[u8]) -> TlsFailure {
    TlsFailure::NotTls(
        bytes.iter().take(16).map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect(),
    )
}

/// The unread rest of a message.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|b| b[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn u24(&mut self) -> Option<usize> {
        self.take(3).map(|b| u32::from_be_bytes([0, b[0], b[1], b[2]]) as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![kind, 3, 3];
        out.extend_from_slice(&(content.len() as u16).to_be_bytes());
        out.extend_from_slice(content);
        out
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32).to_be_bytes();
        [&[kind], &length[1..], body].concat()
    }

    fn hello_message(version: u16, suite: u16) -> Vec<u8> {
        message(2, &[&version.to_be_bytes()[..], &[7; 32], &[0], &suite.to_be_bytes(), &[0]].concat())
    }

    #[test]
    fn an_answer_in_single_bytes_is_the_answer_in_one_piece() {
        let certificate = message(11, &[&[0, 0, 6, 0, 0, 3][..], b"der"].concat());
        let exchange = message(12, &[&[0, 2][..], &[0x01, 0x00], &[0, 1, 2]].concat());
        let flight = record(22, &[hello_message(0x0303, 0x009e), certificate, exchange].concat());
        let mut whole = Reader::default();
        assert_eq!(whole.push(&flight), Ok(true));
        let mut single = Reader::default();
        let ends = flight.iter().map(|byte| single.push(&[*byte]).unwrap()).collect::<Vec<_>>();
        assert_eq!(ends.iter().position(|done| *done), Some(flight.len() - 1));
        assert_eq!(whole.answer, single.answer);
        assert_eq!(whole.answer.version, Some(TlsVersion::Tls12));
        assert_eq!(whole.answer.chain, vec![b"der".to_vec()]);
        assert_eq!(whole.answer.dh_bits, Some(9));
    }

    #[test]
    fn tls13_is_told_by_the_extension() {
        let body = [&[3, 3][..], &[7; 32], &[0], &[0x13, 0x01], &[0], &[0, 6], &[0, 43], &[0, 2], &[3, 4]].concat();
        let mut reader = Reader::default();
        assert_eq!(reader.push(&record(22, &message(2, &body))), Ok(true));
        assert_eq!(reader.answer.version, Some(TlsVersion::Tls13));
    }

    #[test]
    fn a_warning_is_passed_over_and_a_fatal_alert_ends() {
        let mut reader = Reader::default();
        assert_eq!(reader.push(&record(21, &[1, 112])), Ok(false));
        assert_eq!(reader.push(&record(21, &[2, 40])), Ok(true));
        assert_eq!(reader.answer.alert, Some(40));
    }

    #[test]
    fn faults_are_typed() {
        let fails = |bytes: &[u8]| Reader::default().push(bytes).unwrap_err();
        assert_eq!(fails(b"HTTP/1.1 400 Bad\x1b"), TlsFailure::NotTls("HTTP/1.1 400 Bad".to_owned()));
        assert_eq!(fails(&[22, 3, 3, 0xff, 0xff]), malformed("a record is longer than 16 KiB"));
        assert_eq!(fails(&record(22, &[11, 0xff, 0xff, 0xff])), TlsFailure::TooLarge);
        assert_eq!(fails(&record(22, &message(2, b"short"))), malformed("the server hello"));
        assert_eq!(fails(&record(22, &message(14, b""))), malformed("a message before the server hello"));
        assert_eq!(fails(&record(21, &[1, 112]).repeat(5)), TlsFailure::TooLarge);
        assert_eq!(fails(&record(20, &[1]).repeat(MAX_ANSWER)), TlsFailure::TooLarge);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Reader::default().push(&bytes);
            let _ = Reader::default().push(&record(22, &bytes));
            let mut reader = Reader::default();
            let _ = reader.push(&record(22, &hello_message(0x0303, 0x009e)));
            for kind in [2, 11, 12, 13] {
                let _ = reader.push(&record(22, &message(kind, &bytes)));
            }
        }

        #[test]
        fn a_damaged_answer_never_panics(at in 0_usize..120, value: u8) {
            let certificate = message(11, &[&[0, 0, 6, 0, 0, 3][..], b"der"].concat());
            let exchange = message(12, &[&[0, 2][..], &[0x01, 0x00], &[0, 1, 2]].concat());
            let mut flight = record(22, &[hello_message(0x0303, 0x009e), certificate, exchange].concat());
            let index = at % flight.len();
            flight[index] = value;
            let _ = Reader::default().push(&flight);
        }
    }
}
