//! Finds the fields that a filter names, checks every value against the kind of its field,
//! and makes of it what is evaluated.

use super::{
    Kind,
    expr::{Expr, Quote, Relation, Text},
    parse::QUOTED,
    test::Test,
    token::{operator_error, unknown_operator},
};
use crate::{
    natural_order::compare_values,
    parse_error::ParseError,
    position::{Origin, TIME_FORMS, read_span, read_time},
    run_id,
    suggest::nearest,
    text::{composed, quoted, searchable},
};

/// The fields that a filter may name.
pub(crate) trait Scope {
    /// The slot and the kind of a field: one field has one slot.
    fn resolve(&mut self, name: &str) -> Option<(usize, Kind)>;
    /// All fields, for messages: each with its other names.
    fn names(&self) -> Vec<Vec<String>>;
    /// What a field is called here: `field`, `column`.
    fn noun(&self) -> &'static str;
    /// Whether a word alone is looked for in the whole row.
    fn has_words(&self) -> bool;
    /// What incomplete times count from.
    fn origin(&self) -> Origin;
}

/// A side of a comparison.
enum Side<'a> {
    Field(&'a Text, usize, Kind),
    Value(&'a Text),
}

/// Compiles `expr` over the fields of `scope`.
pub(crate) fn compile(expr: &Expr, scope: &mut impl Scope) -> Result<Test, ParseError> {
    Ok(match expr {
        Expr::All(parts) => {
            check_neighbours(parts, scope)?;
            Test::All(each(parts, scope)?)
        }
        Expr::Any(parts) => Test::Any(each(parts, scope)?),
        Expr::Not(part) => Test::Not(Box::new(compile(part, scope)?)),
        Expr::Null(field) => match side(field, scope) {
            Side::Field(_, slot, _) => Test::Null(slot),
            Side::Value(_) => return Err(unknown_field(field, scope)),
        },
        Expr::Word(word) if scope.has_words() => {
            check_word(word, scope)?;
            Test::Word(searchable(&word.text))
        }
        Expr::Word(word) => {
            if let Side::Value(_) = side(word, scope)
                && !looks_like_value(&word.text)
            {
                return Err(unknown_field(word, scope));
            }
            return Err(error(
                word,
                "is not a comparison: write such as `fz_1 < -1500` or `fz_1 is null`",
            ));
        }
        Expr::Has(field, value) => match side(field, scope) {
            Side::Field(_, slot, kind) => has(field, slot, kind, value, scope.origin())?,
            Side::Value(_) => return Err(unknown_field(field, scope)),
        },
        Expr::Compare(left, relation, right) => compare(left, *relation, right, scope)?,
    })
}

fn each(parts: &[Expr], scope: &mut impl Scope) -> Result<Vec<Test>, ParseError> {
    let mut tests = Vec::with_capacity(parts.len());
    for part in parts {
        tests.push(compile(part, scope)?);
    }
    Ok(tests)
}

/// Operators of other languages, which would be words here, and what to write instead.
const FOREIGN: [(&str, &str); 6] = [
    ("in", "field == a or field == b"),
    ("between", "field >= a and field <= b"),
    ("like", "field:text"),
    ("contains", "field:text"),
    ("matches", "field:text"),
    ("equals", "field == a"),
];

/// A field followed by an operator of another language was not meant as two words.
fn check_neighbours(parts: &[Expr], scope: &mut impl Scope) -> Result<(), ParseError> {
    for pair in parts.windows(2) {
        let [Expr::Word(field), Expr::Word(operator)] = pair else {
            continue;
        };
        let is_plain = field.quote == Quote::None && operator.quote == Quote::None;
        let foreign = FOREIGN
            .iter()
            .find(|(word, _)| operator.text.eq_ignore_ascii_case(word));
        if let (true, Some((_, instead)), Side::Field(..)) = (is_plain, foreign, side(field, scope))
        {
            let instead = instead.replace("field", &field.text);
            let sentence = format!(
                "is not an operator: write {instead}, or put the words in quotes to look for them"
            );
            return Err(error(operator, &sentence));
        }
    }
    Ok(())
}

/// `rows!5` was not meant as a word: it begins with a field, and what follows looks like an
/// operator.
fn check_word(word: &Text, scope: &mut impl Scope) -> Result<(), ParseError> {
    let symbols = |c: char| "!~&|^%".contains(c);
    let Some(at) = word.text.find(symbols).filter(|at| *at > 0) else {
        return Ok(());
    };
    let (name, rest) = word.text.split_at(at);
    if word.quote != Quote::None || scope.resolve(name).is_none() {
        return Ok(());
    }
    let operator: String = rest.chars().take_while(|c| symbols(*c)).collect();
    let at = word.at + name.chars().count();
    Err(match operator.as_str() {
        "!" => operator_error("!", at, ", did you mean !=?"),
        other => unknown_operator(other, at),
    })
}

fn side<'a>(text: &'a Text, scope: &mut impl Scope) -> Side<'a> {
    let field = (text.quote != Quote::Single).then(|| scope.resolve(&text.text));
    match field.flatten() {
        Some((slot, kind)) => Side::Field(text, slot, kind),
        None => Side::Value(text),
    }
}

/// `field:text`
fn has(
    field: &Text,
    slot: usize,
    kind: Kind,
    value: &Text,
    origin: Origin,
) -> Result<Test, ParseError> {
    let lower = || searchable(&value.text);
    Ok(match kind {
        Kind::Text => Test::Contains(slot, lower()),
        Kind::Name => Test::IsAnyCase(slot, lower()),
        Kind::Word(words) => Test::Is(slot, word(field, &words(), value)?),
        Kind::Id => Test::PartOfId(slot, value.text.clone()),
        Kind::Number(_) => Test::Number(slot, Relation::Equal, number(kind, value)?),
        Kind::Time => {
            let (first, last) = time(value, origin, read_span)?;
            Test::All(vec![
                Test::Time(slot, Relation::AtLeast, first),
                Test::Time(slot, Relation::AtMost, last),
            ])
        }
        Kind::Since => Test::Time(slot, Relation::AtLeast, time(value, origin, read_time)?),
        Kind::Until => Test::Time(slot, Relation::Less, time(value, origin, read_time)?),
    })
}

fn compare(
    left: &Text,
    relation: Relation,
    right: &Text,
    scope: &mut impl Scope,
) -> Result<Test, ParseError> {
    let (field, slot, kind, relation, value) = match (side(left, scope), side(right, scope)) {
        // `verdict == fail` means the word, whether or not a field is so called too.
        (Side::Field(field, slot, kind), Side::Field(value, _, other))
            if value.quote == Quote::None && is_word(kind, &value.text) && !is_word_kind(other) =>
        {
            (field, slot, kind, relation, value)
        }
        (Side::Field(a, slot, kind), Side::Field(b, other, other_kind)) => {
            check(a, kind, relation)?;
            if !kind.compares_with(other_kind) {
                let sentence = format!(
                    "cannot be compared with `{}`: one is a {}, the other a {}",
                    quoted(&b.text, QUOTED),
                    kind.noun(),
                    other_kind.noun()
                );
                return Err(error(a, &sentence));
            }
            return Ok(Test::Fields(slot, relation, other));
        }
        (Side::Field(field, slot, kind), Side::Value(value)) => {
            (field, slot, kind, relation, value)
        }
        (Side::Value(value), Side::Field(field, slot, kind))
            if looks_like_value(&value.text) || value.quote == Quote::Single =>
        {
            (field, slot, kind, relation.reversed(), value)
        }
        (Side::Value(value), _) => return Err(unknown_field(value, scope)),
    };
    check(field, kind, relation)?;
    compare_value((field, slot, kind), relation, value, scope)
}

fn compare_value(
    (field, slot, kind): (&Text, usize, Kind),
    relation: Relation,
    value: &Text,
    scope: &impl Scope,
) -> Result<Test, ParseError> {
    let equal = |test: Test| match relation {
        Relation::Unequal => Test::Not(Box::new(test)),
        _ => test,
    };
    Ok(match kind {
        Kind::Number(_) => {
            let number = number(kind, value).map_err(|error| {
                // Not a number: perhaps it was meant as a field.
                if value.quote == Quote::None && !looks_like_value(&value.text) {
                    unknown_field(value, scope)
                } else {
                    error
                }
            })?;
            Test::Number(slot, relation, number)
        }
        Kind::Time | Kind::Since | Kind::Until => {
            Test::Time(slot, relation, time(value, scope.origin(), read_time)?)
        }
        Kind::Text => equal(Test::Is(slot, composed(&value.text))),
        Kind::Word(words) => equal(Test::Is(slot, word(field, &words(), value)?)),
        Kind::Name if matches!(relation, Relation::Equal | Relation::Unequal) => {
            equal(Test::Is(slot, composed(&value.text)))
        }
        Kind::Name => {
            let number = value.text.replace('−', "-");
            if compare_values(&number, &number).is_none() {
                let sentence = format!(
                    "is not a number: `{}` takes only numbers after `{}`",
                    field.text,
                    relation.text()
                );
                return Err(error(value, &sentence));
            }
            Test::Decimal(slot, relation, number)
        }
        Kind::Id => match run_id::parse_text(value.text.as_bytes()) {
            Some(run) => equal(Test::Id(slot, run.id)),
            None => {
                let name = &field.text;
                let sentence = format!(
                    "is not a whole run id; write {name}:{} for a part of one",
                    value.text
                );
                return Err(error(value, &quoted(&sentence, 2 * QUOTED)));
            }
        },
    })
}

/// Whether a field of this kind has this relation.
fn check(field: &Text, kind: Kind, relation: Relation) -> Result<(), ParseError> {
    let allowed = match kind {
        Kind::Name | Kind::Number(_) | Kind::Time => return Ok(()),
        Kind::Since | Kind::Until => "`:`, as in since:2022-11-01",
        Kind::Text | Kind::Word(_) | Kind::Id => {
            if matches!(relation, Relation::Equal | Relation::Unequal) {
                return Ok(());
            }
            "`:`, `==`, `!=`, `is null` and `is not null`"
        }
    };
    let sentence = format!(
        "is a {} and does not have the operator `{}`; it has {allowed}",
        kind.noun(),
        relation.text()
    );
    Err(error(field, &sentence))
}

fn number(kind: Kind, value: &Text) -> Result<f64, ParseError> {
    let Kind::Number(unit) = kind else {
        return Err(error(value, "is not a number"));
    };
    unit.read(&value.text).ok_or_else(|| {
        let (noun, forms) = unit.forms();
        error(value, &format!("is not a {noun}; write {forms}"))
    })
}

fn time<T>(
    value: &Text,
    origin: Origin,
    read: fn(&str, Origin) -> Option<T>,
) -> Result<T, ParseError> {
    read(&value.text, origin).ok_or_else(|| {
        let forms = match origin {
            Origin::Now(_) => TIME_FORMS
                .rsplit_once(", or ")
                .map_or(TIME_FORMS, |(forms, _)| forms),
            Origin::Run(_) | Origin::UtcRun(_) => TIME_FORMS,
        };
        error(value, &format!("is not a time; write {forms}"))
    })
}

/// The word of a closed set that is meant; `not_evaluated` is `not evaluated`.
fn word(field: &Text, words: &[&'static str], value: &Text) -> Result<String, ParseError> {
    let meant = normal(&value.text);
    if let Some(word) = words.iter().find(|word| normal(word) == meant) {
        return Ok((*word).to_owned());
    }
    let all: Vec<String> = words.iter().map(|word| super::quote_value(word)).collect();
    let list = match nearest(&value.text, words.iter().copied()) {
        Some(near) => format!(", did you mean {}? It is one of", super::quote_value(near)),
        None => "; it is one of".to_owned(),
    };
    let sentence = format!(
        "is not a {}{list} {}",
        quoted(&field.text, QUOTED),
        all.join(", ")
    );
    Err(error(value, &sentence))
}

fn is_word(kind: Kind, text: &str) -> bool {
    matches!(kind, Kind::Word(words) if words().iter().any(|word| normal(word) == normal(text)))
}

fn is_word_kind(kind: Kind) -> bool {
    matches!(kind, Kind::Word(_))
}

/// In lower case, with `_` for blanks and hyphens.
fn normal(text: &str) -> String {
    text.to_lowercase().replace([' ', '-'], "_")
}

/// What begins as a number or a time does.
fn looks_like_value(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || "+-−.".contains(c))
}

/// "`text` at character N" and what is wrong with it.
fn error(text: &Text, what: &str) -> ParseError {
    let shown = quoted(&text.text, QUOTED);
    ParseError::at(
        text.at,
        format!("`{shown}` at character {} {what}", text.at + 1),
    )
}

fn unknown_field(name: &Text, scope: &impl Scope) -> ParseError {
    let (noun, names) = (scope.noun(), scope.names());
    let near = nearest(&name.text, names.iter().flatten().map(String::as_str));
    let near = near.map_or(String::new(), |near| {
        let double = if near == name.text {
            " (a name has no quotes, or double ones)"
        } else {
            ""
        };
        format!(", did you mean {}{double}?", super::quote_name(near))
    });
    let shown = |names: &Vec<String>| {
        let quoted: Vec<String> = names.iter().map(|name| super::quote_name(name)).collect();
        match quoted.split_first() {
            Some((first, others)) if !others.is_empty() => {
                format!("{first} ({})", others.join(", "))
            }
            _ => quoted.concat(),
        }
    };
    let all: Vec<String> = names.iter().map(shown).collect();
    let stop = if near.is_empty() { "." } else { "" };
    ParseError::at(
        name.at,
        format!(
            "unknown {noun} `{}` at character {}{near}{stop} The {noun}s are {}",
            quoted(&name.text, QUOTED),
            name.at + 1,
            all.join(", ")
        ),
    )
}
