//! What `--repair` does about findings.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use crossbeam_channel::{RecvTimeoutError, unbounded};

use super::{
    Check, Report, files,
    finding::{Cure, Finding},
};
use crate::{
    Error, Result,
    base::CancelToken,
    catalog::Catalog,
    harvest::Options,
    lake::{Context, LogLock, Record, files::Content},
    pool::{JobEvent, Pool},
    profile::Profile,
    source::{FoundLog, reserved::FAILED_RUN},
    worker::Executor,
};

/// How often the wish to cancel is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Mends what can be mended, and writes into the findings what was done.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Catalog`], [`Error::Io`] when the lake cannot be listed.
pub(super) fn repair(
    check: &Check<'_>,
    executor: &Executor,
    catalog: &mut Catalog,
    report: &mut Report,
) -> Result<()> {
    let keys: BTreeSet<String> = with(report, Cure::Harvest).collect();
    for key in &keys {
        check.cancel.check()?;
        let said = harvest(check, executor, key);
        match said {
            Ok(()) => {
                let after = files::check(check, key)?;
                update_findings(report, key, after.findings);
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(e) => {
                for finding in of(report, key, Cure::Harvest) {
                    finding.remedy = format!("it was not mended: {e}");
                }
            }
        }
    }
    let context = check.context;
    let keys: BTreeSet<String> = with(report, Cure::Learn).collect();
    for key in keys {
        // Another process harvests it, and tells the catalog.
        let Some(_lock) = LogLock::acquire(&context.lake, &key, check.cancel)? else {
            continue;
        };
        // A record that is damaged must not be believed.
        let sound = Record::read(&context.lake, &key).ok().flatten();
        let Some(record) = sound.filter(|r| !r.damaged && r.source_file == key) else {
            continue;
        };
        catalog.store_record(context, &key, &record, None)?;
        for finding in of(report, &key, Cure::Learn) {
            finding.mended = Some("the catalog was updated from the record".into());
        }
    }
    catalog.look(context, check.cancel)?;
    let troubled = report.without_record(context);
    let removed = check.collect(catalog, false, &troubled)?.removed;
    for finding in report
        .findings
        .iter_mut()
        .filter(|f| f.cure == Cure::Collect)
    {
        let below = finding.path.strip_prefix(context.lake.root());
        let gone = below.is_ok_and(|b| removed.iter().any(|r| r == b)) || !finding.path.exists();
        if gone {
            finding.mended = Some("removed".into());
        }
    }
    Ok(())
}

/// Logs with findings of that cure.
fn with(report: &Report, cure: Cure) -> impl Iterator<Item = String> {
    report
        .remaining()
        .filter(move |f| f.cure == cure)
        .filter_map(|f| f.log.clone())
}

fn of<'a>(
    report: &'a mut Report,
    key: &'a str,
    cure: Cure,
) -> impl Iterator<Item = &'a mut Finding> {
    let mine = move |f: &&mut Finding| f.cure == cure && f.log.as_deref() == Some(key);
    report.findings.iter_mut().filter(mine)
}

/// After a log was harvested again: what is still found stays, the rest is mended.
fn update_findings(report: &mut Report, key: &str, after: Vec<Finding>) {
    for finding in of(report, key, Cure::Harvest) {
        let same = |f: &Finding| (f.kind, &f.path) == (finding.kind, &finding.path);
        if !after.iter().any(same) {
            finding.mended = Some("recreated from its log".into());
        }
    }
    for finding in after {
        let known = |f: &Finding| (f.kind, &f.path) == (finding.kind, &finding.path);
        if !report.findings.iter().any(known) {
            report.findings.push(finding);
        }
    }
}

/// Harvests the log `key` again, if that brings back what was lost and nothing else.
///
/// # Errors
/// Why it does not, as a clause, and those of [`Pool`].
fn harvest(check: &Check<'_>, executor: &Executor, key: &str) -> Result<()> {
    let refuse = |why: &str| Err(Error::Log(why.to_owned()));
    let Some(log) = check.logs.get(key) else {
        return refuse("its log is gone, and only the log could recreate it");
    };
    if let Some(trouble) = &log.trouble {
        return Err(Error::Log(format!("its log cannot be read ({trouble})")));
    }
    let Some(profile) = rules_that_made_it(check, key, log)? else {
        return Err(Error::Log(format!(
            "the log or the rules have changed, so harvesting it would replace what is left; \
             mdtui harvest --force {key} does so"
        )));
    };
    let context = Context {
        profile,
        ..check.context.clone()
    };
    through_pool(context, executor.clone(), key, check.cancel)
}

/// As every other harvest is done: by a worker process where there are any.
fn through_pool(
    context: Context,
    executor: Executor,
    key: &str,
    cancel: &CancelToken,
) -> Result<()> {
    let (sender, events) = unbounded();
    let pool = Pool::new(context, executor, 1, move |event| {
        let result = match event {
            JobEvent::Finished { result, .. } => result,
            JobEvent::Cancelled(_) => Err(Error::Cancelled),
            _ => return,
        };
        let _ = sender.send(result);
    });
    pool.submit(
        [key],
        Options {
            force: true,
            ..Options::default()
        },
    );
    loop {
        match events.recv_timeout(TICK) {
            Ok(result) => return result.map(drop),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => pool.cancel_all(),
            Err(RecvTimeoutError::Timeout) => {}
            // The pool holds the sender.
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Cancelled),
        }
    }
}

/// The profile under which the log, as it is now, gives files of the very names that the
/// lake has or should have: names tell content, rules and pipeline version (but the table of
/// failed runs, which is the same for all). Where there are no names nothing can be lost.
fn rules_that_made_it(
    check: &Check<'_>,
    key: &str,
    log: &FoundLog,
) -> Result<Option<Arc<Profile>>> {
    let context = check.context;
    let record = Record::read(&context.lake, key).ok().flatten();
    let mut names: BTreeSet<String> = record
        .iter()
        .flat_map(Record::files)
        .filter(|name| *name != FAILED_RUN)
        .map(str::to_owned)
        .collect();
    // A damaged record may name anything; what lies there counts then.
    if record.as_ref().is_none_or(|r| r.damaged) {
        names.clear();
        let there = context.lake.results().files(key).unwrap_or_default();
        let there = there.into_iter().map(|file| file.name);
        names.extend(there.filter(|name| name.ends_with(".parquet")));
    }
    let hash = Content::of(&log.file, check.cancel)?.hash;
    let own = record.map(|r| r.profile);
    let candidates = [Some(context.profile.clone()), own];
    Ok(candidates.into_iter().flatten().find(|profile| {
        let end = format!(".{}.parquet", Profile::fingerprint(&profile.rules(), &hash));
        names.iter().all(|n| n.ends_with(&end))
    }))
}
