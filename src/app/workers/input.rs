//! The keyboard, the mouse and the terminal's size.

use crossbeam_channel::Sender;
use crossterm::event::{self, Event as Raw};

use crate::{
    app::{
        background::{Heard, Listener},
        event::{Event, Signal},
    },
    etl::{Error, Result},
};

/// Starts the thread that reads the terminal. It ends with the process: a read from a
/// terminal cannot be called off.
///
/// # Errors
/// [`Error::Fatal`] when the thread cannot be started.
pub fn read_input(events: Sender<Event>) -> Result<()> {
    let read = move || {
        let mut listener = Listener::default();
        loop {
            let event = match event::read() {
                Ok(Raw::Key(key)) => match listener.hear(key) {
                    Heard::Light(light) => Event::Background { light },
                    Heard::Keys(keys) => {
                        for key in keys {
                            if events.send(Event::Key(key)).is_err() {
                                return;
                            }
                        }
                        continue;
                    }
                },
                Ok(Raw::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(Raw::Paste(text)) => Event::Paste(text),
                Ok(Raw::Resize(width, height)) => Event::Resize(width, height),
                Ok(Raw::FocusGained | Raw::FocusLost) => continue,
                Err(error) => {
                    tracing::info!("the keyboard is gone: {error}");
                    let _ = events.send(Event::Signal(Signal::End));
                    return;
                }
            };
            if events.send(event).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("input".into())
        .spawn(read)
        .map(drop)
        .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))
}
