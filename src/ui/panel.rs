//! What is known of the log under the cursor.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    text::{fit, fit_line, fit_middle, wrap},
    theme::Theme,
};
use crate::{
    app::{
        columns::meaning::{glyph, verdict_word},
        lake_queries::LogPanel,
        logs::Logs,
    },
    etl::{
        catalog::{HarvestRow, LogDetail, LogRow},
        clean::Ledger,
        format::{bytes, count, seconds, thousands},
        harvest::RejectedRows,
        zone,
    },
};

/// Draws the panel.
pub fn draw(frame: &mut Frame, area: Rect, logs: &Logs, theme: &Theme) {
    let table = &logs.table;
    let Some(row) = table.now(table.cursor) else {
        return;
    };
    let title = if logs.panel {
        theme.accent
    } else {
        theme.title
    };
    // The cursor may have gone on before the answer came.
    let panel = logs.detail.as_deref();
    let panel = panel.filter(|panel| panel.detail.row.key == row.key);
    let width = area.width.saturating_sub(1);
    let mut text = Text {
        lines: vec![Line::styled(fit_middle(&row.key, width), title)],
        said: String::new(),
        width,
        theme,
    };
    text.log(&row, panel);
    let lines = text.lines;
    let last_page = lines.len().saturating_sub(usize::from(area.height));
    let scroll = logs.panel_scroll.min(last_page);
    for (line, y) in lines.iter().skip(scroll).zip(area.y..area.bottom()) {
        frame.buffer_mut().set_line(area.x + 1, y, line, width);
    }
}

/// The lines of the panel.
struct Text<'a> {
    lines: Vec<Line<'static>>,
    /// The sentences so far: what was said is not said again.
    said: String,
    width: u16,
    theme: &'a Theme,
}

impl Text<'_> {
    fn log(&mut self, row: &LogRow, panel: Option<&LogPanel>) {
        let theme = self.theme;
        let word = format!("{} {}: ", glyph(row.state), row.state.word());
        self.sentence(
            &(word + &zone::in_sentence(&row.reason)),
            theme.of(row.state),
        );
        self.sentence(row.state.meaning(), theme.muted);
        if let Some(why) = &row.leave_alone {
            let why = self.new_part(why).to_owned();
            let colon = if why.is_empty() { "" } else { ": " };
            let sentence = format!("skipped by a harvest of all logs{colon}{why}");
            self.sentence(&sentence, theme.muted);
        }
        let Some(panel) = panel else {
            return;
        };
        let detail = &panel.detail;
        for error in &detail.errors {
            let error = self.new_part(error).to_owned();
            self.sentence(&error, theme.error);
        }
        if let Some(at) = row.harvested_at_us {
            let mut text = format!("harvested {}", short_time(at));
            if let Some(s) = detail.seconds {
                text.push_str(&format!(" in {}", seconds(s)));
            }
            if let Some(program) = &detail.program {
                text.push_str(&format!(", {program}"));
            }
            self.sentence(&text, theme.text);
        }
        self.blank();
        if let Some(size) = row.size {
            self.pair("size", &bytes(size));
        }
        if let (Some(start), Some(stop)) = (row.start_us, row.stop_us) {
            self.pair("first", &zone::format_screen(start));
            self.pair("last", &zone::format_screen(stop));
        }
        if let Some(hash) = &detail.content_hash {
            let (head, tail) = (
                hash.get(..4).unwrap_or(hash),
                hash.get(hash.len().saturating_sub(4)..),
            );
            self.pair("content", &format!("{head}…{}", tail.unwrap_or_default()));
        }
        self.quality(detail);
        // A log that could not be read has none.
        if let Some(ledger) = detail.ledger.as_ref().filter(|l| l.rows_in > 0) {
            // The lines of a wide log hold several samples each.
            let is_wide = row.rows.is_some_and(|lines| lines != ledger.rows_in);
            let counted = if is_wide { "samples" } else { "rows in" };
            self.ledger(ledger, counted, &panel.rejected);
        }
        self.history(&detail.history);
    }

    /// `text` without the end that was said already.
    fn new_part<'t>(&self, text: &'t str) -> &'t str {
        if self.said.contains(text) {
            return "";
        }
        let mut ends = text.match_indices(": ");
        let end = ends.find(|(at, colon)| {
            let end = text.get(at + colon.len()..);
            end.is_some_and(|end| !end.is_empty() && self.said.contains(end))
        });
        end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
    }

    fn sentence(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.said.push_str(text);
        self.said.push('\n');
        let lines = wrap(text, self.width).into_iter();
        self.lines
            .extend(lines.map(|line| Line::styled(line, style)));
    }

    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.lines.push(Line::from(vec![
            Span::styled(fit(name, 9, false), self.theme.muted),
            Span::styled(value.to_owned(), self.theme.text),
        ]));
    }

    /// The verdict, and which checks found something in how many runs.
    fn quality(&mut self, detail: &LogDetail) {
        let Some(verdict) = detail.row.verdict else {
            return;
        };
        self.pair("quality", verdict_word(verdict));
        self.sentence(verdict.meaning(), self.theme.muted);
        for found in &detail.quality {
            let runs = count(u64::from(found.runs), "run");
            let flags = count(u64::from(found.flags), "flag");
            let text = format!("{} in {runs} ({flags})", found.rule);
            self.sentence(&text, self.theme.of(found.severity));
        }
    }

    /// How many rows were kept and dropped, with examples of the rejected ones, and where they lie.
    fn ledger(
        &mut self,
        ledger: &Ledger,
        counted: &str,
        rejected: &Result<Option<RejectedRows>, String>,
    ) {
        let theme = self.theme;
        self.blank();
        self.count(counted, ledger.rows_in, theme.text);
        self.count("kept", ledger.rows_kept, theme.text);
        let found = rejected.as_ref().ok().and_then(Option::as_ref);
        for (reason, rows) in &ledger.dropped {
            self.count(reason.word(), *rows, theme.warning);
            let examples = found.and_then(|found| found.examples.get(reason));
            for example in examples.into_iter().flatten() {
                let value = match example.value.as_deref() {
                    None => String::new(),
                    Some("") => ": nothing".to_owned(),
                    Some(value) => format!(": `{value}`"),
                };
                let text = format!("  row {}{value}", thousands(example.row));
                let line = fit_line(Line::styled(text, theme.muted), self.width);
                self.lines.push(line);
            }
        }
        match rejected {
            Ok(Some(rejected)) => {
                let text = format!("rejected rows: {}", rejected.file);
                self.sentence(&text, theme.muted);
            }
            Ok(None) => {}
            Err(error) => self.sentence(error, theme.error),
        }
    }

    fn count(&mut self, name: &str, rows: u64, style: Style) {
        self.lines.push(Line::from(vec![
            Span::styled(fit(name, 16, false), self.theme.muted),
            Span::styled(fit(&thousands(rows), 14, true), style),
        ]));
    }

    fn history(&mut self, history: &[HarvestRow]) {
        if history.is_empty() {
            return;
        }
        self.blank();
        self.lines
            .push(Line::styled("past harvests", self.theme.muted));
        for past in history {
            let message = self.new_part(&past.message);
            let colon = if message.is_empty() { "" } else { ": " };
            let at = short_time(past.at_us);
            let text = format!("{at} {}{colon}{message}", past.outcome);
            self.sentence(&text, self.theme.text);
        }
    }
}

/// `2022-11-23 22:41:07`
fn short_time(us: i64) -> String {
    let text = zone::format_screen(us);
    text.rsplit_once('.')
        .map_or(text.clone(), |(whole, _)| whole.to_owned())
}
