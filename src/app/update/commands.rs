//! The headless command that does what the view shows.

use crate::{app::state::State, etl::text::shell_word};

/// One line for a shell; `None` where no command does what the view shows.
pub(super) fn command(state: &State) -> Option<String> {
    let command = state.open_view().command()?;
    let directories = [
        ("--data-dir", state.data_dir.as_str()),
        ("--cache-dir", state.cache_dir.as_str()),
    ];
    let mut words = vec!["mdtui".to_owned()];
    for (option, directory) in directories {
        words.extend([option.to_owned(), directory.to_owned()]);
    }
    words.extend(state.options.iter().cloned());
    words.extend(command.words());
    let quoted: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    Some(quoted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::Command;

    use crate::app::{
        Event,
        fixture::{answer, bare, harvesting, keys as press, populated, run},
        machines::fixture::machines,
        update,
    };

    fn copied_command(state: &State) -> String {
        let command = command(state).unwrap();
        let begin = "mdtui --data-dir data --cache-dir cache ";
        command.strip_prefix(begin).unwrap().to_owned()
    }

    fn typed(state: &mut State, text: &str) {
        press(state, &["f"]);
        update(state, Event::Paste(text.into()));
        press(state, &["enter"]);
    }

    #[test]
    fn lists_are_exported_with_their_filters() {
        let mut state = populated((80, 24));
        assert_eq!(copied_command(&state), "list");
        typed(&mut state, "state:failed 加工");
        assert_eq!(copied_command(&state), "list --filter 'state:failed 加工'");
        press(&mut state, &["f", "ctrl-u", "enter", "tab"]);
        assert_eq!(copied_command(&state), "show cell-01/2022-11-23T2000");
        press(&mut state, &["2"]);
        let runs = (0..3).map(|n| run(n, "-a log")).collect();
        answer(&mut state, |s| &mut s.runs.read, Ok(runs));
        typed(&mut state, "runtime>500");
        assert_eq!(copied_command(&state), "runs --filter 'runtime>500'");
        press(&mut state, &["3"]);
        answer(&mut state, |s| &mut s.machines.read, Ok(machines()));
        press(&mut state, &["j", "enter"]);
        assert_eq!(copied_command(&state), "machines --cell= --robot 1 --json");
        press(&mut state, &["esc"]);
        typed(&mut state, "-x");
        assert_eq!(copied_command(&state), "machines --filter=-x");
    }

    #[test]
    fn filters_are_read_back_by_the_command() {
        use crate::etl::{catalog::MachineRow, filter::Filter};
        for text in [
            "'it''s' or robot:1",
            "\"peak force\" > 2kN and not (cell:'a b' or cell is null)",
            "-x",
            "--data-dir",
            "cell != \"$HOME\"",
        ] {
            let filter = Filter::<MachineRow>::parse_at(text, 0).unwrap();
            let words = Command::new("machines").filter(filter.text()).words();
            let copied_command = match words.get(1).map(String::as_str) {
                Some("--filter") => words.get(2).map(String::as_str),
                option => option.and_then(|option| option.strip_prefix("--filter=")),
            };
            let again = Filter::<MachineRow>::parse_at(copied_command.unwrap(), 0);
            assert_eq!(again.as_ref(), Ok(&filter), "{words:?}");
        }
    }

    #[test]
    fn jobs_never_tell_to_harvest_everything() {
        let (mut state, _) = bare((80, 24));
        press(&mut state, &["4", "!"]);
        assert_eq!(state.overlay, None);
        let told_that = "no harvest was done: there is no command for it";
        assert_eq!(state.message.clone().unwrap().1, told_that);
        let mut state = populated((80, 24));
        press(&mut state, &["4", "j"]);
        assert!(!state.jobs.is_busy());
        let key = state.jobs.current().unwrap().key().to_owned();
        assert_eq!(copied_command(&state), format!("harvest {key}"));
        harvesting(&mut state);
        let open = state.jobs.open().map(|entry| entry.key());
        let open: Vec<&str> = open.collect();
        let expected: Vec<String> = open.iter().map(|key| shell_word(key)).collect();
        assert_eq!(
            copied_command(&state),
            format!("harvest {}", expected.join(" "))
        );
    }

    #[test]
    fn what_the_program_was_started_with_is_told_again() {
        let mut state = populated((80, 24));
        state.options = vec!["--profile".into(), "my weld.toml".into()];
        assert_eq!(copied_command(&state), "--profile 'my weld.toml' list");
    }
}
