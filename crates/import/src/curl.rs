//! curl commands, a line each, as people paste them and as browsers copy them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{ImportError, Recorded, words};

/// Options that take a value which changes nothing of what is sent to which operation.
const WITH_VALUE: &[&str] = &[
    "-A",
    "--user-agent",
    "-b",
    "--cookie",
    "-c",
    "--cookie-jar",
    "-e",
    "--referer",
    "-u",
    "--user",
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--cacert",
    "-E",
    "--cert",
    "--key",
    "--resolve",
    "--retry",
    "-w",
    "--write-out",
    "-T",
    "--upload-file",
    "-D",
    "--dump-header",
    "--limit-rate",
    "--ciphers",
    "-U",
    "--proxy-user",
    "-K",
    "--config",
    "-t",
    "--telnet-option",
    "-r",
    "--range",
    "--oauth2-bearer",
    "--interface",
    "--max-redirs",
    "-y",
    "-Y",
    "-z",
    "-C",
    "-Q",
];

/// The requests of a script of curl commands; other commands are passed over.
pub(crate) fn read(text: &str) -> Result<Vec<Recorded>, ImportError> {
    let commands = words::commands(text).map_err(|line| ImportError::at(line, "this quote never ends"))?;
    let mut requests = Vec::new();
    for (line, words) in &commands {
        let words = words.iter().map(String::as_str).skip_while(|word| *word == "$");
        let words: Vec<&str> = words.collect();
        if words.first().is_some_and(|first| *first == "curl" || first.ends_with("/curl")) {
            requests.extend(command(&words[1..], *line)?);
        }
    }
    Ok(requests)
}

#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // flags of curl
struct Command {
    method: Option<String>,
    urls: Vec<String>,
    media: Option<String>,
    data: Vec<String>,
    is_json: bool,
    is_multipart: bool,
    in_query: bool,
    is_head: bool,
}

fn command(words: &[&str], line: usize) -> Result<Vec<Recorded>, ImportError> {
    let mut command = Command::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, joined) = parts(word);
        let mut value = || {
            joined
                .map(str::to_owned)
                .or_else(|| words.next().map(|word| (*word).to_owned()))
                .ok_or_else(|| ImportError::at(line, format!("{option} has no value")))
        };
        match option {
            "-X" | "--request" => command.method = Some(value()?),
            "--url" => command.urls.push(value()?),
            "-H" | "--header" => command.header(&value()?),
            "-d" | "--data" | "--data-ascii" | "--data-binary" | "--data-raw" => command.data.push(value()?),
            "--data-urlencode" => command.data.push(encoded(&value()?)),
            "--json" => {
                command.is_json = true;
                command.data.push(value()?);
            }
            "-F" | "--form" | "--form-string" => {
                command.is_multipart = true;
                command.data.push(part(&value()?));
            }
            "-G" | "--get" => command.in_query = true,
            "-I" | "--head" => command.is_head = true,
            option if WITH_VALUE.contains(&option) => drop(value()?),
            option if option.starts_with('-') && option.len() > 1 => {}
            url => command.urls.push(url.to_owned()),
        }
    }
    if command.urls.is_empty() {
        return Err(ImportError::at(line, "this curl command has no URL"));
    }
    Ok(command.requests())
}

/// An option and the value that is joined to it: `-XPOST`, `--request=POST`.
fn parts(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
    }
    if word.starts_with('-') && word.len() > 2 && word.is_char_boundary(2) {
        let (option, value) = word.split_at(2);
        if matches!(option, "-X" | "-H" | "-d" | "-F") || WITH_VALUE.contains(&option) {
            return (option, Some(value));
        }
        // Flags in one: `-sS`, `-sXPOST` is rare.
        return (
            if word.contains('G') {
                "-G"
            } else if word.contains('I') {
                "-I"
            } else {
                "--flags"
            },
            None,
        );
    }
    (word, None)
}

/// `name=value` with the value encoded, as `--data-urlencode` does.
fn encoded(text: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    text.split_once('=').map_or_else(|| encode(text), |(name, value)| format!("{name}={}", encode(value)))
}

/// A field of several parts as a form would have it; of a file, its name.
fn part(text: &str) -> String {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let value = value.split(";type=").next().unwrap_or("").trim_start_matches(['@', '<']);
    encoded(&format!("{name}={value}"))
}

impl Command {
    fn header(&mut self, text: &str) {
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-type")
        {
            self.media = Some(value.trim().to_owned());
        }
    }

    fn requests(&self) -> Vec<Recorded> {
        let data = self.data.join("&");
        let method = match (&self.method, self.is_head) {
            (Some(method), _) => method.as_str(),
            (None, true) => "HEAD",
            (None, false) if data.is_empty() || self.in_query => "GET",
            (None, false) => "POST",
        };
        let media = match () {
            () if self.is_multipart => Some("multipart/form-data"),
            () if self.is_json => Some("application/json"),
            () => self.media.as_deref(),
        };
        let recorded = |url: &String| {
            let is_bare = !url.contains("://") && !url.starts_with('/');
            let url = if is_bare { format!("http://{url}") } else { url.clone() };
            let mark = if url.contains('?') { '&' } else { '?' };
            let url = if self.in_query && !data.is_empty() { format!("{url}{mark}{data}") } else { url };
            let recorded = Recorded::of(method, &url)?;
            Some(if self.in_query || data.is_empty() { recorded } else { recorded.with_body(media, data.as_bytes()) })
        };
        self.urls.iter().filter_map(recorded).collect()
    }
}
