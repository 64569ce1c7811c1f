//! What is written is parsed back.

use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z_]{1,5}",
        1 => prop::sample::select(vec!["and", "IS", "null", "°C", "", "20:40", "a:b", "2022-11-23", "5", "MB", "!x", "-3", "a'b\"c", "&&", "1.5k"]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9 _:<>=!()'\"\\[\\]°~&|.,+-]{0,8}",
    ]
}

/// A text as a parser would have it: without quotes only where it needs none.
fn typed(value: bool) -> impl Strategy<Value = Text> {
    (
        text(),
        prop::sample::select(vec![Quote::None, Quote::Single, Quote::Double]),
    )
        .prop_map(move |(text, quote)| Text {
            at: 0,
            quote: match quote {
                Quote::None if !token::is_bare(&text, value) => Quote::Single,
                quote => quote,
            },
            text,
        })
}

fn exprs() -> impl Strategy<Value = Expr> {
    let name = || {
        (text(), any::<bool>()).prop_map(|(text, double)| Text {
            at: 0,
            quote: if !double && quote_name(&text) == text {
                Quote::None
            } else {
                Quote::Double
            },
            text,
        })
    };
    let relation = prop::sample::select(Relation::ALL.to_vec());
    let leaf = prop_oneof![
        (typed(false), relation, typed(true)).prop_map(|(a, r, b)| Expr::Compare(a, r, b)),
        (name(), typed(true)).prop_map(|(a, b)| Expr::Has(a, b)),
        typed(false).prop_map(Expr::Null),
        typed(false).prop_map(Expr::Word),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Expr::Not(Box::new(e))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::All),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Any),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_parsed_back(expr in exprs()) {
        let written = expr.to_string();
        prop_assert_eq!(parse(&written), Ok(Some(expr)), "{}", written);
    }

    #[test]
    fn quoted_names_and_values_are_parsed_back(name in text(), value in text()) {
        let typed = format!("{} == {}", quote_name(&name), quote_value(&value));
        let Ok(Some(Expr::Compare(left, Relation::Equal, right))) = parse(&typed) else {
            panic!("{typed}");
        };
        prop_assert_eq!((left.text, right.text), (name, value), "{}", typed);
    }
}
