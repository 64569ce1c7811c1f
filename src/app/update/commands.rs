//! The headless command that does what the view shows.

use crate::app::state::{Screen, State};

/// One line for a shell.
pub(super) fn command(state: &State) -> String {
    let arguments: Vec<String> = match state.screen() {
        Screen::Logs if state.logs.table.marked() > 0 => {
            let keys = state
                .logs
                .table
                .chosen()
                .into_iter()
                .map(|row| row.key.clone());
            ["harvest".to_owned()].into_iter().chain(keys).collect()
        }
        Screen::Logs => vec!["list".into()],
        Screen::Runs => vec!["runs".into()],
        Screen::LogRuns(runs) => ["runs".to_owned()]
            .into_iter()
            .chain(runs.log.clone())
            .collect(),
        Screen::Machines | Screen::Machine(_) => vec!["machines".into()],
        Screen::Jobs => {
            let keys = state.jobs.open().iter().map(|job| job.key.clone());
            ["harvest".to_owned()].into_iter().chain(keys).collect()
        }
        Screen::Run(run) => run.command(),
        Screen::Compare(compared) => compared.command(),
    };
    let mut words = vec![
        "mdtui".to_owned(),
        "--data-dir".into(),
        state.data_dir.clone(),
        "--cache-dir".into(),
        state.cache_dir.clone(),
    ];
    // A key that begins with a hyphen is no option.
    let (verb, rest) = arguments
        .split_first()
        .map_or(("", [].as_slice()), |(v, r)| (v.as_str(), r));
    words.push(verb.to_owned());
    if rest.iter().any(|word| word.starts_with('-')) && !rest.iter().any(|w| w == "--") {
        words.push("--".into());
    }
    words.extend(rest.iter().cloned());
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

/// `word` as a POSIX shell reads it back.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quote("cell-01/a.csv"), "cell-01/a.csv");
        assert_eq!(quote("it's"), "'it'\\''s'");
        assert_eq!(quote("a b$"), "'a b$'");
        assert_eq!(quote(""), "''");
    }
}
