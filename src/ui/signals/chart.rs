//! One chart: channels of one unit of a run, or a channel of several runs.

use ratatui::{buffer::Buffer, layout::Rect};

use super::series_of;
use crate::{
    app::{
        chart::{Reduced, StackedChart},
        signals::{Key, Line, Signals},
    },
    etl::{
        compare::letter,
        format::{figure, format_value},
        time,
    },
    ui::{
        theme::Theme,
        widgets::chart::{Chart, ChartStyles, Note, Trace, plot_area, plot_columns},
    },
};

/// Single samples are marked where each has at least so many characters.
const PER_SAMPLE: usize = 3;
/// What stands in a chart while its exact line is read.
const READING: &str = "reading …";

pub(super) fn draw(
    area: Rect,
    buf: &mut Buffer,
    signals: &Signals,
    (channels, stacked): (&[usize], StackedChart),
    theme: &Theme,
) {
    let label_width = signals.label_width();
    let plot = plot_area(area, label_width);
    let width = usize::from(plot.width);
    let columns = plot_columns(plot.width, signals.view.marker);
    let several = signals.is_aligned();
    let (mut labels, mut limits, mut unit) = (Vec::new(), Vec::new(), "");
    let (mut traces, mut names, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut reading, mut failed) = (false, None);
    for at in channels {
        let Some(channel) = signals.channels.get(*at) else {
            continue;
        };
        unit = &channel.unit;
        let style = theme.series(series_of(signals, 0, *at));
        labels.push((
            channel.name.as_str(),
            if several { theme.title } else { style },
        ));
        // The run with ▸ is drawn over the others.
        let (turn, runs) = (signals.turn, 0..signals.run_count());
        let others = runs.clone().filter(|run| *run != turn);
        let ordered = others.chain(runs.filter(|run| *run == turn));
        for run in ordered.filter(|run| channel.is_in(*run)) {
            let key = Key { run, channel: *at };
            let mut reduced = match signals.line(key, columns) {
                Line::Exact(reduced) => reduced,
                Line::Coarse(reduced) => {
                    reading = true;
                    reduced
                }
                Line::Reading => {
                    reading = true;
                    continue;
                }
                Line::Failed(sentence) => {
                    failed = Some(sentence);
                    continue;
                }
            };
            if !several {
                reduced.samples = signals.marked_samples(key, width / PER_SAMPLE);
                limits.extend(signals.limits(key));
            }
            let series = series_of(signals, run, *at);
            traces.push(Trace {
                reduced,
                style: theme.series(series),
                band: theme.series_dim(series),
            });
            names.push(match several {
                true => letter(run).to_string(),
                false => channel.name.chars().take(label_width).collect(),
            });
        }
    }
    let whole = |text: &str| Note {
        column: 0,
        width,
        text: text.chars().take(width).collect(),
    };
    let visible = traces.iter().any(|t| t.reduced.extent().is_some());
    match (visible, failed) {
        (true, Some(sentence)) if !several => notes.push(whole(sentence)),
        (true, _) if reading => notes.push(at_the_right(width)),
        (true, _) => {
            if let ([trace], [channel], false) = (traces.as_slice(), channels, several) {
                let per_character = columns / width.max(1);
                notes = gap_notes(&trace.reduced, signals, *channel, per_character);
            }
        }
        (false, _) if reading => notes.push(whole(READING)),
        (false, Some(sentence)) if !several => notes.push(whole(sentence)),
        (false, Some(_)) if traces.is_empty() => notes.push(whole("no run's table can be read")),
        (false, _) => {
            let extents = channels.iter().filter_map(|c| signals.channels.get(*c));
            let empty = extents.clone().all(|c| c.extent.is_none());
            notes.push(whole(if empty {
                "no samples"
            } else {
                "no samples here"
            }));
        }
    }
    let chart = Chart {
        labels: &labels,
        unit,
        traces,
        stacked,
        range: signals.view.range,
        cursor: Some(signals.view.cursor.time),
        pin: signals.view.cursor.pin,
        limits: &limits,
        notes,
        marker: signals.view.marker,
        label_width,
        styles: ChartStyles::of(theme),
    };
    chart.render(area, buf);
    if several || channels.len() > 1 {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        chart.mark_lines(&names, area, buf);
    }
}

/// Beside lines of an overview, which are coarser than the table.
fn at_the_right(width: usize) -> Note {
    let room = READING.chars().count() + 1;
    Note {
        column: width.saturating_sub(room),
        width: room.min(width),
        text: READING.into(),
    }
}

/// `gap 4.212 s` where a gap is wide enough to hold it: with the figure of its flag; without one
/// the table only tells how long there is no value.
fn gap_notes(
    reduced: &Reduced,
    signals: &Signals,
    channel: usize,
    per_character: usize,
) -> Vec<Note> {
    let range = signals.view.range;
    let mut notes = Vec::new();
    let width = reduced.columns.len();
    for (from, to) in reduced.empty_stretches() {
        // Whole characters between the two ends of the line.
        let first = from.div_ceil(per_character.max(1));
        let room = (to / per_character.max(1)).saturating_sub(first);
        let middle = range.column_start((from + to) / 2, width);
        let around = |(from, to): &&(i64, i64)| (*from..*to).contains(&middle);
        let Some((start, end)) = reduced.gaps.iter().find(around) else {
            continue;
        };
        let text = match signals.flagged_gap_s(channel, middle) {
            Some(seconds) => format!("gap {} s", figure(seconds).replace('-', "−")),
            None => {
                let seconds = (end - start) as f64 / time::SECOND as f64;
                let decimals = if seconds < 1.0 { 3 } else { 1 };
                format!("no value {} s", format_value(seconds, decimals))
            }
        };
        // A note that does not fit whole is not shown.
        notes.push(Note {
            column: first,
            width: room,
            text,
        });
    }
    notes
}
