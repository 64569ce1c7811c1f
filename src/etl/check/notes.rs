//! Notes: whether they can be read, and whether there is a log that they belong to.

use super::{
    Check, Report,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Error, Result,
    catalog::Catalog,
    format::count,
    lake::Notes,
    source::reserved::{NOTES, RECORD},
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
    Ok(())
}
