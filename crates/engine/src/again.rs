//! Whether a later scan looked again at what an earlier one had found. Gone is only what was looked at again. Pure.

use model::{
    FindingView, LocationView, Method, PathTemplate, Redacted, Report, Status, SurfaceView, TranscriptEntry, Verdict,
};

/// Reasons that say nothing against a rule's own answer: where one of its detectors came to one, another had nothing to look at.
const NOT_APPLICABLE: &str = "not-applicable";

/// How much of what was sent a report shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transcript {
    /// Everything.
    Whole,
    /// What its findings cite.
    Cited,
}

/// One location of a finding in a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) report: &'a Report,
    pub(crate) finding: &'a FindingView,
    /// The location's place among the finding's.
    pub(crate) at: usize,
}

impl<'a> Shown<'a> {
    /// Every location of every finding.
    pub(crate) fn all(report: &'a Report) -> impl Iterator<Item = Shown<'a>> {
        report
            .findings
            .iter()
            .flat_map(move |finding| (0..finding.locations.len()).map(move |at| Shown { report, finding, at }))
    }

    pub(crate) fn location(&self) -> &'a LocationView {
        &self.finding.locations[self.at]
    }

    /// Method and path.
    pub(crate) fn operation(&self) -> (&'a str, &'a str) {
        (self.location().method.as_ref().map_or("", Method::as_str), self.path().map_or("", |path| path))
    }

    fn path(&self) -> Option<&'a Redacted> {
        let location = self.location();
        let component = || location.component.as_ref().map(|component| &component.name);
        location.path.as_ref().or(location.file.as_ref()).or_else(component)
    }

    /// `GET /users/{id}`.
    pub(crate) fn name(&self) -> Redacted {
        let method = self.location().method.as_ref().map(|method| [method.into(), Redacted::fixed(" ")]);
        Redacted::joined(method.into_iter().flatten().chain(self.path().cloned()))
    }

    /// The operation on the surface of a report.
    pub(crate) fn on<'r>(&self, report: &'r Report) -> Option<&'r SurfaceView> {
        let (method, path) = self.operation();
        report.surface.iter().find(|o| o.method.as_str() == method && is_same(&o.path, path))
    }

    /// The exchange that shows it.
    pub(crate) fn exchange(&self) -> Option<&'a TranscriptEntry> {
        let mut evidence = self.finding.evidence.iter().filter(|e| e.location as usize == self.at);
        evidence.find_map(|e| self.report.transcript.iter().find(|entry| Some(entry.number) == e.exchange))
    }

    /// Whether a detector of the rule that works on operations found it at this one.
    pub(crate) fn was_probed(&self) -> bool {
        self.on(self.report).is_some_and(|o| o.tried.contains(&self.finding.id))
    }

    /// Whether a passive detector saw it in the response to a probe, which only the rule that sent the probe provokes again.
    pub(crate) fn was_provoked(&self) -> bool {
        !self.was_probed() && self.exchange().is_some_and(|e| !e.altered.is_empty())
    }
}

/// Whether `new` looked again at it, with `new` no longer showing it.
///
/// # Errors
/// Why not, for a person.
pub(crate) fn looked_again(shown: &Shown<'_>, new: &Report, transcript: Transcript) -> Result<(), String> {
    if new.status != Status::Completed {
        let why = new.status_detail.clone().unwrap_or_default();
        return Err(format!("the scan is incomplete: {why}"));
    }
    let id = &shown.finding.id;
    let rule = new.rules.iter().find(|r| r.id == *id).ok_or("the rule was not part of the later scan")?;
    let (before, after) = (shown.on(shown.report), shown.on(new));
    let identity = shown.exchange().and_then(|e| e.identity.as_deref());
    let answers = answers(shown, new);
    if before.and_then(|o| o.status).is_some_and(|status| !is_gone(status))
        && is_fixed_path(shown)
        && after.and_then(|o| o.status).is_some_and(is_gone)
        && (identity.is_none() || answers.iter().any(|a| a.identity.as_deref() == identity))
    {
        return Ok(());
    }
    answers_alike(shown, before, after)?;
    if after.is_some_and(|o| o.tried.contains(id)) {
        return Ok(());
    }
    let name = shown.name();
    let reasons = || new.not_tested.iter().filter(|n| n.rule == *id);
    if let Some(reason) = reasons().find(|n| n.operations.iter().any(|operation| is_same(operation, &name))) {
        return Err(reason.detail.to_string());
    }
    if let Some(reason) = reasons().find(|n| n.operations.is_empty() && n.reason != NOT_APPLICABLE) {
        return Err(reason.detail.to_string());
    }
    if rule.verdict == Verdict::NotTested {
        return Err("the rule could not be tested".to_owned());
    }
    if shown.was_probed() {
        let why = reasons().map(|n| n.detail.to_string()).next();
        return Err(why.unwrap_or_else(|| "the rule did not probe this operation again".to_owned()));
    }
    seen_again(shown, after, &answers, transcript, rule.verdict)
}

/// Whether the operation itself still answers: a rule that met a log-in or a server error saw nothing of what it is about.
fn answers_alike(shown: &Shown<'_>, before: Option<&SurfaceView>, after: Option<&SurfaceView>) -> Result<(), String> {
    let Some(was) = before.and_then(|o| o.status) else { return Ok(()) };
    let what = match after.and_then(|o| o.status) {
        Some(now) if now / 100 == was / 100 || was >= 500 && now < 500 || was >= 400 && now < 300 => return Ok(()),
        Some(now) => format!("it returns {now}, and {was} when it was found"),
        None => "the operation was not reached".to_owned(),
    };
    if shown.exchange().is_some_and(|e| e.identity.is_some()) {
        let with = "give the credentials that it was found with (--auth-type, --auth-value, --auth-name, --header)";
        return Err(format!("{what}; {with}"));
    }
    if after.is_some_and(|o| matches!(o.status, Some(401 | 403))) {
        // Closed to strangers is not mended for everybody else.
        return Err(format!("{what}; with credentials (--auth-type) it can be tested"));
    }
    Err(what)
}

/// Whether a passive detector, or one that looks at the whole, saw the place as it had been seen.
fn seen_again(
    shown: &Shown<'_>,
    after: Option<&SurfaceView>,
    answers: &[&TranscriptEntry],
    transcript: Transcript,
    verdict: Verdict,
) -> Result<(), String> {
    let Some(exchange) = shown.exchange() else {
        // Shown by no exchange, such as a fault of TLS: the rule's own answer is all there is.
        return if verdict == Verdict::Passed { Ok(()) } else { Err("the rule had nothing to look at".to_owned()) };
    };
    let alike = |a: &&&TranscriptEntry| {
        a.identity == exchange.identity && (a.altered.is_empty() || !exchange.altered.is_empty())
    };
    let mut statuses: Vec<u16> = answers.iter().filter(alike).filter_map(|a| a.status).collect();
    if transcript == Transcript::Cited {
        statuses.extend(after.and_then(|o| o.status));
        if statuses.is_empty() && shown.on(shown.report).is_none() && verdict == Verdict::Passed {
            return Ok(());
        }
    }
    let was = exchange.status.unwrap_or(0);
    let Some(now) = statuses.first().copied() else {
        return Err("the operation was not reached again; name the API's document with --spec".to_owned());
    };
    let gone = is_fixed_path(shown) && statuses.iter().all(|s| is_gone(*s));
    let mended = was >= 500 && statuses.iter().any(|s| *s < 500);
    if statuses.iter().any(|s| s / 100 == was / 100) || gone || mended {
        return Ok(());
    }
    Err(format!("{now} comes back where it was found, {was} then"))
}

/// The exchanges of a report with the operation.
fn answers<'r>(shown: &Shown<'_>, report: &'r Report) -> Vec<&'r TranscriptEntry> {
    let (method, path) = shown.operation();
    report
        .transcript
        .iter()
        .filter(|entry| entry.method.as_str() == method)
        .filter(|entry| url::Url::parse(&entry.url).is_ok_and(|url| is_same(path, url.path())))
        .collect()
}

/// A path without parameters is gone when it answers 404; behind one only the object may be gone.
fn is_fixed_path(shown: &Shown<'_>) -> bool {
    !PathTemplate::from(shown.operation().1).has_parameters()
}

fn is_gone(status: u16) -> bool {
    matches!(status, 404 | 410)
}

/// Whether a path is an instance of a template, or the same template with other names.
fn is_same(template: &str, path: &str) -> bool {
    let template = PathTemplate::from(template);
    template.is_same_place(&PathTemplate::from(path)) || template.matches(path)
}
