//! Notes: whether they can be read, whether there is a log that they belong to, and whether they
//! have come to it.

use super::{
    Check, Report,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Error, Result,
    catalog::Catalog,
    error::Unfit,
    format::count,
    lake::{Notes, notes::Waiting},
    source::reserved::{NOTES, RECORD},
    text::visible_path,
};

/// Checks the notes of every log.
///
/// # Errors
/// [`Error::Catalog`], [`Error::Cancelled`].
pub(super) fn check(check: &Check<'_>, catalog: &Catalog, report: &mut Report) -> Result<()> {
    let results = check.context.lake.results();
    // What cannot be listed was reported with the records.
    for key in results.keys_with(NOTES, "").keys {
        check.cancel.check()?;
        let path = check.context.lake.location(&key, NOTES);
        let (kind, message, remedy) = match results.read(&key, NOTES) {
            Ok(None) => continue,
            Ok(Some((bytes, _))) => match Notes::parse_text(&bytes) {
                Ok(notes) => {
                    let is_known = catalog.log(&key)?.is_some()
                        || !matches!(results.version(&key, RECORD), Ok(None));
                    if !is_known {
                        report.notes.push(format!(
                            "{key} is gone and has no results any more, but {}: mdtui remove --notes \
                             {key} deletes them",
                            count(notes.len() as u64, "note")
                        ));
                    }
                    continue;
                }
                Err(unusable) => (Kind::Damaged, unusable.what, unusable.remedy),
            },
            Err(e) => {
                let (kind, remedy) = match &e {
                    Error::Io { source, .. } if Unfit::of(source).is_some() => (
                        Kind::Damaged,
                        "put it back from a backup, or move it away to begin without notes",
                    ),
                    _ => (Kind::Unreadable, "make it readable, and check again"),
                };
                let reason = match e {
                    Error::Io { source, .. } => source.to_string(),
                    other => other.to_string(),
                };
                (kind, format!("cannot be read ({reason})"), remedy)
            }
        };
        let finding = Finding::new(kind, &key, &path, message, Cure::None);
        report.findings.push(finding.remedy(remedy));
    }
    waiting(check, catalog, report)
}

/// Notes whose log has lost its name to another, and was not harvested under its own since.
fn waiting(check: &Check<'_>, catalog: &Catalog, report: &mut Report) -> Result<()> {
    for waiting in Waiting::all(&check.context.lake) {
        let path = check.context.lake.location(&waiting.place(), NOTES);
        let harvested = catalog.with_content(&waiting.content_hash, "")?;
        let mut keys: Vec<String> = harvested.into_iter().map(|(key, _)| key).collect();
        keys.extend(catalog.with_inode(waiting.inode, "")?);
        let Some(key) = keys.first() else {
            report.notes.push(format!(
                "{} has notes of a log that is gone: they come to it when it is harvested again",
                visible_path(&path)
            ));
            continue;
        };
        if catalog.log(key)?.is_some_and(|log| log.is_due()) {
            // The next harvest takes it.
            continue;
        }
        let message = format!("has notes that belong to {key}");
        let finding = Finding::new(Kind::Leftover, key, &path, message, Cure::None);
        let remedy = format!("mdtui harvest {key} brings them back to it");
        report.findings.push(finding.remedy(remedy));
    }
    Ok(())
}
