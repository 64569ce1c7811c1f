//! A run that stands in several logs counts once.

use std::{cmp::Reverse, collections::HashMap};

use super::RunRow;
use crate::run_id::RunId;

/// Of each run one copy, in the order of `runs`: see [`best_copies`].
pub fn one_copy_each(runs: Vec<RunRow>) -> Vec<RunRow> {
    let best = best_copies(&runs);
    let mut best = best.into_iter();
    let is_best = |_: &RunRow| best.next().unwrap_or(true);
    runs.into_iter().filter(is_best).collect()
}

/// For each of `runs` whether it is the one of the copies of its run among them that counts: one
/// that did not fail, with the most kept samples, then of the smallest key.
pub fn best_copies(runs: &[RunRow]) -> Vec<bool> {
    let rank = |run: &RunRow| (run.error().is_some(), Reverse(run.samples()));
    let is_before = |a: &RunRow, b: &RunRow| (rank(a), a.log_key()) < (rank(b), b.log_key());
    let mut best: HashMap<RunId, (usize, &RunRow)> = HashMap::new();
    let mut counts = vec![true; runs.len()];
    // Most runs stand in one log alone.
    let copied = runs.iter().enumerate();
    for (at, run) in copied.filter(|(_, run)| !run.also_in().is_empty()) {
        let other = best.entry(run.run).or_insert((at, run));
        if other.0 == at {
            continue;
        }
        let loser = match is_before(run, other.1) {
            true => std::mem::replace(other, (at, run)).0,
            false => at,
        };
        if let Some(counts) = counts.get_mut(loser) {
            *counts = false;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::fixture::world;

    #[test]
    fn a_failed_copy_counts_only_where_all_failed_and_ties_are_of_the_smallest_key() {
        let mut world = world();
        for (key, samples, error) in [
            ("a", 900, Some("it failed")),
            ("b", 5, None),
            ("d", 7, None),
            ("c", 7, None),
        ] {
            let path = format!("{key}.parquet");
            world.write(&path, key);
            let mut record = world.record(key, &path, &[(1, 0), (2, 0)]);
            let failed = Some("it failed".to_owned());
            for (id, run) in &mut record.run_to_result {
                run.samples = samples;
                run.error = if *id == RunId(2) {
                    failed.clone()
                } else {
                    error.map(str::to_owned)
                };
            }
            world.commit(&record);
        }
        let runs = one_copy_each(world.catalog.runs(None).unwrap());
        let chosen: Vec<(u128, &str)> = runs.iter().map(|r| (r.run.0, r.log_key())).collect();
        assert_eq!(chosen, [(1, "c"), (2, "a")]);
    }
}
