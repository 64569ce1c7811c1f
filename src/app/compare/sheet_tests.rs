use super::*;
use crate::{
    app::compare::fixture,
    etl::{catalog::RunDetail, stats::ChannelStatistic},
};

fn comparison() -> Comparison {
    let details = [0, 1, 2].map(fixture::detail);
    let runs: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
    Comparison::new(&runs, &[])
}

fn find<'a>(sheet: &'a Sheet, title: &str) -> &'a [String] {
    let row = sheet.rows.iter().find(|r| r.cells[0] == title);
    &row.unwrap().cells[1..]
}

#[test]
fn rows_bear_values_differences_and_signs() {
    let sheet = Sheet::new(3, &comparison(), true, |_| true);
    assert_eq!(
        sheet.titles,
        [
            "statistic",
            "A",
            "B",
            "B − A",
            "% of |A|",
            "C",
            "C − A",
            "% of |A|"
        ]
    );
    assert_eq!(
        find(&sheet, "runtime (s)"),
        [
            "104.99", "94.99", "−10.00", "−9.52", "84.99", "−20.00", "−19.05"
        ]
    );
    assert_eq!(
        find(&sheet, "  rows"),
        ["10,000", "10,000", "0", "0.00", "10,000", "0", "0.00"]
    );
    let head = sheet
        .rows
        .iter()
        .position(|r| r.cells == ["f1 (N)"])
        .unwrap();
    assert!(sheet.rows[head].head);
    let count = &sheet.rows[head + 1].cells;
    assert_eq!(count[..3], ["  count", "10,000", "·"], "B lacks it");
    for (c, width) in sheet.widths.iter().enumerate() {
        let cells = sheet.rows.iter().filter_map(|r| r.cells.get(c));
        assert!(cells.clone().all(|t| t.chars().count() <= *width));
    }
}

#[test]
fn only_what_is_shown_has_rows() {
    let comparison = comparison();
    let all = Sheet::new(3, &comparison, true, |_| true).rows.len();
    let none = Sheet::new(3, &comparison, true, |_| false).rows.len();
    let one = Sheet::new(3, &comparison, true, |at| at == 2).rows.len();
    let statistics = ChannelStatistic::compared().count();
    assert_eq!(
        none,
        comparison.totals.len() + 1,
        "with the head of the recording"
    );
    assert_eq!(one, none + 1 + statistics);
    assert_eq!(all, none + comparison.channels.len() * (1 + statistics));
}

#[test]
fn scrolling_ends_with_the_last_row_and_column() {
    let mut sheet = Sheet::new(3, &comparison(), true, |_| true);
    let size = (40, 10);
    sheet.update(Action::Last, size);
    assert_eq!(sheet.top, sheet.rows.len() - 9);
    sheet.update(Action::PageUp, size);
    assert_eq!(sheet.top, sheet.rows.len() - 18);
    for _ in 0..50 {
        sheet.update(Action::Right, size);
    }
    assert!(sheet.has_more_columns(size.0) && !sheet.has_more_columns(200));
    let last = sheet.first_column;
    assert!(last > 1 && last < sheet.titles.len());
    let seen = grid::visible_columns(&sheet.widths, last, size.0);
    assert_eq!(last + seen, sheet.titles.len());
    for _ in 0..50 {
        sheet.update(Action::Left, size);
    }
    sheet.update(Action::First, size);
    assert_eq!((sheet.top, sheet.first_column), (0, 1));
}

#[test]
fn what_is_copied_are_plain_numbers() {
    let text = plain(3, &comparison(), |at| at == 0);
    let lines: Vec<&str> = text.lines().collect();
    let list = listed(3, &comparison(), |at| at == 0);
    assert_eq!(lines.len(), list.len() + 1);
    // The list has the same figures.
    assert_eq!(list.csv(), text.replace('\t', ","));
    let header = "channel\tstatistic\tunit\tA\tB\tB - A\tB - A (%)\tC\tC - A\tC - A (%)";
    assert_eq!(lines[0], header);
    assert_eq!(
        lines[2],
        "\ttotal_distance_mm 1\tmm\t39010.731742\t39010.731742\t0\t0\t39010.731742\t0\t0"
    );
    let comparison = comparison();
    let mean = lines.iter().find(|l| l.contains("\tmean\t")).unwrap();
    assert!(mean.starts_with(&comparison.channels[0].name), "{mean}");
    assert!(!text.contains(',') && !text.contains('−'), "{text}");
    let mut odd = comparison.clone();
    odd.channels[0].name = "a,\"b".into();
    let csv = listed(3, &odd, |at| at == 0).csv();
    assert!(csv.contains("\n\"a,\"\"b\",mean,mm,"), "{csv}");
}

#[test]
fn what_differs_stands_first_and_what_is_equal_is_hidden() {
    let comparison = comparison();
    let (all, some) = (
        Sheet::new(3, &comparison, true, |_| true),
        Sheet::new(3, &comparison, false, |_| true),
    );
    let figures = |sheet: &Sheet| sheet.rows.iter().filter(|row| !row.head).count();
    assert_eq!(
        (all.hidden, figures(&all)),
        (0, figures(&some) + some.hidden)
    );
    assert!(some.hidden > 20, "{}", some.hidden);
    let titles: Vec<&str> = some.rows.iter().map(|row| row.cells[0].as_str()).collect();
    assert_eq!(
        titles[0], "runtime (s)",
        "distances, samples and rows are equal"
    );
    // B has no f1: no difference is larger.
    assert_eq!(titles[1], "f1 (N)");
    // How much was recorded stands last, and within a channel below its values.
    let place_of = |name: &str| titles.iter().position(|t| *t == name);
    let f1 = place_of("f1 (N)").unwrap();
    let end = titles.iter().skip(f1 + 1).position(|t| !t.starts_with(' '));
    let own = &titles[f1 + 1..f1 + 1 + end.unwrap()];
    let of_recording = |title: &&&str| ["  count", "  rate (Hz)"].contains(*title);
    assert!(
        own.iter().rev().take(2).all(|t| of_recording(&t)),
        "{own:?}"
    );
    // x_2 is 5 mm in all of them, and its mean and rms are 2.5 mm apart; v1 moves by 200 mm/s.
    let place = |name: &str| titles.iter().position(|t| *t == name).unwrap();
    assert!(place("x_2 (mm)") < place("v1 (mm/s)"));
    let minima = titles.iter().filter(|t| **t == "  min").count();
    assert_eq!(minima, 1, "f1's: those of the others are equal {titles:?}");
    for row in some.rows.iter().filter(|row| !row.head) {
        assert!(row.differs(), "{row:?}");
    }
}
