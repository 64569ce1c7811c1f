//! Holds lake, catalog and logs against each other, and mends what can be mended.
//!
//! * [`files`]: the files of one log's record against what the record says, and the log
//!   itself against the content that was harvested. Reads every byte of both.
//! * [`index`]: the catalog against the records.
//! * [`notes`]: what people say of runs.
//! * [`rules`]: stored runs against the limits and rules of a profile.
//! * [`repair`]: what `--repair` does. Nothing that cannot be made again is ever removed.

mod files;
mod finding;
mod index;
mod notes;
mod repair;
mod rules;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    path::PathBuf,
    time::Duration,
};

use rayon::prelude::*;

pub use finding::{Finding, Kind};
pub use rules::{Trial, TriedRun, try_rules};

use self::{files::Checked, finding::Cure};
use super::{
    Error, Result,
    catalog::{Catalog, LogState},
    format::count,
    lake::gc,
    source::FoundLog,
    text::visible_path,
    worker::Executor,
};
use crate::{
    base::CancelToken,
    lake::{Context, ReadOnly},
};

/// What a check found.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of their paths.
    pub findings: Vec<Finding>,
    /// What is worth knowing but is not a fault, one sentence each.
    pub notes: Vec<String>,
    /// Records that were read.
    pub records: u64,
    /// Of these: written, or their results made, by an older program.
    pub old_records: u64,
    /// Other files of the lake that were read.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Logs that were read.
    pub logs: u64,
    /// Their bytes.
    pub log_bytes: u64,
}

impl Report {
    /// What is not as it should be now.
    pub fn remaining(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.mended.is_none())
    }
}

/// After so long a file that no record names belongs to no harvest that is about to name it.
const SETTLING: Duration = Duration::from_millis(500);

/// What a check works on.
struct Check<'a> {
    context: &'a Context,
    /// Who harvests again what is to be mended; `None`: nothing is.
    repair: Option<Executor>,
    cancel: &'a CancelToken,
    /// Logs in the data directory by key.
    logs: BTreeMap<String, FoundLog>,
}

/// Checks everything; with `repair`, which says who harvests, mends what can be mended. `on_record` is told how many
/// of how many records are done, from several threads.
///
/// # Errors
/// [`crate::Error::Fatal`] when the data directory cannot be looked at or the catalog
/// is another program's; [`crate::Error::Io`] when the lake cannot be listed;
/// [`crate::Error::Cancelled`].
pub fn check(
    context: &Context,
    repair: Option<Executor>,
    cancel: &CancelToken,
    on_record: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report> {
    let mut report = Report::default();
    let (mut catalog, usable) = index::open(context, repair.is_some(), cancel, &mut report)?;
    let refresh = catalog.look(context, cancel)?;
    report.notes.extend(refresh.notes);
    for folder in &refresh.unread {
        report.findings.push(Finding::of_logs(context, folder));
    }
    if usable && refresh.taken_in > 0 {
        report.notes.push(format!(
            "the catalog had not taken in {} that other processes wrote, and has now",
            count(refresh.taken_in as u64, "record")
        ));
    }
    let listed = context.lake.results().keys("");
    let (mut keys, problems) = (listed.keys, listed.problems);
    for problem in problems {
        report.findings.push(Finding::of_lake(context, problem));
    }
    let recorded: BTreeSet<String> = catalog.recorded_keys()?.into_iter().collect();
    let lost: Vec<String> = recorded
        .iter()
        .filter(|key| keys.binary_search(key).is_err())
        .cloned()
        .collect();
    keys.extend(lost);
    keys.sort_unstable();
    let check = Check {
        context,
        repair,
        cancel,
        logs: found(&catalog, context, &keys)?,
    };
    let done = std::sync::atomic::AtomicUsize::new(0);
    let all: Vec<Checked> = keys
        .par_iter()
        .map(|key| {
            let checked = files::check(&check, key);
            let n = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            on_record(n, keys.len());
            checked
        })
        .collect::<Result<_>>()?;
    for checked in all {
        report.take(checked);
    }
    if usable {
        index::compare(&check, &mut catalog, &keys, &mut report)?;
    }
    notes::check(&check, &catalog, &mut report)?;
    leftovers(&check, &catalog, &mut report)?;
    if let Some(executor) = &check.repair {
        repair::repair(&check, executor, &mut catalog, &mut report)?;
    }
    report
        .findings
        .sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    Ok(report)
}

fn found(
    catalog: &Catalog,
    context: &Context,
    keys: &[String],
) -> Result<BTreeMap<String, FoundLog>> {
    let mut logs = BTreeMap::new();
    for key in keys {
        if let Some(log) = catalog.source(context, key)? {
            logs.insert(key.clone(), log);
        }
    }
    Ok(logs)
}

/// What no record names, and what dead processes left.
fn leftovers(check: &Check<'_>, catalog: &Catalog, report: &mut Report) -> Result<()> {
    let lake = &check.context.lake;
    let troubled = report.without_record(check.context);
    let read_only = ReadOnly::of(lake).is_some();
    let all = match check.collect(catalog, true, &troubled) {
        Err(Error::Io { source, path, .. })
            if read_only && source.kind() == ErrorKind::PermissionDenied =>
        {
            report.notes.push(format!(
                "{} cannot be read: leftovers are not looked for",
                visible_path(&path)
            ));
            return Ok(());
        }
        all => all?,
    };
    // A harvest that takes over a log's results links them before their record is there.
    let lasting = match all.removed.is_empty() && all.orphans.is_empty() {
        true => gc::Report::default(),
        false => {
            for _ in 0..10 {
                check.cancel.check()?;
                std::thread::sleep(SETTLING / 10);
            }
            check.collect(catalog, true, &troubled)?
        }
    };
    let is_lasting = |path: &PathBuf| lasting.removed.binary_search(path).is_ok();
    for path in all.removed.iter().filter(|path| is_lasting(path)) {
        report.findings.push(Finding::leftover(lake, path));
    }
    let is_lasting = |key: &String| lasting.orphans.binary_search(key).is_ok();
    for key in all.orphans.iter().filter(|key| is_lasting(key)) {
        let path = lake.record_location(key);
        let message = "is gone, and no log is known that could make it again";
        let finding = Finding::new(Kind::Missing, key, &path, message, Cure::None);
        report.findings.push(finding.remedy(gc::put_back(key)));
    }
    for path in &all.foreign {
        let path = visible_path(path);
        report
            .notes
            .push(format!("{path} is none of mdtui's files and is left alone"));
    }
    report.notes.extend(all.skipped);
    let damaged = lake.local().damaged_catalog();
    if damaged.exists() {
        report.notes.push(format!(
            "{} is a damaged catalog that a rebuild replaced: remove it when you no longer need it",
            visible_path(&damaged)
        ));
    }
    Ok(())
}

impl Check<'_> {
    /// As [`gc::gc`], but leaves the tables of the logs `troubled`: they belong to another finding.
    fn collect(
        &self,
        catalog: &Catalog,
        dry_run: bool,
        troubled: &BTreeSet<String>,
    ) -> Result<gc::Report> {
        // Where that cannot be told, nothing is removed.
        // One that is no whole log makes nothing again.
        let is_whole = |key: &str| {
            let state = catalog.log(key).ok().flatten().map(|log| log.state);
            !matches!(state, None | Some(LogState::Failed | LogState::Writing))
        };
        let is_there = |key: &str| {
            let found = catalog.source(self.context, key).ok().flatten();
            found.is_some_and(|log| log.trouble.is_none()) && is_whole(key)
        };
        let spares = |key: &str| troubled.contains(key);
        gc::collect(&self.context.lake, dry_run, &is_there, &spares, self.cancel)
    }
}

impl Report {
    /// Logs whose records are lost or damaged: their tables belong to that finding.
    fn without_record(&self, context: &Context) -> BTreeSet<String> {
        let of_record = |f: &&Finding| {
            let key = f.log.as_deref().unwrap_or_default();
            f.path == context.lake.record_location(key)
        };
        let found = self.remaining().filter(of_record);
        found.filter_map(|f| f.log.clone()).collect()
    }

    fn take(&mut self, checked: Checked) {
        self.findings.extend(checked.findings);
        self.notes.extend(checked.notes);
        self.records += checked.records;
        self.old_records += checked.old_records;
        self.files += checked.files;
        self.file_bytes += checked.file_bytes;
        self.logs += checked.logs;
        self.log_bytes += checked.log_bytes;
    }
}
