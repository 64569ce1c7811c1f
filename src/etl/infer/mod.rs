//! A profile for a log that nobody has described: a proposal, made from its first rows.
//!
//! * [`roles`]: which column holds times, values, runs …, and whether the log is long or wide.
//! * [`names`]: what the name of a field or of a signal's column says about it.
//! * [`document`]: the profile as a file with comments.

mod document;
mod names;
mod roles;
#[cfg(test)]
mod tests;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    base::panic::panic_sentence,
    clean::Partition,
    extract::{LogReader, Vocabulary, preview},
    format::count,
    profile::Profile,
    source::Format,
};

/// Rows that are looked at.
const ROWS: usize = 20_000;

/// What was made of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The profile as a TOML file.
    pub toml: String,
    /// What it makes of the log's first rows, in one sentence.
    pub trial: String,
    /// What could only be guessed, a sentence each.
    pub guesses: Vec<String>,
    /// Columns of the log that it does not use, each with the reason.
    pub left_out: Vec<String>,
}

/// Proposes a profile for the log at `path`.
///
/// # Errors
/// [`Error::Usage`] when the file's name is not a log's, or when its columns do not allow a guess: the
/// error says what is missing and lists them. Those of [`preview`].
pub fn propose(path: &Path) -> Result<Proposal> {
    let name = path.file_name().unwrap_or_default();
    let format = Format::of_name(name.as_encoded_bytes()).ok_or_else(|| {
        let shown = crate::text::visible_path(path);
        Error::Usage(format!(
            "{shown} is not named like a log: .parquet, .pq, .csv and .csv.gz are known"
        ))
    })?;
    match std::fs::metadata(path) {
        // Opening a pipe would wait for a writer.
        Ok(file) if !file.is_file() => {
            return Err(Error::Usage(format!(
                "{} is not a file",
                crate::text::visible_path(path)
            )));
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::Usage(format!(
                "there is no file {}",
                crate::text::visible_path(path)
            )));
        }
        _ => {}
    }
    // A reader of damaged files may panic.
    catch_unwind(AssertUnwindSafe(|| read(path, format)))
        .unwrap_or_else(|panic| Err(Error::Log(panic_sentence(panic.as_ref()))))
}

/// Reads the log's first rows and makes a profile of them.
fn read(path: &Path, format: Format) -> Result<Proposal> {
    let columns = preview(path, format, ROWS)?;
    let roles = roles::find(&columns)?;
    let draft = names::describe(&columns, &roles);
    let toml = document::write(path, &roles, &draft);
    // Only what can be read is proposed.
    let profile = Profile::parse(&toml, "the proposed profile").map_err(|e| {
        Error::Usage(format!(
            "no profile can be proposed for the columns of this log: {e}"
        ))
    })?;
    let trial = trial(path, format, &profile)?;
    Ok(Proposal {
        toml,
        trial,
        guesses: draft.guesses,
        left_out: roles.left_out,
    })
}

/// Reads the log's first batch under a profile.
fn trial(path: &Path, format: Format, profile: &Profile) -> Result<String> {
    let mut reader = LogReader::open(path, format, profile)?;
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    if let Some(batch) = reader.next_batch(&mut vocabulary)? {
        partition.add(&batch, &vocabulary);
    }
    let (runs, ledger, _) = partition.finish(&vocabulary);
    let dropped: u64 = ledger.dropped.values().sum();
    let kept = ledger.rows_in - dropped;
    let mut text = format!(
        "of its first {} this profile keeps {} in {}",
        count(ledger.rows_in, "sample"),
        crate::format::thousands(kept),
        count(runs.len() as u64, "run")
    );
    for (reason, rows) in &ledger.dropped {
        text.push_str(&format!(
            "; {} {}",
            reason.word(),
            crate::format::thousands(*rows)
        ));
    }
    Ok(text)
}
