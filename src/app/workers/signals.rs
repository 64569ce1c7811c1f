//! Signals of the operating system, as events.

use crossbeam_channel::Sender;
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP},
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
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]).map_err(refused)?;
    let handle = signals.handle();
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                let signal = match signal {
                    SIGTSTP => Signal::Stop,
                    SIGCONT => Signal::Continue,
                    _ => Signal::End,
                };
                if events.send(Event::Signal(signal)).is_err() {
                    return;
                }
            }
        })
        .map_err(refused)?;
    Ok(Listening(handle))
}
