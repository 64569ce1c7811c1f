//! Reads a condition.

use super::{
    Condition, Operand, Relation, TIME, Test,
    token::{Kind, Token, tokens},
};
use crate::{mistake::Mistake, place::Place};

/// Nobody nests deeper; a program that pastes text may.
const DEPTH: usize = 50;
/// So many columns are offered in place of one that is not known.
const NEAR: usize = 4;

pub(super) fn parse(text: &str, columns: &[String], start_us: i64) -> Result<Condition, Mistake> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        rest: tokens.into_iter(),
        end: text.chars().count() + 1,
        known: columns,
        start_us,
        columns: Vec::new(),
    };
    let test = parser.any(0)?;
    if let Some(token) = parser.rest.next() {
        return Err(wanted("`and`, `or` or the end", Some(&token), parser.end));
    }
    Ok(Condition {
        text: text.trim().to_owned(),
        columns: parser.columns,
        test,
    })
}

struct Parser<'a> {
    rest: std::vec::IntoIter<Token>,
    end: usize,
    known: &'a [String],
    start_us: i64,
    columns: Vec<String>,
}

/// A side of a comparison before it is known what the other side is.
enum Side {
    Column(usize),
    Value(usize, String),
}

impl Parser<'_> {
    fn next_is(&self, word: &str) -> bool {
        self.peek().is_some_and(|t| t.kind.is(word))
    }

    fn peek(&self) -> Option<&Token> {
        self.rest.as_slice().first()
    }

    fn any(&mut self, depth: usize) -> Result<Test, Mistake> {
        let mut tests = vec![self.all(depth)?];
        while self.next_is("or") {
            self.rest.next();
            tests.push(self.all(depth)?);
        }
        Ok(one_or(tests, Test::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Test, Mistake> {
        let mut tests = vec![self.one(depth)?];
        while self.next_is("and") {
            self.rest.next();
            tests.push(self.one(depth)?);
        }
        Ok(one_or(tests, Test::All))
    }

    fn one(&mut self, depth: usize) -> Result<Test, Mistake> {
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} parentheses are nested").into());
        }
        if self.next_is("not") {
            self.rest.next();
            return Ok(Test::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.peek().is_some_and(|t| t.kind == Kind::Open) {
            self.rest.next();
            let test = self.any(depth + 1)?;
            return match self.rest.next() {
                Some(token) if token.kind == Kind::Close => Ok(test),
                other => Err(wanted("`)`, `and` or `or`", other.as_ref(), self.end)),
            };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Test, Mistake> {
        let left = self.side("a column")?;
        let token = self.rest.next();
        match token.as_ref().map(|t| &t.kind) {
            Some(Kind::Relation(relation)) => self.compare(left, *relation),
            Some(kind) if kind.is("is") => self.null(left),
            _ => Err(wanted(
                "a comparison (< <= > >= = !=) or `is null`",
                token.as_ref(),
                self.end,
            )),
        }
    }

    fn null(&mut self, left: Side) -> Result<Test, Mistake> {
        let negated = self.next_is("not");
        if negated {
            self.rest.next();
        }
        let token = self.rest.next();
        if !token.as_ref().is_some_and(|t| t.kind.is("null")) {
            return Err(wanted("`null`", token.as_ref(), self.end));
        }
        let test = match left {
            Side::Column(column) => Test::Null(column),
            Side::Value(at, text) => {
                let told = format!("`{text}` at character {at} is a value, which is never null");
                return Err(Mistake::at(at, told));
            }
        };
        Ok(if negated {
            Test::Not(Box::new(test))
        } else {
            test
        })
    }

    fn compare(&mut self, left: Side, relation: Relation) -> Result<Test, Mistake> {
        let right = self.side("a number or a column")?;
        let is_time = |side: &Side| match side {
            Side::Column(column) => self.columns.get(*column).is_some_and(|c| c == TIME),
            Side::Value(..) => false,
        };
        let time = is_time(&left) || is_time(&right);
        let (left, right) = (self.operand(left, time)?, self.operand(right, time)?);
        Ok(Test::Compare(left, relation, right))
    }

    fn side(&mut self, what: &str) -> Result<Side, Mistake> {
        let Some(token) = self.rest.next() else {
            return Err(wanted(what, None, self.end));
        };
        let at = token.at;
        match token.kind {
            Kind::Word(name)
                if ["and", "or", "not", "is", "null"]
                    .iter()
                    .any(|w| name.eq_ignore_ascii_case(w)) =>
            {
                let told = format!("`{name}` at character {at} stands where {what} is wanted");
                Err(Mistake::at(at, told))
            }
            Kind::Word(name) => self.column(name, at).map(Side::Column),
            Kind::Quoted(name) if name == TIME || self.known.contains(&name) => {
                self.column(name, at).map(Side::Column)
            }
            Kind::Quoted(text) | Kind::Value(text) => Ok(Side::Value(at, text)),
            _ => Err(wanted(what, Some(&token), self.end)),
        }
    }

    /// The place of a column among those that the condition looks at.
    fn column(&mut self, name: String, at: usize) -> Result<usize, Mistake> {
        if name != TIME && !self.known.contains(&name) {
            let near = near(&name, self.known);
            let near = near.join(", ");
            let told = format!("`{name}` at character {at} is no column; near are {near}");
            return Err(Mistake::at(at, told));
        }
        if let Some(at) = self.columns.iter().position(|c| *c == name) {
            return Ok(at);
        }
        self.columns.push(name);
        Ok(self.columns.len() - 1)
    }

    fn operand(&self, side: Side, time: bool) -> Result<Operand, Mistake> {
        let (at, text) = match side {
            Side::Column(column) => return Ok(Operand::Column(column)),
            Side::Value(at, text) => (at, text),
        };
        if time {
            return match Place::read(&text, self.start_us) {
                Some(Place::Time(us)) => Ok(Operand::Number(us as f64)),
                _ => {
                    let forms = "write 20:43:10.5 or +90s";
                    let told = format!("`{text}` at character {at} is no time; {forms}");
                    Err(Mistake::at(at, told))
                }
            };
        }
        let plain: String = text.replace('−', "-").replace(',', "");
        match plain.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Operand::Number(number)),
            _ => {
                let told = format!("`{text}` at character {at} is no number");
                Err(Mistake::at(at, told))
            }
        }
    }
}

fn one_or(mut tests: Vec<Test>, many: fn(Vec<Test>) -> Test) -> Test {
    match tests.pop() {
        Some(only) if tests.is_empty() => only,
        last => {
            tests.extend(last);
            many(tests)
        }
    }
}

fn wanted(what: &str, got: Option<&Token>, end: usize) -> Mistake {
    match got {
        Some(Token { at, kind }) => {
            let text = kind.text();
            let told = format!("`{text}` at character {at} stands where {what} is wanted");
            Mistake::at(*at, told)
        }
        None => {
            let told = format!("at the end, at character {end}, {what} is wanted");
            Mistake::at(end, told)
        }
    }
}

/// The columns whose names need the fewest changes to be `name`.
fn near(name: &str, columns: &[String]) -> Vec<String> {
    let mut all: Vec<(usize, &String)> = columns.iter().map(|c| (changes(name, c), c)).collect();
    all.sort_by_key(|(n, _)| *n);
    let near = all.into_iter().take(NEAR);
    near.map(|(_, column)| column.clone()).collect()
}

/// Characters to insert, delete or replace (Levenshtein).
fn changes(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().take(60).collect(),
        b.to_lowercase().chars().take(60).collect(),
    );
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, (y, both)) in b.iter().zip(before.windows(2)).enumerate() {
            let (replaced, deleted) = match both {
                [d, u] => (d + usize::from(x != y), u + 1),
                _ => (usize::MAX, usize::MAX),
            };
            let inserted = row.get(j).map_or(usize::MAX, |n| n + 1);
            row.push(replaced.min(deleted).min(inserted));
        }
        before = row;
    }
    before.last().copied().unwrap_or(0)
}
