//! Where the parts of the view stand: which get how many lines and columns, and what the mouse
//! points at there.

use std::collections::BTreeSet;

use crossterm::event::{MouseButton, MouseEventKind};

use super::{Channel, Signals};
use crate::app::{
    action::Action,
    chart::{StackedChart, gutter},
    scroll::Scroll,
};

/// Characters of the list's column of marks.
pub const MARK: usize = 3;
/// Lines that are no channel, no chart and no flag: the list's header, a rule, the time axis,
/// the cursor's line.
const AROUND: usize = 4;
/// A histogram with its figures, names and axis is this high at least, and at most.
const LOWEST_DISTRIBUTION: usize = 5;
const HIGHEST_DISTRIBUTION: usize = 16;
/// A chart lower than this says nothing.
pub const LOWEST_CHART: usize = 3;

/// Lines of the parts of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Channels in the list.
    pub list: usize,
    /// Lines of all charts together; 0: no charts and no time axis.
    pub charts: usize,
    /// Lines of layers below them: one for each robot.
    pub bands: usize,
    /// Lines of the strip of flags below these: the strip, and the words of a flag.
    pub flags: usize,
    /// Lines of the histogram at the bottom; 0: none.
    pub distribution: usize,
}

/// What lies under a place of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalsHit {
    /// A channel of the list, and whether the place is its mark.
    Channel(usize, bool),
    /// The charts, the time axis, or the strips below it, at a time on the axis.
    Time(i64),
    /// Neither.
    Nothing,
}

impl Signals {
    /// Characters for the names of channels and for their units.
    pub fn widths(&self) -> (usize, usize) {
        let longest = |of: fn(&Channel) -> &str| {
            let lengths = self.channels.iter().map(|c| of(c).chars().count());
            lengths.max().unwrap_or(0)
        };
        let label = longest(|c| &c.name).clamp(7, 24);
        let unit = longest(|c| &c.unit).clamp(4, 8);
        (label, unit)
    }

    /// Characters for names and units left of the charts.
    pub fn label_width(&self) -> usize {
        let (label, unit) = self.widths();
        label.max(unit + 2)
    }

    /// Characters of a plot in a view of so many characters.
    pub fn plot_characters(&self, width: usize) -> usize {
        width.saturating_sub(gutter(self.label_width())).max(1)
    }

    /// Columns that lines are reduced to there.
    pub fn plot_columns(&self, width: usize) -> usize {
        let plot = width.saturating_sub(gutter(self.label_width()));
        (plot * self.view.marker.dots().0).max(1)
    }

    /// How many lines the parts get in a view of `height` lines.
    pub fn layout(&self, height: usize) -> Layout {
        let n = self.channels.len();
        let list_only = Layout {
            list: n.min(height.saturating_sub(2)),
            charts: 0,
            bands: 0,
            distribution: 0,
            flags: 0,
        };
        let mut free = height.saturating_sub(AROUND);
        if self.chosen.is_empty() {
            return list_only;
        }
        // Low terminals keep their charts.
        let flags = if free >= 10 && self.flags().next().is_some() {
            2
        } else {
            0
        };
        let bands = match free - flags >= 12 {
            true => self.charted_layers().len(),
            false => 0,
        };
        free -= flags + bands;
        let list = if self.is_aligned() {
            (free / 3).clamp(2, 10)
        } else {
            // Charts that need little room leave it to the list.
            let needed = self.chosen.len() * 12;
            (free * 2 / 5).max(free.saturating_sub(needed)).max(1)
        };
        let mut list = n.min(list);
        let mut distribution = 0;
        if self.has_distribution && !self.is_aligned() {
            list = list.min((free / 5).max(3));
            let rest = free.saturating_sub(list);
            let most = rest.saturating_sub(LOWEST_CHART).min(HIGHEST_DISTRIBUTION);
            distribution = (rest * 3 / 5).min(most);
            if distribution < LOWEST_DISTRIBUTION {
                distribution = 0;
            }
        }
        let charts = free.saturating_sub(list + distribution);
        if charts < LOWEST_CHART {
            return list_only;
        }
        Layout {
            list,
            charts,
            bands,
            distribution,
            flags,
        }
    }

    /// The channels of each chart, in order: those of one unit follow each other, and share a
    /// chart when overlaid.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        let unit = |c: usize| self.channels.get(c).map(|c| c.unit.as_str());
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for channel in &self.chosen {
            let same = |g: &&mut Vec<usize>| g.first().is_some_and(|f| unit(*f) == unit(*channel));
            match groups.iter_mut().find(same) {
                Some(group) => group.push(*channel),
                None => groups.push(vec![*channel]),
            }
        }
        if self.overlaid {
            return groups;
        }
        groups.into_iter().flatten().map(|c| vec![c]).collect()
    }

    /// The charts that are visible in so many lines: their channels and lines. When not all
    /// of them fit, they are those up to the chart of the channel under the list's cursor.
    pub fn charts(&self, lines: usize) -> Vec<(Vec<usize>, StackedChart)> {
        let groups = self.groups();
        let shown = groups.len().min((lines / LOWEST_CHART).max(1));
        if shown == 0 || lines == 0 {
            return Vec::new();
        }
        let under = groups.iter().position(|g| g.contains(&self.row));
        let first = under.map_or(0, |at| (at + 1).saturating_sub(shown));
        let seen = groups.into_iter().skip(first);
        seen.zip(StackedChart::divide(lines, shown)).collect()
    }

    /// How many of all charts are visible in so many lines, in words; `None`: all of them.
    pub fn charts_in_sight(&self, lines: usize) -> Option<String> {
        let (seen, all) = (self.charts(lines).len(), self.groups().len());
        (seen < all).then(|| format!("{seen} of {all} charts"))
    }

    /// The channels of the charts that are visible in a view of `height` lines.
    pub(super) fn drawn(&self, height: usize) -> BTreeSet<usize> {
        let charts = self.charts(self.layout(height).charts);
        charts
            .into_iter()
            .flat_map(|(channels, _)| channels)
            .collect()
    }

    /// The first channel in a list of `lines` lines: the list moves only as far as the
    /// cursor needs to be in sight.
    pub fn first_row(&self, lines: usize) -> usize {
        Scroll::new(self.channels.len(), lines).first(self.top, self.row)
    }

    /// What lies at column `x` and line `y` of a view of (columns, lines) `size`.
    pub fn hit(&self, (x, y): (usize, usize), size: (usize, usize)) -> SignalsHit {
        let (width, height) = size;
        let layout = self.layout(height);
        // Below the header; a rule between list and charts, the time axis under them.
        if (1..=layout.list).contains(&y) {
            let at = self.first_row(layout.list) + y - 1;
            return if at < self.channels.len() {
                SignalsHit::Channel(at, x < MARK)
            } else {
                SignalsHit::Nothing
            };
        }
        // The words of a flag stand at no time.
        let strips = layout.bands + layout.flags.min(1);
        let charts = layout.list + 2..=layout.list + 2 + layout.charts + strips;
        let left = gutter(self.label_width());
        if layout.charts == 0 || !charts.contains(&y) || !(left..width).contains(&x) {
            return SignalsHit::Nothing;
        }
        let (column, columns) = (x - left, width - left);
        let times = self.times_within(self.view.range);
        SignalsHit::Time(self.view.time_at(column, columns, times))
    }

    /// The mouse was used at a place (column, line) of a view of `size`.
    pub fn mouse(&mut self, kind: MouseEventKind, at: (usize, usize), size: (usize, usize)) {
        use MouseEventKind::{Down, ScrollDown, ScrollLeft, ScrollRight, ScrollUp};
        match (kind, self.hit(at, size)) {
            (Down(MouseButton::Left), SignalsHit::Channel(row, mark)) => {
                // What was clicked stays under the mouse.
                self.top = self.first_row(self.layout(size.1).list);
                self.row = row;
                if mark {
                    self.update(Action::Mark, size.1);
                }
            }
            (kind, SignalsHit::Time(time)) => {
                self.view.mouse(kind, time);
            }
            (ScrollLeft, _) => {
                self.update_time(Action::Left);
            }
            (ScrollRight, _) => {
                self.update_time(Action::Right);
            }
            (ScrollUp, SignalsHit::Channel(..)) => {
                self.update(Action::Up, size.1);
            }
            (ScrollDown, SignalsHit::Channel(..)) => {
                self.update(Action::Down, size.1);
            }
            _ => {}
        }
    }
}
