//! The jobs: harvests that run, what was done, and the messages of one.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{
    lines::ruled,
    list,
    text::{fit, fit_line, fit_middle, fit_words, wrap, wrap_within},
    theme::Theme,
    widgets::scroll_mark,
};
use crate::{
    app::{
        Action,
        columns::SCROLL_MARK,
        jobs::{Entry, Job, Jobs},
        layout,
        state::State,
        view::View,
    },
    etl::{
        format::{estimate, short, thousands},
        zone,
    },
};

/// Characters of the columns of states and of times.
const STATE: u16 = 11;
const ENDED: u16 = 11;
/// The keys of logs have at least so many characters.
const SHORT_KEY: u16 = 14;
/// So many they have whatever stands behind them; longer ones leave [`SHORT_RESULT`].
const USUAL_KEY: u16 = 25;
/// And at most so many.
const LONG_KEY: u16 = 60;
/// Characters of an ordinary result, and of stage, rate and what is left.
const RESULT: u16 = 36;
const SHORT_RESULT: u16 = 24;
/// In fewer characters there are no results: what is below the list has them.
const LEAST_RESULT: u16 = 8;

/// Draws the list and, below it, what the job under the cursor has to say.
pub fn draw(frame: &mut Frame, state: &State, jobs: &Jobs, theme: &Theme) {
    let (area, messages) = layout::jobs(state.size);
    if jobs.is_empty() {
        let contexts = state.screen_contexts();
        let key = state
            .keymap
            .key_for(&contexts, Action::ShowLogs)
            .unwrap_or_default();
        let help = format!("{key} shows the logs; harvest some there.");
        let first = ("Nothing is being harvested, and nothing was.", theme.text);
        return list::notice(frame, area, &[first, (&help, theme.muted)]);
    }
    let lines = jobs.list_lines(state.size);
    let entries: Vec<Entry> = (jobs.offset..)
        .map_while(|at| jobs.get(at))
        .take(lines)
        .collect();
    let room = area.width.saturating_sub(SCROLL_MARK);
    let columns = Columns::of(&entries, room);
    let header = Line::styled(columns.header(), theme.muted);
    fit_line(header, area.width).render(Rect { height: 1, ..area }, frame.buffer_mut());
    for ((line, at), entry) in (0..).zip(jobs.offset..).zip(&entries) {
        let y = area.y + 1 + line;
        let row = fit_line(columns.row(entry, theme), room);
        frame.buffer_mut().set_line(area.x, y, &row, area.width);
        if at == jobs.cursor {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            list::select(line, frame.buffer_mut(), theme);
        }
    }
    let rows = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let (buf, style) = (frame.buffer_mut(), theme.muted);
    scroll_mark::draw(rows, buf, jobs.offset, jobs.len(), style);
    if let (Some(listed), Some(row)) = (jobs.cut_to(), rows.rows().next_back()) {
        let listed = thousands(listed as u64);
        let text =
            format!("   the last {listed} harvests that ended are listed, older ones are not");
        fit_line(Line::styled(text, style), room).render(row, buf);
    }
    if let Some(entry) = jobs.current() {
        self::messages(frame, messages, &entry, theme);
    }
}

/// The columns of a list: keys are whole before the time of the end, then the result, has a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    /// Characters for the key, where something stands behind it.
    key: u16,
    /// Characters from the key to the edge.
    rest: u16,
    /// Whether the time of the end is there.
    has_ended: bool,
    /// Characters of the result, with the time of the end before it; 0: it is not there.
    result: u16,
}

impl Columns {
    /// What `entries` need of a list of so many characters.
    fn of(entries: &[Entry], width: u16) -> Self {
        let rest = width.saturating_sub(3 + STATE + 2);
        let most = rest.saturating_sub(SHORT_RESULT + 2);
        let most = most.clamp(USUAL_KEY, LONG_KEY).min(rest);
        // Behind the key of what waits nothing stands.
        let entries = entries.iter().filter(|e| !matches!(e, Entry::Waiting(_)));
        let longest = entries.map(|entry| entry.key().width()).max();
        let longest = u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX);
        let key = longest.max(SHORT_KEY).min(most);
        let (key, result) = match rest.saturating_sub(key + 2) {
            ..LEAST_RESULT => (rest, 0),
            result => (key, result),
        };
        Self {
            key,
            rest,
            has_ended: result >= ENDED + 2 + RESULT,
            result,
        }
    }

    fn header(self) -> String {
        let mut text = format!("   {}  ", fit("state", STATE, false));
        text.push_str(&fit("log", self.key, false));
        if self.has_ended {
            text.push_str(&format!("  {}", fit("ended", ENDED, false)));
        }
        if self.result > 0 {
            text.push_str("  result");
        }
        text
    }

    fn row(self, entry: &Entry, theme: &Theme) -> Line<'static> {
        let (word, style) = state_of(entry, theme);
        let mut row = Line::from(vec![
            Span::raw("   "),
            Span::styled(fit(&word, STATE, false), style),
            Span::raw("  "),
        ]);
        let text = match (ended(entry), entry) {
            (Some((_, message)), _) => message.to_owned(),
            // What runs has not ended: how far it is stands in both columns.
            (None, Entry::Job(job)) => progress(job, self.result),
            (None, _) => String::new(),
        };
        let is_alone = self.result == 0 || text.is_empty();
        let key = if is_alone { self.rest } else { self.key };
        row.push_span(Span::styled(fit_middle(entry.key(), key), theme.text));
        if is_alone {
            return row;
        }
        row.push_span(Span::raw("  "));
        let mut left = self.result;
        if let Some((at, _)) = ended(entry).filter(|_| self.has_ended) {
            row.push_span(Span::styled(fit(&minute(at), ENDED, false), theme.muted));
            row.push_span(Span::raw("  "));
            left = left.saturating_sub(ENDED + 2);
        }
        row.push_span(Span::styled(fit_words(&text, left), theme.text));
        row
    }
}

/// A word with its glyph, and their style.
fn state_of(entry: &Entry, theme: &Theme) -> (String, Style) {
    if let Some(word) = entry.outcome() {
        let (glyph, style) = outcome(word, theme);
        return (format!("{glyph} {word}"), style);
    }
    match entry.job() {
        Some(job) if job.stopping => ("◐ stopping".into(), theme.warning),
        Some(job) => (format!("◐ {:3.0} %", job.share() * 100.0), theme.busy),
        None => ("◌ queued".into(), theme.busy),
    }
}

/// When it ended, in microseconds since 1970, and with what result; `None` of what waits or runs.
fn ended<'a>(entry: &Entry<'a>) -> Option<(i64, &'a str)> {
    match entry {
        Entry::Past(row) => Some((row.at_us, &row.message)),
        Entry::Waiting(_) => None,
        Entry::Job(job) => {
            let ended = job.ended.as_ref()?;
            Some((ended.at_us, &ended.message))
        }
    }
}

fn outcome(word: &str, theme: &Theme) -> (char, Style) {
    match word {
        "harvested" => ('●', theme.good),
        "partial" => ('◒', theme.warning),
        "failed" => ('✗', theme.error),
        "cancelled" => ('–', theme.muted),
        _ => ('·', theme.text),
    }
}

/// Stage, rate and what is left, each at its place whatever its length; where there is
/// room for it, a bar and the rows before them, and where there is little no rate.
fn progress(job: &Job, width: u16) -> String {
    let stage = job.stage().word();
    let left = job
        .eta_s()
        .map(|s| format!("{} left", estimate(s)))
        .unwrap_or_default();
    if width < RESULT {
        return format!("{stage}  {left}").trim_end().to_owned();
    }
    let rate = job
        .rate()
        .map(|r| format!("{} rows/s", short(r as u64)))
        .unwrap_or_default();
    let message = format!("{stage:<12} {rate:>13}  {left}");
    let filled = (job.share() * 10.0).floor().clamp(0.0, 10.0) as usize;
    let bar = "█".repeat(filled) + &"░".repeat(10 - filled);
    let rows = job.progress.map_or(0, |p| p.rows);
    let before = format!("{bar}  {:>6} rows  ", short(rows));
    match before.width() + usize::from(RESULT) <= usize::from(width) {
        true => before + &message,
        false => message,
    }
}

fn messages(frame: &mut Frame, area: Rect, entry: &Entry, theme: &Theme) {
    if area.height < 2 {
        return;
    }
    let heading = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        height: 1,
        ..area
    };
    ruled(
        &format!("messages of {}", entry.key()),
        heading.width,
        theme,
    )
    .render(heading.intersection(frame.area()), frame.buffer_mut());
    let messages: Vec<(String, &str)> = match entry {
        Entry::Job(job) => {
            let messages = job.messages.iter();
            let clock = |at: i64| zone::format_clock(at);
            messages.map(|(at, text)| (clock(*at), &**text)).collect()
        }
        Entry::Waiting(job) => vec![(zone::format_clock(job.queued_us), "queued")],
        // It may have ended on another day.
        Entry::Past(row) => vec![(minute(row.at_us), &row.message)],
    };
    let lines = last_lines(messages, area.width.saturating_sub(17), area.height - 1);
    for (n, (clock, text)) in lines.into_iter().enumerate() {
        let line = Line::from(vec![
            Span::styled(format!("   {clock:<12}  "), theme.muted),
            Span::styled(text, theme.text),
        ]);
        frame
            .buffer_mut()
            .set_line(area.x, area.y + 1 + n as u16, &line, area.width);
    }
}

/// As many of the last messages, which tell most, as `room` lines have room for: the time of each
/// beside its first line. The last one is cut at its end where it alone needs more.
fn last_lines(messages: Vec<(String, &str)>, width: u16, room: u16) -> Vec<(String, String)> {
    let room = usize::from(room);
    let mut lines: Vec<(String, String)> = Vec::new();
    for (time, text) in messages.into_iter().rev() {
        let wrapped = match lines.is_empty() {
            true => wrap_within(text, width, room),
            false => wrap(text, width),
        };
        if lines.len() + wrapped.len() > room {
            break;
        }
        let times = std::iter::once(time).chain(std::iter::repeat(String::new()));
        lines.splice(..0, times.zip(wrapped));
    }
    lines
}

/// `11-23 22:41`
fn minute(us: i64) -> String {
    let text = zone::format_minute(us);
    text.split_once('-')
        .map_or_else(String::new, |(_, rest)| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixture;

    /// Columns in a list of `width` characters whose longest key has `key`.
    fn columns(key: usize, width: u16) -> Columns {
        let past = |length: usize| fixture::past(&"k".repeat(length), "harvested");
        let rows = [past(8), past(key)];
        Columns::of(&rows.each_ref().map(Entry::Past), width)
    }

    #[test]
    fn keys_are_whole_before_the_time_of_the_end_and_the_result_have_places() {
        for width in 39..200 {
            for key in [8, 23, 25] {
                let fitted = columns(key, width);
                let whole = usize::from(fitted.key) >= key;
                assert!(whole || fitted.result == 0, "{key} in {width}: {fitted:?}");
                assert!(!fitted.has_ended || fitted.result >= ENDED + 2 + RESULT);
                assert!(fitted.header().width() <= usize::from(width), "{width}");
            }
            let long = columns(90, width);
            assert!(long.key <= LONG_KEY || long.result == 0);
            let left = long.result == 0 || long.result >= SHORT_RESULT || long.key <= USUAL_KEY;
            assert!(left, "{width}: {long:?}");
        }
        let at = |key, width| {
            let fitted = columns(key, width);
            (fitted.key, fitted.has_ended, fitted.result)
        };
        assert_eq!(at(23, 39), (23, false, 0));
        assert_eq!(at(25, 79), (25, false, RESULT));
        assert_eq!(at(25, 119), (25, true, 76));
    }

    #[test]
    fn a_message_that_is_too_long_shows_its_begin_and_no_message_begins_in_the_middle() {
        let clock = || "20:40:00.000".to_owned();
        let messages = || {
            let last = "partial: 2 of 4 runs failed, 614 rows dropped";
            vec![(clock(), "harvested 4 runs of cell-01"), (clock(), last)]
        };
        let texts = |room| -> Vec<String> {
            let lines = last_lines(messages(), 16, room).into_iter();
            lines
                .map(|(clock, text)| format!("{} {text}", clock.len()))
                .collect()
        };
        let wrapped = |text: &str| wrap(text, 16).len() as u16;
        let (first, second) = (wrapped(messages()[0].1), wrapped(messages()[1].1));
        assert!(texts(1)[0].starts_with("12 partial: "), "{:?}", texts(1));
        assert!(texts(1)[0].ends_with('…'), "{:?}", texts(1));
        assert_eq!(texts(2)[0], "12 partial: 2 of 4");
        assert!(texts(2)[1].ends_with('…'), "{:?}", texts(2));
        // Room for a part of the first message only: it is left out.
        assert_eq!(texts(second + first - 1).len(), usize::from(second));
        let all = texts(second + first);
        assert_eq!(all.len(), usize::from(second + first));
        assert!(
            all[0].starts_with("12 harvested") && all[1].starts_with("0 "),
            "{all:?}"
        );
    }
}
