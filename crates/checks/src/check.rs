use futures::future::BoxFuture;
use model::{Consent, Depth, Exchange, NotTested, Operation, Rule, Surface};

use crate::{Findings, Observations, Probe, Seen, Survey};

/// What a detector does to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// Sends nothing of its own.
    Nothing,
    /// GET, HEAD and OPTIONS.
    Reads,
    /// A GraphQL query or a text prompt to a recognised LLM endpoint, which cannot change state by what they are.
    Queries,
    /// A bounded burst of GET requests, counted apart from the budget.
    Bursts,
    /// Other methods that the server is expected to refuse: bogus methods, malformed bodies, failed logins. Needs consent.
    Refused,
    /// A bounded burst of requests that the server is expected to refuse, counted apart from the budget: failed logins. Needs consent.
    RefusedBursts,
    /// State-changing requests on own objects. Needs consent.
    Writes,
    /// Destroys own objects, last. Needs consent.
    Destroys,
}

impl Touch {
    /// Whether it asks so often that the target is expected to refuse: such detectors run last, and what they send is counted apart.
    pub fn is_burst(self) -> bool {
        matches!(self, Touch::Bursts | Touch::RefusedBursts)
    }

    /// Whether the user's consent allows it.
    pub fn allowed_by(self, consent: Consent) -> bool {
        match self {
            Touch::Nothing | Touch::Reads | Touch::Queries | Touch::Bursts => true,
            Touch::Refused | Touch::RefusedBursts | Touch::Writes | Touch::Destroys => consent >= Consent::SafeWrites,
        }
    }
}

/// What a detector may cost, at most, for each time it asks.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Requests for one operation, or for the surface. Identical requests that somebody else sent are free.
    pub requests: u32,
    /// What they do.
    pub touch: Touch,
}

/// Requests that several checks send alike, so that whoever comes first pays for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// What the requests are about. Checks with the same word send the same.
    pub with: &'static str,
    /// How many of [`Cost::requests`] they are, at most.
    pub requests: u32,
}

/// Which exchanges a passive detector sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Only those whose request carried no payload of ours, so that it does not find our own echo.
    Clean,
    /// All: for what no echo can imitate, such as a stack trace.
    All,
}

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

/// Asks about one operation; proves into [`Findings`] as it goes. `Ok(())` with nothing found means "holds".
pub type OnOperation = for<'a> fn(&'a Probe<'a>, &'a mut Findings) -> BoxFuture<'a, Result<(), NotTested>>;

/// Asks about the target as a whole.
pub type OnSurface = for<'a> fn(&'a Survey<'a>, &'a mut Findings) -> BoxFuture<'a, Result<(), NotTested>>;

/// Judges one exchange. Returns whether the exchange was of the kind that the rule is about.
pub type OnExchange = fn(&Seen<'_>, &mut Findings) -> bool;

/// Judges everything that was seen, at the end.
pub type OnEnd = fn(&Surface, &Observations, &mut Findings) -> Result<(), NotTested>;

/// A rule with what detects it, as a value.
pub struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// What `on_operation` costs for each operation, or `on_surface` in all.
    pub cost: Cost,
    /// Which part of the cost others send as well.
    pub shares: Option<Shares>,
    /// Whether it asks for paths that nothing pointed to. Evidence goes before guesses.
    pub guesses: bool,
    /// Whether an operation, or what it answered to the ordinary call, points to what the rule is about. Such
    /// operations go first, and so does a check of the whole that one of them points to.
    pub hinted: fn(&Operation, Option<&Exchange>) -> bool,
    /// Whether nothing else may be asked meanwhile: it tells by how long answers take.
    pub alone: bool,
    /// Rules that tell the same when they have a finding at the same place: this rule's is then evidence of theirs.
    pub told_by: &'static [&'static str],
    /// The least depth at which it asks.
    pub depth: Depth,
    /// Further requests that it may send in a deep scan, besides `cost.requests`.
    pub more_when_deep: u32,
    /// Which operations `on_operation` asks about; pure, decided when the scan is planned.
    pub applies: fn(&Operation, &Surface) -> bool,
    /// Judges each exchange.
    pub on_exchange: Option<OnExchange>,
    /// Which exchanges `on_exchange` sees.
    pub sees: Sees,
    /// Asks about each operation that applies.
    pub on_operation: Option<OnOperation>,
    /// Asks once.
    pub on_surface: Option<OnSurface>,
    /// Judges the whole at the end.
    pub on_end: Option<OnEnd>,
    /// The runnable pair.
    pub twins: Twins,
}

impl Check {
    /// A check of this rule with no detector yet: every check completes it with `..Check::of(&RULE)`.
    pub const fn of(rule: &'static Rule) -> Check {
        Check {
            rule,
            cost: Cost { requests: 0, touch: Touch::Nothing },
            shares: None,
            guesses: false,
            hinted: |_, _| false,
            alone: false,
            told_by: &[],
            depth: Depth::Quick,
            more_when_deep: 0,
            applies: |_, _| true,
            on_exchange: None,
            sees: Sees::Clean,
            on_operation: None,
            on_surface: None,
            on_end: None,
            twins: Twins::None("states none"),
        }
    }

    /// The most that one ask may send at this depth.
    pub fn requests(&self, depth: Depth) -> u32 {
        self.cost.requests + if depth == Depth::Deep { self.more_when_deep } else { 0 }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check").field("rule", &self.rule.id).field("cost", &self.cost).finish_non_exhaustive()
    }
}
