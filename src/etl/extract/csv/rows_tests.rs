//! The rows of texts with right, wrong and stray quotes.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::rows::Rows;

/// Gives a few bytes at a time.
struct Slow(Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = buffer.len().min(self.1);
        self.0.read(&mut buffer[..n])
    }
}

/// All rows after the header `a,b,c`, through a buffer that is far too small.
fn rows_of(text: &str, step: usize) -> Vec<Vec<String>> {
    let input = Slow(Cursor::new(format!("a,b,c\n{text}").into_bytes()), step);
    read(Rows::with_buffer(Box::new(input), 16).unwrap(), b',')
}

fn read(mut rows: Rows, separator: u8) -> Vec<Vec<String>> {
    let width = rows.header(separator).unwrap().len();
    rows.begin(separator, usize::MAX).unwrap();
    let mut all = Vec::new();
    while rows.advance().unwrap() {
        // A row may have more cells than the header, and fewer.
        let cells = (0..rows.cells()).map(|i| String::from_utf8(rows.cell(i).to_vec()).unwrap());
        all.push(cells.collect());
        assert_eq!(rows.is_full(), rows.cells() >= width);
    }
    all
}

fn assert_rows(text: &str, want: &[&[&str]]) {
    for step in [1, 3, 4096] {
        assert_eq!(rows_of(text, step), want, "{text:?}, {step}");
    }
}

#[test]
fn quoted_cells() {
    assert_rows("1,\"x, y\",3\n", &[&["1", "x, y", "3"]]);
    assert_rows(
        "\"1\",\"say \"\"hi\"\"\",\"\"\r\n",
        &[&["1", "say \"hi\"", ""]],
    );
    assert_rows("1,\"\",\"\"\"\"", &[&["1", "", "\""]]);
}

#[test]
fn quoted_cells_with_line_breaks() {
    assert_rows(
        "1,2,\"x\ny, z\"\n4,5,6\n",
        &[&["1", "2", "x\ny, z"], &["4", "5", "6"]],
    );
    assert_rows(
        "1,\"x\r\n\r\n\"\"y\"\"\",3\r\n",
        &[&["1", "x\r\n\r\n\"y\"", "3"]],
    );
    assert_rows("\"1\n\",\"\n2\",\"\n\"", &[&["1\n", "\n2", "\n"]]);
}

#[test]
fn a_stray_quote_is_an_ordinary_character() {
    for stray in ["\"5 mm", "5\" mm", "\"", "\"\"\"", "\"a\"b", "x\"\""] {
        assert_rows(
            &format!("1,2,{stray}\n3,4,5\n6,7,8\n"),
            &[&["1", "2", stray], &["3", "4", "5"], &["6", "7", "8"]],
        );
        assert_rows(
            &format!("1,{stray},2\n3,4,{stray}"),
            &[&["1", stray, "2"], &["3", "4", stray]],
        );
    }
}

#[test]
fn a_stray_quote_with_a_second_one_far_below_swallows_nothing() {
    let mut text = "1,2,\"clamp\n".to_owned();
    let mut want = vec![vec!["1", "2", "\"clamp"]];
    for _ in 0..250 {
        text.push_str("3,4,\n");
        want.push(vec!["3", "4", ""]);
    }
    text.push_str("5,6,bolt\"\n");
    want.push(vec!["5", "6", "bolt\""]);
    let want: Vec<&[&str]> = want.iter().map(Vec::as_slice).collect();
    assert_rows(&text, &want);
}

#[test]
fn a_legal_line_break_after_a_stray_quote_stays_legal() {
    // In the same line, and in a later one.
    assert_rows("\"1,2,\"x\ny\"\n", &[&["\"1", "2", "x\ny"]]);
    assert_rows(
        "1,2,\"in\n3,4,\"x\ny\"\n",
        &[&["1", "2", "\"in"], &["3", "4", "x\ny"]],
    );
    // The first break is legal, the second one is not: only the second quote is ordinary.
    assert_rows(
        "1,\"x\ny\",\"in\n3,4,5\n",
        &[&["1", "x\ny", "\"in"], &["3", "4", "5"]],
    );
}

#[test]
fn a_joined_row_has_the_number_of_cells_of_the_header() {
    assert_rows(
        "1,\"x\ny\"\n3,4,5\n",
        &[&["1", "\"x"], &["y\""], &["3", "4", "5"]],
    );
    // Two of its lines look like rows: they are.
    assert_rows(
        "1,2,\"x\n3,4,y\"\n",
        &[&["1", "2", "\"x"], &["3", "4", "y\""]],
    );
}

#[test]
fn of_two_readings_of_a_line_the_one_with_all_cells_is_right() {
    assert_rows("\"5 mm,2,3\"\n", &[&["\"5 mm", "2", "3\""]]);
    assert_rows("\"5 mm,2\",3,4\n", &[&["5 mm,2", "3", "4"]]);
}

#[test]
fn lines_end_with_crlf_cr_or_both_and_empty_ones_are_passed_over() {
    assert_rows(
        "\n1,2,3\r\n\r\n4,5,6\r\r\n\n",
        &[&["1", "2", "3"], &["4", "5", "6"]],
    );
    let old_mac = "a,b,c\r1,2,\"x\ry\"\r\r4,5,6";
    let rows = Rows::new(Box::new(Cursor::new(old_mac))).unwrap();
    assert_eq!(read(rows, b','), [["1", "2", "x\ry"], ["4", "5", "6"]]);
}

#[test]
fn a_header_may_have_line_breaks_and_stray_quotes() {
    let header = |text: &'static str| {
        let mut rows = Rows::new(Box::new(Cursor::new(text))).unwrap();
        let cells = rows.header(b';').unwrap();
        rows.begin(b';', 3).unwrap();
        assert!(rows.advance().unwrap());
        assert_eq!(rows.cell(0), b"1", "{text:?}");
        cells
    };
    assert_eq!(header("a;b;\"c\n[\"\"C\"\"]\"\n1;2;3\n")[2], b"c\n[\"C\"]");
    assert_eq!(header("a;b;\"c\n1;2;3\"\n")[2], b"\"c");
    assert_eq!(header("a;b;\"c\n1;2;3\n")[2], b"\"c");
}

#[test]
fn a_last_line_without_an_end_is_known() {
    let mut rows = Rows::new(Box::new(Cursor::new("a,b,c\n1,2,3\n4,5,6"))).unwrap();
    rows.begin(b',', 1).unwrap();
    assert!(rows.advance().unwrap() && !rows.is_unended());
    assert!(rows.advance().unwrap() && rows.is_unended() && rows.is_full());
    assert!(!rows.advance().unwrap());
    let mut rows = Rows::new(Box::new(Cursor::new("a,b,c\n1,\"x\"\"\ny"))).unwrap();
    rows.begin(b',', 1).unwrap();
    assert!(rows.advance().unwrap() && !rows.is_unended());
    assert!(rows.advance().unwrap() && rows.is_unended() && !rows.is_full());
}

#[test]
fn quotes_without_end_are_followed_so_far_and_no_farther() {
    // Each line opens a quoted cell that the next one closes, and opens another one.
    let line = "a\",\",\n";
    let text = line.repeat(200_000);
    let rows = Rows::new(Box::new(Cursor::new(format!("a,b,c\n{text}")))).unwrap();
    let begin = std::time::Instant::now();
    assert_eq!(read(rows, b',').len(), 200_000);
    // And one quote before lines that are not rows, beyond the bound.
    let text = format!("a,b,c\n1,2,\"x\n{}\"\n", "y\n".repeat(1 << 20));
    let rows = Rows::new(Box::new(Cursor::new(text))).unwrap();
    assert_eq!(read(rows, b',').len(), (1 << 20) + 2);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

/// The rule as it is written, on a whole text in memory.
fn by_the_rule(text: &str, width: usize) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line = text[at..].split('\n').next().unwrap();
        if line.trim_end_matches('\r').is_empty() {
            at += line.len() + 1;
            continue;
        }
        let (cells, end) = row(text, at, at, Vec::new(), false, width).unwrap();
        let plain: Vec<String> = line
            .trim_end_matches('\r')
            .split(',')
            .map(str::to_owned)
            .collect();
        let joined = text[at..end].contains('\n');
        rows.push(if !joined && cells.len() != width && plain.len() == width {
            plain
        } else {
            cells
        });
        at = end + 1;
    }
    rows
}

/// The cells of the row that begins at `begin`, from `at` on, and its end.
fn row(
    text: &str,
    begin: usize,
    at: usize,
    cells: Vec<String>,
    broken: bool,
    width: usize,
) -> Option<(Vec<String>, usize)> {
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |n| at + n);
    let with = |cell: &str| {
        let mut cells = cells.clone();
        cells.push(cell.to_owned());
        cells
    };
    let after = |cells, stop: usize, broken| {
        if text[stop..].starts_with(',') {
            return row(text, begin, stop + 1, cells, broken, width);
        }
        let end = line_end(stop);
        let full = text[begin..end]
            .split('\n')
            .filter(|l| l.split(',').count() == width);
        let right = !broken || cells.len() == width && full.count() <= 1;
        right.then_some((cells, end))
    };
    if text[at..].starts_with('"') {
        let mut close = at + 1;
        while let Some(n) = text[close..].find('"') {
            close += n;
            if !text[close + 1..].starts_with('"') {
                break;
            }
            close += 2;
        }
        let rest = text.get(close + 1..).unwrap_or("x");
        let of_line = rest.trim_start_matches('\r');
        let closed = text[close..].starts_with('"')
            && (rest.starts_with(',') || of_line.is_empty() || of_line.starts_with('\n'));
        if closed {
            let inner = text[at + 1..close].replace("\"\"", "\"");
            let breaks = text[at..close].contains('\n');
            let found = after(with(&inner), close + 1, broken || breaks);
            if found.is_some() || !breaks {
                return found;
            }
        }
    }
    let end = line_end(at);
    let stop = text[at..end].find(',').map(|n| at + n);
    let cell = match stop {
        Some(stop) => &text[at..stop],
        None => text[at..end].trim_end_matches('\r'),
    };
    after(with(cell), stop.unwrap_or(at + cell.len()), broken)
}

/// A remark: quotes, separators and line breaks are not rare.
fn remark() -> impl Strategy<Value = String> {
    proptest::string::string_regex("([ab ]|\"|,|\n|\r\n){0,8}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_has_the_rows_that_the_rule_gives(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["a", ",", ",", "\"", "\"", "\"\"", "\n", "\n", "\r\n"]),
            0..60,
        ),
        step in 1usize..40,
    ) {
        let text = pieces.concat();
        prop_assert_eq!(rows_of(&text, step), by_the_rule(&text, 3), "{:?}", text);
    }

    #[test]
    fn what_a_conforming_writer_wrote_comes_back(
        remarks in prop::collection::vec((0usize..3, remark()), 1..30),
        all_quoted: bool,
        separator in prop::sample::select(vec![b',', b';', b'\t']),
    ) {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(separator)
            .quote_style(if all_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        let mut want: Vec<Vec<String>> = Vec::new();
        for (place, remark) in remarks {
            let mut cells = vec!["1".to_owned(), "2".to_owned(), "3".to_owned()];
            cells[place] = remark;
            let line = cells.join(&char::from(separator).to_string());
            // Two lines that look like rows are rows: such a remark cannot be told from them.
            let full = line.split('\n').filter(|l| l.split(char::from(separator)).count() == 3);
            if full.count() < 2 {
                writer.write_record(&cells).unwrap();
                want.push(cells);
            }
        }
        let text = writer.into_inner().unwrap();
        let rows = Rows::with_buffer(Box::new(Cursor::new(text)), 16).unwrap();
        prop_assert_eq!(read(rows, separator), want);
    }

    #[test]
    fn stray_quotes_never_lose_a_row(
        quotes in prop::collection::vec((0usize..50, 0usize..6), 0..40),
    ) {
        let mut lines = vec!["1,2,3".to_owned(); 50];
        for (line, place) in quotes {
            let place = place.min(lines[line].len());
            lines[line].insert(place, '"');
        }
        let text = lines.join("\n");
        prop_assert_eq!(rows_of(&text, 7).len(), 50, "{}", text);
    }
}
