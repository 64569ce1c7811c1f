use super::*;
use proptest::prelude::*;

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
fn errors_point_at_the_place() {
    let refused = |text: &str| {
        let mistake = Condition::parse(text, &columns(), START).unwrap_err();
        // The place is the one that the sentence names.
        if let Some((_, rest)) = mistake.sentence.split_once("at character ") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            assert_eq!(mistake.at, Some(digits.parse::<usize>().unwrap() - 1));
        }
        mistake.sentence
    };
    assert_eq!(
        refused("fz_9 < 1"),
        "`fz_9` at character 1 is no column; near are fz_1, fx_1, x_2, v1"
    );
    assert_eq!(
        refused("fz_1 <"),
        "at the end, at character 7, a number or a column is wanted"
    );
    assert_eq!(
        refused("fz_1 < < 3"),
        "`<` at character 8 stands where a number or a column is wanted"
    );
    assert_eq!(
        refused("fz_1 < 3 v1 > 2"),
        "`v1` at character 10 stands where `and`, `or` or the end is wanted"
    );
    assert_eq!(
        refused("(fz_1 < 3"),
        "at the end, at character 10, `)`, `and` or `or` is wanted"
    );
    assert_eq!(refused("fz_1 < 3x"), "`3x` at character 8 is no number");
    assert_eq!(
        refused("fz_1 < 1e999"),
        "`1e999` at character 8 is no number"
    );
    assert!(refused("time > 5").contains("at character 8 is no time"));
    assert!(refused("fz_1 is 3").contains("at character 9 stands where `null`"));
    assert!(refused("3 is null").contains("never null"));
    assert!(refused("fz_1 & 3").starts_with("`&` at character 6"));
    assert!(refused("fz_1 > 'x").contains("begins at character 8"));
    assert!(refused("and").contains("where a column is wanted"));
    assert!(refused("").contains("a column is wanted"));
    assert!(refused(&"(".repeat(100_000)).contains("nested"));
    assert!(refused(&"not ".repeat(100_000)).contains("nested"));
}

fn tests() -> impl Strategy<Value = Test> {
    let operand = prop_oneof![
        (0usize..3).prop_map(Operand::Column),
        (-3i32..4).prop_map(|n| Operand::Number(f64::from(n) / 2.0)),
    ];
    let relation = prop::sample::select(vec![
        Relation::Less,
        Relation::AtMost,
        Relation::More,
        Relation::AtLeast,
        Relation::Equal,
        Relation::Unequal,
    ]);
    let leaf = prop_oneof![
        4 => (operand.clone(), relation, operand).prop_map(|(a, r, b)| Test::Compare(a, r, b)),
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

/// As somebody would type it; every part in parentheses.
fn typed(test: &Test) -> String {
    let operand = |o: &Operand| match o {
        Operand::Column(c) => NAMES[*c].to_owned(),
        Operand::Number(n) => n.to_string(),
    };
    let many = |tests: &[Test], word: &str| {
        let parts: Vec<String> = tests.iter().map(|t| format!("({})", typed(t))).collect();
        parts.join(word)
    };
    match test {
        Test::Compare(a, r, b) => format!("{} {} {}", operand(a), r.text(), operand(b)),
        Test::Null(c) => format!("{} is null", NAMES[*c]),
        Test::Not(t) => format!("not ({})", typed(t)),
        Test::All(tests) => many(tests, " and "),
        Test::Any(tests) => many(tests, " or "),
    }
}

/// Whether it surely holds (`true`), or surely fails (`false`): the two told apart, where
/// the code under test has one answer of three.
fn surely(test: &Test, row: &[f64], wanted: bool) -> bool {
    let of = |o: &Operand| match o {
        Operand::Column(c) => row[*c],
        Operand::Number(n) => *n,
    };
    match test {
        Test::Compare(a, r, b) => {
            let (a, b) = (of(a), of(b));
            let holds = match r {
                Relation::Less => a < b,
                Relation::AtMost => a <= b,
                Relation::More => a > b,
                Relation::AtLeast => a >= b,
                Relation::Equal => a == b,
                Relation::Unequal => a != b,
            };
            !a.is_nan() && !b.is_nan() && holds == wanted
        }
        Test::Null(c) => row[*c].is_nan() == wanted,
        Test::Not(t) => surely(t, row, !wanted),
        Test::All(tests) if wanted => tests.iter().all(|t| surely(t, row, true)),
        Test::All(tests) => tests.iter().any(|t| surely(t, row, false)),
        Test::Any(tests) if wanted => tests.iter().any(|t| surely(t, row, true)),
        Test::Any(tests) => tests.iter().all(|t| surely(t, row, false)),
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
