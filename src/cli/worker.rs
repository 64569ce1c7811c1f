//! `mdtui worker`: parses logs for the mdtui that started it. Internal.

use rustix::thread::disable_transparent_huge_pages;

use super::{exit::Exit, log};
use crate::etl::{Result, worker::serve};

/// Serves until standard input ends.
///
/// # Errors
/// Those of [`serve`].
pub fn run() -> Result<Exit> {
    log::to_stderr();
    // The browser, from which a worker has it, does without them; tables are made faster with them.
    let _ = disable_transparent_huge_pages(false);
    serve()?;
    Ok(Exit::Ok)
}
