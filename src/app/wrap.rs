//! Text in a given width, counted as terminals count it: cut to it, or in lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Units that stay on the line of their number.
const UNITS: [&str; 16] = [
    "s", "ms", "h", "m", "mm", "µm", "N", "kN", "mm/s", "mm/s²", "Hz", "%", "B", "kB", "MB", "GB",
];

/// The words of a text, a number and its unit being one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let unit = word.trim_end_matches([',', '.', ';', ':', ')']);
        match words.last_mut() {
            Some(number)
                if UNITS.contains(&unit) && number.ends_with(|c: char| c.is_ascii_digit()) =>
            {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `text` in lines of at most `width` columns, broken at blanks where possible.
pub fn wrap(text: &str, width: u16) -> Vec<String> {
    let width = usize::from(width.max(1));
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in words(text) {
        let w = word.width();
        if used > 0 && used + 1 + w <= width {
            line.push(' ');
            line.push_str(&word);
            used += 1 + w;
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for c in word.chars() {
            let w = c.width().unwrap_or(0);
            if used + w > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += w;
        }
    }
    lines.push(line);
    lines
}

/// As [`wrap`] in at most so many `lines`; the last is cut after a whole word where there is more.
pub fn wrap_within(text: &str, width: u16, lines: usize) -> Vec<String> {
    let mut wrapped = wrap(text, width);
    if wrapped.len() > lines {
        let rest: Vec<String> = wrapped.drain(lines.saturating_sub(1)..).collect();
        wrapped.push(fit_words(&rest.join(" "), width));
        wrapped.truncate(lines);
    }
    wrapped
}

/// `text` in exactly `width` columns: cut with `…`, or filled up on the left or right.
pub fn fit(text: &str, width: u16, right: bool) -> String {
    let width = usize::from(width);
    let have = text.width();
    if have <= width {
        let blanks = " ".repeat(width - have);
        return if right {
            blanks + text
        } else {
            text.to_owned() + &blanks
        };
    }
    let mut out = String::with_capacity(text.len());
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > width {
            break;
        }
        used += w;
        out.push(c);
    }
    if width > 0 {
        out.push('…');
        used += 1;
    }
    out + &" ".repeat(width.saturating_sub(used))
}

/// `text` in at most `width` columns, cut in the middle: the ends of keys tell most.
pub fn fit_middle(text: &str, width: u16) -> String {
    let wide = usize::from(width);
    if text.width() <= wide || wide < 8 {
        return fit(text, width, false);
    }
    let tail_width = wide / 2;
    let mut tail: Vec<char> = Vec::new();
    let mut used = 0;
    for c in text.chars().rev() {
        let w = c.width().unwrap_or(0);
        if used + w > tail_width {
            break;
        }
        used += w;
        tail.push(c);
    }
    let head = fit(text, (wide - used) as u16, false);
    // The head's filling, if any, stands behind its mark.
    head + &tail.into_iter().rev().collect::<String>()
}

/// A sentence in at most `width` columns, cut after a whole word with `…` where one fits.
pub fn fit_words(text: &str, width: u16) -> String {
    let wide = usize::from(width);
    if text.width() <= wide {
        return text.to_owned();
    }
    let mut shown = String::new();
    for word in words(text) {
        let blank = usize::from(!shown.is_empty());
        // The mark has its own place after a blank.
        if shown.width() + blank + word.width() + 2 > wide {
            break;
        }
        if blank > 0 {
            shown.push(' ');
        }
        shown.push_str(&word);
    }
    // A number without what it counts tells nothing.
    while let Some((before, last)) = shown.rsplit_once(' ')
        && last.chars().all(|c| c.is_ascii_digit() || c == ',')
        && !last.ends_with(',')
    {
        shown.truncate(before.len());
    }
    match shown.is_empty() {
        true => fit(text, width, false),
        false => shown.trim_end_matches([',', ';', ':']).to_owned() + " …",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut_after_a_whole_word() {
        let text = "2 runs, 65,968 rows, 1 of 3 runs failed";
        assert_eq!(fit_words(text, 39), text);
        assert_eq!(fit_words(text, 38), "2 runs, 65,968 rows, 1 of 3 runs …");
        assert_eq!(fit_words(text, 22), "2 runs, 65,968 rows …");
        assert_eq!(
            fit_words("no sample for 2.004 s, then", 24),
            "no sample for 2.004 s …"
        );
        assert_eq!(fit_words("no sample for 2.004 s", 20), "no sample for …");
        assert_eq!(
            fit_words("2 runs, 65,968 rows, 0 dropped", 28),
            "2 runs, 65,968 rows …"
        );
        assert_eq!(fit_words("truncated", 5), "trun…");
        for width in 0..50 {
            assert!(fit_words(text, width).width() <= usize::from(width));
        }
    }
}
