//! Log keys: the names that logs have in the lake, in lists and in commands.

use std::collections::HashSet;

use crate::{
    source::reserved::{is_lake_file, is_reserved_at_top},
    text::visible_bytes,
};

/// The ending that a key does not carry. Others stay, `.PARQUET` among them.
const DROPPED: &str = ".parquet";
/// What a name gains that is taken.
const MARK: char = '~';
/// A file name may have 255 bytes; lake files and a `~` must still fit.
const LONGEST_PART: usize = 240;

/// The key of the log at `path` (raw bytes, below the data directory), and `taken` with it.
///
/// Harmless text, a relative path that stays inside the lake, never the name of one
/// of the lake's own files. When the short form is taken, the ending stays; when that
/// is taken too, `~` is added.
pub fn assign(path: &[u8], taken: &mut HashSet<String>) -> String {
    let mut parts: Vec<String> = path
        .split(|b| *b == b'/')
        .filter(|part| !part.is_empty())
        .map(part_of)
        .collect();
    let name = parts.pop().unwrap_or_default();
    for (depth, part) in parts.iter_mut().enumerate() {
        while is_lakes(part, depth == 0) {
            part.push(MARK);
        }
    }
    let top = parts.is_empty();
    let mut folder = parts.join("/");
    if !folder.is_empty() {
        folder.push('/');
    }
    let short = name
        .strip_suffix(DROPPED)
        .filter(|stem| !stem.is_empty() && !is_dots(stem));
    if let Some(stem) = short.filter(|stem| !is_lakes(stem, top)) {
        let key = format!("{folder}{stem}");
        if taken.insert(key.clone()) {
            return key;
        }
    }
    let mut name = name;
    while is_lakes(&name, top) || taken.contains(&format!("{folder}{name}")) {
        name.push(MARK);
    }
    let key = format!("{folder}{name}");
    taken.insert(key.clone());
    key
}

/// Whether the lake itself has files of this name there.
fn is_lakes(part: &str, top: bool) -> bool {
    is_lake_file(part) || (top && is_reserved_at_top(part)) || part.is_empty() || is_dots(part)
}

fn is_dots(part: &str) -> bool {
    part == "." || part == ".."
}

/// One folder or file name as harmless text that fits into a file name.
fn part_of(raw: &[u8]) -> String {
    let text = visible_bytes(raw);
    if text.len() <= LONGEST_PART {
        return text;
    }
    let hash = blake3::hash(raw).to_hex();
    let ending = if text.ends_with(DROPPED) { DROPPED } else { "" };
    let mut cut = LONGEST_PART - 17 - ending.len();
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}~{}{ending}", &text[..cut], &hash[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(paths: &[&str]) -> Vec<String> {
        let mut taken = HashSet::new();
        paths
            .iter()
            .map(|p| assign(p.as_bytes(), &mut taken))
            .collect()
    }

    #[test]
    fn only_parquet_is_dropped() {
        assert_eq!(
            keys(&[
                "cell-1/a.parquet",
                "a.pq",
                "a.csv",
                "a.csv.gz",
                "b.PARQUET",
                "-x.parquet"
            ]),
            ["cell-1/a", "a.pq", "a.csv", "a.csv.gz", "b.PARQUET", "-x"]
        );
    }

    #[test]
    fn a_taken_key_keeps_its_ending_and_gains_a_tilde() {
        assert_eq!(
            keys(&["a.csv", "a.csv.parquet"]),
            ["a.csv", "a.csv.parquet"]
        );
        assert_eq!(keys(&["a.csv.parquet", "a.csv"]), ["a.csv", "a.csv~"]);
        assert_eq!(
            keys(&["a.pq", "a.pq.parquet.parquet", "a.pq.parquet"]),
            ["a.pq", "a.pq.parquet", "a.pq.parquet~"]
        );
    }

    #[test]
    fn names_of_the_lake_are_never_keys() {
        assert_eq!(
            keys(&[
                "exports.parquet",
                "exports/a.parquet",
                "catalog.db.parquet",
                "catalog.db/x.csv"
            ]),
            [
                "exports.parquet",
                "exports~/a",
                "catalog.db.parquet",
                "catalog.db~/x.csv"
            ]
        );
        assert_eq!(
            keys(&[
                "a/record.json.parquet",
                "a/run_1.parquet.parquet",
                "run_1.parquet",
                "run_1.parquet/x.csv"
            ]),
            [
                "a/record.json.parquet",
                "a/run_1.parquet.parquet~",
                "run_1",
                "run_1.parquet~/x.csv"
            ]
        );
        assert_eq!(keys(&["cell/exports.parquet"]), ["cell/exports"]);
    }

    #[test]
    fn hostile_names_become_harmless() {
        assert_eq!(
            keys(&["a\n\u{1b}[2J.parquet", "...parquet"]),
            ["a\\n\\u{1b}[2J", "...parquet",]
        );
        let long = "é".repeat(127) + ".parquet";
        let key = keys(&[&long]).remove(0);
        assert!(
            key.len() <= LONGEST_PART && !key.ends_with(DROPPED),
            "{key}"
        );
    }

    proptest! {
        #[test]
        fn keys_are_unique_harmless_and_stay_inside(
            paths in proptest::collection::hash_set(
                "(exports|catalog\\.db|\\.mdtui|run_1|a|record\\.json|\\PC{1,3})(/(run_|rejected\\.|a|record\\.json|\\.))?\
                 (\\.csv|\\.pq|\\.parquet){1,3}~?", 1..40)
        ) {
            let mut taken = HashSet::new();
            let mut seen = HashSet::new();
            for path in &paths {
                let key = assign(path.as_bytes(), &mut taken);
                prop_assert!(!key.is_empty() && !key.starts_with('/'));
                for (depth, part) in key.split('/').enumerate() {
                    prop_assert!(!is_lakes(part, depth == 0), "{path:?} -> {key:?}");
                    prop_assert!(part.len() <= 250);
                }
                prop_assert!(!key.chars().any(crate::text::is_unsafe));
                prop_assert!(seen.insert(key.clone()), "{path:?} -> {key:?} twice");
            }
        }
    }
}
