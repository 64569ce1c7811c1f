//! What may be written on the command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint, parser::ValueSource,
};

/// Shown at the end of `--help` and in the man page.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    success
  1    some logs failed in this call; the rest were harvested
  2    usage error, such as an unknown log or run
  3    nothing could be done: no such directory, or the catalog cannot be used
  65   harvest --manifest --strict: some logs failed for good
  75   transient error (disk full, I/O error): a retry may succeed
  130  interrupted: the harvest is cancelled and nothing partial remains

Results go to standard output, everything else to standard error.";

/// A terminal browser for robot machine logs: harvest them, and see what the robots did.
///
/// Without a command it opens the browser on the logs below --data-dir and the results below
/// --cache-dir; `?` in it lists its keys.
#[derive(Debug, Parser)]
#[command(name = "mdtui", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing: open the browser.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command. Unset ones come from the config file, then from the defaults.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Where the logs are [default: data]
    #[arg(long, global = true, value_name = "DIR", env = "MDTUI_DATA_DIR", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,
    /// Where the results go [default: cache]
    #[arg(long, global = true, value_name = "DIR", env = "MDTUI_CACHE_DIR", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
    /// What a log looks like: a TOML file [default: built in]
    #[arg(long, global = true, value_name = "FILE", env = "MDTUI_PROFILE", hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub profile: Option<PathBuf>,
    /// A site of the config file: its directories and settings [example: press-2]
    #[arg(long, global = true, value_name = "NAME")]
    pub site: Option<String>,
    /// Read this config file instead of the user's [default: ~/.config/mdtui/config.toml]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Those of the paths above that the environment gave, by their names in the config file.
    #[arg(skip)]
    pub from_environment: Vec<&'static str>,
}

impl Cli {
    /// Parses a command line, and remembers what came from the environment.
    ///
    /// # Errors
    /// What is wrong with it, or the text of `--help` and `--version`.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(args)?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|e| e.format(&mut command))?;
        let is_variable = |id: &&str| matches.value_source(id) == Some(ValueSource::EnvVariable);
        let paths = ["data_dir", "cache_dir", "profile"].into_iter();
        cli.global.from_environment = paths.filter(is_variable).collect();
        Ok(cli)
    }
}

/// The commands: each has its options, its examples and what it does in a file of its own.
#[derive(Debug, Subcommand)]
pub enum Command {
    Harvest(super::harvest::Args),
    Plan(super::plan::Args),
    Watch(super::watch::Args),
    List(super::list::Args),
    Runs(super::runs::Args),
    Machines(super::machines::Args),
    Compare(super::compare::Args),
    Show(super::show::Args),
    Note(super::note::Args),
    Export(super::export::Args),
    Plot(super::plot::Args),
    Views(super::views::Args),
    Find(super::find::Args),
    Check(super::check::Args),
    Gc(super::gc::Args),
    Rebuild(super::rebuild::Args),
    Remove(super::remove::Args),
    Config(super::config::Args),
    Demo(super::demo::Args),
    Profile(super::profile::Args),
    /// Parse logs for another mdtui; internal
    #[command(hide = true)]
    Worker,
    Completions(super::completions::Args),
    Man(super::man::Args),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// The lines of options in a help text below a heading, without their descriptions.
    fn options(help: &str, heading: &str) -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != heading).skip(1);
        let lines = lines.take_while(|line| !line.is_empty());
        let option = |line: &str| {
            let words = line.split_whitespace();
            words
                .map(|w| w.trim_end_matches(',').to_owned())
                .find(|w| w.starts_with("--"))
        };
        lines.filter_map(option).collect()
    }

    #[test]
    fn help_groups_options_the_same_way_in_every_command() {
        let mut command = Cli::command();
        command.build();
        let global = [
            "--data-dir",
            "--cache-dir",
            "--profile",
            "--site",
            "--config",
        ];
        let commands = command.get_subcommands().filter(|c| !c.is_hide_set());
        let commands: Vec<clap::Command> = commands.cloned().collect();
        for mut command in commands {
            let help = command.render_help().to_string();
            let name = command.get_name();
            let every = options(&help, "Options of every command:");
            if name != "help" {
                assert_eq!(every, global, "{name}");
            }
            let own = options(&help, "Options:");
            assert!(
                !own.iter().any(|o| global.contains(&o.as_str())),
                "{name}: {own:?}"
            );
            // Which rows come before what of them, and that before the form and the place.
            let order = [
                "--state",
                "--filter",
                "--columns",
                "--channels",
                "--from",
                "--to",
                "--dry-run",
                "--json",
                "--output",
                "--format",
            ];
            let places: Vec<usize> = own
                .iter()
                .filter_map(|o| order.iter().position(|k| k == o))
                .collect();
            assert!(places.is_sorted(), "{name}: {own:?}");
        }
    }

    #[test]
    fn help_names_every_exit_code() {
        let help = Cli::command().render_help().to_string();
        for code in ["0 ", "1 ", "2 ", "3 ", "65 ", "75 ", "130 "] {
            assert!(help.contains(&format!("\n  {code}")), "{code}");
        }
    }
}
