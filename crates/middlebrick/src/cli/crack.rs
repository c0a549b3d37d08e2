//! `middlebrick crack`: guesses the secret of one cookie or token, offline.

use std::io::{IsTerminal, Read};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use ::crack::{Kind, ParseError, Target};
use checks::experiments::flask_session;
use engine::{Ending, System};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::arguments::CrackOptions;
use super::fault::Fault;
use super::files;
use super::pasted::{self, Pasted};

pub(crate) fn run(options: &CrackOptions) -> Result<Ending, Fault> {
    let text = text(&options.token)?;
    let (pasted, targets) = recognised(&text).map_err(|error| Fault::new(format!("TOKEN: {error}")))?;
    let Some(first) = targets.first() else { return Err(Fault::new("TOKEN: it has no form that is known")) };
    // An empty key is what a variable that is not set gives.
    let mut words: Vec<Vec<u8>> = vec![Vec::new()];
    words.extend(::crack::words::embedded().map(std::borrow::Cow::into_owned));
    if let Some(path) = &options.wordlist {
        words.extend(engine::words(path, &System)?.into_iter().map(String::into_bytes));
    }
    words.extend(::crack::words::composed().chain(::crack::words::numbers(6)));
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or_else(cores);
    let tried = words.len() as u64;
    let bar = ProgressBar::new(tried);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} words, {rate}") {
        let write = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A bar that cannot be drawn is not worth a word.
            let _ = out.write_str(&rate(state.per_sec()));
        };
        bar.set_style(style.with_key("rate", write));
    }
    let started = Instant::now();
    let found = ::crack::crack(&targets, &words, threads, &AtomicBool::new(false), &|done| {
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let hit = targets.iter().zip(&found).find_map(|(target, found)| Some((target, found.as_ref()?)));
    let mut out = format!("{}\n", name(first, hit.map(|(target, _)| target), &pasted));
    if let Ok(decoded) = first.decode() {
        if let Some(header) = &decoded.header {
            out.push_str(&format!("header: {}\n", plain(header)));
        }
        out.push_str(&format!("payload: {}\n", plain(&decoded.payload)));
    }
    if let Some((_, found)) = hit {
        let word = String::from_utf8_lossy(&found.word).into_owned();
        let shown = if options.reveal { plain(&word) } else { format!("{} (--reveal shows it)", model::mask(&word)) };
        out.push_str(&format!("secret: {shown}, word {} of {}\n", grouped(found.index + 1), grouped(tried)));
    } else {
        let salts = if targets.len() > 1 { format!(" and {} salts", targets.len()) } else { String::new() };
        let rate = rate(tried as f64 / seconds.max(0.000_001));
        out.push_str(&format!("not found among {} words{salts} ({rate})\n", grouped(tried)));
    }
    files::print(&out)?;
    // A found secret is what a gate would fail on.
    Ok(if hit.is_some() { Ending::Failed } else { Ending::Passed })
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

/// The first reading of the text that is a token, and all that it may be. Of several errors the first that is about a token.
fn recognised(text: &str) -> Result<(Pasted<'_>, Vec<Target>), ParseError> {
    let mut error = ParseError::Layout;
    for pasted in pasted::readings(text) {
        match Target::guesses(pasted.token) {
            Ok(targets) => return Ok((pasted, targets)),
            Err(why) if error == ParseError::Layout => error = why,
            Err(_) => {}
        }
    }
    Err(error)
}

/// What the token is. Flask's session cookie and a serializer's token of an object look the same: only the salt that verifies, the
/// cookie's name or what Flask keeps in a session tells them apart.
fn name(first: &Target, hit: Option<&Target>, pasted: &Pasted<'_>) -> String {
    let kind = match hit {
        Some(target) if target.kind() == Kind::SignedToken => {
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
