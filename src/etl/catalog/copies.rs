//! A run that stands in several logs counts once.

use std::{cmp::Reverse, collections::HashMap};

use super::RunRow;
use crate::run_id::RunId;

/// Of each run one copy, in the order of `runs`: one that did not fail, with the most kept samples,
/// then of the smallest key.
pub fn one_copy_each(runs: Vec<RunRow>) -> Vec<RunRow> {
    type Rank = (bool, Reverse<u64>, String);
    let mut best: HashMap<RunId, Rank> = HashMap::new();
    for run in &runs {
        let rank = (
            run.error.is_some(),
            Reverse(run.samples),
            run.log_key.clone(),
        );
        match best.get_mut(&run.run) {
            Some(best) if *best <= rank => {}
            Some(best) => *best = rank,
            None => {
                best.insert(run.run, rank);
            }
        }
    }
    let is_best = |run: &RunRow| {
        best.get(&run.run)
            .is_some_and(|(_, _, log)| *log == run.log_key)
    };
    runs.into_iter().filter(is_best).collect()
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
        let chosen: Vec<(u128, &str)> =
            runs.iter().map(|r| (r.run.0, r.log_key.as_str())).collect();
        assert_eq!(chosen, [(1, "c"), (2, "a")]);
    }
}
