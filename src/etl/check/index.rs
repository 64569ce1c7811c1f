//! The catalog: whether SQLite can use it, and whether it says what the lake says.

use super::{
    Check, Report,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Result,
    base::CancelToken,
    catalog::{Audit, Catalog},
    lake::{Context, Lake, ReadOnly, Record, lock, store::Version},
    source::reserved::{NOTES, RECORD},
    text,
};

/// How often the catalog takes in what others write while it is held against the records.
const LOOKS: u32 = 3;

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

/// Holds what the catalog knows of each log against its record. Where they disagree, the catalog
/// first takes in what other processes wrote meanwhile: only a record that is the same before and
/// after tells that it knows something else.
///
/// # Errors
/// [`crate::Error::Catalog`], [`crate::Error::Cancelled`].
pub(super) fn compare(
    check: &Check<'_>,
    catalog: &mut Catalog,
    keys: &[String],
    report: &mut Report,
) -> Result<()> {
    let context = check.context;
    let mut audit = Audit::new()?;
    let mut left: Vec<(&String, Versions)> = Vec::new();
    for key in keys {
        let before = versions(&context.lake, key);
        if !differences(check, catalog, &mut audit, key)?.is_empty() {
            left.push((key, before));
        }
    }
    for _ in 0..LOOKS {
        if left.is_empty() {
            return Ok(());
        }
        catalog.look(context, check.cancel)?;
        let held = lock::held(&context.lake)?;
        let mut again = Vec::new();
        for (key, before) in left {
            let now = versions(&context.lake, key);
            let parts = differences(check, catalog, &mut audit, key)?;
            if parts.is_empty() {
                continue;
            }
            if held.iter().any(|h| h.key == *key) {
                let note = format!("{key} is being harvested, and was not checked");
                report.notes.push(note);
                continue;
            }
            if now != before || versions(&context.lake, key) != before {
                again.push((key, now));
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
        left = again;
    }
    let moving = left.iter().map(|(key, _)| {
        format!("the catalog was not held against the record of {key}, which changes all the time")
    });
    report.notes.extend(moving);
    Ok(())
}

/// Of a log's record and notes; `None` where one is not there or cannot be read.
type Versions = [Option<Version>; 2];

fn versions(lake: &Lake, key: &str) -> Versions {
    [RECORD, NOTES].map(|name| lake.results().version(key, name).ok().flatten())
}

/// The tables in which the catalog disagrees with a log's record.
fn differences(
    check: &Check<'_>,
    catalog: &Catalog,
    audit: &mut Audit,
    key: &str,
) -> Result<Vec<String>> {
    check.cancel.check()?;
    // What cannot be read is a finding already.
    let record = Record::read(&check.context.lake, key).ok().flatten();
    match record.filter(|record| record.source_file == key) {
        Some(record) => audit.differences(catalog, check.context, key, &record),
        None => Ok(Vec::new()),
    }
}
