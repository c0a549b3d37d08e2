//! Reading pip's requirements files (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

/// Lines that pin a version, of which a file must have this many to be taken for one.
const LEAST: usize = 2;

/// Most of a file that is read, in lines.
const MOST: usize = 1_000;

/// The packages that a file pins to a version, by name and version; `None` when it is no requirements file.
pub fn pins(exchange: &Exchange) -> Option<Vec<(String, String)>> {
    #[allow(clippy::expect_used)] // constants, compiled by the test
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([A-Za-z0-9][A-Za-z0-9._-]{0,80})(?:\[[\w., -]{1,80}\])?\s*(?:(?:===?|[~<>!]=?|@)\s*\S.*)?$")
            .expect("valid")
    });
    #[allow(clippy::expect_used)]
    static PIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([A-Za-z0-9][A-Za-z0-9._-]{0,80})(?:\[[\w., -]{1,80}\])?\s*==\s*(\d+(?:\.\d+)*)").expect("valid")
    });
    if exchange.status() != 200 || exchange.is_html() {
        return None;
    }
    let text = exchange.text();
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).take(MOST).collect();
    // Options, hashes and continued lines belong to the format.
    let belongs = |line: &&&str| {
        line.starts_with('-') || LINE.is_match(line.split(" #").next().unwrap_or("").trim_end_matches('\\').trim())
    };
    let pins: Vec<(String, String)> =
        lines.iter().filter_map(|line| PIN.captures(line)).map(|c| (c[1].to_owned(), c[2].to_owned())).collect();
    (pins.len() >= LEAST && lines.iter().filter(belongs).count() == lines.len()).then_some(pins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn read(body: &str) -> Option<Vec<(String, String)>> {
        pins(&answered("/requirements.txt", 200, &[("Content-Type", "text/plain")], body))
    }

    #[test]
    fn pins_are_read() {
        let text = "# web\n-i https://pypi.org/simple\nFlask==2.2.2\nrequests[socks] == 2.31.0  # http\ngunicorn>=20\nuvloop\n\
                    psycopg2==2.9.9 ; python_version >= '3.8' \\\n    --hash=sha256:abc\nmine @ git+https://x/y\n";
        let pins = read(text).unwrap();
        let pairs: Vec<(&str, &str)> = pins.iter().map(|(name, version)| (name.as_str(), version.as_str())).collect();
        assert_eq!(pairs, [("Flask", "2.2.2"), ("requests", "2.31.0"), ("psycopg2", "2.9.9")]);
    }

    #[test]
    fn other_texts_are_no_requirements() {
        for text in [
            "",
            "not found",
            "flask\nrequests\n",
            "Flask==2.2.2\n",
            "Install with:\n\npip install Flask==2.2.2\nFlask==2.2.2\nrequests==2.31.0\n",
            r#"{"path": "/requirements.txt"}"#,
            "a==1\nb==2\n<p>page</p>\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let page =
            answered("/requirements.txt", 200, &[("Content-Type", "text/html")], "Flask==2.2.2\nrequests==2.31.0\n");
        assert_eq!(pins(&page), None);
    }
}
