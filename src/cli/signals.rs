//! Ctrl-c, SIGTERM and SIGHUP ask a command to stop; they never kill it half-way. Nor does a limit on the size of
//! files. A SIGHUP that the caller had ignored, as `nohup` does, stays ignored.

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

/// Calls `on_signal` for each signal that comes from now on (but for a SIGHUP that was ignored when the program
/// began), and cancels `token` before it. A second signal asks again; what is being undone is not torn by it.
///
/// # Errors
/// [`Error::Fatal`] when the system does not let signals be handled.
pub fn cancel_on_signals(
    token: &CancelToken,
    mut on_signal: impl FnMut() + Send + 'static,
) -> Result<()> {
    let trouble = |e: std::io::Error| Error::Fatal(format!("cannot handle signals: {e}"));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    // Shells let jobs in the background ignore SIGINT, and it is also how such jobs are stopped.
    let hangup = (!is_ignored(SIGHUP, &status)).then_some(SIGHUP);
    let heard = [SIGINT, SIGTERM].into_iter().chain(hangup);
    let mut signals = Signals::new(heard).map_err(trouble)?;
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

/// Whether a process ignores a signal, by what Linux says of it in `/proc/PID/status`; elsewhere that is not known,
/// and no signal is.
fn is_ignored(signal: i32, status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_told_by_their_bits() {
        let status = "Name:\tmdtui\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(SIGHUP, status));
        assert!(!is_ignored(SIGINT, status) && !is_ignored(SIGTERM, status));
        assert!(!is_ignored(SIGHUP, "") && !is_ignored(SIGHUP, "SigIgn:\tx\n"));
    }
}
