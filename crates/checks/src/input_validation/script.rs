//! Where a word stands in JavaScript: in the code, in a literal, in a comment. A lexer of the tokens that matter to that (ECMA-262,
//! 12 and annex B.1.1), which gives up at the first thing that no script is: what comes after it is not run either.

/// Where a word stands in scripts: of several places the one that says most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// Nowhere that matters.
    #[default]
    Nowhere,
    /// In a string or a template.
    Literal,
    /// In the code, for all that can be told.
    Code,
    /// In the code, where it begins an expression, so that no literal is around it.
    Bare,
    /// In the code after it stood in a literal: the literal ended within the value.
    Closed,
}

/// What a piece of a script is. What is no piece is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// The inside of a string or of a template.
    Literal,
    /// A comment or a regular expression.
    Aside,
}

/// Reads where a word stands.
pub(super) fn read(code: &str, word: &str) -> Reading {
    /// Most occurrences that are looked at.
    const MOST: usize = 200;
    let mut lexer = Lexer { code: code.as_bytes(), at: 0, pieces: Vec::new(), templates: Vec::new() };
    lexer.run();
    let mut reading = Reading::Nowhere;
    for (at, _) in code.match_indices(word).take(MOST).take_while(|(at, _)| *at < lexer.at) {
        reading = reading.max(match lexer.pieces.iter().find(|(_, from, to)| (*from..*to).contains(&at)) {
            Some((Piece::Literal, ..)) => Reading::Literal,
            Some((Piece::Aside, ..)) => Reading::Nowhere,
            None if reading == Reading::Literal => Reading::Closed,
            None if begins_expression(&code[..at]) => Reading::Bare,
            None => Reading::Code,
        });
    }
    reading
}

/// Whether an expression may begin after this code. Text that was taken for code by mistake has words or quotes before it.
fn begins_expression(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(|c: char| "=([,:?+-*%;{}&|!~^\n".contains(c))
}

struct Lexer<'a> {
    code: &'a [u8],
    at: usize,
    pieces: Vec<(Piece, usize, usize)>,
    /// For each open `${`, how many braces are open in it.
    templates: Vec<usize>,
}

impl Lexer<'_> {
    /// Reads until the end or the first error, where `at` is left.
    fn run(&mut self) {
        while let Some(byte) = self.code.get(self.at).copied() {
            let rest = &self.code[self.at..];
            let read = match byte {
                b'\'' | b'"' => self.piece(Piece::Literal, 1, end_of_string(rest)),
                b'`' => self.template(1),
                b'/' if rest.starts_with(b"//") => self.piece(Piece::Aside, 2, Some(line(rest))),
                b'<' if rest.starts_with(b"<!--") => self.piece(Piece::Aside, 4, Some(line(rest))),
                b'/' if rest.starts_with(b"/*") => {
                    let end = rest[2..].windows(2).position(|two| two == b"*/").map(|at| at + 4);
                    self.piece(Piece::Aside, 2, end)
                }
                b'/' if self.expects_operand() => self.piece(Piece::Aside, 1, end_of_pattern(rest)),
                b'}' if self.templates.last() == Some(&0) => {
                    self.templates.pop();
                    self.template(1)
                }
                _ => {
                    match (byte, self.templates.last_mut()) {
                        (b'{', Some(open)) => *open += 1,
                        (b'}', Some(open)) => *open = open.saturating_sub(1),
                        _ => {}
                    }
                    self.at += 1;
                    true
                }
            };
            if !read {
                return;
            }
        }
    }

    /// Steps over a piece that begins here with some bytes and has this length.
    fn piece(&mut self, piece: Piece, begins: usize, length: Option<usize>) -> bool {
        let Some(length) = length else { return false };
        self.pieces.push((piece, self.at + begins, self.at + length));
        self.at += length;
        true
    }

    /// Steps over the text of a template up to its end or the next `${`.
    fn template(&mut self, begins: usize) -> bool {
        let rest = &self.code[self.at..];
        let mut at = begins;
        while let Some(byte) = rest.get(at) {
            let length = match byte {
                b'\\' => {
                    at += 2;
                    continue;
                }
                b'`' => 1,
                b'$' if rest.get(at + 1) == Some(&b'{') => {
                    self.templates.push(0);
                    2
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            return self.piece(Piece::Literal, begins, Some(at + length));
        }
        false
    }

    /// Whether a slash here begins a regular expression: after an operator or a keyword, not after a value.
    fn expects_operand(&self) -> bool {
        const KEYWORDS: [&[u8]; 10] =
            [b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"else"];
        let before = self.code[..self.at].trim_ascii_end();
        let word = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')).count();
        if word > 0 {
            return KEYWORDS.contains(&&before[before.len() - word..]);
        }
        before.last().is_none_or(|b| !matches!(b, b')' | b']' | b'\'' | b'"' | b'`' | 0x80..))
    }
}

/// The length of a string with its quotes; none when the line ends first.
fn end_of_string(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += if rest[at..].starts_with(b"\\\r\n") { 3 } else { 2 },
            b'\n' | b'\r' => return None,
            byte if *byte == rest[0] => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The length of a regular expression with its slashes.
fn end_of_pattern(rest: &[u8]) -> Option<usize> {
    let (mut at, mut class) = (1, false);
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' | b'\r' => return None,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The length of what is left of the line.
fn line(rest: &[u8]) -> usize {
    rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::Reading::{Bare, Closed, Code, Literal, Nowhere};
    use super::read;

    #[test]
    fn strings_templates_comments_and_patterns_are_told_apart() {
        for (code, expected) in [
            ("var a = 'W';", Literal),
            (r#"var a = "it's W";"#, Literal),
            (r"var a = 'it\'s W';", Literal),
            (r"var a = '\\'W';", Code),
            ("var a = 'W'W';", Closed),
            (r#"var a = "W"W";"#, Closed),
            (r#"var a = "W'W\"W\u0022W";"#, Literal),
            ("var a = `x ${b} W`;", Literal),
            ("var a = `W`W`;", Closed),
            ("var a = `${W}`;", Bare),
            ("var a = `${ {b: {}} } W`;", Literal),
            ("var a = `${`x ${c} y`} W`;", Literal),
            ("var a = W;", Bare),
            ("go(W)", Bare),
            ("W", Bare),
            ("a W", Code),
            ("// 'W\n", Nowhere),
            ("<!-- W\n", Nowhere),
            ("/* don't W */", Nowhere),
            ("/* don't */ x = 'W'", Literal),
            ("// don't\nx = 'W'", Literal),
            ("s.replace(/['\"]/g, '').x('W')", Literal),
            ("a = b / c; d = 'W' / 2", Literal),
            ("if (a) return /'/.test('W')", Literal),
            ("x = (a + b) / 2; y = 'W'", Literal),
            ("x = 'a\\\nW'", Literal),
            ("x = /W/", Nowhere),
        ] {
            assert_eq!(read(code, "W"), expected, "{code}");
        }
    }

    #[test]
    fn nothing_is_known_after_an_error() {
        for code in ["x = 'a\nW", "x = 'W", "x = `W", "/* W", "x = /a\n = W"] {
            assert_eq!(read(code, "W"), Nowhere, "{code}");
        }
        assert_eq!(read("x = 'W'W\"", "W"), Closed, "before the error something is");
    }
}
