//! The lines of a text, in a buffer that holds as much of it as a row needs.

use std::io::{self, ErrorKind, Read as _};

use memchr::memchr;

use super::text::Input;

/// A longer line is not a row of a log.
pub(super) const MAX_LINE: usize = 16 << 20;
pub(super) const BUFFER: usize = 1 << 17;
const LARGEST_BUFFER: usize = MAX_LINE + BUFFER;

/// A text from the current row on. Every place is counted from there, so that it stays right
/// when the text moves. Lines end with LF or CRLF, or with CR in a text that begins so.
pub(super) struct Lines {
    input: Input,
    /// Of these, `at..filled` is the text.
    data: Vec<u8>,
    at: usize,
    filled: usize,
    drained: bool,
    /// No quote lies between `at` and this place in `data`.
    no_quote: usize,
    line_end: u8,
}

/// The place of a line, of its end, and of the next line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) stop: usize,
    pub(super) next: usize,
    /// It has a line end.
    pub(super) ended: bool,
}

/// What follows a place in the text.
pub(super) enum Found {
    Line(Line),
    End,
    TooLong,
}

impl Lines {
    /// Of a text in UTF-8, with a buffer of so many bytes at first; whether lines end with CR
    /// is told from what it can hold.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn new(input: Input, bytes: usize) -> io::Result<Self> {
        let mut lines = Self {
            input,
            data: vec![0; bytes],
            at: 0,
            filled: 0,
            drained: false,
            no_quote: 0,
            line_end: b'\n',
        };
        while memchr(b'\n', &lines.data[..lines.filled]).is_none()
            && lines.filled < bytes
            && lines.fill()?
        {}
        let head = &lines.data[..lines.filled];
        if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() {
            lines.line_end = b'\r';
        }
        Ok(lines)
    }

    /// The last byte of a line end.
    pub(super) fn line_end(&self) -> u8 {
        self.line_end
    }

    /// Leaves the first `bytes` of the text behind.
    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    #[inline]
    pub(super) fn text(&self, start: usize, stop: usize) -> &[u8] {
        &self.data[self.at + start..self.at + stop]
    }

    #[inline]
    pub(super) fn text_mut(&mut self, start: usize, stop: usize) -> &mut [u8] {
        &mut self.data[self.at + start..self.at + stop]
    }

    /// The line that begins at `start`, of at most `most` bytes.
    #[inline]
    pub(super) fn line(&mut self, start: usize, most: usize) -> io::Result<Found> {
        let mut searched = start;
        loop {
            let text = &self.data[self.at + searched..self.filled];
            if let Some(n) = memchr(self.line_end, text) {
                let end = searched + n;
                return Ok(Found::Line(Line {
                    start,
                    stop: self.without_returns(start, end),
                    next: end + 1,
                    ended: true,
                }));
            }
            searched = self.filled - self.at;
            if searched - start > most {
                return Ok(Found::TooLong);
            }
            if !self.fill()? {
                return Ok(if searched == start {
                    Found::End
                } else {
                    Found::Line(Line {
                        start,
                        stop: self.without_returns(start, searched),
                        next: searched,
                        ended: false,
                    })
                });
            }
        }
    }

    /// Where the line's text ends, before CR, or several of them as text mode leaves them.
    #[inline]
    fn without_returns(&self, start: usize, mut end: usize) -> usize {
        while end > start && self.data[self.at + end - 1] == b'\r' {
            end -= 1;
        }
        end
    }

    /// Reads more text; false at its end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.drained {
            return Ok(false);
        }
        if self.filled == self.data.len() {
            let len = self.data.len();
            // Moved only when half of it is free: else a long look ahead would move
            // everything again for every row.
            if self.at > len / 2 || len == LARGEST_BUFFER {
                self.data.copy_within(self.at.., 0);
                self.filled -= self.at;
                self.no_quote = self.no_quote.saturating_sub(self.at);
                self.at = 0;
            } else {
                self.data.resize((len * 2).min(LARGEST_BUFFER), 0);
            }
        }
        let n = loop {
            match self.input.read(&mut self.data[self.filled..]) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                n => break n?,
            }
        };
        self.filled += n;
        self.drained = n == 0;
        Ok(n > 0)
    }

    /// Whether there is a quote before `stop`.
    #[inline]
    pub(super) fn has_quote(&mut self, stop: usize) -> bool {
        let stop = self.at + stop;
        self.no_quote = self.no_quote.max(self.at);
        if self.no_quote >= stop {
            return false;
        }
        let text = &self.data[self.no_quote..self.filled];
        self.no_quote += memchr(b'"', text).unwrap_or(text.len());
        self.no_quote < stop
    }
}
