//! One request in which every parameter that takes text carries its own mark, and what became of each mark. Injection rules read
//! the answers of the same few requests and ask further only about what they show.
//!
//! A mark is a canary followed by characters that tell what happened to it: quotes with the canary after each, an element, an
//! attribute, and a product in doubled braces, which template engines compute and `str.format` halves.

use std::sync::Arc;

use model::{Exchange, NotTested, ParameterIn};

use super::markup::{self, Further, Standing};
use crate::calling::{inputs, request};
use crate::canary::canary;
use crate::experiments::payload_refusal;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::percent;
use crate::{OperationProbe, Shares, TargetProbe};

/// What [`of`] and [`error_page`] send at most, and the end of those who ask it ([`heard::end`]).
pub(super) const REQUESTS: u32 = 4 + payload_refusal::REQUESTS;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "reflection", requests: REQUESTS };

/// Largest page whose elements are looked at.
const PAGE: usize = 1024 * 1024;

/// The mark of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Where the parameter is sent.
    pub(super) place: ParameterIn,
    /// Its name.
    pub(super) name: String,
    /// The word that is found again.
    pub(super) canary: String,
    /// The two factors.
    pub(super) factors: (u32, u32),
    /// The value an ordinary client would send in its place.
    pub(super) ordinary: String,
    payload: String,
}

/// Where and how a mark came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Echo {
    /// The canary is in the body.
    pub(super) in_body: bool,
    /// The header that holds the canary.
    pub(super) in_header: Option<String>,
    /// How it stands in a body that is HTML.
    pub(super) standing: Standing,
    /// The product stands beside the canary instead of the expression.
    pub(super) computed: bool,
    /// The doubled braces came back single, as `str.format` makes them.
    pub(super) halved: bool,
    /// The text around the canary.
    pub(super) excerpt: String,
}

/// The marks of one request and its answer.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    /// The request and its answer.
    pub(super) exchange: Arc<Exchange>,
    /// What it carried.
    pub(super) marks: Vec<Mark>,
}

impl Mark {
    fn new(seed: u64, owner: &str, place: ParameterIn, name: &str, ordinary: String) -> Mark {
        let canary = canary(seed, &["reflection", owner, place.id(), name]);
        let factors = factors(seed, &canary);
        Mark { place, name: name.to_owned(), canary, factors, ordinary, payload: String::new() }
    }

    fn telling(mut self) -> Mark {
        let (c, (a, b), tag) = (&self.canary, self.factors, self.tag());
        self.payload = format!("{c} {c}y=1'{c}x\"{c}x{tag}{{{{{a}*{b}}}}}");
        self
    }

    /// Without quotes and blanks, for applications that fail on those.
    fn gentle(mut self) -> Mark {
        let (c, (a, b), tag) = (&self.canary, self.factors, self.tag());
        self.payload = format!("{c}{tag}{{{{{a}*{b}}}}}");
        self
    }

    /// For a place that the telling payload did not open: what ends a string whose quotes are escaped and backslashes are not, what
    /// ends or computes in a template, a backslash before the quote that would end the value; or a scheme whose address is script.
    fn further(mut self, further: Further) -> Mark {
        let c = &self.canary;
        self.payload = match further {
            Further::Literal => format!("{c}\\'{c}x\\\"{c}x`{c}x${{{c}x}}{c}x\\"),
            // The end tag itself, since an encoder may break that and nothing else; behind it what a literal of a script may be opened by.
            Further::RawText(name) => format!("{c}</{name}><{c}z>{c}\\'{c}x\\\"{c}x`{c}x${{{c}x}}{c}x\\"),
            Further::Address => format!("javascript:{c}"),
        };
        self
    }

    /// An element, with the slash that an end tag needs: encoders for scripts escape it, and then no end tag can be written. The
    /// slash would end a path parameter before it.
    fn tag(&self) -> String {
        format!("<{}z{}>", self.canary, if self.place == ParameterIn::Path { "" } else { "/" })
    }
}

/// Two factors of four digits that belong to a word.
pub(super) fn factors(seed: u64, word: &str) -> (u32, u32) {
    let number = |which: &str| {
        canary(seed, &["factor", which, word]).bytes().fold(7_u32, |n, b| n.wrapping_mul(31).wrapping_add(u32::from(b)))
            % 8_000
            + 1_111
    };
    (number("left"), number("right"))
}

impl Marked {
    /// What became of each mark.
    pub(super) fn echoes(&self) -> impl Iterator<Item = (&Mark, Echo)> {
        self.marks.iter().map(|mark| (mark, read(mark, &self.exchange)))
    }

    /// Whether the marks made no difference: the answer is what the ordinary request gets, and holds something.
    pub(super) fn is_inert(&self, plain: &Exchange) -> bool {
        let plain = ResponseFingerprint::plain(plain);
        plain.has_content()
            && self.marks.iter().all(|m| ResponseFingerprint::of(&self.exchange, &m.payload, &m.ordinary) == plain)
    }
}

/// Asks an operation with all its text parameters marked: query and headers in one request, path in another. Where the plain call
/// succeeds and the marked one fails, once more without quotes.
///
/// # Errors
/// As [`inputs::reachable`] and [`TargetProbe::response_to`].
pub(super) async fn of(probe: &OperationProbe<'_>) -> Result<Vec<Marked>, NotTested> {
    inputs::reachable(probe)?;
    let mut all = Vec::new();
    let owner = probe.operation.name();
    for in_path in [false, true] {
        let marks: Vec<Mark> = inputs::texts(probe.operation)
            .filter(|p| (p.place == ParameterIn::Path) == in_path)
            .map(|p| Mark::new(probe.target.seed, &owner, p.place, &p.name, inputs::ordinary(probe, p)))
            .collect();
        if marks.is_empty() {
            continue;
        }
        let telling = send(probe, marks.iter().cloned().map(Mark::telling).collect()).await?;
        let fails = telling.exchange.status() >= 400 && !in_path && probe.plain().is_ok_and(|p| p.status() < 400);
        all.push(telling);
        if fails {
            all.push(send(probe, marks.into_iter().map(Mark::gentle).collect()).await?);
        }
    }
    Ok(all)
}

async fn send(probe: &OperationProbe<'_>, marks: Vec<Mark>) -> Result<Marked, NotTested> {
    let values: Vec<request::Value<'_>> =
        marks.iter().map(|m| request::Value { place: m.place, name: &m.name, value: &m.payload, raw: false }).collect();
    let exchange = probe.send(probe.request_with(&values)).await?;
    Ok(Marked { exchange, marks })
}

/// Asks once more where marks of one request stand in a page so that another payload might break out: all of them in one request, the
/// other parameters as an ordinary client sends them. Nothing when there is no such mark.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn further(probe: &OperationProbe<'_>, marked: &Marked) -> Result<Option<Marked>, NotTested> {
    let pick = |(mark, echo): (&Mark, Echo)| echo.standing.further.map(|further| mark.clone().further(further));
    let marks: Vec<Mark> = marked.echoes().filter_map(pick).collect();
    if marks.is_empty() { Ok(None) } else { send(probe, marks).await.map(Some) }
}

/// Asks once more as a browser does, where marks of the query came back in what is no page: a service may respond with HTML to
/// `Accept: text/html` alone. Data is data to browsers too, unless the response says that it depends on that header.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn as_page(probe: &OperationProbe<'_>, marked: &Marked) -> Result<Option<Marked>, NotTested> {
    let exchange = &marked.exchange;
    let varies = exchange.header("vary").is_some_and(|vary| {
        vary.split(',').any(|name| matches!(name.trim().to_ascii_lowercase().as_str(), "accept" | "*"))
    });
    let in_path = marked.marks.iter().any(|mark| mark.place == ParameterIn::Path);
    let is_data = !exchange.is_html() && exchange.header("content-type").is_some();
    let comes_back = exchange.is_success() && is_data && marked.echoes().any(|(_, echo)| echo.in_body);
    if in_path || !comes_back || exchange.json().is_some() && !varies {
        return Ok(None);
    }
    let request = exchange.request.clone().header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let exchange = probe.send(request).await?;
    Ok(exchange.is_html().then(|| Marked { exchange, marks: marked.marks.clone() }))
}

/// Asks for a path that does not exist and is a mark itself.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub(super) async fn of_missing(probe: &TargetProbe<'_>) -> Result<Marked, NotTested> {
    let mark = Mark::new(probe.target.seed, "missing", ParameterIn::Path, "", String::new()).telling();
    let target = format!("/{}", percent::encode(&mark.payload));
    let exchange = probe.response_to(probe.get(target).altered("path", "", &mark.payload)).await?;
    Ok(Marked { exchange, marks: vec![mark] })
}

/// What the page for unknown paths does with a mark, where an operation responded with an error to one in its path: a converter or a
/// look-up that refuses the value ends at that page, and what it does with the path is its own fault.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub(super) async fn error_page(probe: &OperationProbe<'_>, marked: &Marked) -> Result<Option<Marked>, NotTested> {
    let in_path = marked.marks.iter().any(|mark| mark.place == ParameterIn::Path);
    if !in_path || marked.exchange.status() < 400 {
        return Ok(None);
    }
    of_missing(probe).await.map(Some)
}

/// Whether a parameter made a difference, or could not be seen to make none: every request that marked it was answered like the
/// plain call.
pub(super) fn makes_a_difference(
    probe: &OperationProbe<'_>,
    marked: &[Marked],
    place: ParameterIn,
    name: &str,
) -> bool {
    let Ok(plain) = probe.plain() else { return true };
    let mut with_it = marked.iter().filter(|m| m.marks.iter().any(|k| k.place == place && k.name == name)).peekable();
    with_it.peek().is_none() || !with_it.all(|m| m.is_inert(plain))
}

/// Whether a parameter's value came back in a body. An echo beside the output of what the value was put into hides that the
/// output was empty both times.
pub(super) fn comes_back(marked: &[Marked], place: ParameterIn, name: &str) -> bool {
    marked.iter().flat_map(Marked::echoes).any(|(mark, echo)| mark.place == place && mark.name == name && echo.in_body)
}

/// What became of a mark in an answer.
pub(super) fn read(mark: &Mark, exchange: &Exchange) -> Echo {
    let Some(response) = exchange.response() else { return Echo::default() };
    let text = response.text();
    let c = mark.canary.as_str();
    let in_header = response
        .headers
        .iter()
        .find(|(name, value)| value.contains(c) && !name.eq_ignore_ascii_case("content-security-policy"))
        .map(|(name, _)| name.clone());
    let Some(at) = text.find(c) else { return Echo { in_header, ..Echo::default() } };
    let (a, b) = mark.factors;
    let product = (u64::from(a) * u64::from(b)).to_string();
    let expression = format!("{a}*{b}");
    let near = |from: usize| text.get(from..text.ceil_char_boundary((from + 400).min(text.len()))).unwrap_or("");
    let occurrences: Vec<&str> = text.match_indices(c).take(40).map(|(from, _)| near(from)).collect();
    let is_html = response.is_html() || response.header("content-type").is_none();
    let tag = (mark.place != ParameterIn::Path).then(|| mark.tag());
    Echo {
        in_body: true,
        in_header,
        standing: if is_html && text.len() <= PAGE {
            markup::read(&text, c, tag.as_deref())
        } else {
            Standing::default()
        },
        computed: occurrences.iter().any(|t| t.contains(&product)),
        halved: occurrences
            .iter()
            .any(|t| t.contains(&format!("{{{expression}}}")) && !t.contains(&format!("{{{{{expression}"))),
        excerpt: near(at).chars().take(160).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn mark() -> Mark {
        Mark::new(1, "GET /", ParameterIn::Query, "q", "1".to_owned()).telling()
    }

    fn echo(media: &str, body: &str) -> Echo {
        read(&mark(), &answered("/", 200, &[("Content-Type", media)], body))
    }

    fn escaped(payload: &str) -> String {
        payload
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\'', "&#39;")
            .replace('"', "&#34;")
    }

    #[test]
    fn html_contexts() {
        let raw = mark().payload;
        let safe = escaped(&raw);
        for (page, expected) in [
            (format!("<p>{raw}</p>"), true),
            (format!("<p>{safe}</p>"), false),
            (format!("<input value=\"{raw}\">"), true),
            (format!("<input value=\"{safe}\">"), false),
            (format!("<input value='{raw}'>"), true),
            (format!("<input value={safe}>"), true),
            (format!("<script>var q = \"{raw}\";</script>"), true),
            (format!("<title>{raw}</title>"), false),
            (format!("<title>{safe}</title>"), false),
            ("<p>nothing</p>".to_owned(), false),
        ] {
            assert_eq!(echo("text/html", &page).standing.breaks_out.is_some(), expected, "{page}");
        }
        let title = echo("text/html", &format!("<title>{raw}</title>"));
        assert_eq!(title.standing.further, Some(Further::RawText("title")), "its end tag has to be sent");
        assert_eq!(echo("application/json", &format!("{{\"q\": \"{raw}\"}}")).standing, Standing::default());
    }

    #[test]
    fn computing_and_halving_are_told_from_echoing() {
        let raw = mark().payload;
        let (a, b) = mark().factors;
        let expression = format!("{{{{{a}*{b}}}}}");
        let computed = raw.replace(&expression, &(u64::from(a) * u64::from(b)).to_string());
        let halved = raw.replace(&expression, &format!("{{{a}*{b}}}"));
        assert!(!echo("text/html", &raw).computed && !echo("text/html", &raw).halved);
        assert!(echo("text/html", &computed).computed);
        assert!(echo("text/html", &escaped(&halved)).halved);
        assert!(echo("text/html", &format!("{raw} {computed}")).computed, "an echo beside it hides nothing");
    }

    #[test]
    fn inert_means_the_same_answer_that_holds_something() {
        let marked = |body: &str| Marked {
            exchange: answered("/", 200, &[("Content-Type", "application/json")], body),
            marks: vec![mark()],
        };
        assert!(marked(r#"[{"id":1}]"#).is_inert(&answered(
            "/",
            200,
            &[("Content-Type", "application/json")],
            r#"[{"id":1}]"#
        )));
        assert!(!marked("[]").is_inert(&answered("/", 200, &[("Content-Type", "application/json")], "[]")));
        assert!(!marked("[]").is_inert(&answered("/", 200, &[("Content-Type", "application/json")], r#"[{"id":1}]"#)));
    }
}
