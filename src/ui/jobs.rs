//! The jobs: harvests that run, what was done, and the messages of one.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    list,
    text::{fit, fit_line, fit_middle, wrap},
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
    },
    etl::{
        format::{estimate, short},
        zone,
    },
};

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
    let header = format!(
        "   {}  {}  what",
        fit("state", 12, false),
        fit("log", name, false)
    );
    frame
        .buffer_mut()
        .set_stringn(area.x, area.y, header, usize::from(area.width), theme.muted);
    for line in 0..usize::from(area.height).saturating_sub(1) {
        let at = jobs.offset + line;
        let Some(entry) = jobs.get(at) else {
            break;
        };
        let y = area.y + 1 + line as u16;
        let under_cursor = at == jobs.cursor;
        let (word, style, what) = tell(&entry, area.width >= 110, theme);
        let row = Line::from(vec![
            Span::raw("   "),
            Span::styled(fit(&word, 12, false), style),
            Span::raw("  "),
            Span::styled(fit_middle(entry.key(), name), theme.text),
            Span::raw("  "),
            Span::styled(what, theme.text),
        ]);
        let row = fit_line(row, area.width.saturating_sub(SCROLL_MARK));
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
    if let Some(entry) = jobs.current() {
        self::messages(frame, messages, &entry, theme);
    }
}

/// A word, its style, and the text after it.
fn tell(entry: &Entry, wide: bool, theme: &Theme) -> (String, Style, String) {
    match entry {
        Entry::Past(row) => {
            let (glyph, style) = outcome(&row.outcome, theme);
            let at = minute(row.at_us);
            (
                format!("{glyph} {}", row.outcome),
                style,
                format!("{at}  {}", row.message),
            )
        }
        Entry::Waiting(_) => ("◌ queued".into(), theme.busy, String::new()),
        Entry::Job(job) => match &job.ended {
            Some(ended) => {
                let (glyph, style) = outcome(ended.outcome, theme);
                let at = minute(ended.at_us);
                (
                    format!("{glyph} {}", ended.outcome),
                    style,
                    format!("{at}  {}", ended.message),
                )
            }
            None if job.stopping => ("◐ stopping".into(), theme.warning, progress(job, wide)),
            None => (
                format!("◐ {:3.0} %", job.share() * 100.0),
                theme.busy,
                progress(job, wide),
            ),
        },
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
    let rule = "─".repeat(usize::from(area.width));
    frame
        .buffer_mut()
        .set_string(area.x, area.y, rule, theme.rule);
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
    let width = area.width.saturating_sub(17);
    let mut lines = Vec::new();
    for (at, text) in messages {
        for (n, part) in wrap(text, width).into_iter().enumerate() {
            let clock = if n == 0 {
                zone::format_clock(*at)
            } else {
                String::new()
            };
            lines.push((clock, part));
        }
    }
    // The last ones tell most.
    let room = usize::from(area.height) - 1;
    let skip = lines.len().saturating_sub(room);
    for (n, (clock, text)) in lines.into_iter().skip(skip).enumerate() {
        let line = Line::from(vec![
            Span::styled(format!("   {clock:<12}  "), theme.muted),
            Span::styled(text, theme.text),
        ]);
        frame
            .buffer_mut()
            .set_line(area.x, area.y + 1 + n as u16, &line, area.width);
    }
}

/// `11-23 22:41`
fn minute(us: i64) -> String {
    let text = zone::format_minute(us);
    text.split_once('-')
        .map_or_else(String::new, |(_, rest)| rest.to_owned())
}
