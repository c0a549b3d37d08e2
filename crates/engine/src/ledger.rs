//! The file of a ledger: what a scan that may write creates, a line each, where a crash cannot lose it; and what finishes it later.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Origin;
use wire::ledger::{Line, Sink, Undone, read};
use wire::{Budget, Mandate, Wire};

use crate::surroundings::reason;
use crate::{Field, RequestError, ScanRequest, Surroundings, prepare};

/// Longest time for removing what a crash left.
const PATIENCE: Duration = Duration::from_mins(1);

/// A ledger that is being written.
#[derive(Debug)]
pub(crate) struct LedgerFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl LedgerFile {
    /// Begins a ledger. One that another scan left is not written over: it may be all that knows what is to be undone.
    pub(crate) fn begin(path: &Path) -> Result<LedgerFile, RequestError> {
        if path.exists() && !is_settled(&lines(path)?) {
            return Err(RequestError::Value {
                field: Field::Ledger,
                why: format!(
                    "{} holds what an earlier scan created and did not remove; `middlebrick cleanup` tries again",
                    path.display()
                ),
            });
        }
        let mut options = OpenOptions::new();
        // What undoes something is there as it has to be sent, secrets of the target included.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.write(true).create(true).truncate(true).open(path);
        LedgerFile::of(path, file)
    }

    /// Goes on with a ledger.
    fn resume(path: &Path) -> Result<LedgerFile, RequestError> {
        LedgerFile::of(path, OpenOptions::new().append(true).open(path))
    }

    fn of(path: &Path, file: io::Result<File>) -> Result<LedgerFile, RequestError> {
        let file = file.map_err(|error| RequestError::Value {
            field: Field::Ledger,
            why: format!("cannot write {}: {}", path.display(), reason(&error)),
        })?;
        Ok(LedgerFile { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Takes the lines. What is to be sent, and what was created, is on the disk before it goes on.
    pub(crate) fn sink(self: &Arc<Self>) -> Sink {
        let ledger = Arc::clone(self);
        Arc::new(move |line| {
            let mut text = serde_json::to_string(line)?;
            text.push('\n');
            let mut file = ledger.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(text.as_bytes())?;
            match line {
                Line::Intent { .. } | Line::Created { .. } => file.sync_data(),
                _ => Ok(()),
            }
        })
    }

    /// Removes the file when nothing that the scan created is left; says where it is otherwise.
    pub(crate) fn close(&self) -> Option<String> {
        let path = self.path.display();
        match lines(&self.path) {
            Ok(lines) if read(&lines).created.is_empty() => {
                // A file that stays for a fault of the disk is read as settled by the next scan.
                let _ = std::fs::remove_file(&self.path);
                None
            }
            _ => Some(format!(
                "what the scan created and could not remove is in {path}; `middlebrick cleanup {path}` tries again"
            )),
        }
    }
}

/// The lines of a ledger. The last may have been cut off by a crash: its request was not sent then.
fn lines(path: &Path) -> Result<Vec<Line>, RequestError> {
    let fault =
        |error: &io::Error| RequestError::File { field: Field::Ledger, path: path.to_owned(), why: reason(error) };
    let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
    let (whole, rest) = text.rfind('\n').map_or(("", text.as_str()), |end| (&text[..end], &text[end + 1..]));
    let wrong = |at: usize, error: &serde_json::Error| {
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or(&why);
        let why = format!("{}:{}: this is not a ledger of middlebrick: {why}", path.display(), at + 1);
        RequestError::Value { field: Field::Ledger, why }
    };
    let read: Vec<Line> = whole
        .lines()
        .enumerate()
        .map(|(at, line)| serde_json::from_str(line).map_err(|error| wrong(at, &error)))
        .collect::<Result<_, _>>()?;
    match serde_json::from_str::<Line>(rest) {
        Err(error) if !rest.is_empty() && !error.is_eof() => Err(wrong(read.len(), &error)),
        _ => Ok(read),
    }
}

fn is_settled(lines: &[Line]) -> bool {
    let open = read(lines);
    open.created.is_empty() && open.unknown.is_empty()
}

/// Removes what a scan left that ended before its time, by its ledger; then the ledger, when nothing is left. The request says who
/// asks and how the target is reached; its URL is the ledger's.
///
/// # Errors
/// The ledger cannot be read, or somebody created an object whom the request does not know.
pub async fn cleanup(
    request: &ScanRequest,
    path: &Path,
    surroundings: &dyn Surroundings,
) -> Result<Undone, RequestError> {
    let lines = lines(path)?;
    let mut all = Undone { unknown: read(&lines).unknown, ..Undone::default() };
    let ledger = Arc::new(LedgerFile::resume(path)?);
    for (origin, lines) in by_origin(&lines) {
        let prepared = prepare(&ScanRequest { url: origin.to_string(), ..request.clone() }, surroundings)?;
        let mandate = Mandate::of(&prepared.target);
        let known: BTreeSet<&str> = mandate.identities.iter().map(|i| i.name.as_str()).collect();
        for created in read(&lines).created {
            if let Some(name) = created.undo.identity.filter(|name| !known.contains(name.as_str())) {
                let known = known.iter().map(|name| (*name).to_owned()).collect();
                return Err(RequestError::UnknownIdentity { named: name, known });
            }
        }
        let budget = Arc::new(Budget::new(u32::try_from(lines.len()).unwrap_or(u32::MAX)));
        let wire = Wire::new(origin, mandate, prepared.settings, budget, Arc::new(|_| {}))
            .map_err(|error| RequestError::Client(error.to_string()))?;
        wire.keep_ledger(ledger.sink());
        let undone = wire.undo_lines(&lines, PATIENCE).await;
        all.removed.extend(undone.removed);
        all.left.extend(undone.left);
    }
    if all.left.is_empty() {
        // What could not be removed is told by the caller; that the file stays hurts nobody.
        let _ = std::fs::remove_file(path);
    }
    Ok(all)
}

/// The lines of each origin that something was sent to.
fn by_origin(lines: &[Line]) -> BTreeMap<Origin, Vec<Line>> {
    let mut origins: BTreeMap<u32, Origin> = BTreeMap::new();
    let mut sorted: BTreeMap<Origin, Vec<Line>> = BTreeMap::new();
    for line in lines {
        let number = match line {
            Line::Intent { number, request } => {
                origins.insert(*number, request.origin.clone());
                number
            }
            Line::Created { number, .. }
            | Line::Confirmed { number }
            | Line::Untold { number }
            | Line::Nothing { number }
            | Line::Undone { number }
            | Line::Left { number, .. } => number,
        };
        if let Some(origin) = origins.get(number) {
            sorted.entry(origin.clone()).or_default().push(line.clone());
        }
    }
    sorted
}
