//! What is known of the machine under the cursor: its figures over its runs, and the last of them.

use ratatui::{Frame, layout::Rect, text::Span};

use super::Text;
use crate::{
    app::{
        columns::{Meaning, meaning::verdict_word},
        machines::{Figure, Machines},
        sparkline::sparkline_values,
    },
    etl::{
        catalog::{MachineRow, cell_title},
        format::format_fit,
        zone,
    },
    ui::{machines::facts, text::fit, theme::Theme},
};

/// Characters for the name of a figure, and for each end of its range.
const FIGURE: (u16, usize) = (12, 7);

/// Draws the panel about the machine, or about the machines of the cell.
pub fn draw(frame: &mut Frame, area: Rect, machines: &Machines, theme: &Theme) {
    let text = match (machines.current(), machines.current_cell()) {
        (Some(machine), _) => {
            let mut text = Text::new(&machine.name(), false, area, theme);
            text.machine(machine, area.height);
            text
        }
        (None, Some(cell)) => {
            let mut text = Text::new(&cell_title(cell.as_deref()), false, area, theme);
            for machine in machines.in_order().filter(|m| m.cell_id == cell) {
                text.heading(&format!("robot {}", machine.robot));
                text.summary(machine);
                text.figure(machine, Figure::PeakForce);
                text.figure(machine, Figure::PeakSpeed);
            }
            text
        }
        (None, None) => return,
    };
    text.draw(frame, area, 0);
}

impl Text<'_> {
    fn machine(&mut self, machine: &MachineRow, height: u16) {
        self.summary(machine);
        self.heading("trends over its runs");
        for figure in Figure::ALL {
            self.figure(machine, figure);
        }
        if let Some(slope) = facts::slope(machine) {
            self.push(vec![
                Span::styled(fit("slope", FIGURE.0, false), self.theme.muted),
                Span::styled(slope, self.theme.text),
            ]);
        }
        self.heading("last runs");
        let room = usize::from(height).saturating_sub(self.lines.len());
        self.last_runs(machine, room);
    }

    /// How many runs, how long, and with which verdicts.
    fn summary(&mut self, machine: &MachineRow) {
        let theme = self.theme;
        let words = facts::runs(machine, theme).into_iter();
        let spans = words.map(|(text, style)| Span::styled(text + "  ", style));
        self.push(spans.collect());
        self.push(vec![Span::styled(facts::seen(machine), theme.muted)]);
    }

    /// A figure over the runs of a machine, and its range.
    fn figure(&mut self, machine: &MachineRow, figure: Figure) {
        let (name, end) = FIGURE;
        let theme = self.theme;
        let values: Vec<Option<f64>> = machine.series.iter().map(|p| figure.of(p)).collect();
        let known = || values.iter().flatten().copied();
        let (low, high) = (known().reduce(f64::min), known().reduce(f64::max));
        let (Some(low), Some(high)) = (low, high) else {
            return;
        };
        // The longest unit is `mm/s`.
        let fixed = usize::from(name) + 2 + 2 * end + 3 + 5;
        let width = usize::from(self.width).saturating_sub(fixed).max(1);
        // One run has at most one bar.
        let picture = sparkline_values(&values, width.min(values.len()));
        let value = |v| format_fit(v, 1, end);
        self.push(vec![
            Span::styled(fit(figure.title(), name, false), theme.muted),
            Span::styled(
                fit(&picture, width as u16, false),
                theme.of(Meaning::Picture),
            ),
            Span::styled(
                format!("  {:>end$} … {:>end$}", value(low), value(high)),
                theme.text,
            ),
            Span::styled(format!(" {}", figure.unit()), theme.muted),
        ]);
    }

    /// The latest of its runs, as many as `room` lines have.
    fn last_runs(&mut self, machine: &MachineRow, room: usize) {
        let theme = self.theme;
        for point in machine.series.iter().rev().take(room) {
            let peak = Figure::PeakForce.of(point);
            let peak = peak.map_or_else(String::new, |v| format_fit(v, 1, 9));
            let unit = if peak.is_empty() { "  " } else { " N" };
            self.push(vec![
                Span::styled(zone::format_minute(point.start_us), theme.text),
                Span::styled(format!("  {}", point.run.short()), theme.muted),
                Span::styled(format!("  {peak:>9}"), theme.text),
                Span::styled(unit, theme.muted),
                Span::styled(
                    format!("  {}", verdict_word(point.verdict)),
                    theme.of(point.verdict),
                ),
            ]);
        }
    }
}
