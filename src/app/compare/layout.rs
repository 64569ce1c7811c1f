//! Which part of the view gets how many lines: moving and drawing agree.

use super::Pane;

/// From this many lines on the charts and the table stand below each other.
const BOTH_FROM: usize = 30;

/// Lines of the parts, from top to bottom; 0: not on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// One line for each run.
    pub legend: usize,
    /// Blank lines below the legend, and above the rule over the table.
    pub blank: usize,
    /// The charts' pane altogether.
    pub overlaid: usize,
    /// The table of differences with its header.
    pub sheet: usize,
}

/// Divides a view of `height` lines for so many runs and rows of the table.
pub fn parts(height: usize, runs: usize, rows: usize, pane: Pane) -> Parts {
    let legend = runs.min(height);
    let both = height >= BOTH_FROM;
    let blank = usize::from(both);
    let free = height - legend - blank;
    let sheet = match (both, pane) {
        // A rule stands above the table, a header in it.
        (true, _) => (free * 2 / 5).min(rows + 1),
        (false, Pane::Sheet) => free,
        (false, Pane::Overlaid) => 0,
    };
    let overlaid = match (both, pane) {
        (true, _) => free.saturating_sub(sheet + 1 + blank),
        (false, Pane::Overlaid) => free,
        (false, Pane::Sheet) => 0,
    };
    Parts {
        legend,
        blank,
        overlaid,
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
                for pane in [Pane::Overlaid, Pane::Sheet] {
                    let p = parts(height, runs, 200, pane);
                    let rule = usize::from(p.overlaid > 0 && p.sheet > 0);
                    assert!(
                        (p.legend + 2 * p.blank + p.overlaid + rule + p.sheet) <= height,
                        "{height} {runs} {p:?}"
                    );
                }
            }
        }
        // In a small terminal there is room for charts, even of six runs.
        assert!(parts(15, 6, 200, Pane::Overlaid).overlaid >= 9);
        let tall = parts(45, 2, 200, Pane::Overlaid);
        assert!(tall.sheet > 10 && tall.overlaid > 20, "{tall:?}");
    }
}
