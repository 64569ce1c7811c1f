//! `mdtui check --rules`: which flags stored runs would have under the rules of a profile.

use serde::Serialize;

use crate::{
    cli::{
        exit::{self, Exit},
        harvest::report::worst,
        json::VERSION,
        progress::{Progress, Unit},
    },
    etl::{
        Result,
        base::CancelToken,
        check::{Trial, TriedRun, try_rules},
        format::{count, thousands},
        lake::Context,
        profile::Profile,
        quality::{Flag, NotEvaluated},
        text,
    },
};

/// Tries the limits and rules of `profile` on all stored runs.
///
/// # Errors
/// Those of [`try_rules`].
pub fn run(context: &Context, profile: &Profile, json: bool, cancel: &CancelToken) -> Result<Exit> {
    let progress = Progress::counting("trying the rules", Unit::Things("records"));
    let trial = try_rules(context, profile, cancel, &|done, all| {
        progress.done_of(done as u64, all as u64)
    });
    drop(progress);
    let trial = trial?;
    for error in &trial.errors {
        exit::note(&format!("mdtui: {error}"));
    }
    if json {
        exit::print_json(&RulesJson::new(profile, &trial))?;
    } else {
        for note in &trial.notes {
            exit::note(note);
        }
        exit::print(&render(&trial))?;
    }
    Ok(worst(trial.errors.iter().map(Exit::of)))
}

/// The runs that have flags or would have some, a line for each flag, and what was tried.
fn render(trial: &Trial) -> String {
    let mut out = String::new();
    for run in &trial.runs {
        if run.new.is_empty() && run.same.is_empty() && run.gone.is_empty() {
            continue;
        }
        let (has, then) = (run.verdict.word(), run.verdict_then.word());
        let verdict = if has == then {
            has.to_owned()
        } else {
            format!("{has}, would be {then}")
        };
        out.push_str(&format!("{} {}: {verdict}\n", run.log, run.run.short()));
        for (sign, flags) in [('+', &run.new), ('=', &run.same), ('-', &run.gone)] {
            for flag in flags {
                out.push_str(&line(sign, flag));
            }
        }
    }
    out.push_str(&summary(trial));
    out
}

fn line(sign: char, flag: &Flag) -> String {
    let (rule, severity) = (text::visible(&flag.rule), flag.severity.word());
    format!("  {sign} {rule}  {severity}  {}\n", flag.shown_message())
}

/// `4 runs: 1 would get flags (+), 0 would lose some (-), 3 keep theirs (=) …`
fn summary(trial: &Trial) -> String {
    let runs = |which: fn(&TriedRun) -> bool| {
        let n = trial.runs.iter().filter(|run| which(run)).count();
        thousands(n as u64)
    };
    format!(
        "{}: {} would get flags (+), {} would lose some (-), the verdict of {} would change; {} lack channels of rules; what \
         rules of rows found is as recorded\n",
        count(trial.runs.len() as u64, "run"),
        runs(|run| !run.new.is_empty()),
        runs(|run| !run.gone.is_empty()),
        runs(|run| run.verdict != run.verdict_then),
        runs(|run| !run.not_evaluated.is_empty()),
    )
}

/// `check --rules --json`. `docs/json.md` says what each key means.
#[derive(Serialize)]
struct RulesJson<'a> {
    version: u32,
    profile: &'a str,
    runs: Vec<RunJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RunJson<'a> {
    log: &'a str,
    run_uuid: String,
    verdict: &'static str,
    verdict_then: &'static str,
    new: &'a [Flag],
    same: &'a [Flag],
    gone: &'a [Flag],
    not_evaluated: &'a [NotEvaluated],
    in_full: bool,
}

impl<'a> RulesJson<'a> {
    fn new(profile: &'a Profile, trial: &'a Trial) -> Self {
        let run = |run: &'a TriedRun| RunJson {
            log: &run.log,
            run_uuid: run.run.to_string(),
            verdict: run.verdict.word(),
            verdict_then: run.verdict_then.word(),
            new: &run.new,
            same: &run.same,
            gone: &run.gone,
            not_evaluated: &run.not_evaluated,
            in_full: run.in_full,
        };
        Self {
            version: VERSION,
            profile: &profile.name,
            runs: trial.runs.iter().map(run).collect(),
            notes: &trial.notes,
        }
    }
}
