//! The rule above the charts of a single run, with statistics of what is visible of the channel
//! under the cursor, beside those of the run.

use crate::etl::format::{count, format_value};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Color,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    app::signals::{Channel, Key, Signals},
    ui::theme::Theme,
};

/// `in_sight` says how many of the charts are drawn, if not all of them.
pub(super) fn draw(
    area: Rect,
    buf: &mut Buffer,
    signals: &Signals,
    in_sight: Option<&str>,
    theme: &Theme,
) {
    let rule = "─".repeat(usize::from(area.width));
    Line::styled(rule, theme.rule).render(area, buf);
    let mut right = area.right();
    if let Some(text) = in_sight {
        let line = Line::styled(format!(" {text} "), theme.muted);
        let width = (line.width() as u16).min(area.width);
        right -= (width + 1).min(area.width);
        line.render(
            Rect {
                x: right,
                width,
                ..area
            },
            buf,
        );
    }
    let channel = signals.channels.get(signals.row);
    let Some(channel) = channel else {
        return;
    };
    // Text has no colour of its own in some themes; then it would take that of the rule.
    let plain = theme.text.fg(theme.text.fg.unwrap_or(Color::Reset));
    let mut x = area.x + 1.min(area.width);
    // What does not fit whole is left out: a cut number would be another number.
    let mut part = |title: &str, texts: &[String]| {
        for text in texts {
            let line = Line::from(vec![
                Span::styled(format!(" {title} "), theme.accent),
                Span::styled(format!("{text} "), plain),
            ]);
            let width = line.width() as u16;
            if x + width <= right {
                line.render(Rect { x, width, ..area }, buf);
                x += width + 2;
                return;
            }
        }
    };
    let seen = visible(signals, channel);
    // Of the whole run the recorded figures are exact.
    if seen.is_empty() || signals.view.range == signals.view.bounds {
        part(&format!("{} run", channel.name), &run(channel));
    } else {
        part(&format!("{} visible", channel.name), &seen);
        part("run", &run(channel));
    }
}

/// Of what the charts show, from long to short; nothing while the channel is not read.
fn visible(signals: &Signals, channel: &Channel) -> Vec<String> {
    let key = Key {
        run: 0,
        channel: signals.row,
    };
    let seen = match signals.visible_stats(key) {
        None => return Vec::new(),
        Some(None) => return vec!["no samples".to_owned()],
        Some(Some(stats)) => stats,
    };
    let decimals = channel.decimals_within(seen.min, seen.max);
    let [min, max, mean, rms] =
        [seen.min, seen.max, seen.mean, seen.rms].map(|v| format_value(v, decimals));
    let mut texts = shorter(&min, &max, &mean, &rms);
    if let Some(longest) = texts.first() {
        let samples = match (signals.samples_seen(), seen.changed) {
            (Some(n), _) => count(n, "sample"),
            (None, 0) => "no new value".to_owned(),
            (None, n) => format!("at least {}", count(n, "sample")),
        };
        texts.insert(0, format!("{longest}  {samples}"));
    }
    texts
}

/// Of the whole run, over its samples, from long to short.
fn run(channel: &Channel) -> Vec<String> {
    let Some((min, max)) = channel.extent else {
        return vec!["no samples".to_owned()];
    };
    let number = |v: Option<f64>| format_value(v.unwrap_or(f64::NAN), channel.decimals);
    let (min, max) = (number(Some(min)), number(Some(max)));
    shorter(&min, &max, &number(channel.mean), &number(channel.rms))
}

fn shorter(min: &str, max: &str, mean: &str, rms: &str) -> Vec<String> {
    vec![
        format!("{min} … {max}  mean {mean}  rms {rms}"),
        format!("{min} … {max}  mean {mean}"),
        format!("mean {mean}"),
    ]
}
