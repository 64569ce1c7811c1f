//! Ctrl-c, SIGTERM and SIGHUP ask a command to stop; they never kill it half-way. Nor does a limit on the size of
//! files.

use std::sync::{Arc, atomic::AtomicBool};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ},
    flag,
    iterator::Signals,
};

use crate::etl::{Error, Result, base::CancelToken};

/// Makes a write beyond the limit on the size of files (`ulimit -f`) an error of that write, which is told, rather than
/// the end of the process.
pub fn survive_file_size_limit() {
    // Where the system refuses, everything else works.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Calls `on_signal` for each signal that comes from now on, and cancels `token` before
/// it. A second signal asks again; what is being undone is not torn by it.
///
/// # Errors
/// [`Error::Fatal`] when the system does not let signals be handled.
pub fn cancel_on_signals(
    token: &CancelToken,
    mut on_signal: impl FnMut() + Send + 'static,
) -> Result<()> {
    let trouble = |e: std::io::Error| Error::Fatal(format!("cannot handle signals: {e}"));
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(trouble)?;
    let token = token.clone();
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for _ in signals.forever() {
                token.cancel();
                on_signal();
            }
        })
        .map_err(trouble)?;
    Ok(())
}
