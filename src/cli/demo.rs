//! `mdtui demo`: writes synthetic logs and opens the browser on them; without a terminal it
//! harvests them and lists what came out.

use std::io::{IsTerminal, stdin, stdout};

use super::{args, browse, exit, exit::Exit, harvest, list, look::Look, settings::Settings, table};
use crate::etl::{
    Result,
    base::CancelToken,
    demo::{Options, write_logs},
    text,
};

/// Writes the logs to `DIR/data`; results go to `DIR/cache`. Always there, whatever
/// the environment and the config file say: synthetic logs never get among real ones.
///
/// # Errors
/// [`crate::etl::Error::Usage`] when `DIR/data` holds other things; those of
/// [`write_logs`] and [`harvest::run`].
pub fn run(settings: &Settings, args: &args::Demo) -> Result<Exit> {
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
        table::count((written.logs + written.unchanged) as u64, "synthetic log"),
        table::size(written.bytes),
    ));
    if args.logs_only {
        return Ok(Exit::Ok);
    }
    if stdin().is_terminal() && stdout().is_terminal() {
        return browse::run(&settings);
    }
    let ended = harvest::run(&settings, &args::Harvest::default())?;
    let look = Look::new(&settings, &CancelToken::new())?;
    exit::print(&list::render(&look.catalog.logs()?))?;
    exit::note(&format!(
        "look closer: mdtui --data-dir {dir}/data --cache-dir {dir}/cache"
    ));
    // The planted faults are meant to fail.
    Ok(if ended == Exit::SomeFailed {
        Exit::Ok
    } else {
        ended
    })
}
