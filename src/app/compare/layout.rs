//! Which part of the view gets how many lines: moving and drawing agree.

use super::Pane;

/// From this many lines on the charts and the table stand below each other.
const BOTH_FROM: usize = 32;
/// Lines of the charts' pane that are no channel and no chart: the list's header, a rule,
/// the time axis, the cursor's line.
const AROUND: usize = 4;
/// A chart lower than this says nothing.
pub const LOWEST_CHART: usize = 3;

/// Lines of the parts, from top to bottom; 0: not on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// One line for each run, below the heading.
    pub legend: usize,
    /// The charts' pane altogether.
    pub overlaid: usize,
    /// Channels in its list.
    pub list: usize,
    /// All charts together.
    pub charts: usize,
    /// The table of differences with its header.
    pub sheet: usize,
}

/// Divides a view of `height` lines for so many runs, shared channels and rows of the
/// table.
pub fn parts(height: usize, runs: usize, channels: usize, rows: usize, pane: Pane) -> Parts {
    let free = height.saturating_sub(1);
    let legend = runs.min(free);
    let free = free - legend;
    let both = height >= BOTH_FROM;
    let sheet = match (both, pane) {
        // A rule stands above the table, a header in it.
        (true, _) => (free * 2 / 5).min(rows + 1),
        (false, Pane::Sheet) => free,
        (false, Pane::Overlaid) => 0,
    };
    let overlaid = match (both, pane) {
        (true, _) => free.saturating_sub(sheet + 1),
        (false, Pane::Overlaid) => free,
        (false, Pane::Sheet) => 0,
    };
    let inner = overlaid.saturating_sub(AROUND);
    let list = channels.min((inner / 3).clamp(2, 10));
    let charts = inner.saturating_sub(list);
    let (list, charts) = if charts < LOWEST_CHART {
        (channels.min(overlaid.saturating_sub(2)), 0)
    } else {
        (list, charts)
    };
    Parts {
        legend,
        overlaid,
        list,
        charts,
        sheet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_leave_the_screen() {
        for height in 0..80 {
            for runs in 2..=6 {
                for channels in [0, 1, 32] {
                    for pane in [Pane::Overlaid, Pane::Sheet] {
                        let p = parts(height, runs, channels, 200, pane);
                        let rule = usize::from(p.overlaid > 0 && p.sheet > 0);
                        assert!(
                            (height.min(1) + p.legend + p.overlaid + rule + p.sheet) <= height,
                            "{height} {runs} {p:?}"
                        );
                        let around = if p.charts > 0 { AROUND } else { 1 };
                        assert!(p.overlaid == 0 || p.list + p.charts + around <= p.overlaid.max(1));
                    }
                }
            }
        }
        // In a small terminal there are charts, even of six runs.
        assert!(parts(16, 6, 32, 200, Pane::Overlaid).charts >= LOWEST_CHART);
        let tall = parts(46, 2, 32, 200, Pane::Overlaid);
        assert!(tall.sheet > 10 && tall.charts > 10, "{tall:?}");
    }
}
