//! Where things stand on the screen: `update` needs it to scroll, `ui` to draw.

use ratatui::layout::Rect;

/// Below this many columns or lines only a notice is drawn.
pub const MINIMUM: (u16, u16) = (40, 10);

/// From this many columns on the panel about a log stands beside the list.
const LOG_PANEL_FROM: u16 = 110;

/// From this many columns on a panel stands beside the lists of runs and machines, which have
/// more figures than that of logs.
const PANEL_FROM: u16 = 160;

/// Whether the terminal is too small for the views.
pub fn too_small(size: (u16, u16)) -> bool {
    size.0 < MINIMUM.0 || size.1 < MINIMUM.1
}

/// The whole view between the top line and the message line. A blank line follows the
/// top line where there is room for it.
pub fn body(size: (u16, u16)) -> Rect {
    let (width, height) = size;
    let top = if height >= 20 { 2 } else { 1 };
    Rect::new(0, top, width, height.saturating_sub(top + 2))
}

/// From so many lines on a blank line stands above the heading of a view too.
const ROOMY_FROM: u16 = 28;

/// The heading of an open view, of so many lines, and what lies below it, parted from it by a
/// blank line. In a terminal of fewer lines than [`ROOMY_FROM`] that is the one which would stand
/// below the top line.
pub fn headed(size: (u16, u16), lines: u16) -> (Rect, Rect) {
    let body = body(size);
    let (top, blank) = match size.1 {
        ..20 => (body.y, 0),
        20..ROOMY_FROM => (body.y - 1, 1),
        ROOMY_FROM.. => (body.y, 1),
    };
    let heading = Rect {
        y: top,
        height: lines.min(body.bottom() - top),
        ..body
    };
    let below = (heading.bottom() + blank).min(body.bottom());
    let rest = Rect {
        y: below,
        height: body.bottom() - below,
        ..body
    };
    (heading, rest)
}

/// The line that says what just happened.
pub fn message(size: (u16, u16)) -> Rect {
    Rect::new(0, size.1.saturating_sub(2), size.0, 1)
}

/// The line that says what the keys do.
pub fn hints(size: (u16, u16)) -> Rect {
    Rect::new(0, size.1.saturating_sub(1), size.0, 1)
}

/// Whether the panel about a log stands beside the list.
pub fn has_log_panel(size: (u16, u16)) -> bool {
    size.0 >= LOG_PANEL_FROM
}

/// Whether a panel stands beside the lists of runs and machines.
pub fn has_panel(size: (u16, u16)) -> bool {
    size.0 >= PANEL_FROM
}

/// The list of logs and the panel beside it; where there is no room for both, the one that has
/// the keys.
pub fn logs(size: (u16, u16), panel_has_keys: bool) -> (Option<Rect>, Option<Rect>) {
    list_and_panel(size, has_log_panel(size), panel_has_keys)
}

/// As [`logs`] of runs.
pub fn runs(size: (u16, u16), panel_has_keys: bool) -> (Option<Rect>, Option<Rect>) {
    list_and_panel(size, has_panel(size), panel_has_keys)
}

/// The list of machines, and the panel beside it where there is room for it.
pub fn machines(size: (u16, u16)) -> (Rect, Option<Rect>) {
    let (list, panel) = list_and_panel(size, has_panel(size), false);
    (list.unwrap_or_default(), panel)
}

fn list_and_panel(size: (u16, u16), both: bool, focused: bool) -> (Option<Rect>, Option<Rect>) {
    let body = body(size);
    if !both {
        return if focused {
            (None, Some(body))
        } else {
            (Some(body), None)
        };
    }
    let panel = (body.width / 3).clamp(36, 64);
    let list = Rect {
        width: body.width - panel - 2,
        ..body
    };
    (
        Some(list),
        Some(Rect {
            x: list.width + 2,
            width: panel,
            ..body
        }),
    )
}

/// The list of jobs, and the messages of the one under the cursor.
pub fn jobs(size: (u16, u16)) -> (Rect, Rect) {
    let body = body(size);
    // A blank line parts them from the list.
    let blank = u16::from(body.height >= 12);
    let messages = (body.height / 3).min(12);
    let list = Rect {
        height: body.height - messages,
        ..body
    };
    (
        list,
        Rect {
            y: list.bottom() + blank,
            height: messages.saturating_sub(blank),
            ..body
        },
    )
}

/// Where the line of a list begins that is `row` lines below its header.
pub fn list_top(size: (u16, u16)) -> u16 {
    body(size).y + 1
}

/// The titles of a view's parts that have room at the right of its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Titles<'a, T> {
    /// The column in which they begin.
    pub left: u16,
    /// Those that have room, the open part's among them. Each stands between two characters:
    /// brackets around the open one, else blanks.
    pub shown: &'a [(T, &'static str)],
    /// Whether titles are left out before them and behind them: a `…` stands there.
    pub cut: (bool, bool),
}

impl<T> Titles<'_, T> {
    /// Columns at the left of them, without the blank between.
    pub fn beside(&self) -> u16 {
        self.left.saturating_sub(1)
    }
}

/// The titles of a view's `parts` in a heading of `width` columns, with a blank behind them; the
/// `open` part's is there in any width.
pub fn titles<'a, T: PartialEq>(
    parts: &'a [(T, &'static str)],
    open: T,
    width: u16,
) -> Titles<'a, T> {
    let at = parts
        .iter()
        .position(|(part, _)| *part == open)
        .unwrap_or(0);
    let ends = |from: usize, to: usize| (from > 0, to < parts.len());
    let wide = |from: usize, to: usize| {
        let titles: u16 = parts.iter().take(to).skip(from).map(title_width).sum();
        let cut = ends(from, to);
        titles + u16::from(cut.0) + u16::from(cut.1) + 1
    };
    let from = (0..at).find(|from| wide(*from, at + 1) <= width);
    let from = from.unwrap_or(at);
    let mut behind = (at + 1..=parts.len()).rev();
    let to = behind.find(|to| wide(from, *to) <= width);
    let to = to.unwrap_or(at + 1);
    Titles {
        left: width.saturating_sub(wide(from, to)),
        shown: parts.get(from..to).unwrap_or_default(),
        cut: ends(from, to),
    }
}

/// The part whose title stands at column `x` of a heading of `width` columns.
pub fn titled_at<T: Copy + PartialEq>(
    parts: &[(T, &'static str)],
    open: T,
    width: u16,
    x: u16,
) -> Option<T> {
    let titles = titles(parts, open, width);
    let mut right = titles.left + u16::from(titles.cut.0);
    let is_left = x < right;
    let found = titles.shown.iter().find(|part| {
        right += title_width(part);
        x < right
    });
    found.filter(|_| !is_left).map(|(part, _)| *part)
}

fn title_width<T>((_, title): &(T, &str)) -> u16 {
    title.len() as u16 + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_line_parts_a_heading_from_what_it_is_above() {
        for height in 20..70 {
            let body = body((80, height));
            let (heading, rest) = headed((80, height), 1);
            assert_eq!(heading.height, 1);
            assert_eq!(rest.y, heading.bottom() + 1, "{height}");
            assert_eq!(rest.bottom(), body.bottom(), "{height}");
            assert!(heading.y > 0, "the top line stays free");
        }
        // In few lines it costs the body nothing.
        let (_, rest) = headed((80, 24), 1);
        assert_eq!(rest.height, body((80, 24)).height - 1);
        let (heading, rest) = headed((80, 12), 1);
        assert_eq!(rest.y, heading.bottom());
    }

    #[test]
    fn the_title_of_the_open_part_is_there_in_any_width() {
        let parts = crate::app::run::Tab::titles();
        for width in 12..120 {
            for (open, _) in parts {
                let Titles { left, shown, cut } = titles(&parts, open, width);
                assert!(
                    shown.iter().any(|(part, _)| *part == open),
                    "{open:?} {width}"
                );
                let wide: u16 = shown.iter().map(title_width).sum();
                let wide = left + u16::from(cut.0) + wide + u16::from(cut.1) + 1;
                assert_eq!(wide, width.max(wide), "{open:?} {width}");
                let clicked =
                    (0..width).filter(|x| titled_at(&parts, open, width, *x) == Some(open));
                let title = shown.iter().find(|(part, _)| *part == open).unwrap();
                assert_eq!(
                    clicked.count(),
                    usize::from(title_width(title)),
                    "{open:?} {width}"
                );
            }
        }
        let all = titles(&parts, crate::app::run::Tab::Path, 80);
        assert_eq!((all.shown.len(), all.cut), (parts.len(), (false, false)));
    }

    #[test]
    fn nothing_leaves_the_screen_at_any_size() {
        for width in 0..240 {
            for height in 0..70 {
                let size = (width, height);
                let screen = Rect::new(0, 0, width, height);
                let (list, panel) = logs(size, false);
                let (of_runs, run_panel) = runs(size, false);
                let (jobs, messages) = jobs(size);
                if too_small(size) {
                    continue;
                }
                for part in [
                    Some(body(size)),
                    Some(message(size)),
                    Some(hints(size)),
                    list,
                    panel,
                    of_runs,
                    run_panel,
                    Some(jobs),
                    Some(messages),
                    Some(headed(size, 1).1),
                    Some(headed(size, 2).0),
                    Some(headed(size, 2).1),
                ] {
                    let part = part.unwrap_or_default();
                    assert_eq!(part.intersection(screen), part, "{size:?}");
                }
                if let (Some(list), Some(panel)) = (list, panel) {
                    assert!(!list.intersects(panel) && list.width >= 70, "{size:?}");
                }
                if let (Some(list), Some(panel)) = (of_runs, run_panel) {
                    assert!(!list.intersects(panel) && list.width >= 100, "{size:?}");
                }
            }
        }
    }
}
