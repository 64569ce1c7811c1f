//! Sentences on names of logs and runs that mean nothing, several, or something else.

use crate::etl::{
    catalog::{LogRow, RunRow},
    suggest, text,
};

/// Candidates that an error lists.
const MOST_CANDIDATES: usize = 8;

/// There is no such log.
pub fn unknown_log(name: &str, logs: &[LogRow]) -> String {
    let keys: Vec<&str> = logs.iter().map(|log| log.key.as_str()).collect();
    let mut near = containing(name, &keys);
    if near.is_empty() {
        near.extend(suggest::nearest(name, keys.iter().copied()));
    }
    unknown("log", name, &near, logs.len())
}

/// There is no such run.
pub fn unknown_run(name: &str, runs: &[RunRow]) -> String {
    // Of a run of one log, only the runs of that log are meant.
    let mut part = name;
    let mut runs: Vec<&RunRow> = runs.iter().collect();
    let all = runs.len();
    for sign in [':', '/'] {
        let Some((key, rest)) = name.rsplit_once(sign) else {
            continue;
        };
        if runs.iter().any(|run| run.log_key() == key) {
            runs.retain(|run| run.log_key() == key);
            part = rest;
            break;
        }
    }
    let short: Vec<String> = runs.iter().map(|run| run.run.short()).collect();
    let mut near: Vec<&str> = containing(part, &short);
    if near.is_empty() {
        let ids: Vec<String> = runs.iter().map(|run| run.run.to_string()).collect();
        let at = suggest::containing(part, ids.iter().map(String::as_str));
        let found = at.into_iter().filter_map(|at| short.get(at));
        near.extend(found.map(String::as_str));
    }
    near.dedup();
    unknown("run", name, &near, all)
}

/// A run was named where a log is meant.
pub fn run_for_log(name: &str, run: &RunRow) -> String {
    format!(
        "there is no log \"{}\": it is a run of the log {}; name that",
        text::quoted(name, 120),
        run.log_key()
    )
}

/// A log was named where a run is meant.
pub fn log_for_run(name: &str, runs: &[RunRow]) -> String {
    let name = text::quoted(name, 120);
    let ids: Vec<String> = runs.iter().map(|run| run.run.short()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    match ids.as_slice() {
        [] => format!("{name} is a log, and none of its runs is harvested: `mdtui show` tells why"),
        ids => format!("{name} is a log: name one of its runs, {}", join(ids)),
    }
}

/// Several runs are meant.
pub fn ambiguous_run(part: &str, runs: &[RunRow]) -> String {
    let same_run = runs
        .windows(2)
        .all(|w| matches!(w, [a, b] if a.run == b.run));
    let names: Vec<String> = runs
        .iter()
        .map(|r| format!("{}:{}", r.log_key(), r.run))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let part = text::quoted(part, 120);
    if same_run {
        format!(
            "the run \"{part}\" stands in {} logs; name one of {}",
            runs.len(),
            join(&names)
        )
    } else {
        format!(
            "\"{part}\" names {} runs; name one of {}",
            runs.len(),
            join(&names)
        )
    }
}

/// Names that contain `name`, or the stem of its last part. An empty name, which all contain, means none.
fn containing<'a, S: AsRef<str>>(name: &str, all: &'a [S]) -> Vec<&'a str> {
    if name.trim().is_empty() {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let last = name.rsplit('/').next().unwrap_or_default().to_owned();
    let stem = last.split('.').next().unwrap_or_default().to_owned();
    let all = all.iter().map(AsRef::as_ref);
    all.filter(|other| {
        let other = other.to_lowercase();
        other.contains(&name) || (!stem.is_empty() && other.contains(&stem))
    })
    .collect()
}

fn unknown(what: &str, name: &str, near: &[&str], all: usize) -> String {
    let name = text::quoted(name, 120);
    let list = if what == "run" { "runs" } else { "list" };
    match near {
        [] if all == 0 => format!("there is no {what} \"{name}\": there are no {what}s at all"),
        [] => format!("there is no {what} \"{name}\"; `mdtui {list}` prints the {all} there are"),
        [one] => format!("there is no {what} \"{name}\", did you mean `{one}`?"),
        near => format!(
            "there is no {what} \"{name}\", did you mean one of {}?",
            join(near)
        ),
    }
}

fn join(names: &[&str]) -> String {
    let shown = names
        .iter()
        .take(MOST_CANDIDATES)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(MOST_CANDIDATES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::fixture, etl::catalog::LogState};

    #[test]
    fn an_unknown_log_brings_those_that_are_meant_perhaps() {
        let all = [
            "cell-01/2022-11-23T2040",
            "cell-02/2022-11-23T2040",
            "faults/gap",
        ];
        assert_eq!(containing("GAP.parquet", &all), ["faults/gap"]);
        assert_eq!(containing("x/2022-11-23T2040.parquet", &all).len(), 2);
        assert!(containing("zebra", &all).is_empty());
        assert!(containing("", &all).is_empty() && containing(" ", &all).is_empty());
        let logs = |keys: &[&str]| -> Vec<LogRow> {
            let log = |key: &&str| fixture::log(key, LogState::Pending);
            keys.iter().map(log).collect()
        };
        let sentence = unknown_log("fautls/gpa", &logs(&all));
        assert!(
            sentence.ends_with("did you mean `faults/gap`?"),
            "{sentence}"
        );
        let sentence = unknown_log("zebra", &logs(&all));
        assert!(
            sentence.ends_with("; `mdtui list` prints the 3 there are"),
            "{sentence}"
        );
        assert!(unknown_log("z", &[]).contains("no logs at all"));
    }

    #[test]
    fn an_unknown_run_brings_those_that_differ_in_a_character() {
        let runs: Vec<RunRow> = (0..3).map(|n| fixture::run(n, "a/b")).collect();
        let id = runs[0].run.to_string();
        let bare = id.trim_start_matches(['0', '-']);
        let typo = bare.replacen(&bare[2..3], "z", 1);
        for name in [&typo, &format!("a/b:{typo}"), &format!("a/b/{typo}")] {
            let sentence = unknown_run(name, &runs);
            assert!(sentence.contains("did you mean"), "{sentence}");
            assert!(sentence.contains(&runs[0].run.short()), "{sentence}");
        }
        let sentence = unknown_run("zzzzzz", &runs);
        assert!(
            sentence.ends_with("; `mdtui runs` prints the 3 there are"),
            "{sentence}"
        );
        let sentence = log_for_run("a/b", &runs);
        assert!(
            sentence.starts_with("a/b is a log: name one of its runs, "),
            "{sentence}"
        );
        let sentence = run_for_log(bare, &runs[0]);
        assert!(
            sentence.contains("it is a run of the log a/b"),
            "{sentence}"
        );
    }

    #[test]
    fn long_lists_of_candidates_are_cut() {
        let names: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(join(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 3 more");
    }
}
