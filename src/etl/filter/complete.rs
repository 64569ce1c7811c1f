//! What a filter that is being typed can go on with: names of fields, and words of closed sets.

use super::{Filtered, Get, Kind, field, quote_value};

/// What the word before the cursor can be completed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// At which byte that word begins.
    pub start: usize,
    /// What may stand in its place.
    pub words: Vec<String>,
}

/// Completes a filter over rows of a list: `before` stands before the cursor, `columns` are the
/// names of the list's columns, which come first. A name that takes a text ends with the colon
/// that comes next.
pub fn complete<R: Filtered>(before: &str, columns: &[&str]) -> Completion {
    let mut names: Vec<String> = columns.iter().map(|name| normal(name)).collect();
    let fields = R::FIELDS.iter().filter(|f| matches!(f.get, Get::Row(_)));
    names.extend(
        fields
            .filter_map(|f| f.names.first())
            .map(|n| (*n).to_owned()),
    );
    let kind = |name: &str| field::<R>(name).map(|field| field.kind());
    complete_among(before, names, kind)
}

/// Completes a condition over the columns of a run's table.
pub fn complete_columns(before: &str, columns: &[String]) -> Completion {
    complete_among(before, columns.to_vec(), |_| None)
}

fn complete_among(
    before: &str,
    names: Vec<String>,
    kind: impl Fn(&str) -> Option<Kind>,
) -> Completion {
    let (start, of) = last_word(before);
    let typed = before.get(start..).unwrap_or_default();
    let typed = normal(typed.trim_start_matches(['"', '\'']));
    let begins = |word: &str| normal(word).starts_with(&typed);
    let mut words: Vec<String> = Vec::new();
    match of.map(|name| kind(&name)) {
        Some(Some(Kind::Word(allowed))) => {
            let allowed = allowed().into_iter().filter(|word| begins(word));
            words.extend(allowed.map(quote_value));
        }
        // Any other value is not one of a closed set.
        Some(_) => {}
        None => {
            for name in names.into_iter().filter(|name| begins(name)) {
                let name = match kind(&name) {
                    Some(Kind::Text | Kind::Name | Kind::Word(_) | Kind::Id) => name + ":",
                    _ => name,
                };
                if !words.contains(&name) {
                    words.push(name);
                }
            }
        }
    }
    Completion { start, words }
}

/// Where the last word of `before` begins, and the name before it whose value it is.
fn last_word(before: &str) -> (usize, Option<String>) {
    let (mut start, mut name, mut earlier) = (0, None, String::new());
    let mut quote = None;
    for (at, c) in before.char_indices() {
        let word = before.get(start..at).unwrap_or_default();
        match c {
            _ if quote.is_some() => quote = quote.filter(|open| *open != c),
            '"' | '\'' => quote = Some(c),
            '(' | ')' => (start, name, earlier) = (at + 1, None, String::new()),
            _ if c.is_whitespace() => {
                if !word.is_empty() {
                    (name, earlier) = (None, unquoted(word));
                }
                start = at + c.len_utf8();
            }
            ':' | '<' | '>' | '=' | '!' | '≤' | '≥' | '≠' => {
                if !word.is_empty() {
                    earlier = unquoted(word);
                }
                name = Some(earlier.clone());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    (start, name)
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', '\'']).to_owned()
}

/// In lower case, with `_` for blanks.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(' ', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{LogRow, RunRow};

    fn logs(before: &str) -> (usize, Vec<String>) {
        let completion = complete::<LogRow>(before, &["state", "log", "harvested"]);
        (completion.start, completion.words)
    }

    #[test]
    fn names_are_completed_where_a_name_may_stand() {
        assert_eq!(logs("sta"), (0, vec!["state:".into(), "start".into()]));
        assert_eq!(logs("ST").1, logs("st").1);
        assert_eq!(logs("verdict:fail and (not siz"), (22, vec!["size".into()]));
        assert_eq!(logs("rows > 5 har").1[0], "harvested");
        let all = logs("").1;
        assert_eq!(all[..2], ["state:", "log:"], "columns stand first");
        assert_eq!(all.iter().filter(|name| *name == "state:").count(), 1);
        assert!(logs("nothing_is_called_so").1.is_empty());
        let robots = complete::<RunRow>("dist", &["distance 1", "distance left"]);
        assert_eq!(robots.words, ["distance_1", "distance_left", "distance"]);
    }

    #[test]
    fn words_of_closed_sets_are_completed_where_a_value_may_stand() {
        assert_eq!(
            logs("state:p"),
            (6, vec!["partial".into(), "pending".into()])
        );
        assert_eq!(logs("state == fa"), (9, vec!["failed".into()]));
        assert_eq!(logs("\"state\" != fa").1, ["failed"]);
        assert_eq!(logs("verdict:'not e").1, ["'not evaluated'"]);
        assert_eq!(logs("verdict:not").1, ["'not evaluated'"]);
        for none in ["log:a", "start:20:4", "rows > 5", "size>"] {
            assert!(logs(none).1.is_empty(), "{none}");
        }
    }

    #[test]
    fn columns_of_tables_are_completed_without_a_colon() {
        let columns = ["fx_1", "fy_1", "v1"].map(str::to_owned);
        let completion = complete_columns("v1 > 10 and f", &columns);
        assert_eq!((completion.start, completion.words.len()), (12, 2));
        assert_eq!(completion.words, ["fx_1", "fy_1"]);
    }

    #[test]
    fn any_text_is_completed_at_a_character() {
        for text in ["ü:加 工'", "((\"", "a≥", "!=<>", "'"] {
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let before = &text[..at];
                assert!(before.is_char_boundary(logs(before).0));
            }
        }
    }
}
