//! The name that a mistyped one was probably meant to be: "did you mean".

/// The candidate whose name needs the fewest changes to be `name`, if they are few.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1 + name.chars().count() / 3;
    let with_changes = candidates.map(|candidate| (changes(name, candidate), candidate));
    let near = with_changes.min_by_key(|(changes, _)| *changes);
    near.filter(|(changes, _)| *changes <= most)
        .map(|(_, candidate)| candidate)
}

/// Characters to insert, delete or replace (Levenshtein), whatever their case.
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
    }
}
