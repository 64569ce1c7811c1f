//! What is known of the log under the cursor.

use ratatui::{Frame, layout::Rect, style::Style, text::Span};

use super::Text;
use crate::{
    app::{
        columns::meaning::{glyph, verdict_word},
        lake_queries::LogPanel,
        logs::Logs,
    },
    etl::{
        catalog::{HarvestRow, LogDetail, LogRow, LogState},
        clean::Ledger,
        format::{bytes, count, seconds, thousands},
        harvest::RejectedRows,
        zone,
    },
    ui::{text::fit, theme::Theme},
};

/// Draws the panel.
pub fn draw(frame: &mut Frame, area: Rect, logs: &Logs, theme: &Theme) {
    let table = &logs.table;
    let Some(row) = table.now(table.cursor) else {
        return;
    };
    // The cursor may have gone on before the answer came.
    let panel = logs.detail.as_deref();
    let panel = panel.filter(|panel| panel.detail.row.key == row.key);
    let mut text = Text::new(&row.key, logs.panel.has_keys, area, theme);
    text.log(&row, panel);
    text.draw(frame, area, logs.panel.scroll);
}

impl Text<'_> {
    fn log(&mut self, row: &LogRow, panel: Option<&LogPanel>) {
        let theme = self.theme;
        let (glyph, word) = (glyph(row.state), row.state.word());
        let reason = row.reason();
        let reason = zone::in_sentence(&reason, None);
        let sentence = match reason.starts_with(word) {
            true => format!("{glyph} {reason}"),
            false => format!("{glyph} {word}: {reason}"),
        };
        self.sentence(&sentence, theme.of(row.state));
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
        self.heading("log");
        if let Some(size) = row.size {
            self.pair("size", &bytes(size), "");
        }
        if let (Some(start), Some(stop)) = (row.start_us, row.stop_us) {
            self.pair("first", &zone::format_screen(start), "");
            self.pair("last", &zone::format_screen(stop), "");
        }
        if let Some(hash) = &detail.content_hash {
            let (head, tail) = (
                hash.get(..4).unwrap_or(hash),
                hash.get(hash.len().saturating_sub(4)..),
            );
            self.pair(
                "content",
                &format!("{head}…{}", tail.unwrap_or_default()),
                "",
            );
        }
        let harvested = row.harvested_at_us.map(short_time);
        if let Some(at) = harvested.filter(|at| !self.said.contains(at.as_str())) {
            self.pair("harvested", &at, "");
        }
        if let Some(s) = detail.seconds {
            self.pair("took", &seconds(s), "");
        }
        if let Some(program) = &detail.program {
            self.pair("by", program, "");
        }
        self.quality(detail);
        // A log that could not be read has none.
        if let Some(ledger) = detail.ledger.as_ref().filter(|l| l.rows_in > 0) {
            let counted = format!("{}s in", detail.layout().counted());
            self.ledger(ledger, &counted, &panel.rejected);
        }
        self.history(row.state, &detail.history);
    }

    /// The verdict, and which checks found something in how many runs.
    fn quality(&mut self, detail: &LogDetail) {
        let Some(verdict) = detail.row.verdict else {
            return;
        };
        self.heading("quality");
        let text = format!("{}: {}", verdict_word(verdict), verdict.meaning());
        self.sentence(&text, self.theme.of(verdict));
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
        self.heading("ledger");
        self.count(counted, ledger.rows_in, theme.text);
        self.count("kept", ledger.rows_kept, theme.text);
        let found = rejected.as_ref().ok().and_then(Option::as_ref);
        for (reason, rows) in &ledger.dropped {
            self.count(reason.word(), *rows, theme.warning);
            let examples = found.and_then(|found| found.examples.get(reason));
            for example in examples.into_iter().flatten() {
                let text = format!("  {}", example.in_words());
                self.push(vec![Span::styled(text, theme.muted)]);
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
        self.push(vec![
            Span::styled(fit(name, 16, false), self.theme.muted),
            Span::styled(fit(&thousands(rows), 14, true), style),
        ]);
    }

    /// The harvests before the one that the panel tells of: the one whose results are shown, or
    /// that has failed.
    fn history(&mut self, state: LogState, history: &[HarvestRow]) {
        let is_shown = |past: &HarvestRow| match state {
            LogState::Failed => past.outcome == "failed",
            _ => matches!(&*past.outcome, "harvested" | "partial"),
        };
        let shown = history.iter().position(is_shown);
        let others = history.iter().enumerate();
        let mut others = others.filter(|(at, _)| Some(*at) != shown).peekable();
        if others.peek().is_none() {
            return;
        }
        self.heading("past harvests");
        for (_, past) in others {
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
