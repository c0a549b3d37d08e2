//! `middlebrick.toml`: every long flag of `scan` by its name. Flags on the command line win. What asks again takes from it who asks and
//! how far it goes, so that it asks like the scan did.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use clap::parser::ValueSource;
use engine::did_you_mean;
use toml::Value;

use super::arguments::Arguments;
use super::fault::Fault;
use super::files;

const DEFAULT: &str = "middlebrick.toml";

/// The arguments with those of the configuration file added where the command line is silent.
pub(crate) fn with_file(raw: Vec<OsString>) -> Result<Vec<OsString>, Fault> {
    let Ok(matches) = Arguments::command().ignore_errors(true).try_get_matches_from(&raw) else { return Ok(raw) };
    let Some((name @ ("scan" | "replay" | "verify"), given)) = matches.subcommand() else { return Ok(raw) };
    let named = given.try_get_one::<std::path::PathBuf>("config").ok().flatten();
    let path = match named {
        Some(path) => path.as_path(),
        None if Path::new(DEFAULT).is_file() => Path::new(DEFAULT),
        None => return Ok(raw),
    };
    let text = files::read_text("--config", path)?;
    let fault = |why: String| Fault::new(format!("--config: {}: {why}", path.display()));
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text[..text.floor_char_boundary(at)].matches('\n').count();
        Fault::new(format!("--config: {}:{line}: {}", path.display(), error.message()))
    })?;
    let command = Arguments::command();
    let of = |name| command.find_subcommand(name).ok_or_else(|| fault(format!("no {name} command")));
    let (scan, own) = (of("scan")?, of(name)?);
    let mut added: Vec<OsString> = Vec::new();
    let mut url = None;
    for (key, value) in &table {
        if key == "url" {
            url = Some(text_of(value).ok_or_else(|| fault("url has to be text".to_owned()))?);
            continue;
        }
        let argument = scan.get_arguments().find(|a| a.get_long() == Some(key.as_str()) && key != "config");
        let argument = argument.ok_or_else(|| {
            let hint = did_you_mean(key, scan.get_arguments().filter_map(clap::Arg::get_long));
            let hint = hint.unwrap_or_else(|| "settings are the long flags of `middlebrick scan`".to_owned());
            fault(format!("there is no setting '{key}'; {hint}"))
        })?;
        // How a scan is shown and when it fails is its own.
        let is_shared = matches!(argument.get_help_heading(), Some("What" | "Who" | "How far"))
            && own.get_arguments().any(|a| a.get_long() == Some(key.as_str()));
        let is_given = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
        if name != "scan" && !is_shared || is_given(argument.get_id().as_str()) {
            continue;
        }
        added.extend(flags(key, value).map_err(fault)?);
    }
    let mut all = raw;
    let has_url = given.try_get_one::<String>("url").ok().flatten().is_some();
    if let Some(url) = url.filter(|_| name == "scan" && !has_url) {
        added.push(url.into());
    }
    let at = all.iter().position(|a| a == name).map_or(all.len(), |at| at + 1);
    all.splice(at..at, added);
    Ok(all)
}

fn flags(key: &str, value: &Value) -> Result<Vec<OsString>, String> {
    let one = |text: String| OsString::from(format!("--{key}={text}"));
    match value {
        Value::Boolean(true) => Ok(vec![format!("--{key}").into()]),
        Value::Boolean(false) => Ok(Vec::new()),
        Value::Array(items) => items
            .iter()
            .map(|item| text_of(item).map(one).ok_or_else(|| format!("{key} has to be a list of texts")))
            .collect(),
        other => text_of(other)
            .map(|text| vec![one(text)])
            .ok_or_else(|| format!("{key} has to be a text, number, list or true")),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}
