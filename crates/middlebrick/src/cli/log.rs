//! A line for each request, while the scan runs.

use std::fs::File;
use std::io::{LineWriter, Write};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use engine::reason;
use model::Event;

use super::arguments::ScanOptions;
use super::fault::Fault;

/// Where the lines go.
pub(crate) struct Log {
    file: Option<Mutex<LineWriter<File>>>,
    /// Why a line could not be written; the first reason.
    fault: Arc<OnceLock<String>>,
    is_printed: bool,
    began: Instant,
}

impl Log {
    /// The log that the options ask for: `-vv` prints it on standard error, `--log` writes it to a file.
    pub(crate) fn of(options: &ScanOptions) -> Result<Option<Log>, Fault> {
        let is_printed = options.verbose > 1 && !options.quiet;
        let open = |path: &std::path::PathBuf| {
            File::create(path)
                .map(|file| Mutex::new(LineWriter::new(file)))
                .map_err(|error| Fault::new(format!("--log: cannot write {}: {}", path.display(), reason(&error))))
        };
        let file = options.log.as_ref().map(open).transpose()?;
        Ok((file.is_some() || is_printed).then(|| Log {
            file,
            fault: Arc::default(),
            is_printed,
            began: Instant::now(),
        }))
    }

    /// Why the file is not whole, once the scan is over.
    pub(crate) fn fault(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.fault)
    }

    /// Keeps what an event says of a request. A full disk must not end the scan.
    pub(crate) fn keep(&self, event: &Event) {
        let Event::ExchangeMade { line: Some(line), .. } = event else { return };
        let line = format!("{:9.3} s  {}\n", self.began.elapsed().as_secs_f64(), report::plain(line));
        if let Some(mut file) = self.file.as_ref().and_then(|file| file.lock().ok())
            && let Err(error) = file.write_all(line.as_bytes())
        {
            let _ = self.fault.set(format!("--log: lines are missing: {}", reason(&error)));
        }
        if self.is_printed {
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}
