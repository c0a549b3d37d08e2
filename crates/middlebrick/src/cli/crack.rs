//! `middlebrick crack`: guesses the secrets of cookies and tokens, offline.

use std::io::{IsTerminal, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use ::crack::{Found, Kind, ParseError, Target};
use checks::experiments::flask_session;
use engine::{Ending, System};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::arguments::CrackOptions;
use super::fault::Fault;
use super::files;
use super::pasted::{self, Pasted};

pub(crate) fn run(options: &CrackOptions) -> Result<Ending, Fault> {
    let text = text(&options.token)?;
    let tokens = recognised(&text, &options.salt).map_err(|error| Fault::new(format!("TOKEN: {error}")))?;
    let list = options.wordlist.as_deref().map(|path| engine::words(path, &System)).transpose()?;
    let fault = list.as_ref().map(engine::Words::fault);
    // Without a list, of which nobody knows how long it is, the number of words is known.
    let total = if list.is_none() { Some(words(None).count() as u64) } else { None };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or_else(cores);
    let bar = bar(total);
    let started = Instant::now();
    let tried = AtomicU64::new(0);
    let targets: Vec<Target> = tokens.iter().flat_map(|token| token.targets.iter().cloned()).collect();
    let found = ::crack::crack(&targets, words(list), threads, &AtomicBool::new(false), &|done| {
        tried.fetch_max(done, Ordering::Relaxed);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    if let Some(why) = fault.as_ref().and_then(|fault| fault.get()) {
        return Err(Fault::new(format!("--wordlist: {why}")));
    }
    let tried = Tried { words: tried.into_inner(), total, seconds: started.elapsed().as_secs_f64() };
    let mut out = String::new();
    let mut of_all = found.iter();
    let mut any = false;
    for token in &tokens {
        let hits = of_all.by_ref().take(token.targets.len());
        let hit = token.targets.iter().zip(hits).filter_map(|(target, found)| Some((target, found.as_ref()?))).last();
        any |= hit.is_some();
        out.push_str(&told(token, hit, &tried, options.reveal));
    }
    files::print(&out)?;
    // A found secret is what a gate would fail on.
    Ok(if any { Ending::Failed } else { Ending::Passed })
}

/// All words, likeliest first. An empty key is what a variable that is not set gives.
fn words(list: Option<engine::Words>) -> impl Iterator<Item = Vec<u8>> + Send {
    let embedded = ::crack::words::embedded().map(std::borrow::Cow::into_owned);
    let made = ::crack::words::composed().chain(::crack::words::numbers(6));
    std::iter::once(Vec::new()).chain(embedded).chain(list.into_iter().flatten()).chain(made)
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:30} {human_pos}/{human_len} words, {rate}"),
        None => (ProgressBar::no_length(), "{spinner} {human_pos} words, {rate}"),
    };
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        let write = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A bar that cannot be drawn is not worth a word.
            let _ = out.write_str(&rate(state.per_sec()));
        };
        bar.set_style(style.with_key("rate", write));
    }
    bar
}

/// What trying came to.
struct Tried {
    words: u64,
    total: Option<u64>,
    seconds: f64,
}

/// What is said of one token: what it is, what it says, and its secret.
fn told(token: &Token<'_>, hit: Option<(&Target, &Found)>, tried: &Tried, reveal: bool) -> String {
    let Token { pasted, targets } = token;
    let Some(first) = targets.first() else { return String::new() };
    let mut out = format!("{}\n", name(first, hit.map(|(target, _)| target), pasted));
    if let Ok(decoded) = first.decode() {
        if let Some(header) = &decoded.header {
            out.push_str(&format!("header: {}\n", plain(header)));
        }
        out.push_str(&format!("payload: {}\n", plain(&decoded.payload)));
    }
    if let Some((_, found)) = hit {
        let word = String::from_utf8_lossy(&found.word).into_owned();
        let shown = if reveal { plain(&word) } else { format!("{} (--reveal shows it)", model::mask(&word)) };
        let of = tried.total.map_or_else(String::new, |total| format!(" of {}", grouped(total)));
        out.push_str(&format!("secret: {shown}, word {}{of}\n", grouped(found.index + 1)));
    } else {
        let salts =
            if targets.len() > 1 { format!(" and {}", model::counted(targets.len(), "salt")) } else { String::new() };
        let rate = rate(tried.words as f64 / tried.seconds.max(0.000_001));
        out.push_str(&format!("not found among {}{salts} ({rate})\n", model::counted(grouped(tried.words), "word")));
    }
    out
}

fn text(argument: &str) -> Result<String, Fault> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .take(1024 * 1024)
        .read_to_string(&mut text)
        .map_err(|error| Fault::new(format!("TOKEN: standard input cannot be read: {error}")))?;
    Ok(text)
}

/// A token in a pasted text, and all that it may be.
struct Token<'a> {
    pasted: Pasted<'a>,
    targets: Vec<Target>,
}

/// The tokens in the text: all cookies that are signed, else the text itself. Of several errors the first that is about a token.
fn recognised<'a>(text: &'a str, salts: &[String]) -> Result<Vec<Token<'a>>, ParseError> {
    let mut error = ParseError::Layout;
    let mut tokens: Vec<Token<'a>> = Vec::new();
    for pasted in pasted::readings(text) {
        // The last reading is the whole text, of which a cookie is a part.
        if pasted.cookie.is_none() && !tokens.is_empty() {
            break;
        }
        match Target::guesses(pasted.token) {
            Ok(mut targets) => {
                let salted = targets.first().map(|first| salts.iter().flat_map(|salt| first.salted(salt)).collect());
                targets.extend::<Vec<Target>>(salted.unwrap_or_default());
                tokens.push(Token { pasted, targets });
            }
            Err(why) if error == ParseError::Layout => error = why,
            Err(_) => {}
        }
    }
    if tokens.is_empty() { Err(error) } else { Ok(tokens) }
}

/// What the token is. Flask's session cookie and a serializer's token of an object look the same: only the salt that verifies, the
/// cookie's name or what Flask keeps in a session tells them apart.
fn name(first: &Target, hit: Option<&Target>, pasted: &Pasted<'_>) -> String {
    let kind = match hit {
        Some(target) if matches!(target.kind(), Kind::SignedToken | Kind::SignedText | Kind::DjangoSigned) => {
            return format!("{} with the salt '{}'", target.kind().name(), target.signer().salt);
        }
        Some(target) => target.kind(),
        None if first.kind() == Kind::FlaskSession => {
            let named = pasted.cookie.is_some_and(|name| name.contains("session"));
            let marked = || flask_session::contents(pasted.token).is_some_and(|c| flask_session::is_marked(&c));
            if named || marked() { Kind::FlaskSession } else { Kind::SignedToken }
        }
        None => first.kind(),
    };
    kind.name().to_owned()
}

/// Words a second in two figures, which is what such a figure is worth: `8,400/s`, `12.3 million/s`.
fn rate(per_second: f64) -> String {
    if per_second >= 1e6 {
        return format!("{:.1} million/s", per_second / 1e6);
    }
    let whole = per_second.round() as u64;
    let unit = 10_u64.pow(whole.checked_ilog10().unwrap_or(0).saturating_sub(1));
    format!("{}/s", grouped(whole / unit * unit))
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn plain(text: &str) -> String {
    report::plain(&text.chars().take(2_000).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_no_more_figures_than_they_are_worth() {
        for (per_second, text) in [
            (0.0, "0/s"),
            (7.4, "7/s"),
            (8_412.7, "8,400/s"),
            (713_322.0, "710,000/s"),
            (999_999.0, "990,000/s"),
            (12_345_678.0, "12.3 million/s"),
        ] {
            assert_eq!(rate(per_second), text);
        }
    }
}
