//! The catalog: whether SQLite can use it, and whether it says what the lake says.

use super::{
    Check, Report,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Result,
    base::CancelToken,
    catalog::{Audit, Catalog},
    lake::{Context, ReadOnly, Record, lock},
    text,
};

/// Opens the catalog, and says whether it can be held against the lake. One that is missing
/// (a note) or damaged (a finding) is recreated with `repair`; without it, a catalog in memory stands in for it
/// and nothing is written. That of a lake that cannot be written is not looked at.
///
/// # Errors
/// [`crate::Error::Fatal`] for another program's database or a newer one.
pub(super) fn open(
    context: &Context,
    repair: bool,
    cancel: &CancelToken,
    report: &mut Report,
) -> Result<(Catalog, bool)> {
    if let Some(read_only) = ReadOnly::of(&context.lake) {
        report.notes.push(format!(
            "{}; the records are checked without the catalog",
            read_only.reason()
        ));
        return Ok((Catalog::open_for_reading(&context.lake)?, false));
    }
    let path = context.lake.local().catalog();
    let is_missing = !path.exists();
    if is_missing {
        // As after a backfill, whose tasks make none; what looks at the lake makes one.
        report.notes.push(format!(
            "there is no catalog {}: the records are checked without it{}",
            text::visible_path(&path),
            if repair {
                ", and it is made from them"
            } else {
                ""
            }
        ));
    } else if let Some(damage) = Catalog::damage(&context.lake)? {
        let message = format!("is damaged ({})", text::quoted(&damage, 200));
        let finding = Finding::new(Kind::Catalog, "", &path, message, Cure::Rebuild);
        report.findings.push(finding);
    } else {
        return Ok((Catalog::open(&context.lake)?, true));
    }
    if !repair {
        let mut stand_in = Catalog::open_in_memory()?;
        stand_in.rebuild(context, cancel)?;
        return Ok((stand_in, false));
    }
    let aside = match is_missing {
        true => None,
        false => Some(Catalog::put_aside(&context.lake)?),
    };
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.rebuild(context, cancel)?;
    if let (Some(aside), Some(finding)) = (aside, report.findings.last_mut()) {
        finding.mended = Some(format!(
            "recreated from the lake; the old one is {}",
            text::visible_path(&aside)
        ));
    }
    Ok((catalog, true))
}

/// Holds what the catalog knows of each log against its record.
///
/// # Errors
/// [`crate::Error::Catalog`], [`crate::Error::Cancelled`].
pub(super) fn compare(
    check: &Check<'_>,
    catalog: &Catalog,
    keys: &[String],
    report: &mut Report,
) -> Result<()> {
    let context = check.context;
    let mut audit = Audit::new()?;
    for key in keys {
        check.cancel.check()?;
        let read = || Record::read(&context.lake, key).ok().flatten();
        // What cannot be read is a finding already.
        let Some(record) = read().filter(|r| r.source_file == *key) else {
            continue;
        };
        let mut parts = audit.differences(catalog, context, key, &record)?;
        if parts.is_empty() {
            continue;
        }
        // A harvest that ended just now has told the catalog by now.
        if lock::held(&context.lake)?.iter().any(|h| h.key == *key) {
            continue;
        }
        if let Some(record) = read() {
            parts = audit.differences(catalog, context, key, &record)?;
        }
        if parts.is_empty() {
            continue;
        }
        let message = format!(
            "disagrees about the log {key} than its record ({})",
            parts.join(", ")
        );
        let path = context.lake.local().catalog();
        let finding = Finding::new(Kind::Catalog, key, &path, message, Cure::Learn);
        report.findings.push(finding);
    }
    Ok(())
}
