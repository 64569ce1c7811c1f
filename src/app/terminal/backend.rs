//! A backend that sends each frame in one write, as one synchronised update, and nothing
//! at all when nothing changed.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

use crossterm::{
    queue,
    terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

/// What a frame wrote so far.
#[derive(Clone, Default)]
struct Pending(Rc<RefCell<Vec<u8>>>);

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Draws to `out`.
pub struct Screen<W: Write> {
    inner: CrosstermBackend<Pending>,
    pending: Pending,
    out: W,
    cursor_shown: bool,
}

impl<W: Write> Screen<W> {
    /// A screen whose cursor is hidden, as [`super::TerminalGuard::acquire`] leaves it.
    pub fn new(out: W) -> Self {
        let pending = Pending::default();
        Self {
            inner: CrosstermBackend::new(pending.clone()),
            pending,
            out,
            cursor_shown: false,
        }
    }

    /// Where it writes.
    pub fn out(&self) -> &W {
        &self.out
    }

    /// Sends bytes that are no part of a frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        // Even an empty frame would reset colours.
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.cursor_shown) {
            self.inner.hide_cursor()?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.cursor_shown, true) {
            self.inner.show_cursor()?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would wait for an answer that the thread of the keyboard
        // reads. The cursor is hidden, so that its place does not matter.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        let frame = std::mem::take(&mut *self.pending.0.borrow_mut());
        if frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(frame.len() + 16);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.extend_from_slice(&frame);
        queue!(whole, EndSynchronizedUpdate)?;
        self.send(&whole)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect, text::Text};

    use super::*;

    #[test]
    fn a_frame_is_one_update_and_an_unchanged_one_is_nothing() {
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 20, 2)),
        };
        let mut terminal = Terminal::with_options(Screen::new(Vec::new()), options).unwrap();
        let mut draw = |text: &'static str| {
            let before = terminal.backend().out().len();
            terminal
                .draw(|frame| frame.render_widget(Text::raw(text), frame.area()))
                .unwrap();
            String::from_utf8_lossy(&terminal.backend().out()[before..]).into_owned()
        };
        let first = draw("harvested");
        assert!(
            first.starts_with("\x1b[?2026h") && first.ends_with("\x1b[?2026l"),
            "{first:?}"
        );
        assert_eq!(first.matches("2026h").count(), 1);
        assert_eq!(draw("harvested"), "", "nothing changed, nothing is sent");
        assert!(draw("12345").contains("12345"));
    }

    #[test]
    fn wiping_the_screen_asks_the_terminal_nothing() {
        let mut screen = Screen::new(Vec::new());
        assert_eq!(screen.get_cursor_position().unwrap(), Position::ORIGIN);
        assert!(screen.out().is_empty());
    }
}
