//! The words of a shell command, with the quotes of POSIX and the `$'...'` that browsers write ("Copy as cURL"), which the crates for
//! shell words do not read.

/// The words of each command of a script: commands end with their line, unless it ends with a backslash or within quotes, or at a
/// semicolon. With the line on which each begins. `Err` with the line of a quote that never ends.
pub(crate) fn commands(script: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let mut reader = Reader { rest: script.chars().peekable(), line: 1 };
    let mut all = Vec::new();
    let (mut words, mut word, mut began) = (Vec::new(), None::<String>, 1);
    while let Some(c) = reader.next() {
        if words.is_empty() && word.is_none() {
            began = reader.line;
        }
        match c {
            '\'' => word.get_or_insert_default().push_str(&reader.quoted('\'', Escapes::None)?),
            '"' => word.get_or_insert_default().push_str(&reader.quoted('"', Escapes::Few)?),
            '$' if reader.rest.peek() == Some(&'\'') => {
                reader.next();
                word.get_or_insert_default().push_str(&reader.quoted('\'', Escapes::Ansi)?);
            }
            '\\' | '^' if matches!(reader.rest.peek(), Some('\n' | '\r')) => {
                // The command goes on; `^` is that of Windows.
                if reader.next() == Some('\r') && reader.rest.peek() == Some(&'\n') {
                    reader.next();
                }
                words.extend(word.take());
            }
            '\\' => word.get_or_insert_default().extend(reader.next()),
            '#' if word.is_none() => {
                while reader.rest.peek().is_some_and(|c| *c != '\n') {
                    reader.next();
                }
            }
            '\n' | ';' => {
                words.extend(word.take());
                if !words.is_empty() {
                    all.push((began, std::mem::take(&mut words)));
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if !words.is_empty() {
        all.push((began, words));
    }
    Ok(all)
}

/// What a backslash does within quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Few,
    Ansi,
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    /// Up to the closing quote; `Err` with the line of the opening one.
    fn quoted(&mut self, end: char, escapes: Escapes) -> Result<String, usize> {
        let began = self.line;
        let mut out = String::new();
        while let Some(c) = self.next() {
            match c {
                c if c == end => return Ok(out),
                '\\' if escapes == Escapes::Few => match self.next() {
                    Some(c @ ('"' | '\\' | '$' | '`')) => out.push(c),
                    Some('\n') | None => {}
                    Some(c) => out.extend(['\\', c]),
                },
                '\\' if escapes == Escapes::Ansi => out.extend(self.ansi()),
                c => out.push(c),
            }
        }
        Err(began)
    }

    /// The character of an escape in `$'...'`.
    fn ansi(&mut self) -> Option<char> {
        let c = self.next()?;
        let most = match c {
            'n' => return Some('\n'),
            'r' => return Some('\r'),
            't' => return Some('\t'),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => return Some(other),
        };
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(16)) else { break };
            value = value * 16 + digit;
            self.next();
        }
        char::from_u32(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str) -> Vec<Vec<String>> {
        commands(script).unwrap().into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn quotes_and_escapes_are_those_of_shells() {
        assert_eq!(words("curl 'a b' \"c\\\"d\" e\\ f"), [["curl", "a b", "c\"d", "e f"]]);
        assert_eq!(words("curl $'it\\'s\\u0021\\n' \\\n  -X POST"), [["curl", "it's!\n", "-X", "POST"]]);
        assert_eq!(words("a '' # not this\nb; c"), [vec!["a", ""], vec!["b"], vec!["c"]]);
        assert_eq!(commands("a\nb 'c\nd").unwrap_err(), 2, "the line of the quote");
        assert_eq!(commands("\n\n a").unwrap(), [(3, vec!["a".to_owned()])]);
    }
}
