//! Signals of the operating system, as events: ends, sleep and waking, the window's size.

use crossbeam_channel::Sender;
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::{Handle, Signals},
};

use crate::{
    app::event::{Event, Signal},
    etl::{Error, Result},
};

/// Listens until it is dropped.
pub struct Listening(Handle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts the thread that hears signals.
///
/// # Errors
/// [`Error::Fatal`] when the system refuses.
pub fn listen(events: Sender<Event>) -> Result<Listening> {
    let refused = |e: std::io::Error| Error::Fatal(format!("cannot listen to signals: {e}"));
    let heard = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
    let mut signals = Signals::new(heard).map_err(refused)?;
    let handle = signals.handle();
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                let event = match signal {
                    SIGWINCH => match crossterm::terminal::size() {
                        Ok((width, height)) => Event::Resize(width, height),
                        // The terminal is gone, which the keyboard tells.
                        Err(_) => continue,
                    },
                    SIGTSTP => Event::Signal(Signal::Stop),
                    SIGCONT => Event::Signal(Signal::Continue),
                    _ => Event::Signal(Signal::End),
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        })
        .map_err(refused)?;
    Ok(Listening(handle))
}
