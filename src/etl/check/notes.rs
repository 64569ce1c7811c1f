//! Notes: whether they can be read, whether there is a log that they belong to, and whether they
//! have come to it.

use super::{
    Check, Report,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Error, Result,
    catalog::Catalog,
    format::count,
    lake::{Notes, notes},
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
                let reason = match e {
                    Error::Io { source, .. } => source.to_string(),
                    other => other.to_string(),
                };
                let remedy = "make it readable, and check again";
                (
                    Kind::Unreadable,
                    format!("cannot be read ({reason})"),
                    remedy,
                )
            }
        };
        let finding = Finding::new(kind, &key, &path, message, Cure::None);
        report.findings.push(finding.remedy(remedy));
    }
    waiting(check, catalog, report)
}

/// Notes that were on their way to a log under its new name when a harvest was cut off, or whose log
/// was not harvested since.
fn waiting(check: &Check<'_>, catalog: &Catalog, report: &mut Report) -> Result<()> {
    for hash in notes::waiting(&check.context.lake) {
        let place = notes::waiting_place(&hash);
        let path = check.context.lake.location(&place, NOTES);
        match catalog.with_content(&hash, "")?.first() {
            Some((key, _)) => {
                let message = format!("has notes that belong to {key}");
                let finding = Finding::new(Kind::Leftover, key, &path, message, Cure::None);
                let remedy = format!("mdtui harvest {key} brings them back to it");
                report.findings.push(finding.remedy(remedy));
            }
            None => report.notes.push(format!(
                "{} has notes of a log that another name's log has replaced and that is not \
                 harvested under its own: they come to it when it is",
                visible_path(&path)
            )),
        }
    }
    Ok(())
}
