use proptest::prelude::*;

use super::{super::Relation, *};
use crate::lake::run_file::Window;

/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;

fn columns() -> Vec<String> {
    ["fx_1", "fz_1", "v1", "x_2"].map(str::to_owned).to_vec()
}

/// Rows that pass, of a table with `fz_1` and `v1` and a row a second.
fn passing(text: &str, rows: &[(f64, f64)]) -> Vec<u64> {
    let condition = Condition::parse(text, &columns(), START).unwrap();
    let column = |name: &&str| -> Vec<f64> {
        rows.iter()
            .map(|r| if *name == "fz_1" { r.0 } else { r.1 })
            .collect()
    };
    let window = Window {
        first_row: 100,
        times: (0..rows.len() as i64)
            .map(|i| START + i * 1_000_000)
            .collect(),
        columns: condition.channels().iter().map(column).collect(),
    };
    let mut out = Vec::new();
    condition.rows(&window, &mut out);
    out
}

const NULL: f64 = f64::NAN;

#[test]
fn rows_pass_as_sql_has_it() {
    let rows = [(-1600.0, 20.0), (-1600.0, 5.0), (NULL, 20.0), (3.0, NULL)];
    for (text, wanted) in [
        ("fz_1 < -1500 and v1 > 10", vec![100]),
        ("fz_1<-1500 AND v1>10", vec![100]),
        ("fz_1 < −1,500", vec![100, 101]),
        ("fz_1 < -1500 or v1 >= 20", vec![100, 101, 102]),
        ("fz_1 is null", vec![102]),
        ("not fz_1 is null and v1 is not null", vec![100, 101]),
        ("not fz_1 < 0", vec![103]),
        ("not (fz_1 < 0 and v1 > 10)", vec![101, 103]),
        ("v1 > fz_1", vec![100, 101]),
        ("10 < v1", vec![100, 102]),
        ("v1 != 20", vec![101]),
        ("v1 <> 20", vec![101]),
        ("v1 == 2e1", vec![100, 102]),
        ("v1:20", vec![100, 102]),
        ("fz_1 < -1.5k v1 > 10", vec![100]),
        ("time:20:40:01", vec![101]),
        ("fz_1 = 3 or not not v1 <= 5.0", vec![101, 103]),
        ("time >= +2s", vec![102, 103]),
        (
            "time < 20:40:01 or \"time\" = '2022-11-23 20:40:03'",
            vec![100, 103],
        ),
        ("time > +0.5s and v1 is null", vec![103]),
    ] {
        assert_eq!(passing(text, &rows), wanted, "{text}");
    }
}

#[test]
fn names_with_other_characters_are_quoted() {
    let columns = ["Temp [°C]_left".to_owned(), "x\"y".to_owned()];
    let condition = Condition::parse(
        "\"Temp [°C]_left\">20 or \"x\"\"y\" is null",
        &columns,
        START,
    );
    assert_eq!(condition.unwrap().channels(), ["Temp [°C]_left", "x\"y"]);
}

/// Beyond the year 2255 an `f64` does not hold every microsecond.
#[test]
fn times_are_exact_in_the_year_3000() {
    let start = 32_514_600_600_000_001;
    let condition = Condition::parse("time > +1us", &[], start).unwrap();
    let window = Window {
        first_row: 0,
        times: vec![start, start + 1, start + 2],
        columns: Vec::new(),
    };
    let mut rows = Vec::new();
    condition.rows(&window, &mut rows);
    assert_eq!(rows, [2]);
}

#[test]
fn errors_name_the_position_and_the_columns() {
    let refused = |text: &str| {
        let error = Condition::parse(text, &columns(), START).unwrap_err();
        if let Some((_, rest)) = error.sentence.split_once("at character ") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            assert_eq!(error.at, Some(digits.parse::<usize>().unwrap() - 1));
        }
        error.sentence
    };
    assert_eq!(
        refused("fz_9 < 1"),
        "unknown column `fz_9` at character 1, did you mean fz_1? The columns are time, fx_1, fz_1, v1, x_2"
    );
    for (text, part) in [
        ("", "the condition is empty"),
        (
            "fz_1",
            "`fz_1` at character 1 is not a comparison: write such as",
        ),
        ("colour", "unknown column `colour` at character 1"),
        ("5", "`5` at character 1 is not a comparison"),
        (
            "fz_1 <",
            "expected a value or a field at character 7, the end",
        ),
        (
            "fz_1 < < 3",
            "expected a value or a field at character 8, not `<`",
        ),
        ("fz_1 < 3x", "`3x` at character 8 is not a number"),
        ("fz_1 < 1e999", "`1e999` at character 8 is not a number"),
        (
            "time > 5",
            "`5` at character 8 is not a time; write 2022-11-23, 2022-11-23 20:43, 2022-11-23T20:43:10.5Z, 20:43:10.5, or +90s",
        ),
        (
            "time > fz_1",
            "`time` at character 1 cannot be compared with `fz_1`: one is a time",
        ),
        ("3 is null", "unknown column `3`"),
        ("fz_1 & 3", "unknown operator `&` at character 6"),
    ] {
        let sentence = refused(text);
        assert!(sentence.contains(part), "{text}: {sentence}");
    }
}

fn tests() -> impl Strategy<Value = Test> {
    let relation = || prop::sample::select(Relation::ALL.to_vec());
    let number = (-3i32..4).prop_map(|n| f64::from(n) / 2.0);
    let leaf = prop_oneof![
        2 => (0usize..3, relation(), number).prop_map(|(a, r, n)| Test::Number(a, r, n)),
        2 => (0usize..3, relation(), 0usize..3).prop_map(|(a, r, b)| Test::Fields(a, r, b)),
        1 => (0usize..3).prop_map(Test::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Test::Not(Box::new(t))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::All),
            prop::collection::vec(inner, 2..4).prop_map(Test::Any),
        ]
    })
}

const NAMES: [&str; 3] = ["fx_1", "fz_1", "v1"];

/// As it would be typed; every part in parentheses.
fn typed(test: &Test) -> String {
    let many = |tests: &[Test], word: &str| {
        let parts: Vec<String> = tests.iter().map(|t| format!("({})", typed(t))).collect();
        parts.join(word)
    };
    match test {
        Test::Number(a, r, n) => format!("{} {} {n}", NAMES[*a], r.text()),
        Test::Fields(a, r, b) => format!("{} {} {}", NAMES[*a], r.text(), NAMES[*b]),
        Test::Null(c) => format!("{} is null", NAMES[*c]),
        Test::Not(t) => format!("not ({})", typed(t)),
        Test::All(tests) => many(tests, " and "),
        Test::Any(tests) => many(tests, " or "),
        other => panic!("{other:?}"),
    }
}

/// Whether it surely holds (`true`), or surely fails (`false`): the two told apart, where
/// the code under test has one answer of three.
fn surely(test: &Test, row: &[f64], wanted: bool) -> bool {
    let compared = |a: f64, r: &Relation, b: f64| {
        let holds = match r {
            Relation::Less => a < b,
            Relation::AtMost => a <= b,
            Relation::More => a > b,
            Relation::AtLeast => a >= b,
            Relation::Equal => a == b,
            Relation::Unequal => a != b,
        };
        !a.is_nan() && !b.is_nan() && holds == wanted
    };
    match test {
        Test::Number(a, r, n) => compared(row[*a], r, *n),
        Test::Fields(a, r, b) => compared(row[*a], r, row[*b]),
        Test::Null(c) => row[*c].is_nan() == wanted,
        Test::Not(t) => surely(t, row, !wanted),
        Test::All(tests) if wanted => tests.iter().all(|t| surely(t, row, true)),
        Test::All(tests) => tests.iter().any(|t| surely(t, row, false)),
        Test::Any(tests) if wanted => tests.iter().any(|t| surely(t, row, true)),
        Test::Any(tests) => tests.iter().all(|t| surely(t, row, false)),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_typed_is_what_is_evaluated(
        test in tests(),
        rows in prop::collection::vec(prop::array::uniform3(prop_oneof![
            1 => Just(f64::NAN),
            4 => (-3i32..4).prop_map(|n| f64::from(n) / 2.0),
        ]), 1..20),
    ) {
        let condition = Condition::parse(&typed(&test), &columns(), START).unwrap();
        let window = Window {
            first_row: 0,
            times: vec![START; rows.len()],
            columns: condition.channels().iter().map(|name| {
                let c = NAMES.iter().position(|n| n == name).unwrap();
                rows.iter().map(|r| r[c]).collect()
            }).collect(),
        };
        let mut got = Vec::new();
        condition.rows(&window, &mut got);
        let wanted: Vec<u64> = (0..rows.len() as u64)
            .filter(|i| surely(&test, &rows[*i as usize], true))
            .collect();
        prop_assert_eq!(got, wanted, "{}", typed(&test));
    }

    #[test]
    fn no_text_is_too_strange(text in "[a-z_0-9<>=!() .'\"+−-]{0,40}") {
        let _ = Condition::parse(&text, &columns(), START);
    }
}
