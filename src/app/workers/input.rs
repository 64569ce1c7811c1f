//! The keyboard and the mouse.

use crossbeam_channel::Sender;
use crossterm::event::{self, Event as Raw, KeyCode, KeyEvent, KeyModifiers};

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
                        for key in keys.into_iter().flat_map(apart) {
                            if events.send(Event::Key(key)).is_err() {
                                return;
                            }
                        }
                        continue;
                    }
                },
                Ok(Raw::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(Raw::Paste(text)) => Event::Paste(text),
                // The signal tells it: crossterm forgets a resize that comes with a key.
                Ok(Raw::Resize(..) | Raw::FocusGained | Raw::FocusLost) => continue,
                Err(error) => {
                    tracing::info!("cannot read the keyboard: {error}");
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

/// An Esc and the key after it, when both came at once, as over a slow line: crossterm
/// takes them for that key with Alt, which the key table has nothing on.
fn apart(key: KeyEvent) -> impl Iterator<Item = KeyEvent> {
    let prefixed = matches!(
        key.code,
        KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace
    );
    let escape = (prefixed && key.modifiers.contains(KeyModifiers::ALT))
        .then(|| KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    let rest = match escape {
        Some(_) => KeyEvent::new(key.code, key.modifiers - KeyModifiers::ALT),
        None => key,
    };
    escape.into_iter().chain([rest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_and_the_key_after_it_are_two_keys() {
        let key = KeyEvent::new;
        let escape = key(KeyCode::Esc, KeyModifiers::NONE);
        let of = |key| apart(key).collect::<Vec<_>>();
        for (code, held) in [
            (KeyCode::Char('q'), KeyModifiers::NONE),
            (KeyCode::Char('c'), KeyModifiers::CONTROL),
            (KeyCode::Char('Q'), KeyModifiers::SHIFT),
            (KeyCode::Enter, KeyModifiers::NONE),
        ] {
            let plain = key(code, held);
            assert_eq!(of(plain), [plain]);
            assert_eq!(of(key(code, held | KeyModifiers::ALT)), [escape, plain]);
        }
        // No terminal sends this for an escape and an arrow.
        let up = key(KeyCode::Up, KeyModifiers::ALT);
        assert_eq!(of(up), [up]);
    }
}
