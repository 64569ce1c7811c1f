//! The rows of a CSV text: lines, cells, and what a quote means.
//!
//! A line without quotes is cut at its separators. A cell that begins with a quote is quoted if
//! the quote is closed before a separator or the line's end; else the quote is an ordinary
//! character. Where the line ends first, the lines that follow are tried: see [`Rows::quoted`].

use std::io::{self, ErrorKind};

use memchr::{memchr, memchr_iter};

use super::{
    lines::{BUFFER, Found, Line, Lines, MAX_LINE},
    text::Input,
};

/// A row whose quoted cells contain line breaks has at most so many bytes. How far a quote is
/// followed, and with it how often a text is read again, is bounded by this.
const MAX_JOINED: usize = 1 << 20;

/// Why a line cannot be read; the error is of the kind [`ErrorKind::FileTooLarge`].
pub(super) const TOO_LONG: &str = "it has more than 16 MiB, so this is not a log";

/// Cuts a text into rows and cells, in bounded memory. Lines end with LF or CRLF, or with CR in
/// a text that begins so; empty ones are passed over.
pub(super) struct Rows {
    lines: Lines,
    separator: u8,
    /// Cells of the header; `None` until it is known.
    width: Option<usize>,
    /// Cells of a row that will be asked for.
    needed: usize,
    /// Bytes of the current row, with its line end.
    row: usize,
    cells: Vec<Cell>,
    has_doubled: bool,
    /// Whether the current row ends in a line end and not with the file.
    ended: bool,
    breaks: Vec<Break>,
}

/// The place of a cell's text.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: usize,
    stop: usize,
    /// It contains quotes that are written twice.
    doubled: bool,
}

/// What a quote at the beginning of a cell turns out to be.
enum Quote {
    /// The place of the quote that closes the cell.
    Closed {
        stop: usize,
        doubled: bool,
    },
    Ordinary,
    /// The line ends before it is closed.
    Open {
        doubled: bool,
    },
}

/// A quoted cell of the current row that goes on in the next line.
#[derive(Debug, Clone, Copy)]
struct Break {
    /// Cells before it.
    cells: usize,
    /// Its quote.
    start: usize,
    line: Line,
    /// Lines before this one that have as many cells as the header.
    full_lines: usize,
}

impl Rows {
    /// Of a text in UTF-8, at its beginning.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn new(input: Input) -> io::Result<Self> {
        Self::with_buffer(input, BUFFER)
    }

    /// As [`Rows::new`], with a buffer of so many bytes at first.
    pub(super) fn with_buffer(input: Input, bytes: usize) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::new(input, bytes)?,
            separator: b',',
            width: None,
            needed: usize::MAX,
            row: 0,
            cells: Vec::new(),
            has_doubled: false,
            ended: true,
            breaks: Vec::new(),
        })
    }

    /// The next line that is not empty, which stays the next one.
    ///
    /// # Errors
    /// Those of the input, and [`TOO_LONG`].
    pub(super) fn peek_line(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(line) = self.first_line()? else {
            return Ok(None);
        };
        self.row = 0;
        Ok(Some(self.lines.text(0, line.stop)))
    }

    /// Passes over the line that [`Rows::peek_line`] gave.
    ///
    /// # Errors
    /// As there.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        if let Some(line) = self.first_line()? {
            self.row = line.next;
        }
        Ok(())
    }

    /// The cells of the next row as the header, with this separator; it stays the next row.
    ///
    /// # Errors
    /// As [`Rows::peek_line`].
    pub(super) fn header(&mut self, separator: u8) -> io::Result<Vec<Vec<u8>>> {
        self.separator = separator;
        let Some(line) = self.first_line()? else {
            return Ok(Vec::new());
        };
        self.split(line)?;
        let cells = self.cells.iter().map(|cell| {
            let mut text = self.lines.text(cell.start, cell.stop).to_vec();
            let len = if cell.doubled {
                undouble(&mut text)
            } else {
                text.len()
            };
            text.truncate(len);
            text
        });
        let cells = cells.collect();
        self.row = 0;
        Ok(cells)
    }

    /// Passes over the header. Of the rows, `needed` cells will be asked for.
    ///
    /// # Errors
    /// As [`Rows::peek_line`].
    pub(super) fn begin(&mut self, separator: u8, needed: usize) -> io::Result<()> {
        let width = self.header(separator)?.len();
        if let Some(line) = self.first_line()? {
            self.row = self.split(line)?.next;
        }
        self.width = Some(width);
        self.needed = needed;
        Ok(())
    }

    /// Goes to the next row; false at the end of the text.
    ///
    /// # Errors
    /// As [`Rows::peek_line`].
    #[inline]
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        let Some(line) = self.first_line()? else {
            return Ok(false);
        };
        let last = self.split(line)?;
        self.row = last.next;
        self.ended = last.ended;
        if self.has_doubled {
            for cell in self.cells.iter_mut().filter(|cell| cell.doubled) {
                let text = self.lines.text_mut(cell.start, cell.stop);
                cell.stop = cell.start + undouble(text);
            }
        }
        Ok(true)
    }

    /// A cell of the current row; empty where the row has none.
    #[inline]
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        self.cells
            .get(index)
            .map_or(&[], |cell| self.lines.text(cell.start, cell.stop))
    }

    /// Whether the file ends within the current row, or right after it without a line end.
    pub(super) fn is_unended(&self) -> bool {
        !self.ended
    }

    /// Cells of the current row, if it [is unended](Rows::is_unended).
    pub(super) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Whether the current row has as many cells as the header, if it
    /// [is unended](Rows::is_unended).
    pub(super) fn is_full(&self) -> bool {
        self.width.is_none_or(|width| self.cells.len() >= width)
    }

    /// Leaves the current row, and finds the next line that is not empty.
    #[inline]
    fn first_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            self.lines.skip(std::mem::take(&mut self.row));
            match self.lines.line(0, MAX_LINE)? {
                Found::Line(line) if line.stop > 0 => return Ok(Some(line)),
                Found::Line(line) => self.row = line.next,
                Found::End => return Ok(None),
                Found::TooLong => {
                    return Err(io::Error::new(ErrorKind::FileTooLarge, TOO_LONG));
                }
            }
        }
    }

    /// Cuts the row that begins with `line` into cells, and returns its last line.
    #[inline]
    fn split(&mut self, line: Line) -> io::Result<Line> {
        self.cells.clear();
        self.has_doubled = false;
        if self.lines.has_quote(line.stop) {
            return self.quoted(line);
        }
        let most = if line.ended { self.needed } else { usize::MAX };
        self.plain(line, most);
        Ok(line)
    }

    /// Cuts a line at its separators, into `most` cells at most.
    #[inline]
    fn plain(&mut self, line: Line, most: usize) {
        let text = self.lines.text(line.start, line.stop);
        let mut start = line.start;
        for n in memchr_iter(self.separator, text) {
            let stop = line.start + n;
            self.cells.push(Cell {
                start,
                stop,
                doubled: false,
            });
            start = stop + 1;
            if self.cells.len() == most {
                return;
            }
        }
        self.cells.push(Cell {
            start,
            stop: line.stop,
            doubled: false,
        });
    }

    /// Cells of a line whose quotes are ordinary characters.
    fn plain_cells(&self, line: Line) -> usize {
        let text = self.lines.text(line.start, line.stop);
        memchr_iter(self.separator, text).count() + 1
    }

    /// Cuts a row with quotes into cells, and returns its last line.
    ///
    /// A quoted cell that is open at the end of its line goes on in the next lines if it is
    /// closed before a separator or a line end, the joined row has as many cells as the header,
    /// and at most one of its lines has that number by itself, its quotes being ordinary.
    /// Else the last quote that needed another line is an ordinary character, its line ends the
    /// row, and the question is asked again without it; in the end the first line is the row.
    ///
    /// Lines are read again only after a quote that was followed in vain. That ends with the
    /// second line that has as many cells as the header, which in a log is the next one or
    /// the one after it, and at [`MAX_JOINED`] in any text. Of the lines on the way, each
    /// that would itself open a quoted cell closes the one before it: so no line is read
    /// more often than a row has cells.
    fn quoted(&mut self, first: Line) -> io::Result<Line> {
        self.breaks.clear();
        let mut line = first;
        let mut full_lines = 0;
        // The next cell begins here; `None` when the row is at its end.
        let mut next = Some(0);
        loop {
            while let Some(start) = next {
                next = match self.quote(start, line.stop) {
                    Quote::Closed { stop, doubled } => self.close(start, stop, doubled, line),
                    Quote::Ordinary => self.ordinary(start, line),
                    Quote::Open { doubled } => {
                        let from = Break {
                            cells: self.cells.len(),
                            start,
                            line,
                            full_lines,
                        };
                        match self.follow(from, doubled)? {
                            Some((last, full, stop, doubled)) => {
                                self.breaks.push(from);
                                (line, full_lines) = (last, full);
                                self.close(start, stop, doubled, line)
                            }
                            None => self.ordinary(start, line),
                        }
                    }
                };
            }
            if self.breaks.is_empty() {
                self.choose_reading(line);
                return Ok(line);
            }
            if self.is_joined(line) {
                return Ok(line);
            }
            let Some(last) = self.breaks.pop() else {
                return Ok(line);
            };
            self.cells.truncate(last.cells);
            (line, full_lines) = (last.line, last.full_lines);
            next = self.ordinary(last.start, line);
        }
    }

    /// What the quote at `start` is, if there is one, as far as the text up to `stop` tells.
    fn quote(&self, start: usize, stop: usize) -> Quote {
        let text = self.lines.text(start, stop);
        match text {
            [b'"', rest @ ..] => self.closing(rest, start + 1),
            _ => Quote::Ordinary,
        }
    }

    /// Looks for the quote that closes a cell in the rest of a line, which begins at `start`.
    fn closing(&self, rest: &[u8], start: usize) -> Quote {
        let mut doubled = false;
        let mut from = 0;
        while let Some(n) = memchr(b'"', &rest[from..]) {
            let place = from + n;
            match rest.get(place + 1) {
                Some(b'"') => {
                    doubled = true;
                    from = place + 2;
                }
                Some(b) if *b != self.separator => return Quote::Ordinary,
                _ => {
                    let stop = start + place;
                    return Quote::Closed { stop, doubled };
                }
            }
        }
        Quote::Open { doubled }
    }

    /// Follows a quote into the next lines: the line in which it is closed, how many of
    /// those before that are full by themselves, the place of the closing quote, and whether
    /// there are doubled ones. `None` when it is an ordinary character.
    fn follow(
        &mut self,
        from: Break,
        mut doubled: bool,
    ) -> io::Result<Option<(Line, usize, usize, bool)>> {
        let (mut line, mut full_lines) = (from.line, from.full_lines);
        if self.width.is_some_and(|width| from.cells >= width) {
            return Ok(None);
        }
        loop {
            full_lines += usize::from(self.width == Some(self.plain_cells(line)));
            if full_lines > 1 {
                return Ok(None);
            }
            line = match self.lines.line(line.next, MAX_JOINED)? {
                Found::Line(line) if line.next <= MAX_JOINED => line,
                _ => return Ok(None),
            };
            let text = self.lines.text(line.start, line.stop);
            match self.closing(text, line.start) {
                Quote::Closed {
                    stop,
                    doubled: more,
                } => return Ok(Some((line, full_lines, stop, doubled | more))),
                Quote::Ordinary => return Ok(None),
                Quote::Open { doubled: more } => doubled |= more,
            }
        }
    }

    /// Adds a quoted cell, and returns where the next one begins.
    fn close(&mut self, start: usize, stop: usize, doubled: bool, line: Line) -> Option<usize> {
        self.has_doubled |= doubled;
        self.cells.push(Cell {
            start: start + 1,
            stop,
            doubled,
        });
        // Behind the quote there is a separator or the end of the line.
        (stop + 1 < line.stop).then_some(stop + 2)
    }

    /// Adds a cell whose quotes are ordinary characters, and returns where the next one begins.
    fn ordinary(&mut self, start: usize, line: Line) -> Option<usize> {
        let text = self.lines.text(start, line.stop);
        let separator = memchr(self.separator, text).map(|n| start + n);
        self.cells.push(Cell {
            start,
            stop: separator.unwrap_or(line.stop),
            doubled: false,
        });
        separator.map(|place| place + 1)
    }

    /// Whether the lines up to `last` may be one row, by their numbers of cells.
    fn is_joined(&self, last: Line) -> bool {
        let width = self.width.unwrap_or(self.cells.len());
        if self.cells.len() != width {
            return false;
        }
        let text = self.lines.text(0, last.stop);
        let lines = text.split(|b| *b == self.lines.line_end());
        let full = lines.filter(|line| memchr_iter(self.separator, line).count() + 1 == width);
        full.take(2).count() < 2
    }

    /// Of the two readings of a line, that with ordinary quotes if only it has as many cells
    /// as the header.
    fn choose_reading(&mut self, line: Line) {
        let Some(width) = self.width else { return };
        if self.cells.len() != width && self.plain_cells(line) == width {
            self.cells.clear();
            self.plain(line, usize::MAX);
        }
    }
}

/// Makes every pair of quotes one, and returns the new length.
fn undouble(text: &mut [u8]) -> usize {
    let (mut from, mut to) = (0, 0);
    while from < text.len() {
        text[to] = text[from];
        from += if text[from..].starts_with(b"\"\"") {
            2
        } else {
            1
        };
        to += 1;
    }
    to
}
