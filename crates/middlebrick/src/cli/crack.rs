//! `middlebrick crack`: guesses the secret of one cookie or token, offline.

use std::io::{IsTerminal, Read};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::CrackOptions;
use super::fault::Fault;
use super::{Ending, files, target};

pub(crate) fn run(options: &CrackOptions) -> Result<Ending, Fault> {
    let token = token(&options.token)?;
    let targets = ::crack::Target::guesses(&token).map_err(|error| Fault::new(format!("TOKEN: {error}")))?;
    let Some(first) = targets.first() else { return Err(Fault::new("TOKEN: it has no form that is known")) };
    let mut words: Vec<Vec<u8>> = ::crack::words::embedded().map(std::borrow::Cow::into_owned).collect();
    words.extend(target::words(options.wordlist.as_deref())?.into_iter().map(String::into_bytes));
    let threads = options.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let bar = ProgressBar::new(words.len() as u64);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} words, {per_sec}") {
        bar.set_style(style);
    }
    let started = Instant::now();
    let found = ::crack::crack(&targets, &words, threads.clamp(1, 256), &AtomicBool::new(false), &|done| {
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let mut out = format!("{}\n", first.kind().name());
    if let Ok(decoded) = first.decode() {
        if let Some(header) = &decoded.header {
            out.push_str(&format!("header: {}\n", plain(header)));
        }
        out.push_str(&format!("payload: {}\n", plain(&decoded.payload)));
    }
    let hit = found.into_iter().flatten().next();
    let rate = words.len() as f64 / seconds.max(0.000_001);
    match &hit {
        Some(found) => {
            let word = String::from_utf8_lossy(&found.word).into_owned();
            let shown =
                if options.reveal { plain(&word) } else { format!("{} (--reveal shows it)", model::mask(&word)) };
            out.push_str(&format!("secret: {shown}, word {} of {}\n", found.index + 1, words.len()));
        }
        None => out.push_str(&format!("not found among {} words ({rate:.0} words a second)\n", words.len())),
    }
    files::print(&out)?;
    // A found secret is what a gate would fail on.
    Ok(if hit.is_some() { Ending::GateFails } else { Ending::Holds })
}

fn token(argument: &str) -> Result<String, Fault> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .take(1024 * 1024)
        .read_to_string(&mut text)
        .map_err(|error| Fault::new(format!("TOKEN: standard input cannot be read: {error}")))?;
    Ok(text.trim().to_owned())
}

fn plain(text: &str) -> String {
    report::plain(&text.chars().take(2_000).collect::<String>())
}
