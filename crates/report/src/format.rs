use std::fmt;
use std::str::FromStr;

/// What a report can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Format {
    Summary,
    Table,
    Json,
    Sarif,
    Junit,
    Html,
    Markdown,
    Har,
    Github,
    Gitlab,
    GitlabDast,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 11] = [
        Format::Summary,
        Format::Table,
        Format::Json,
        Format::Sarif,
        Format::Junit,
        Format::Html,
        Format::Markdown,
        Format::Har,
        Format::Github,
        Format::Gitlab,
        Format::GitlabDast,
    ];

    /// The name on the command line.
    pub const fn id(self) -> &'static str {
        match self {
            Format::Summary => "summary",
            Format::Table => "table",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Har => "har",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::GitlabDast => "gitlab-dast",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_ascii_lowercase();
        let wanted = if wanted == "md" { "markdown" } else { &wanted };
        Format::ALL.into_iter().find(|f| f.id() == wanted).ok_or_else(|| {
            let ids: Vec<&str> = Format::ALL.iter().map(|f| f.id()).collect();
            format!("there is no output format '{text}'; it is one of {}", ids.join(", "))
        })
    }
}

/// How text for people is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to show every finding at length.
    pub verbose: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { width: 80, color: false, verbose: false }
    }
}
