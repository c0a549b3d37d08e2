//! One request in which every parameter that takes text carries its own mark, and what became of each mark. Injection rules read
//! the answers of the same few requests and ask further only about what they show.
//!
//! A mark is a canary followed by characters that tell what happened to it: quotes with the canary after each, an element, an
//! attribute, and a product in doubled braces, which template engines compute and `str.format` halves.

use std::sync::Arc;

use model::{Exchange, NotTested, ParameterIn};

use super::markup::{self, Further, Standing};
use super::statement_error;
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

    /// The word after the quote of the only mark, if a database names it as what it stumbled over.
    pub(super) fn named_token(&self) -> Option<String> {
        let [mark] = self.marks.as_slice() else { return None };
        let word = format!("{}x", mark.canary);
        statement_error::names_token(&self.exchange.text(), &word).then_some(word)
    }

    /// What was answered, without an echo of the marks.
    pub(super) fn fingerprint(&self) -> ResponseFingerprint {
        let sent: Vec<&str> = self.marks.iter().map(|mark| mark.payload.as_str()).collect();
        ResponseFingerprint::of_all(&self.exchange, &sent, "")
    }

    /// Whether a mark came back byte for byte, or as one in a JSON string, in what is no error.
    pub(super) fn repeats(&self, mark: &Mark) -> bool {
        let text = self.exchange.text();
        let quoted = serde_json::Value::from(mark.payload.as_str()).to_string();
        text.contains(&mark.payload) || self.exchange.is_success() && text.contains(quoted.trim_matches('"'))
    }

    /// Whether the marks made no difference: the answer is what the ordinary request gets, and holds something.
    pub(super) fn is_inert(&self, plain: &Exchange) -> bool {
        ResponseFingerprint::plain(plain).has_content() && self.is_like(plain)
    }

    /// Whether the answer is that of the ordinary request.
    fn is_like(&self, plain: &Exchange) -> bool {
        let plain = ResponseFingerprint::plain(plain);
        self.marks.iter().all(|m| ResponseFingerprint::of(&self.exchange, &m.payload, &m.ordinary) == plain)
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

/// Whether anything lets a value be more than a word that is looked up: no database complained of its mark, and an operation that fails with
/// an ordinary value does not fail with the mark as it did.
pub(super) fn may_be_read(probe: &OperationProbe<'_>, marked: &[Marked], place: ParameterIn, name: &str) -> bool {
    let mine = |m: &&Marked| m.marks.iter().any(|mark| mark.place == place && mark.name == name);
    let unmoved =
        probe.plain().is_ok_and(|plain| plain.status() >= 400 && marked.iter().filter(mine).all(|m| m.is_like(plain)));
    complained(marked, place, name).is_none() && !unmoved
}

/// Whether a parameter's value came back in a body. An echo beside the output of what the value was put into hides that the
/// output was empty both times.
pub(super) fn comes_back(marked: &[Marked], place: ParameterIn, name: &str) -> bool {
    marked.iter().flat_map(Marked::echoes).any(|(mark, echo)| mark.place == place && mark.name == name && echo.in_body)
}

/// The request whose only mark was this parameter's and of which a database complained: the value became part of a statement, and of
/// nothing else that a quote would have broken before.
pub(super) fn complained<'m>(marked: &'m [Marked], place: ParameterIn, name: &'m str) -> Option<&'m Marked> {
    of_parameter(marked, place, name).find(|m| statement_error::in_text(&m.exchange.text()).is_some())
}

/// Whether the request whose only mark was this parameter's failed, and no database complained.
pub(super) fn fails_in_silence(marked: &[Marked], place: ParameterIn, name: &str) -> bool {
    of_parameter(marked, place, name).next().is_some_and(|m| m.exchange.status() >= 500)
        && complained(marked, place, name).is_none()
}

/// The requests whose only mark was this parameter's.
fn of_parameter<'m>(marked: &'m [Marked], place: ParameterIn, name: &'m str) -> impl Iterator<Item = &'m Marked> {
    marked.iter().filter(move |m| m.marks.len() == 1 && m.marks[0].place == place && m.marks[0].name == name)
}

/// Whether a payload was answered like the only mark of its request, which means nothing in any language: nobody reads either, or how that
/// ends shows nowhere.
pub(super) fn is_as_the_mark(payload: &Exchange, place: ParameterIn, name: &str, marked: &[Marked]) -> bool {
    let sent: Vec<&str> = payload.request.altered.iter().map(|altered| altered.value.as_str()).collect();
    let fingerprint = ResponseFingerprint::of_all(payload, &sent, "");
    of_parameter(marked, place, name).any(|m| m.fingerprint() == fingerprint)
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
    fn a_database_that_complains_of_the_only_mark_explains_it() {
        let word = format!("{}x", mark().canary);
        let marked = |body: String, marks: Vec<Mark>| Marked { exchange: answered("/", 500, &[], &body), marks };
        let complaint = format!("sqlite3.OperationalError: near \"{word}\": syntax error");
        let one = [marked(complaint.clone(), vec![mark()])];
        assert_eq!(one[0].named_token(), Some(word));
        assert!(
            complained(&one, ParameterIn::Query, "q").is_some() && complained(&one, ParameterIn::Query, "r").is_none()
        );
        let two = [marked(complaint, vec![mark(), mark()])];
        assert!(two[0].named_token().is_none() && complained(&two, ParameterIn::Query, "q").is_none(), "of which?");
        let other = [marked("Internal Server Error".to_owned(), vec![mark()])];
        assert!(complained(&other, ParameterIn::Query, "q").is_none());
        assert!(fails_in_silence(&other, ParameterIn::Query, "q") && !fails_in_silence(&one, ParameterIn::Query, "q"));
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
