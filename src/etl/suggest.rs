//! The name that a mistyped one was probably meant to be: "did you mean".

/// The candidate whose name needs the fewest changes to be `name`, if they are few.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1 + name.chars().count() / 3;
    let with_changes = candidates.map(|candidate| (changes(name, candidate), candidate));
    let near = with_changes.min_by_key(|(changes, _)| *changes);
    near.filter(|(changes, _)| *changes <= most)
        .map(|(_, candidate)| candidate)
}

/// ``, did you mean `state`?`` with the [`nearest`] candidate; empty without one.
pub fn did_you_mean<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(name, candidates);
    near.map_or_else(String::new, |near| format!(", did you mean `{near}`?"))
}

/// The rest of a sentence on a name that is none of `known`: ``, did you mean `state`? The fields
/// are state, log``, or `; the fields are state, log`.
pub fn among(name: &str, plural: &str, known: &[&str]) -> String {
    let near = did_you_mean(name, known.iter().copied());
    let begin = match near.as_str() {
        "" => "; the".to_owned(),
        near => format!("{near} The"),
    };
    format!("{begin} {plural} are {}", known.join(", "))
}

/// Characters to insert, delete or replace (Levenshtein), whatever their case.
fn changes(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().take(60).collect(),
        b.to_lowercase().chars().take(60).collect(),
    );
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        before = next_row(i, *x, &b, &before);
    }
    before.last().copied().unwrap_or(0)
}

/// The row of the table of changes for character `i` of the first text, which is `x`.
fn next_row(i: usize, x: char, b: &[char], before: &[usize]) -> Vec<usize> {
    let mut row = vec![i + 1];
    for (j, (y, both)) in b.iter().zip(before.windows(2)).enumerate() {
        let (replaced, deleted) = match both {
            [d, u] => (d + usize::from(x != *y), u + 1),
            _ => (usize::MAX, usize::MAX),
        };
        let inserted = row.get(j).map_or(usize::MAX, |n| n + 1);
        row.push(replaced.min(deleted).min(inserted));
    }
    row
}

/// The candidates that contain something like `part`, which may have a few wrong characters:
/// those with the fewest, in their order. None for parts of less than four characters.
pub fn containing<'a>(part: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let most = part.chars().count() / 4;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, candidate) in candidates.enumerate() {
        let changes = changes_within(part, candidate);
        let fewest = found
            .first()
            .map_or(most.min(MOST_WITHIN), |(least, _)| *least);
        if changes < fewest {
            found.clear();
        }
        if changes <= fewest {
            found.push((changes, at));
        }
    }
    // Three characters and less are within most ids.
    found.retain(|_| most > 0);
    found.into_iter().map(|(_, at)| at).collect()
}

/// Wrong characters of a part at most.
const MOST_WITHIN: usize = 3;

/// As [`changes`] from `part` to the part of `whole` that is most like it (Sellers, 1980).
fn changes_within(part: &str, whole: &str) -> usize {
    let (part, whole): (Vec<char>, Vec<char>) = (
        part.to_lowercase().chars().take(60).collect(),
        whole.to_lowercase().chars().take(200).collect(),
    );
    let mut before: Vec<usize> = vec![0; whole.len() + 1];
    for (i, x) in part.iter().enumerate() {
        before = next_row(i, *x, &whole, &before);
    }
    before.into_iter().min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let fields = ["state", "log", "cell", "runtime"];
        let near = |name| nearest(name, fields.into_iter());
        assert_eq!(near("stat"), Some("state"));
        assert_eq!(near("Runtme"), Some("runtime"));
        assert_eq!(near("lgo"), Some("log"));
        assert_eq!(near("temperature"), None);
        let among = |name| among(name, "fields", &fields);
        assert_eq!(
            among("stat"),
            ", did you mean `state`? The fields are state, log, cell, runtime"
        );
        assert_eq!(
            among("temperature"),
            "; the fields are state, log, cell, runtime"
        );
    }

    #[test]
    fn parts_of_ids_are_found_in_spite_of_a_wrong_character() {
        let ids = [
            "6939b762-6611-11ed-8001-000000000000",
            "50105b43-6611-11ed-8001-000000000000",
            "50105b49-6611-11ed-8001-000000000000",
        ];
        let found = |part| containing(part, ids.into_iter());
        assert_eq!(found("50105b43"), [1]);
        assert_eq!(found("5O105b43"), [1]);
        assert_eq!(found("50105b4"), [1, 2]);
        assert_eq!(found("6939b726-6611"), [0]);
        assert_eq!(found("6939b762-6611-11ed-8001-000000000001"), [0]);
        assert_eq!(found("abcdef"), [0; 0]);
        assert_eq!(found("693"), [0; 0], "too short to be sure of anything");
    }
}
