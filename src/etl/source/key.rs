//! Log keys: the names that logs have in the lake, in lists and in commands.
//!
//! A key is a path of directories below the lake, on whatever disk that lies: names that some
//! file system takes for the same never lead to two logs.

use std::collections::HashMap;

use crate::{
    source::reserved::{is_lake_file, is_reserved_at_top},
    text::{folded, visible, visible_bytes},
};

/// The ending that a key does not carry. Others stay, `.PARQUET` among them.
pub(crate) const DROPPED: &str = ".parquet";
/// What a name gains that is taken.
const MARK: char = '~';
/// A file name may have 255 bytes; lake files and a `~` must still fit.
const LONGEST_PART: usize = 240;
/// With the marks that a key may have gained.
const LONGEST_KEY_PART: usize = 255;

/// The keys of a lake, and the directories that lead to them.
#[derive(Debug, Default)]
pub struct Keys {
    /// By folded path: names that some file system takes for the same come together.
    taken: HashMap<String, Taken>,
}

/// A directory of the lake.
#[derive(Debug)]
struct Taken {
    /// As it is written.
    path: String,
    /// Whether it is a log's own, or only on the way to one.
    is_key: bool,
    /// A lake of an earlier version may have several that fold to the same: no log joins them.
    is_mixed: bool,
}

impl Keys {
    /// The keys that are in use.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        let mut last = "";
        for key in keys {
            let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
            // Neighbours share theirs.
            if folder != last {
                for (at, _) in key.match_indices('/') {
                    all.take(&key[..at], false);
                }
                last = folder;
            }
            all.take(key, true);
        }
        all
    }

    /// Gives keys to the logs at `paths` (raw bytes, below the data directory): one for each, in
    /// the order of the paths, and the same in whatever order they come.
    ///
    /// A key is harmless text, a relative path that stays inside the lake, never the name of one
    /// of the lake's own files. When the short form is taken, the ending stays; when that is
    /// taken too, `~` is added, as to folders.
    pub fn assign(&mut self, paths: &[&[u8]]) -> Vec<String> {
        let mut sorted: Vec<(usize, &[u8])> = paths.iter().copied().enumerate().collect();
        sorted.sort_unstable_by_key(|(_, path)| *path);
        let mut keys: Vec<(usize, String)> = sorted
            .into_iter()
            .map(|(at, path)| (at, self.assign_one(path)))
            .collect();
        keys.sort_unstable_by_key(|(at, _)| *at);
        keys.into_iter().map(|(_, key)| key).collect()
    }

    fn assign_one(&mut self, path: &[u8]) -> String {
        let parts = path.split(|b| *b == b'/').filter(|part| !part.is_empty());
        let mut parts: Vec<String> = parts.map(part_of).collect();
        let name = parts.pop().unwrap_or_default();
        let mut folder = String::new();
        for part in parts {
            folder = self.free(&folder, part, false);
            self.take(&folder, false);
            folder.push('/');
        }
        let short = name
            .strip_suffix(DROPPED)
            .filter(|stem| self.is_free(&folder, stem, true));
        let key = match short {
            Some(stem) => format!("{folder}{stem}"),
            None => self.free(&folder, name, true),
        };
        self.take(&key, true);
        key
    }

    /// `name` in `folder` (empty, or with its slash), with as many marks as it needs.
    fn free(&self, folder: &str, mut name: String, as_key: bool) -> String {
        while !self.is_free(folder, &name, as_key) {
            name.push(MARK);
        }
        format!("{folder}{name}")
    }

    /// Whether a directory may have this name: no other spelling of it is in use, and (for a
    /// key) no other log's results lie there.
    fn is_free(&self, folder: &str, name: &str, as_key: bool) -> bool {
        if is_of_the_lake(name, folder.is_empty()) {
            return false;
        }
        let path = format!("{folder}{name}");
        let taken = self.taken.get(&folded_path(&path));
        taken.is_none_or(|t| t.path == path && !t.is_mixed && !(as_key && t.is_key))
    }

    fn take(&mut self, path: &str, is_key: bool) {
        let taken = self
            .taken
            .entry(folded_path(path))
            .or_insert_with(|| Taken {
                path: path.to_owned(),
                is_key,
                is_mixed: false,
            });
        taken.is_key |= is_key;
        taken.is_mixed |= taken.path != path;
    }
}

/// Whether two keys may be one directory on some disk.
pub fn are_one_somewhere(a: &str, b: &str) -> bool {
    folded_path(a) == folded_path(b)
}

fn folded_path(path: &str) -> String {
    let ends = |part: &str| part.ends_with(['.', ' ']);
    if path.is_ascii() && !path.split('/').any(ends) {
        return folded(path);
    }
    let parts: Vec<String> = path.split('/').map(folded_part).collect();
    parts.join("/")
}

/// File systems of Windows pass over dots and spaces at the end of a name.
fn folded_part(part: &str) -> String {
    let mut folded = folded(part);
    folded.truncate(folded.trim_end_matches(['.', ' ']).len());
    folded
}

/// Whether a log could have this key: a relative path of harmless names that stays below the lake
/// and is none of the lake's own files.
pub fn is_key(text: &str) -> bool {
    let is_part = |(at, part): (usize, &str)| {
        part.len() <= LONGEST_KEY_PART && !is_of_the_lake(part, at == 0)
    };
    visible(text) == text && text.split('/').enumerate().all(is_part)
}

/// Whether the lake itself has files of this name there, on some disk.
fn is_of_the_lake(part: &str, top: bool) -> bool {
    let part = folded_part(part);
    // Also what is nothing but dots.
    part.is_empty() || is_lake_file(&part) || (top && is_reserved_at_top(&part))
}

/// One folder or file name as harmless text that fits into a file name. A backslash becomes `%`:
/// DuckDB 2 takes it for a separator, and then finds fewer tables, or refuses the whole lake.
fn part_of(raw: &[u8]) -> String {
    let text = visible_bytes(raw).replace('\\', "%");
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
        Keys::default().assign(&raw(paths))
    }

    fn raw<'a>(paths: &'a [&'a str]) -> Vec<&'a [u8]> {
        paths.iter().map(|path| path.as_bytes()).collect()
    }

    /// The keys of logs that come one after the other.
    fn keys_in_turn(paths: &[&str]) -> Vec<String> {
        let mut all = Keys::default();
        paths
            .iter()
            .flat_map(|path| all.assign(&[path.as_bytes()]))
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
        assert_eq!(
            keys_in_turn(&["a.csv.parquet", "a.csv"]),
            ["a.csv", "a.csv~"]
        );
        assert_eq!(
            keys_in_turn(&["a.pq", "a.pq.parquet.parquet", "a.pq.parquet"]),
            ["a.pq", "a.pq.parquet", "a.pq.parquet~"]
        );
    }

    #[test]
    fn names_that_a_disk_may_take_for_one_lead_to_two_directories() {
        assert_eq!(
            keys(&[
                "a.parquet",
                "A.parquet",
                "a.PARQUET",
                "\u{c4}.csv",
                "a\u{308}.csv"
            ]),
            [
                "a.parquet~",
                "A",
                "a.PARQUET",
                "\u{c4}.csv~",
                "a\u{308}.csv"
            ]
        );
        assert_eq!(
            keys(&[
                "Cell-1/a.parquet",
                "cell-1/a.parquet",
                "cell-1/b.parquet",
                "CELL-1.parquet",
                "Cell-1.parquet"
            ]),
            [
                "Cell-1~/a",
                "cell-1~~/a",
                "cell-1~~/b",
                "CELL-1",
                "Cell-1.parquet"
            ]
        );
        assert_eq!(
            keys(&[
                "Exports/a.csv",
                "readme.txt.parquet",
                "Notes.json/Run_1.Parquet"
            ]),
            [
                "Exports~/a.csv",
                "readme.txt.parquet",
                "Notes.json~/Run_1.Parquet~"
            ]
        );
        assert_eq!(keys(&["a./b.csv", "a/b.csv"]), ["a./b.csv", "a~/b.csv"]);
    }

    #[test]
    fn a_log_joins_the_folder_of_its_neighbours() {
        let mut all = Keys::new(["Cell-1/a", "cell-1~/a"]);
        let new = ["Cell-1/b.csv", "cell-1/b.csv"];
        assert_eq!(all.assign(&raw(&new)), ["Cell-1/b.csv", "cell-1~/b.csv"]);
        // An earlier version gave keys that a folding disk takes for one.
        let mut old = Keys::new(["A", "a", "Cell-1/a", "cell-1/a"]);
        let new = ["A.parquet", "Cell-1/b.csv"];
        assert_eq!(old.assign(&raw(&new)), ["A.parquet", "Cell-1~/b.csv"]);
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
            ["a%n%u{1b}[2J", "...parquet",]
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
        fn keys_are_unique_on_every_disk_harmless_and_stay_inside(
            paths in proptest::collection::hash_set(
                "(exports|Exports|catalog\\.db|\\.mdtui|Run_1|a|A|ä|Ä|a\u{308}|record\\.json|\\PC{1,3})\
                 (/(run_|rejected\\.|a|A|record\\.JSON|\\.))?\
                 (\\.csv|\\.pq|\\.parquet|\\.Parquet){1,3}~?", 1..40),
            turn in 0..40usize, split in 0..40usize,
        ) {
            let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let keys = keys(&paths);
            let by_path: HashMap<&str, &String> = paths.iter().copied().zip(&keys).collect();
            assert_disjoint(&paths, &keys)?;
            // Whatever the order.
            let length = paths.len();
            paths.rotate_left(turn % length);
            for (path, key) in paths.iter().zip(Keys::default().assign(&raw(&paths))) {
                prop_assert_eq!(&key, by_path[path]);
            }
            // Also those that come later.
            let (first, later) = paths.split_at(split % length);
            let mut keys = Keys::default().assign(&raw(first));
            let mut all = Keys::new(keys.iter().map(String::as_str));
            keys.extend(all.assign(&raw(later)));
            assert_disjoint(&paths, &keys)?;
        }
    }

    /// No two keys are the same, and no two ways to them are written differently and yet one.
    fn assert_disjoint(paths: &[&str], keys: &[String]) -> Result<(), TestCaseError> {
        let mut spelled: HashMap<String, &str> = HashMap::new();
        let mut seen = std::collections::HashSet::new();
        for (path, key) in paths.iter().zip(keys) {
            prop_assert!(!key.is_empty() && !key.starts_with('/'));
            prop_assert!(!key.chars().any(crate::text::is_unsafe));
            for (depth, part) in key.split('/').enumerate() {
                prop_assert!(!is_of_the_lake(part, depth == 0), "{path:?} -> {key:?}");
                prop_assert!(part.len() <= 250);
            }
            prop_assert!(seen.insert(key), "{path:?} -> {key:?} twice");
            let ends = key.match_indices('/').map(|(at, _)| at);
            for end in ends.chain([key.len()]) {
                let way = &key[..end];
                let other = *spelled.entry(folded_path(way)).or_insert(way);
                prop_assert_eq!(other, way);
            }
        }
        Ok(())
    }
}
