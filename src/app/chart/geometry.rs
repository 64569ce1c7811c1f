//! Where the parts of a chart stand, for drawing and for the mouse alike.

use super::value_scale::ROUND_FROM;

/// Characters for the numbers of a value axis.
pub const NUMBERS: usize = 9;

/// Width of everything left of the plot, with `label_width` characters for names.
pub fn gutter(label_width: usize) -> usize {
    label_width + NUMBERS + 3
}

/// From this number of lines of each chart on, charts in a stack have a blank line between them.
const AIRY: usize = 4;

/// The lines of one of several charts below each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackedChart {
    /// Lines of the chart.
    pub height: usize,
    /// Blank lines below it.
    pub gap: usize,
    /// Whether another chart follows.
    pub is_followed: bool,
    /// Whether all charts of the stack are high enough for round labels: they look alike.
    pub has_round_labels: bool,
}

impl Default for StackedChart {
    /// A chart on its own, of any height.
    fn default() -> Self {
        Self {
            height: 0,
            gap: 0,
            is_followed: false,
            has_round_labels: true,
        }
    }
}

impl StackedChart {
    /// Divides `lines` lines among `charts` charts.
    pub fn divide(lines: usize, charts: usize) -> impl Iterator<Item = Self> {
        let between = charts.saturating_sub(1);
        let gap = usize::from(lines.saturating_sub(between) >= AIRY * charts);
        let free = lines.saturating_sub(between * gap);
        let (each, more) = (free / charts.max(1), free % charts.max(1));
        (0..charts).map(move |at| {
            let is_followed = at < between;
            Self {
                height: each + usize::from(at < more),
                gap: if is_followed { gap } else { 0 },
                is_followed,
                has_round_labels: each >= ROUND_FROM,
            }
        })
    }

    /// All its lines.
    pub fn lines(self) -> usize {
        self.height + self.gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_fill_their_lines_and_part_where_there_is_room() {
        for charts in 1..6 {
            for lines in charts..60 {
                let stack: Vec<StackedChart> = StackedChart::divide(lines, charts).collect();
                let sum: usize = stack.iter().map(|chart| chart.lines()).sum();
                assert_eq!((stack.len(), sum), (charts, lines));
                let lowest = stack.iter().map(|chart| chart.height).min().unwrap();
                let parted = stack.iter().filter(|chart| chart.gap == 1).count();
                assert!(parted == 0 || parted == charts - 1 && lowest >= AIRY);
                assert_eq!(parted > 0, charts > 1 && lines >= 5 * charts - 1);
            }
        }
    }
}
