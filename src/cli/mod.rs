//! The commands: clap's types, where everything is, and one file per command.
//!
//! * [`args`]: what may be written on the command line.
//! * [`settings`]: command line, environment, config files, sites and defaults.
//! * [`open_lake`]: the catalog brought up to date, and names of logs and runs; [`names`]: those that mean nothing.
//! * [`exit`]: exit codes and standard output; [`output`]: files that commands write.
//! * [`json`] and [`table`]: the two forms in which commands answer; [`page`]: how wide a table may be.
//! * [`progress`]: how far a command is.
//! * [`signals`], [`log`]: what every process does.

pub mod args;
mod browse;
mod check;
mod compare;
mod completions;
mod config;
pub mod crash;
mod demo;
pub mod example;
pub mod exit;
mod export;
mod find;
mod gc;
mod harvest;
pub mod json;
mod list;
mod log;
mod machines;
mod man;
mod names;
mod note;
mod open_lake;
mod output;
mod page;
mod plan;
mod plot;
mod profile;
mod progress;
mod rebuild;
mod rejected;
mod remove;
mod runs;
pub mod settings;
mod show;
pub mod signals;
pub mod size;
pub mod table;
mod views;
mod watch;
mod worker;

use args::{Cli, Command};
use exit::Exit;
use settings::Settings;

use crate::etl::{Result, lake::Lake, zone};

/// Does what the command line says.
///
/// # Errors
/// One sentence for the operator; [`Exit::of`] gives the exit code.
pub fn run(cli: &Cli) -> Result<Exit> {
    match &cli.command {
        None => browse::restart_to_return_memory(),
        // These say the same whatever is wrong with the settings.
        Some(Command::Completions(args)) => return completions::run(args),
        Some(Command::Config(args)) if args.default => return config::print_default(),
        Some(Command::Man(args)) => return man::run(args),
        Some(Command::Worker) => return worker::run(),
        _ => {}
    }
    let (settings, sources) = Settings::resolve(&cli.global)?;
    zone::set_shown(settings.time_zone.1.clone());
    if let Some(Command::Config(args)) = &cli.command {
        return config::run(&settings, &sources, args);
    }
    let lake = match &cli.command {
        Some(Command::Demo(args)) => args.dir.join("cache"),
        _ => settings.cache_dir.clone(),
    };
    log::start(&Lake::new(lake));
    let Some(command) = &cli.command else {
        return browse::run(&settings);
    };
    match command {
        Command::Harvest(args) => harvest::run(&settings, args),
        Command::Plan(args) => plan::run(&settings, args),
        Command::Profile(args) => profile::run(&settings, args),
        Command::Watch(args) => watch::run(&settings, args),
        Command::List(args) => list::run(&settings, args),
        Command::Runs(args) => runs::run(&settings, args),
        Command::Machines(args) => machines::run(&settings, args),
        Command::Compare(args) => compare::run(&settings, args),
        Command::Show(args) => show::run(&settings, args),
        Command::Note(args) => note::run(&settings, args),
        Command::Export(args) => export::run(&settings, args),
        Command::Plot(args) => plot::run(&settings, args),
        Command::Views(_) => views::run(&settings),
        Command::Find(args) => find::run(&settings, args),
        Command::Check(args) => check::run(&settings, args),
        Command::Gc(args) => gc::run(&settings, args),
        Command::Rebuild(_) => rebuild::run(&settings),
        Command::Remove(args) => remove::run(&settings, args),
        Command::Demo(args) => demo::run(&settings, args),
        Command::Completions(_) | Command::Config(_) | Command::Man(_) | Command::Worker => {
            Ok(Exit::Ok)
        }
    }
}
