//! `mdtui demo`: writes synthetic logs and opens the browser on them; without a terminal it
//! harvests them and lists what came out.

use clap::ValueHint;
use std::path::PathBuf;

use std::io::{IsTerminal, stdin, stdout};

use super::{
    browse,
    example::{self, Example},
    exit,
    exit::Exit,
    harvest, list,
    open_lake::OpenLake,
    page::Page,
    settings::Settings,
};
use crate::etl::{
    Result,
    base::CancelToken,
    demo::{DEFAULT_LOGS, FULL_RUN_SECONDS, Options, SHORT_RUN_SECONDS, refuse_among, write_logs},
    format::{bytes, count},
    text,
};

/// Write synthetic logs, faults among them, and open the browser on them (without a terminal:
/// harvest them and list the results)
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
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

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[Example::new(
    "mdtui demo tour --logs-only",
    "write the demo logs to tour/data",
)];

impl Args {
    /// Length of each run in seconds.
    pub fn seconds(&self) -> f64 {
        if self.full {
            FULL_RUN_SECONDS
        } else {
            self.run_seconds
        }
    }
}

fn run_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(s) if (1.0..=3600.0).contains(&s) => Ok(s),
        _ => Err("a number from 1 to 3600 is needed".into()),
    }
}

/// Writes the logs to `DIR/data`; results go to `DIR/cache`. Always there, whatever
/// the environment and the config file say: synthetic logs never get among real ones.
///
/// # Errors
/// [`crate::etl::Error::Usage`] when `DIR/data` holds other things; those of [`refuse_among`], [`write_logs`] and [`harvest::run`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    refuse_among(&args.dir, &settings.data_dir, &settings.cache_dir)?;
    let settings = Settings {
        data_dir: args.dir.join("data"),
        cache_dir: args.dir.join("cache"),
        ..settings.clone()
    };
    let context = settings.context()?;
    let options = Options {
        logs: args.logs,
        run_seconds: args.seconds(),
        seed: args.seed,
    };
    // Each log is whole or absent, so that an interrupt needs no care here.
    let cancel = CancelToken::new();
    let written = write_logs(
        &context.data_dir,
        &context.profile,
        &options,
        &cancel,
        |_| {},
    )?;
    let dir = text::visible_path(&args.dir);
    let unchanged = match written.unchanged {
        0 => String::new(),
        n => format!(", {n} were there"),
    };
    exit::note(&format!(
        "{} in {dir}/data ({} in all{unchanged})",
        count((written.logs + written.unchanged) as u64, "synthetic log"),
        bytes(written.bytes),
    ));
    if args.logs_only {
        return Ok(Exit::Ok);
    }
    if stdin().is_terminal() && stdout().is_terminal() {
        return browse::run(&settings);
    }
    let ended = harvest::run(&settings, &harvest::Args::default())?;
    let lake = OpenLake::new(&settings, &CancelToken::new())?;
    let page = Page::stdout();
    page.print(&list::render(&lake.catalog.logs()?, &page))?;
    exit::note(&format!(
        "see more: mdtui --data-dir {dir}/data --cache-dir {dir}/cache"
    ));
    // The planted faults are meant to fail.
    Ok(if ended == Exit::SomeFailed {
        Exit::Ok
    } else {
        ended
    })
}
