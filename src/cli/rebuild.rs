//! `mdtui rebuild`: recreates the catalog from the records in the lake.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    progress::Progress,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result, base::CancelToken, catalog::Catalog, format::count, lake::access::require_write,
    text,
};

/// Recreate the catalog from the records in the lake
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[Example::new(
    "mdtui rebuild",
    "recreate a catalog that was lost or damaged",
)];

/// Rebuilds the catalog. A record that cannot be read is named and passed over.
///
/// # Errors
/// [`Error::Fatal`] without a lake, and those of [`Catalog::rebuild`].
pub fn run(settings: &Settings) -> Result<Exit> {
    let context = settings.context()?;
    if !context.lake.root().is_dir() {
        return Err(Error::Fatal(format!(
            "there is no lake at {}; name it with --cache-dir",
            text::visible_path(context.lake.root())
        )));
    }
    require_write(&context.lake, "rebuild the catalog")?;
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    if let Some(aside) = Catalog::put_damaged_aside(&context.lake)? {
        exit::note(&format!(
            "the catalog was damaged; it is now {}",
            text::visible_path(&aside)
        ));
    }
    let progress = Progress::new("rebuilding the catalog");
    let rebuilt = Catalog::open(&context.lake)?.rebuild(&context, &cancel)?;
    drop(progress);
    for problem in &rebuilt.problems {
        exit::note(problem);
    }
    exit::print(&format!(
        "rebuilt the catalog from {} with {}\n",
        count(rebuilt.records as u64, "record"),
        count(rebuilt.runs as u64, "run")
    ))?;
    Ok(if rebuilt.problems.is_empty() {
        Exit::Ok
    } else {
        Exit::SomeFailed
    })
}
