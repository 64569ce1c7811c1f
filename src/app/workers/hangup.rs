//! A terminal that goes away: its window was closed or its connection cut.

use std::io;

use crossbeam_channel::Sender;
use rustix::event::{PollFd, PollFlags, poll};

use crate::{
    app::{
        event::{Event, Signal},
        terminal::on_terminal,
    },
    etl::{Error, Result},
};

/// Starts the thread that waits for the end of the terminal. The kernel tells that by SIGHUP
/// only to the session that the terminal belongs to, and crossterm reads one that is gone over
/// and over, without a pause and without a word.
///
/// # Errors
/// [`Error::Fatal`] when the thread cannot be started.
pub fn watch_for_hangup(events: Sender<Event>) -> Result<()> {
    let wait = move || match wait_for_hangup() {
        Ok(()) => {
            tracing::info!("the terminal is gone");
            let _ = events.send(Event::Signal(Signal::End));
            if let Err(e) = silence_stdin() {
                tracing::warn!("the keyboard is read on: {e}");
            }
        }
        Err(e) => tracing::warn!("the terminal is not watched for a hangup: {e}"),
    };
    std::thread::Builder::new()
        .name("hangup".into())
        .spawn(wait)
        .map(drop)
        .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))
}

fn wait_for_hangup() -> io::Result<()> {
    on_terminal(|terminal| {
        // No event is asked for: a hangup is reported all the same.
        let mut polled = [PollFd::from_borrowed_fd(terminal, PollFlags::empty())];
        loop {
            match poll(&mut polled, None) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(e) => return Err(e.into()),
            }
        }
    })
}

/// From now on standard input is a pipe without a writer: its reader sleeps, while
/// harvests are called off.
fn silence_stdin() -> io::Result<()> {
    let (nothing, writer) = io::pipe()?;
    rustix::stdio::dup2_stdin(nothing)?;
    // The other end stays open until the process ends.
    std::mem::forget(writer);
    Ok(())
}
