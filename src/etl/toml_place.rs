//! Where in a TOML file a mistake stands, so that its sentence can name the line.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{suggest::did_you_mean, text};

/// One step into a TOML document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(&'static str),
    /// An element of an array, from 0.
    At(usize),
}

/// `line 3: unknown field …`, as one sentence of harmless text.
pub fn mistake(toml: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| toml.get(..span.start));
    let line = before.map_or(1, line_after);
    // The message may run over several lines.
    let message = text::quoted(&error.message().replace('\n', " "), 500);
    let message = with_suggestion(&in_words_of_toml(message));
    format!("line {line}: {message}")
}

/// A message in the words of TOML instead of those of the program: ``invalid type: integer `1`, expected struct Fields``
/// and whole numbers of more than 64 bits.
fn in_words_of_toml(message: String) -> String {
    for bits in ["` as i128", "` as u128"] {
        let number = message.split_once(bits).map(|(before, _)| before);
        if let Some((_, number)) = number.and_then(|before| before.rsplit_once('`')) {
            return format!("{number} is too large: a whole number has at most 64 bits");
        }
    }
    match message.rsplit_once(", expected ") {
        Some((before, expected)) if expected.starts_with("struct ") || expected == "a map" => {
            format!("{before}, expected a table")
        }
        _ => message,
    }
}

/// ``unknown field `holt`, expected one of `name`, `hold` `` with the one that is meant probably.
fn with_suggestion(message: &str) -> String {
    const EXPECTED: &str = ", expected ";
    let suggested = || {
        let unknown = message.strip_prefix("unknown ")?;
        let (unknown, known) = unknown.split_once(EXPECTED)?;
        let name = unknown.split('`').nth(1)?;
        // Every second piece stands between quotes.
        let near = did_you_mean(name, known.split('`').skip(1).step_by(2));
        let near = Some(near).filter(|near| !near.is_empty())?;
        Some(format!("unknown {unknown}{near} Expected {known}"))
    };
    suggested().unwrap_or_else(|| message.to_owned())
}

/// The line of what lies at `path`, or of the last step that there is.
pub fn line_of(toml: &str, path: &[Step]) -> Option<usize> {
    let document = DeTable::parse(toml).ok()?;
    let mut line = line_after(toml.get(..document.span().start)?);
    let mut at: Option<&Spanned<DeValue<'_>>> = None;
    for step in path {
        let next = match (step, at.map(Spanned::get_ref)) {
            (Step::Key(key), None) => document.get_ref().get(*key),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get(*key),
            (Step::At(n), Some(DeValue::Array(array))) => array.get(*n),
            _ => None,
        };
        let Some(next) = next else { break };
        line = line_after(toml.get(..next.span().start)?);
        at = Some(next);
    }
    Some(line)
}

/// The line (from 1) of the byte `at` of a document.
pub fn line_at(toml: &str, at: usize) -> usize {
    toml.get(..at).map_or(1, line_after)
}

fn line_after(text: &str) -> usize {
    text.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_brings_the_one_that_is_meant() {
        assert_eq!(
            with_suggestion("unknown field `holt`, expected one of `name`, `hold`"),
            "unknown field `holt`, did you mean `hold`? Expected one of `name`, `hold`"
        );
        let far = "unknown field `temperature`, expected `name` or `hold`";
        assert_eq!(with_suggestion(far), far);
        let other = "invalid type: string \"a\", expected a boolean";
        assert_eq!(with_suggestion(other), other);
    }

    #[test]
    fn messages_name_no_types_of_the_program() {
        #[derive(Debug, Default, serde::Deserialize)]
        #[expect(dead_code, reason = "read by no one")]
        struct File {
            table: Option<std::collections::BTreeMap<String, File>>,
            any: Option<toml::Value>,
        }
        let sentence = |toml: &str| mistake(toml, &toml::from_str::<File>(toml).unwrap_err());
        let large = "18446744073709551616";
        for (toml, wanted) in [
            (
                "table = 3\n".to_owned(),
                "line 1: invalid type: integer `3`, expected a table".to_owned(),
            ),
            (
                "\n[table]\nx = 1\n".to_owned(),
                "line 3: invalid type: integer `1`, expected a table".to_owned(),
            ),
            (
                format!("any = {large}\n"),
                format!("line 1: {large} is too large: a whole number has at most 64 bits"),
            ),
        ] {
            assert_eq!(sentence(&toml), wanted);
        }
    }

    #[test]
    fn lines_are_found_by_path() {
        let toml = "a = 1\n\n[b]\nc = [\n 1,\n 2]\n[[d]]\nx = 1\n[[d]]\ny = 2\n";
        let line = |path: &[Step]| line_of(toml, path);
        use Step::{At, Key};
        assert_eq!(line(&[Key("a")]), Some(1));
        assert_eq!(line(&[Key("b"), Key("c"), At(1)]), Some(6));
        assert_eq!(line(&[Key("d"), At(1), Key("y")]), Some(10));
        // What is not there: where it should be.
        assert_eq!(line(&[Key("d"), At(1), Key("x")]), Some(9));
        assert_eq!(line(&[Key("b"), Key("c"), At(7)]), Some(4));
    }
}
