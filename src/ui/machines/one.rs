//! One machine: its figures as charts over time, and the runs behind them.

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Span, widgets::Widget};

use super::{facts, number};
use crate::{
    app::{
        Action,
        chart::StackedChart,
        layout,
        machines::{Figure, LABEL, MachineScreen, PANES},
        state::State,
    },
    ui::{
        lines::put_titles,
        list,
        text::whole_parts,
        theme::Theme,
        widgets::{
            chart::{Chart, ChartStyles, Note, Trace, plot_area, plot_columns},
            chart_axis::{Axis, time_axis},
            chart_points::mark_points,
        },
    },
};

/// Draws the machine that is open.
pub fn draw(frame: &mut Frame, state: &State, machine: &MachineScreen, theme: &Theme) {
    let parts = machine.parts(state.size);
    let screen = frame.area();
    heading(
        parts.heading.intersection(screen),
        frame.buffer_mut(),
        machine,
        parts.charts.height > 0,
        theme,
    );
    let list = parts.list.intersection(screen);
    if machine.table.is_empty() {
        return empty(frame, list, state, machine, theme);
    }
    let mut y = parts.charts.y;
    for (figure, stacked) in machine.charts(parts.charts.height) {
        let area = Rect {
            y,
            height: stacked.height as u16,
            ..parts.charts
        };
        chart(
            area.intersection(screen),
            frame.buffer_mut(),
            machine,
            (figure, stacked),
            theme,
        );
        y += stacked.lines() as u16;
    }
    let axis = parts.axis.intersection(screen);
    if !axis.is_empty() {
        let message = Axis {
            range: machine.view.range,
            cursor: Some(machine.view.cursor.time),
            label_width: LABEL,
            styles: &ChartStyles::of(theme),
        };
        time_axis(message, axis, frame.buffer_mut());
    }
    let columns = state.placed_columns();
    list::draw(frame, list, &machine.table, &columns, theme, |_, _| None);
}

fn empty(frame: &mut Frame, area: Rect, state: &State, machine: &MachineScreen, theme: &Theme) {
    let contexts = state.screen_contexts();
    let key = |action| state.keymap.key_for(&contexts, action).unwrap_or_default();
    let (first, second) = if machine.table.rows().is_empty() {
        (
            format!("{} has no runs in the lake any more.", machine.name()),
            format!("{} goes back to the machines.", key(Action::Escape)),
        )
    } else {
        (
            format!("No run passes the filter `{}`.", machine.table.filter()),
            format!("{} changes the filter.", key(Action::Filter)),
        )
    };
    list::notice(frame, area, &[(&first, theme.text), (&second, theme.muted)]);
}

/// Runs, runtime, distance, verdicts, slope, first and last seen, or how far the pinned place is:
/// as much as fits.
fn heading(area: Rect, buf: &mut Buffer, screen: &MachineScreen, has_charts: bool, theme: &Theme) {
    let Some(machine) = &screen.machine else {
        return;
    };
    let titles = layout::titles(&PANES, screen.pane, area.width);
    put_titles(area, buf, &titles, screen.pane, theme);
    let mut words = facts::runs(machine, theme);
    words.extend(facts::slope(machine).map(|slope| (slope, theme.title)));
    words.push((facts::seen(machine), theme.muted));
    if let Some(mm) = machine.distance_mm {
        let text = format!("distance {} m", number(Some(mm / 1000.0), 12));
        words.push((text, theme.muted));
    }
    if let Some(pinned) = screen.pinned(has_charts) {
        words = pinned.into_iter().map(|w| (w, theme.accent)).collect();
    }
    let parts = words.into_iter().enumerate().map(|(at, (text, style))| {
        let gap = if at == 0 { " " } else { "  " };
        vec![Span::raw(gap), Span::styled(text, style)]
    });
    let beside = Rect {
        width: titles.beside(),
        ..area
    };
    whole_parts(parts.collect(), beside.width).render(beside, buf);
}

fn chart(
    area: Rect,
    buf: &mut Buffer,
    machine: &MachineScreen,
    (figure, stacked): (Figure, StackedChart),
    theme: &Theme,
) {
    let plot = plot_area(area, LABEL);
    let columns = plot_columns(plot.width, machine.view.marker);
    let order = Figure::ALL.iter().position(|f| *f == figure).unwrap_or(0);
    let style = theme.series(order);
    let reduced = machine
        .series(figure)
        .map(|series| series.reduce(machine.view.range, columns))
        .unwrap_or_default();
    let mut notes = Vec::new();
    if reduced.extent().is_none() {
        let width = usize::from(plot.width);
        let none = machine.series(figure).and_then(|s| s.extent()).is_none();
        let text = if none { "no run has it" } else { "no run here" };
        let text = text.chars().take(width).collect();
        notes.push(Note {
            column: 0,
            width,
            text,
        });
    }
    let pinned = machine.at_cursor(figure);
    let mut labels = vec![(figure.title(), style)];
    labels.extend(pinned.iter().map(|text| (text.as_str(), theme.accent)));
    Chart {
        labels: &labels,
        unit: figure.unit(),
        stacked,
        traces: vec![Trace {
            reduced: reduced.clone(),
            style,
            band: theme.series_dim(order),
        }],
        range: machine.view.range,
        cursor: Some(machine.view.cursor.time),
        pin: machine.view.cursor.pin,
        limits: &[],
        notes,
        marker: machine.view.marker,
        label_width: LABEL,
        styles: ChartStyles::of(theme),
    }
    .render(area, buf);
    mark_points(&reduced, (machine.view.marker, stacked), plot, style, buf);
}
