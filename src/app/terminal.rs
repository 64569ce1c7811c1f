//! The operator's terminal: acquired, drawn on, and restored exactly once, whatever happens.

mod backend;

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::{AsFd, BorrowedFd},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    cursor, event, execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

use rustix::termios;

pub use backend::Screen;

use crate::etl::{Error, Result};

/// Whether the terminal is ours now; the panic hook and the owner both give it back.
static TAKEN: AtomicBool = AtomicBool::new(false);
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Clicks, drags and the wheel in the coordinates of large terminals. Not every motion, as
/// crossterm's own command has it: that would wake the program whenever the mouse passes.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// The terminal while it is ours. Dropping it gives it back.
pub struct TerminalGuard(());

impl TerminalGuard {
    /// Acquires the terminal: raw mode, alternate screen, bracketed paste, the mouse if
    /// configured. From now on a panic of this thread restores it before it is reported.
    ///
    /// # Errors
    /// [`Error::Fatal`] when there is none.
    pub fn acquire(mouse: bool) -> Result<Self> {
        MOUSE.store(mouse, Ordering::SeqCst);
        acquire()?;
        hook_panics();
        Ok(Self(()))
    }

    /// Restores the terminal, sleeps until the process is continued, and acquires it
    /// again.
    ///
    /// # Errors
    /// [`Error::Fatal`] when it cannot be acquired again.
    pub fn suspend(&self) -> Result<()> {
        give_back();
        // The whole group, as a shell's own Ctrl-Z does it; SIGSTOP cannot be caught, so
        // this returns when we are awake again.
        if let Err(error) =
            rustix::process::kill_current_process_group(rustix::process::Signal::STOP)
        {
            tracing::warn!("cannot sleep: {error}");
        }
        acquire()
    }

    /// Acquires the terminal again after another program may have changed its modes.
    ///
    /// # Errors
    /// [`Error::Fatal`] when it cannot be acquired.
    pub fn retake(&self) -> Result<()> {
        // Not given back first: what is typed while the terminal edits lines comes late.
        make_raw().and_then(|()| enter()).map_err(|e| refused(&e))
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

fn acquire() -> Result<()> {
    enable_raw_mode().map_err(|e| refused(&e))?;
    TAKEN.store(true, Ordering::SeqCst);
    enter().map_err(|e| refused(&e))
}

fn refused(error: &io::Error) -> Error {
    Error::Fatal(format!("standard output is not a terminal: {error}"))
}

/// Raw mode, whatever was set meanwhile: crossterm does nothing when it has set it before.
fn make_raw() -> io::Result<()> {
    on_terminal(|terminal| {
        let mut modes = termios::tcgetattr(terminal)?;
        modes.make_raw();
        Ok(termios::tcsetattr(
            terminal,
            termios::OptionalActions::Now,
            &modes,
        )?)
    })
}

/// Does `work` on the terminal that keys are read from, as crossterm finds it: standard
/// input, or else the controlling terminal.
pub(super) fn on_terminal<T>(work: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        work(stdin.as_fd())
    } else {
        work(File::open("/dev/tty")?.as_fd())
    }
}

/// Alternate screen, no cursor, bracketed paste, the mouse if configured.
fn enter() -> io::Result<()> {
    let mut out = io::stdout();
    execute!(
        out,
        EnterAlternateScreen,
        cursor::Hide,
        event::EnableBracketedPaste
    )?;
    if MOUSE.load(Ordering::SeqCst) {
        out.write_all(MOUSE_ON)?;
        out.flush()?;
    }
    Ok(())
}

/// Restores the terminal if this process holds it. Failures are ignored: the
/// terminal may be gone.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = execute!(out, event::DisableMouseCapture);
    }
    let _ = execute!(
        out,
        event::DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic of the drawing thread gives the terminal back and is reported as always. One of
/// a worker is that worker's error, and must not write over the screen.
fn hook_panics() {
    let own = std::thread::current().id();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == own {
            give_back();
        } else if TAKEN.load(Ordering::SeqCst) {
            tracing::error!("a worker panicked: {info}");
            return;
        }
        previous(info);
    }));
}

/// The sequence that hands `text` to the terminal's clipboard (OSC 52).
pub fn copy_sequence(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x07", base64(text.as_bytes())).into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = (bits >> (18 - 6 * i)) as usize & 63;
            let shown = DIGITS.get(digit).copied().map_or('=', char::from);
            out.push(if i <= chunk.len() { shown } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_base64() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(copy_sequence("foo"), b"\x1b]52;c;Zm9v\x07");
    }
}
