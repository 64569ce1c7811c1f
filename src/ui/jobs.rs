//! The jobs: harvests that run, what was done, and the messages of one.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use super::{
    lines::ruled,
    list,
    text::{fit, fit_line, fit_middle, fit_words, wrap},
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
const STATE: u16 = 12;
const ENDED: u16 = 11;

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
    let name = (area.width / 4).clamp(14, 48);
    let columns = format!(
        "   {}  {}  {}  result",
        fit("state", STATE, false),
        fit("log", name, false),
        fit("ended", ENDED, false),
    );
    frame.buffer_mut().set_stringn(
        area.x,
        area.y,
        columns,
        usize::from(area.width),
        theme.muted,
    );
    let room = area.width.saturating_sub(SCROLL_MARK);
    // What precedes the time of the end: the gutter, the state, the log, and blanks.
    let result = room.saturating_sub(3 + STATE + 2 + name + 2);
    for line in 0..jobs.list_lines(state.size) {
        let at = jobs.offset + line;
        let Some(entry) = jobs.get(at) else {
            break;
        };
        let y = area.y + 1 + line as u16;
        let under_cursor = at == jobs.cursor;
        let (word, style) = state_of(&entry, theme);
        let mut row = Line::from(vec![
            Span::raw("   "),
            Span::styled(fit(&word, STATE, false), style),
            Span::raw("  "),
            Span::styled(fit_middle(entry.key(), name), theme.text),
            Span::raw("  "),
        ]);
        match (ended(&entry), &entry) {
            (Some((at, message)), _) => {
                let left = result.saturating_sub(ENDED + 2);
                row.push_span(Span::styled(fit(&minute(at), ENDED, false), theme.muted));
                row.push_span(Span::raw("  "));
                row.push_span(Span::styled(fit_words(message, left), theme.text));
            }
            // What runs has not ended: how far it is stands in both columns.
            (None, Entry::Job(job)) => {
                let text = progress(job, area.width >= 110);
                row.push_span(Span::styled(text, theme.text));
            }
            (None, _) => {}
        }
        let row = fit_line(row, room);
        frame.buffer_mut().set_line(area.x, y, &row, area.width);
        if under_cursor {
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
/// room for it, a bar and the rows before them.
fn progress(job: &Job, wide: bool) -> String {
    let stage = job.stage().word();
    let rate = job
        .rate()
        .map(|r| format!("{} rows/s", short(r as u64)))
        .unwrap_or_default();
    let left = job
        .eta_s()
        .map(|s| format!("{} left", estimate(s)))
        .unwrap_or_default();
    let message = format!("{stage:<12} {rate:>13}  {left}");
    if !wide {
        return message;
    }
    let filled = (job.share() * 10.0).floor().clamp(0.0, 10.0) as usize;
    let bar = "█".repeat(filled) + &"░".repeat(10 - filled);
    let rows = job.progress.map_or(0, |p| p.rows);
    format!("{bar}  {:>6} rows  {message}", short(rows))
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
    let one;
    let messages: &[(i64, String)] = match entry {
        Entry::Job(job) => &job.messages,
        Entry::Waiting(job) => {
            one = [(job.queued_us, "queued".to_owned())];
            &one
        }
        Entry::Past(row) => {
            one = [(row.at_us, row.message.clone())];
            &one
        }
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
fn last_lines(messages: &[(i64, String)], width: u16, room: u16) -> Vec<(String, String)> {
    let room = usize::from(room);
    let mut lines: Vec<(String, String)> = Vec::new();
    for (at, text) in messages.iter().rev() {
        let mut wrapped = wrap(text, width);
        if lines.is_empty() && wrapped.len() > room {
            let rest: Vec<String> = wrapped.drain(room.saturating_sub(1)..).collect();
            wrapped.push(fit_words(&rest.join(" "), width));
        } else if lines.len() + wrapped.len() > room {
            break;
        }
        let clocks = std::iter::once(zone::format_clock(*at));
        let clocks = clocks.chain(std::iter::repeat(String::new()));
        lines.splice(..0, clocks.zip(wrapped));
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

    #[test]
    fn a_message_that_is_too_long_shows_its_begin_and_no_message_begins_in_the_middle() {
        let messages = [
            (0, "harvested 4 runs of cell-01".to_owned()),
            (
                1,
                "partial: 2 of 4 runs failed, 614 rows dropped".to_owned(),
            ),
        ];
        let texts = |room| -> Vec<String> {
            let lines = last_lines(&messages, 16, room).into_iter();
            lines
                .map(|(clock, text)| format!("{} {text}", clock.len()))
                .collect()
        };
        let wrapped = |text: &str| wrap(text, 16).len() as u16;
        let (first, second) = (wrapped(&messages[0].1), wrapped(&messages[1].1));
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
