//! `mdtui worker`: parses logs for the mdtui that started it. Internal.

use super::{exit::Exit, log};
use crate::etl::{Result, worker::serve};

/// Serves until standard input ends.
///
/// # Errors
/// Those of [`serve`].
pub fn run() -> Result<Exit> {
    log::to_stderr();
    serve()?;
    Ok(Exit::Ok)
}
