//! What went wrong, for a person: one line that names the argument, what is wrong and what would be right.

/// A usage, configuration or credential error: exit code 2.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into() }
    }

    /// clap's own words on one line.
    pub(crate) fn usage(error: &clap::Error) -> Fault {
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let line: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more information"))
            .filter(|l| !l.is_empty())
            .collect();
        Fault::new(line.join(" "))
    }

    pub(crate) fn print(&self) {
        eprintln!("middlebrick: {}", report::plain(&self.message));
    }
}
