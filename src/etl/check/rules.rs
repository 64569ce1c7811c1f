//! Which flags stored runs would have under the rules of a profile: `check --rules`.
//!
//! A table tells the samples that it was made from where their number is that of the record: then
//! all rules are applied to them, but those that look at the rows of the log. What these found is
//! taken from the record as it stands. Where the samples are not told, or the profile makes other
//! tables, only limits, rates and user rules are evaluated.

mod stored_run;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use self::stored_run::{Found, StoredRun};
use crate::{
    Error, Result,
    base::CancelToken,
    format::count,
    lake::{Context, Lake, Record, record::RunResult},
    profile::Profile,
    quality::{Flag, NotEvaluated, OF_ROWS, OF_VALUES, UserRule, Verdict},
    run_id::RunId,
};

/// What a trial of rules found.
#[derive(Debug, Default)]
pub struct Trial {
    /// By log, then run.
    pub runs: Vec<TriedRun>,
    /// What the tables do not tell, one sentence each.
    pub notes: Vec<String>,
    /// What could not be read.
    pub errors: Vec<Error>,
}

/// A stored run under the rules that are tried.
#[derive(Debug)]
pub struct TriedRun {
    /// The key of its log.
    pub log: String,
    /// Its id.
    pub run: RunId,
    /// As its record has it.
    pub verdict: Verdict,
    /// As it would be.
    pub verdict_then: Verdict,
    /// Flags that it would have and has not.
    pub new: Vec<Flag>,
    /// Flags of the rules that were applied that it has and would have.
    pub same: Vec<Flag>,
    /// Flags of the rules that were applied that it has and would not have.
    pub gone: Vec<Flag>,
    /// User rules that cannot be evaluated for it.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Whether its table tells all samples, so that all rules could be applied but those of rows.
    pub in_full: bool,
}

/// Tries the limits and rules of `profile` on all stored runs and changes nothing. `on_record` is
/// told how many of how many records are done, from several threads.
///
/// # Errors
/// [`Error::Cancelled`]; what cannot be read is in the result.
pub fn try_rules(
    context: &Context,
    profile: &Profile,
    cancel: &CancelToken,
    on_record: &(dyn Fn(usize, usize) + Sync),
) -> Result<Trial> {
    let listed = context.lake.results().keys("");
    let done = AtomicUsize::new(0);
    let all: Vec<OfLog> = listed
        .keys
        .par_iter()
        .map(|key| {
            let tried = of_log(&context.lake, key, profile, cancel)?;
            let n = done.fetch_add(1, Ordering::Relaxed) + 1;
            on_record(n, listed.keys.len());
            Ok(tried)
        })
        .collect::<Result<_>>()?;
    let mut trial = Trial {
        notes: listed.problems,
        ..Trial::default()
    };
    for of_log in all {
        trial.runs.extend(of_log.runs);
        trial.errors.extend(of_log.errors);
    }
    let in_part = trial.runs.iter().filter(|run| !run.in_full).count();
    if in_part > 0 {
        trial.notes.push(format!(
            "of {} only limits, rates and rules of your own were tried: the table does not tell all samples, or the \
             profile would make another",
            count(in_part as u64, "run")
        ));
    }
    Ok(trial)
}

/// What the runs of one log would have.
#[derive(Default)]
struct OfLog {
    runs: Vec<TriedRun>,
    errors: Vec<Error>,
}

fn of_log(lake: &Lake, key: &str, profile: &Profile, cancel: &CancelToken) -> Result<OfLog> {
    let mut of_log = OfLog::default();
    let record = match Record::read_in_place(lake, key) {
        Ok(Some((record, _))) if record.source_file == key => record,
        // Listed under another spelling too.
        Ok(_) => return Ok(of_log),
        Err(e) => {
            of_log.errors.push(e);
            return Ok(of_log);
        }
    };
    let reads_as = record.profile.reads_as(profile);
    for result in record.run_to_result.values() {
        cancel.check()?;
        let Some(file) = result
            .file_name
            .as_deref()
            .filter(|_| result.error.is_none())
        else {
            continue;
        };
        let trial = lake.open_table(key, file).and_then(|table| {
            let run = StoredRun {
                table: &table,
                result,
                profile,
                cancel,
            };
            run.flags(reads_as)
        });
        match trial {
            Ok(flags) => {
                let before = &record.profile.user_rules;
                let run = compared(key, result, before, flags, profile);
                of_log.runs.push(run);
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(e) => of_log.errors.push(e),
        }
    }
    Ok(of_log)
}

/// What the run would have of the rules that were applied, against what it has.
fn compared(
    key: &str,
    result: &RunResult,
    before: &[UserRule],
    found: Found,
    profile: &Profile,
) -> TriedRun {
    let users = |name: &str| {
        let mut users = before.iter().chain(&profile.user_rules);
        users.any(|rule| rule.name == name)
    };
    let is_applied = |flag: &Flag| match found.in_full {
        true => !OF_ROWS.contains(&flag.rule.as_str()),
        false => OF_VALUES.contains(&flag.rule.as_str()) || users(&flag.rule),
    };
    let flags: Vec<Flag> = found.flags.into_iter().filter(is_applied).collect();
    let has: Vec<&Flag> = result.quality.iter().filter(|f| is_applied(f)).collect();
    let kept = result.quality.iter().filter(|flag| !is_applied(flag));
    let worst = kept.chain(&flags).map(|f| Verdict::from(f.severity)).max();
    let mut channels = result.channel_verdicts.values();
    let evaluated = channels.any(|verdict| *verdict != Verdict::NotEvaluated);
    let pass = evaluated.then_some(Verdict::Pass);
    let is_gone = |flag: &&&Flag| !flags.iter().any(|f| alike(f, flag));
    let gone = has.iter().filter(is_gone).map(|flag| (*flag).clone());
    let gone = gone.collect();
    let (same, new) = flags
        .into_iter()
        .partition(|flag| has.iter().any(|f| alike(f, flag)));
    let skipped = found.not_evaluated.into_iter();
    TriedRun {
        log: key.to_owned(),
        run: result.run_uuid,
        verdict: result.verdict,
        verdict_then: worst.max(pass).unwrap_or_default(),
        new,
        same,
        gone,
        not_evaluated: skipped
            .filter(|n| n.rules.iter().any(|rule| users(rule)))
            .collect(),
        in_full: found.in_full,
    }
}

/// Whether two flags tell the same; their sentences may count otherwise.
fn alike(a: &Flag, b: &Flag) -> bool {
    a.rule == b.rule
        && a.severity == b.severity
        && a.channel == b.channel
        && a.start_time == b.start_time
        && a.value == b.value
        && a.threshold == b.threshold
}
