/// A server under which a twin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// Werkzeug's development server.
    Development,
    /// gunicorn.
    Gunicorn,
    /// waitress, which has its own error pages, no limit on the request line, and reads paths and headers in its own way.
    Waitress,
}

/// Where a weakness of Flask can exist.
#[derive(Debug, Clone, Copy)]
pub struct RunsOn {
    /// Oldest Flask `(major, minor)` of the matrix that has it.
    pub oldest: (u8, u8),
    /// Newest Flask that has it.
    pub newest: (u8, u8),
    /// Servers it shows under.
    pub servers: &'static [Server],
}

impl RunsOn {
    /// Every Flask of the matrix, every server.
    pub const EVERYWHERE: RunsOn =
        RunsOn { oldest: (2, 2), newest: (99, 0), servers: &[Server::Development, Server::Gunicorn, Server::Waitress] };
    /// Production servers only.
    pub const PRODUCTION: RunsOn = RunsOn { servers: &[Server::Gunicorn, Server::Waitress], ..RunsOn::EVERYWHERE };
    /// Servers that hand `X-Forwarded-*` of any client to the application; waitress drops it unless it is told of a proxy.
    pub const FORWARDING: RunsOn = RunsOn { servers: &[Server::Development, Server::Gunicorn], ..RunsOn::EVERYWHERE };
    /// Only Werkzeug's development server.
    pub const DEVELOPMENT: RunsOn = RunsOn { servers: &[Server::Development], ..RunsOn::EVERYWHERE };
}

/// The two small Flask applications beside a rule.
#[derive(Debug, Clone, Copy)]
pub enum Twins {
    /// One has the weakness, the other the remedy of the page.
    Flask {
        /// Source of the vulnerable one.
        vulnerable: &'static str,
        /// Source of the fixed one.
        fixed: &'static str,
        /// Where they make sense.
        runs_on: RunsOn,
    },
    /// Why there can be none.
    None(&'static str),
}
