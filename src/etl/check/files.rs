//! One log's record, the files that it names, and the log that it was made from.

use std::{collections::BTreeMap, io::ErrorKind};

use super::{
    Check,
    finding::{Cure, Finding, Kind},
};
use crate::{
    Error, Result,
    error::Unfit,
    lake::{Record, files::Content, gc::put_back, lock},
    source::reserved::RECORD,
    text,
};

/// How often a log is looked at again that another process harvests meanwhile.
const LOOKS: u32 = 3;

/// Why what a harvest would mend is not mended.
const LOG_IS_GONE: &str = "its log is gone, and only the log could recreate it: put the log or this file \
                           back from a backup";

/// What came out of one log.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
    pub(super) records: u64,
    pub(super) old_records: u64,
    pub(super) files: u64,
    pub(super) file_bytes: u64,
    pub(super) logs: u64,
    pub(super) log_bytes: u64,
}

/// Checks the log `key`, which has a record or should have one. While another process harvests
/// it nothing can be said: it is looked at again, and at last passed over.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Io`] when locks cannot be listed.
pub(super) fn check(check: &Check<'_>, key: &str) -> Result<Checked> {
    let lake = &check.context.lake;
    for _ in 0..LOOKS {
        let before = lake.results().version(key, RECORD).ok().flatten();
        let mut checked = once(check, key)?;
        if !check.logs.contains_key(key) {
            let by_log = checked.findings.iter_mut();
            for finding in by_log.filter(|f| f.cure == Cure::Harvest) {
                (finding.cure, finding.remedy) = (Cure::None, LOG_IS_GONE.into());
            }
        }
        let held = lock::held(lake)?.iter().any(|h| h.key == key);
        let unmoved = lake.results().version(key, RECORD).ok().flatten() == before;
        if checked.findings.is_empty() || (!held && unmoved) {
            return Ok(checked);
        }
    }
    Ok(Checked {
        notes: vec![format!("{key} is being harvested, and was not checked")],
        ..Checked::default()
    })
}

/// What the system said, without the place, which a finding names by itself.
fn reason(error: &Error) -> String {
    match error {
        Error::Io { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

fn once(check: &Check<'_>, key: &str) -> Result<Checked> {
    let lake = &check.context.lake;
    let path = lake.record_location(key);
    let mut checked = Checked::default();
    let mut add = |kind, message: String, cure| {
        let finding = Finding::new(kind, key, &path, message, cure);
        checked.findings.push(finding);
    };
    let record = match lake.results().read(key, RECORD) {
        Ok(Some((bytes, _))) => match Record::parse(&bytes, "") {
            Ok(record) => Some(record),
            Err(e) => {
                add(
                    Kind::Damaged,
                    e.to_string().trim().to_owned(),
                    Cure::Harvest,
                );
                None
            }
        },
        Ok(None) => {
            let message = "is gone, although the catalog has its content".to_owned();
            let cure = match check.logs.contains_key(key) {
                true => Cure::Harvest,
                false => Cure::None,
            };
            add(Kind::Missing, message, cure);
            None
        }
        Err(e) => {
            let unfit = match &e {
                Error::Io { source, .. } => Unfit::of(source),
                _ => None,
            };
            let (kind, cure) = match unfit {
                // A harvest cannot put a file there.
                Some(Unfit::NotRegular("a folder")) => (Kind::Damaged, Cure::None),
                Some(_) => (Kind::Damaged, Cure::Harvest),
                None => (Kind::Unreadable, Cure::None),
            };
            add(kind, format!("cannot be read ({})", reason(&e)), cure);
            None
        }
    };
    let Some(record) = record else {
        if let Some(finding) = checked.findings.last_mut().filter(|f| f.remedy.is_empty()) {
            finding.remedy = match finding.kind {
                Kind::Missing => format!("its log is gone too: {}", put_back(key)),
                Kind::Damaged => "put it back from a backup, or move it away".into(),
                _ => "make it readable, and check again".into(),
            };
        }
        return Ok(checked);
    };
    checked.records = 1;
    checked.old_records = u64::from(record.is_old());
    if record.damaged {
        add(
            Kind::Damaged,
            "was altered (its content does not match its hash)".into(),
            Cure::Harvest,
        );
    } else if record.record_hash.is_none() {
        add(
            Kind::Damaged,
            "has no hash of its own, so that bit rot in it could not be found".into(),
            Cure::Harvest,
        );
    }
    if record.source_file != key && record.is_in_place(lake, key)? {
        // Listed under another spelling: it is checked under its own.
        return Ok(Checked::default());
    }
    if record.source_file != key {
        let other = text::quoted(&record.source_file, 200);
        let finding = Finding::new(
            Kind::Damaged,
            key,
            &path,
            format!("says that it is the record of {other}: it was moved or copied there"),
            Cure::None,
        );
        let remedy = "move the folder back, or away from the lake";
        checked.findings.push(finding.remedy(remedy));
        return Ok(checked);
    }
    tables(check, key, &record, &mut checked)?;
    log(check, key, &record, &mut checked)?;
    Ok(checked)
}

/// Every file that the record names.
fn tables(check: &Check<'_>, key: &str, record: &Record, checked: &mut Checked) -> Result<()> {
    // Failed runs share a table.
    let runs: BTreeMap<&str, _> = record
        .run_to_result
        .values()
        .filter_map(|run| Some((run.file_name.as_deref()?, (run.file_size, &run.file_hash))))
        .collect();
    let runs = runs
        .into_iter()
        .map(|(name, (size, hash))| (name, size, hash));
    let rejected = record
        .rejected_file
        .as_deref()
        .map(|name| (name, record.rejected_size, &record.rejected_hash));
    for (name, size, hash) in runs.chain(rejected) {
        // A damaged record may name anything.
        if name.contains('/') || name == ".." {
            continue;
        }
        let path = check.context.lake.location(key, name);
        let found = content((key, name), size, hash.as_deref(), check, checked)?;
        if let Some((kind, message, cure)) = found {
            let finding = Finding::new(kind, key, &path, message, cure);
            checked.findings.push(if cure == Cure::None {
                finding.remedy(match kind {
                    Kind::Missing => "move it away, and check again",
                    _ => "make it readable, and check again",
                })
            } else {
                finding
            });
        }
    }
    Ok(())
}

/// What is wrong with one file, if anything is.
fn content(
    (key, name): (&str, &str),
    size: u64,
    hash: Option<&str>,
    check: &Check<'_>,
    checked: &mut Checked,
) -> Result<Option<(Kind, String, Cure)>> {
    let lake = &check.context.lake;
    let path = &lake.location(key, name);
    let unreadable = |e: &dyn std::fmt::Display| {
        let message = format!("cannot be read ({e})");
        Ok(Some((Kind::Unreadable, message, Cure::None)))
    };
    let file = match lake.results().open(key, name) {
        Ok(file) => file,
        Err(Error::Io { source, .. }) => match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                let message = "is gone, although its record names it".into();
                return Ok(Some((Kind::Missing, message, Cure::Harvest)));
            }
            _ => {
                let Some(unfit) = Unfit::of(&source) else {
                    return unreadable(&source);
                };
                let message = format!("is not a table, although the record names it ({unfit})");
                let cure = match unfit {
                    // A harvest cannot put a file there.
                    Unfit::NotRegular("a folder") => Cure::None,
                    _ => Cure::Harvest,
                };
                return Ok(Some((Kind::Missing, message, cure)));
            }
        },
        Err(e) => return Err(e),
    };
    let Some(hash) = hash else {
        let message = "has no hash in its record, so that bit rot in it could not be found";
        return Ok(Some((Kind::Damaged, message.into(), Cure::Harvest)));
    };
    checked.files += 1;
    let now = match file.size() {
        Ok(now) => now,
        Err(e) => return unreadable(&e),
    };
    if now != size {
        let message = format!("has {now} bytes, and {size} in its record");
        return Ok(Some((Kind::Damaged, message, Cure::Harvest)));
    }
    match Content::of_open(&*file, path, check.cancel) {
        Ok(now) => {
            checked.file_bytes += now.size;
            let same = now.hash == hash;
            let message =
                "does not have the content that its record states (the hash differs)".into();
            Ok((!same).then_some((Kind::Damaged, message, Cure::Harvest)))
        }
        Err(Error::Io { source, .. }) => unreadable(&source),
        Err(e) => Err(e),
    }
}

/// The log, when it looks as it did when it was harvested: whether it is. One that looks
/// otherwise is `changed`, which every list says.
fn log(check: &Check<'_>, key: &str, record: &Record, checked: &mut Checked) -> Result<()> {
    let (Some(log), Some(hash)) = (check.logs.get(key), &record.source.content_hash) else {
        return Ok(());
    };
    let source = &record.source;
    if log.trouble.is_some() || (log.size, log.mtime_ns) != (source.size, source.mtime_ns) {
        return Ok(());
    }
    checked.logs += 1;
    let finding = match Content::of(&log.file, check.cancel) {
        Ok(now) => {
            checked.log_bytes += now.size;
            // A log that moved since it was listed is no finding either.
            if now.hash == *hash || now.size != source.size {
                return Ok(());
            }
            Finding::new(
                Kind::Log,
                key,
                &log.file,
                "does not have the content that was harvested, although size and time are the same",
                Cure::None,
            )
            .remedy(format!(
                "restore it if it was damaged (the results are those of the old content), \
                 or take it as it is with mdtui harvest --force {key}"
            ))
        }
        Err(Error::Io { source, .. }) => {
            let message = format!("cannot be read ({source})");
            Finding::new(Kind::Unreadable, key, &log.file, message, Cure::None)
                .remedy("make it readable, and check again")
        }
        Err(e) => return Err(e),
    };
    checked.findings.push(finding);
    Ok(())
}
