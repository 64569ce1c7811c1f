//! What a search found, in numbers.

use crate::format::{count, count_of, thousands};

/// How much a search found and could not look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Stretches.
    pub stretches: usize,
    /// Runs that have any.
    pub in_runs: usize,
    /// Tables that could not be read.
    pub unreadable: usize,
}

impl Tally {
    /// `3 stretches in 2 runs; 1,000 runs searched, 990 excluded by stored extremes`, of so
    /// many runs, of which so many have a table that is read. A run whose table could not be read was
    /// not searched.
    pub fn sentence(self, runs: usize, tables: usize) -> String {
        if runs == 0 {
            return "no runs to search: none is harvested, or none passes the filter".into();
        }
        let found = match self.stretches {
            0 => "no stretches".to_owned(),
            n => format!(
                "{} in {}",
                count_of(n as u64, "stretch", "stretches"),
                count(self.in_runs as u64, "run")
            ),
        };
        let of_runs = count(runs as u64, "run");
        let mut text = match runs.saturating_sub(self.unreadable) {
            searched if self.unreadable > 0 => {
                format!(
                    "{found}; {} of {of_runs} searched",
                    thousands(searched as u64)
                )
            }
            _ => format!("{found}; {of_runs} searched"),
        };
        let excluded = runs.saturating_sub(tables) as u64;
        if excluded > 0 {
            let excluded = thousands(excluded);
            text.push_str(&format!(", {excluded} excluded by stored extremes"));
        }
        if self.unreadable > 0 {
            let tables = count(self.unreadable as u64, "table");
            text.push_str(&format!("; {tables} cannot be read"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_could_not_be_read_is_not_searched() {
        let found = Tally {
            stretches: 17,
            in_runs: 8,
            unreadable: 0,
        };
        let sentence = |unreadable, tables| {
            Tally {
                unreadable,
                ..found
            }
            .sentence(1012, tables)
        };
        assert_eq!(
            sentence(0, 1012),
            "17 stretches in 8 runs; 1,012 runs searched"
        );
        assert_eq!(
            sentence(4, 9),
            "17 stretches in 8 runs; 1,008 of 1,012 runs searched, 1,003 excluded by stored \
             extremes; 4 tables cannot be read"
        );
        let none = Tally::default();
        assert_eq!(none.sentence(1, 1), "no stretches; 1 run searched");
        assert!(none.sentence(0, 0).starts_with("no runs to search"));
    }
}
