//! Text in a given width, counted as terminals count it.

pub use crate::app::wrap::{fit, fit_middle, fit_words, wrap, wrap_within};
use ratatui::text::{Line, Span};

/// A line in at most `width` columns, cut with `…`.
pub fn fit_line(mut line: Line<'_>, width: u16) -> Line<'_> {
    let width = usize::from(width);
    let mut used = 0;
    for at in 0..line.spans.len() {
        let Some(span) = line.spans.get_mut(at) else {
            break;
        };
        let wide = span.width();
        if used + wide > width {
            let left = u16::try_from(width - used).unwrap_or(0);
            span.content = fit(&span.content, left, false).into();
            line.spans.truncate(at + 1);
            break;
        }
        used += wide;
    }
    line
}

/// As many of `parts` as fit into `width` columns whole, with `…` where some do not: a cut
/// number would be another number.
pub fn whole_parts<'a>(parts: Vec<Vec<Span<'a>>>, width: u16) -> Line<'a> {
    let width = usize::from(width);
    let wide = |part: &[Span]| part.iter().map(Span::width).sum::<usize>();
    let all: usize = parts.iter().map(|p| wide(p)).sum();
    let room = if all > width {
        width.saturating_sub(2)
    } else {
        width
    };
    let (mut line, mut used) = (Line::default(), 0);
    for part in parts {
        used += wide(&part);
        if used > room {
            let style = part.first().map(|span| span.style).unwrap_or_default();
            line.push_span(Span::styled(" …", style));
            break;
        }
        line.spans.extend(part);
    }
    line
}

/// As [`whole_parts`] in at most so many `lines`; those after the first begin with a blank.
pub fn whole_lines<'a>(mut parts: Vec<Vec<Span<'a>>>, width: u16, lines: usize) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    while !parts.is_empty() && all.len() < lines {
        let mut used = 0;
        let fitting = parts.iter().take_while(|part| {
            used += part.iter().map(Span::width).sum::<usize>();
            used <= usize::from(width)
        });
        let fitting = match all.len() + 1 == lines {
            true => parts.len(),
            false => fitting.count().max(1),
        };
        let mut line: Vec<Vec<Span<'a>>> = parts.drain(..fitting).collect();
        if let Some(first) = line.first_mut().filter(|_| !all.is_empty()) {
            let blanks = first
                .iter()
                .take_while(|span| span.content.trim().is_empty());
            let blanks = blanks.count();
            first.splice(..blanks, [Span::raw(" ")]);
        }
        all.push(whole_parts(line, width));
    }
    all
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn text_takes_exactly_its_width() {
        for text in ["", "a", "cell-01/2022-11-23T2040", "加工加工加工", "Zürich"] {
            for width in 0..30 {
                assert_eq!(
                    fit(text, width, false).width(),
                    usize::from(width),
                    "{text} {width}"
                );
                assert_eq!(
                    fit(text, width, true).width(),
                    usize::from(width),
                    "{text} {width}"
                );
                assert_eq!(
                    fit_middle(text, width).width(),
                    usize::from(width),
                    "{text} {width}"
                );
                for line in wrap(text, width.max(2)) {
                    assert!(line.width() <= usize::from(width.max(2)));
                }
            }
        }
        assert_eq!(fit("abcdef", 4, false), "abc…");
        assert_eq!(fit("12", 4, true), "  12");
        assert_eq!(fit_middle("cell-01/2022-11-23T2040", 14), "cell-0…23T2040");
    }

    #[test]
    fn parts_are_whole_or_not_there() {
        let parts = || {
            let part = |text: &'static str| vec![Span::raw(text), Span::raw(" N")];
            vec![part(" f1 1,200.5"), part("  fz_1 −4.25"), part("  加工 9")]
        };
        let message = |width| whole_parts(parts(), width).to_string();
        assert_eq!(message(40), " f1 1,200.5 N  fz_1 −4.25 N  加工 9 N");
        assert_eq!(message(36), " f1 1,200.5 N  fz_1 −4.25 N …");
        assert_eq!(message(28), " f1 1,200.5 N …");
        for width in 0..50 {
            assert!(whole_parts(parts(), width).width() <= usize::from(width).max(2));
            let line = Line::from(parts().concat());
            assert!(fit_line(line, width).width() <= usize::from(width));
        }
        let line = Line::from(parts().concat());
        assert_eq!(fit_line(line, 20).to_string(), " f1 1,200.5 N  fz_1…");
    }

    #[test]
    fn parts_go_on_in_the_next_line() {
        let part = |text: &'static str| vec![Span::raw("  "), Span::raw(text)];
        let lines = |width, most| -> Vec<String> {
            let parts = vec![
                vec![Span::raw(" robot 1")],
                part("30 layers"),
                part("bias unknown"),
            ];
            let lines = whole_lines(parts, width, most).into_iter();
            lines.map(|line| line.to_string()).collect()
        };
        assert_eq!(lines(40, 2), [" robot 1  30 layers  bias unknown"]);
        assert_eq!(lines(30, 2), [" robot 1  30 layers", " bias unknown"]);
        assert_eq!(lines(12, 2), [" robot 1", " 30 layers …"]);
        assert_eq!(lines(12, 3), [" robot 1", " 30 layers", " …"]);
        assert_eq!(lines(30, 1), [" robot 1  30 layers …"]);
        assert!(lines(30, 0).is_empty());
    }

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrap("rows in the log", 7), ["rows in", "the log"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(
            wrap("no sample for 2.004 s, then", 19),
            ["no sample for", "2.004 s, then"]
        );
    }
}
