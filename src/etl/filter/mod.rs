//! Filters of lists as an operator types them: words, `field:text` and `field>number`; the
//! browser and the commands read them alike.
//!
//! * [`Filtered`]: what a filter can ask of a row.
//! * [`Filter`]: what was typed.

mod rows;

pub use rows::{cell_holds, contains};

use super::mistake::Mistake;

/// A row that filters can be held against.
pub trait Filtered {
    /// Names of fields that a filter can ask for.
    const FIELDS: &'static [&'static str];

    /// Whether one term of a filter holds.
    fn holds(&self, term: &Term) -> bool;
    /// Whether the row contains `text`, which is in lower case.
    fn contains(&self, text: &str) -> bool;
}

/// What one field is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Contains this text (lower case).
    Has(String),
    /// Compares with this number, or time in microseconds.
    Is(Relation, f64),
}

/// How two numbers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Test {
    /// Whether a text passes.
    pub fn text(&self, text: &str) -> bool {
        match self {
            Self::Has(part) => text.to_lowercase().contains(part),
            Self::Is(..) => text.parse().is_ok_and(|n| self.number(n)),
        }
    }

    /// Whether a word of a fixed set, or a name such as a cell's, passes: it must be the
    /// whole word.
    pub fn word(&self, word: &str) -> bool {
        match self {
            Self::Has(text) => word.to_lowercase() == *text,
            Self::Is(..) => self.text(word),
        }
    }

    /// Whether a number passes.
    pub fn number(&self, number: f64) -> bool {
        match self {
            Self::Has(text) => text.parse() == Ok(number),
            Self::Is(Relation::Less, n) => number < *n,
            Self::Is(Relation::AtMost, n) => number <= *n,
            Self::Is(Relation::Equal, n) => number == *n,
            Self::Is(Relation::AtLeast, n) => number >= *n,
            Self::Is(Relation::More, n) => number > *n,
        }
    }

    /// Whether a number that may be unknown passes.
    pub fn known(&self, number: Option<f64>) -> bool {
        number.is_some_and(|n| self.number(n))
    }
}

/// One part of a filter; a row must pass all.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A word that stands somewhere in the row (lower case).
    Word(String),
    /// A test of one field.
    Field {
        /// The field's name.
        field: String,
        /// What it is held against.
        test: Test,
    },
}

/// A whole filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

impl Filter {
    /// Reads a filter over `fields`. `since` and `until` take a date or a time.
    ///
    /// # Errors
    /// One sentence that quotes the term, and where it stands.
    pub fn parse(text: &str, fields: &[&str]) -> Result<Self, Mistake> {
        let terms = text.split_whitespace().map(|term| {
            parse_term(term, fields).map_err(|sentence| Mistake::around(text, term, sentence))
        });
        Ok(Self {
            text: text.trim().to_owned(),
            terms: terms.collect::<Result<_, _>>()?,
        })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a row passes.
    pub fn passes<T: Filtered>(&self, row: &T) -> bool {
        self.terms.iter().all(|term| row.holds(term))
    }

    /// Its parts.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

fn parse_term(term: &str, fields: &[&str]) -> Result<Term, String> {
    let Some(at) = term.find([':', '<', '>', '=']).filter(|at| *at > 0) else {
        return Ok(Term::Word(term.to_lowercase()));
    };
    let (field, rest) = term.split_at(at);
    let field = field.to_lowercase();
    if !fields.contains(&field.as_str()) {
        // A key may hold such characters too: only what looks like a name is a field.
        if field.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!(
                "there is no field `{field}`; there are {}",
                fields.join(", ")
            ));
        }
        return Ok(Term::Word(term.to_lowercase()));
    }
    let (relation, value) = if let Some(value) = rest.strip_prefix(">=") {
        (Some(Relation::AtLeast), value)
    } else if let Some(value) = rest.strip_prefix("<=") {
        (Some(Relation::AtMost), value)
    } else if let Some(value) = rest.strip_prefix('>') {
        (Some(Relation::More), value)
    } else if let Some(value) = rest.strip_prefix('<') {
        (Some(Relation::Less), value)
    } else {
        (None, rest.get(1..).unwrap_or_default())
    };
    if value.is_empty() {
        return Err(format!("`{term}` lacks a value"));
    }
    let test = match (field.as_str(), relation) {
        ("since", None) => Test::Is(Relation::AtLeast, time(value)?),
        ("until", None) => Test::Is(Relation::Less, time(value)?),
        ("since" | "until", Some(_)) => {
            return Err(format!("`{term}`: write {field}:2022-11-01"));
        }
        (_, None) => Test::Has(value.to_lowercase()),
        (_, Some(relation)) => {
            let number = value
                .parse()
                .map_err(|_| format!("`{value}` in `{term}` is no number"))?;
            Test::Is(relation, number)
        }
    };
    Ok(Term::Field { field, test })
}

/// A date, or a date with a time, in microseconds.
fn time(text: &str) -> Result<f64, String> {
    let whole = match text.len() {
        10 => format!("{text}T00:00:00"),
        16 => format!("{text}:00"),
        _ => text.to_owned(),
    };
    crate::time::parse(whole.as_bytes())
        .map(|us| us as f64)
        .ok_or_else(|| format!("`{text}` is no time; write 2022-11-01 or 2022-11-01T20:40"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[&str] = &["state", "cell", "since", "runtime"];

    fn test_of(text: &str) -> Test {
        match Filter::parse(text, FIELDS).unwrap().terms {
            terms if terms.len() == 1 => match &terms[0] {
                Term::Field { test, .. } => test.clone(),
                Term::Word(word) => panic!("{word} is a word"),
            },
            terms => panic!("{terms:?}"),
        }
    }

    #[test]
    fn fields_are_tested() {
        assert!(test_of("state:failed").word("failed"));
        assert!(!test_of("cell:1").word("10"), "cell 10 is not cell 1");
        assert!(test_of("runtime>500").number(500.1) && !test_of("runtime>500").number(500.0));
        assert!(test_of("runtime>=500").number(500.0) && !test_of("runtime<500").number(500.0));
        assert!(test_of("runtime<=500").number(500.0) && test_of("runtime=5").number(5.0));
        assert!(
            !test_of("runtime<500").known(None),
            "what is unknown passes no test"
        );
        let november = test_of("since:2022-11-01");
        assert!(
            november.number(1_667_260_800_000_000.0) && !november.number(1_667_260_799_999_999.0)
        );
    }

    #[test]
    fn what_makes_no_sense_is_quoted() {
        let refused = |text: &str| Filter::parse(text, FIELDS).unwrap_err().sentence;
        assert_eq!(
            refused("colour:red"),
            "there is no field `colour`; there are state, cell, since, runtime"
        );
        assert_eq!(
            refused("runtime>long"),
            "`long` in `runtime>long` is no number"
        );
        assert_eq!(refused("state:"), "`state:` lacks a value");
        assert!(refused("since:yesterday").contains("`yesterday` is no time"));
        assert!(refused("since>2022").contains("since:2022-11-01"));
    }

    #[test]
    fn a_mistake_has_its_place() {
        let at = |text: &str| Filter::parse(text, FIELDS).unwrap_err().at;
        assert_eq!(at("  Zürich colour:red"), Some(9));
        assert_eq!(at("state:failed runtime>long"), Some(13));
    }

    #[test]
    fn a_key_with_a_colon_is_a_word() {
        let filter = Filter::parse("cell-01/a:b Zürich", FIELDS).unwrap();
        assert_eq!(
            filter.terms,
            [
                Term::Word("cell-01/a:b".into()),
                Term::Word("zürich".into())
            ]
        );
    }
}
