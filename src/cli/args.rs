//! What may be written on the command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args, Parser, Subcommand, ValueHint,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::etl::{
    catalog::LogState,
    compare::{FEWEST, MOST},
    demo::{DEFAULT_LOGS, FULL_RUN_SECONDS, SHORT_RUN_SECONDS},
    stats::ChannelStatistic,
};

/// Shown at the end of `--help` and in the man page.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    all well
  1    some logs failed in this call; the rest were harvested
  2    wrong usage, an unknown log or run among it
  3    nothing could be done: no such directory, or the catalog cannot be used
  75   a passing fault (disk full, I/O error): trying again may help
  130  interrupted: the harvest is cancelled, nothing partial remains

Results go to standard output, everything else to standard error.";

/// A terminal browser for robot machine logs: harvest them, and look at what the robots did.
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
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Harvest the logs named, or all that are not current
    Harvest(Harvest),
    /// Harvest logs as they arrive, until stopped
    Watch(Watch),
    /// The logs and their states
    List(List),
    /// The runs of one log, or of all
    Runs(Runs),
    /// The machines over all their runs
    Machines(Machines),
    /// Two to six runs side by side, with their differences to the first
    Compare(Compare),
    /// Everything about a log or a run: statistics, ledger, errors
    Show(Show),
    /// Write a run's table to a file: CSV, Parquet, NDJSON or Arrow, by its ending
    Export(Export),
    /// Hold lake, catalog and logs against each other: reads every byte of both
    Check(Check),
    /// Remove files of mdtui in the lake that no record names
    Gc(Gc),
    /// Make the catalog anew from the records in the lake
    Rebuild,
    /// Write synthetic logs, faults among them, and open the browser on them (without a terminal:
    /// harvest them and list what came out)
    Demo(Demo),
    /// Parse logs for another mdtui; internal
    #[command(hide = true)]
    Worker,
    /// Print a completion script for a shell
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print a man page, of mdtui or of one of its commands
    Man {
        /// A command of mdtui.
        command: Option<String>,
    },
}

/// `mdtui harvest`
#[derive(Debug, Default, Args)]
pub struct Harvest {
    /// Logs to harvest, by key or path; without any, all that are not current
    #[arg(value_name = "LOG", value_hint = ValueHint::FilePath, conflicts_with = "all")]
    pub logs: Vec<OsString>,
    /// All logs that are not current (as without names)
    #[arg(long)]
    pub all: bool,
    /// Also what is harvested and current
    #[arg(long)]
    pub force: bool,
    /// Logs harvested side by side [default: one per core]
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Memory that the harvest of one log may take, such as 1GiB; what has no room waits in a
    /// file below the cache [default: logs side by side share half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = super::size::parse)]
    pub memory: Option<u64>,
    /// Say what would be harvested, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui watch`
#[derive(Debug, Default, Args)]
pub struct Watch {
    /// Logs harvested side by side [default: one per core]
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Memory that the harvest of one log may take, such as 1GiB; what has no room waits in a
    /// file below the cache [default: logs side by side share half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = super::size::parse)]
    pub memory: Option<u64>,
    /// Print a line of JSON for each log
    #[arg(long)]
    pub json: bool,
}

/// `mdtui list`
#[derive(Debug, Default, Args)]
pub struct List {
    /// Only logs in this state; may be given several times
    #[arg(long, value_name = "STATE", value_parser = states())]
    pub state: Vec<LogState>,
    /// Only logs that pass a filter: words, size>1MB, state:failed or state:partial (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui runs`
#[derive(Debug, Args)]
pub struct Runs {
    /// The log whose runs to list, by key or path
    #[arg(value_hint = ValueHint::FilePath)]
    pub log: Option<OsString>,
    /// Only runs that pass a filter: words, cell:10, runtime>9m, not verdict:pass (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui machines`
#[derive(Debug, Args)]
pub struct Machines {
    /// Only machines that pass a filter: words, robot:1, force>2kN, slope>0 (see docs/filters.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only machines of this cell; an empty name: of none
    #[arg(long, value_name = "CELL", allow_hyphen_values = true)]
    pub cell: Option<String>,
    /// Only this robot of each cell
    #[arg(long, value_name = "ROBOT", allow_hyphen_values = true)]
    pub robot: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui compare`
#[derive(Debug, Args)]
pub struct Compare {
    /// Two to six runs, each by any unambiguous part of its id; LOG:RUN when it stands in two logs
    #[arg(value_name = "RUN", required = true, num_args = FEWEST..=MOST)]
    pub runs: Vec<String>,
    /// Channels to compare, separated by commas [default: all that two of the runs have]
    #[arg(long, value_name = "CHANNEL,…", value_delimiter = ',')]
    pub channels: Vec<String>,
    /// Statistics to compare, separated by commas [default: all]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = statistics(), hide_possible_values = true)]
    pub stats: Vec<&'static ChannelStatistic>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui show`
#[derive(Debug, Args)]
pub struct Show {
    /// A log by key or path, or a run by any unambiguous part of its id
    #[arg(value_name = "LOG|RUN", value_hint = ValueHint::FilePath)]
    pub name: OsString,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui export`
#[derive(Debug, Args)]
pub struct Export {
    /// The run, by any unambiguous part of its id; LOG:RUN when it stands in two logs
    pub run: String,
    /// Columns to write besides time, separated by commas [default: all]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// First time: 2022-11-23T20:40:00, or +90s from the run's start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Last time, as --from
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Only rows that fulfil a condition, such as 'fz_1 < -1500 and v1 > 10'; also `is null`, `or`, `not`, time > +90s
    #[arg(
        long,
        value_name = "CONDITION",
        allow_hyphen_values = true,
        conflicts_with = "resample"
    )]
    pub r#where: Option<String>,
    /// One row a step, such as 10ms, 0.5s or 1m, from the run's start, with the values in force then
    #[arg(long, value_name = "STEP")]
    pub resample: Option<String>,
    /// Only rows in which no column is empty
    #[arg(long)]
    pub complete: bool,
    /// Where to: .csv, .parquet, .ndjson (.jsonl) or .arrow (.ipc, .feather)
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}

/// `mdtui check`
#[derive(Debug, Args)]
pub struct Check {
    /// Mend what can be mended from the logs and the records; nothing that cannot be made again is removed
    #[arg(long)]
    pub repair: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui gc`
#[derive(Debug, Args)]
pub struct Gc {
    /// Say what would be removed, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `mdtui demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to: the logs go to DIR/data, the results to DIR/cache
    #[arg(value_name = "DIR", default_value = "demo", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Only write the logs
    #[arg(long)]
    pub logs_only: bool,
    /// How many logs
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LOGS)]
    pub logs: usize,
    /// Runs of ten minutes, as real ones, instead of a few seconds
    #[arg(long, conflicts_with = "run_seconds")]
    pub full: bool,
    /// Length of each run in seconds
    #[arg(long, value_name = "S", default_value_t = SHORT_RUN_SECONDS, value_parser = run_seconds)]
    pub run_seconds: f64,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

impl Demo {
    /// Length of each run in seconds.
    pub fn seconds(&self) -> f64 {
        if self.full {
            FULL_RUN_SECONDS
        } else {
            self.run_seconds
        }
    }
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("a whole number from 1 to 1024 is needed".into()),
    }
}

fn run_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(s) if (1.0..=3600.0).contains(&s) => Ok(s),
        _ => Err("a number from 1 to 3600 is needed".into()),
    }
}

fn statistics() -> impl TypedValueParser<Value = &'static ChannelStatistic> {
    let known = ChannelStatistic::compared().map(|s| s.key);
    PossibleValuesParser::new(known)
        .try_map(|key| ChannelStatistic::from_key(&key).ok_or("unknown statistic"))
}

fn states() -> impl TypedValueParser<Value = LogState> {
    // What the parser lets through is always a word of a state.
    PossibleValuesParser::new(LogState::ALL.map(LogState::word))
        .map(|word| LogState::from_word(&word).unwrap_or(LogState::Pending))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_every_exit_code() {
        let help = Cli::command().render_help().to_string();
        for code in ["0 ", "1 ", "2 ", "3 ", "75 ", "130 "] {
            assert!(help.contains(&format!("\n  {code}")), "{code}");
        }
    }
}
