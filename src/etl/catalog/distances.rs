//! How far the robots of a run went; the runs of one list agree on the robots.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, Serializer};

use super::RunRow;
use crate::natural_order::compare_names;

/// The length of each robot's path in a run, in mm. A robot without all its axes has none.
///
/// The runs of one list share the robots of all of them, so that a column of a robot is the
/// same place in every run, whichever robots the run has.
#[derive(Debug, Clone)]
pub struct Distances {
    /// In the order of robots (`compare_names`), each once.
    robots: Arc<[String]>,
    /// One for each of `robots`.
    mm: Box<[Option<f64>]>,
}

impl Distances {
    /// The robots of all runs of the list, in order: those that a column can be of.
    pub fn robots(&self) -> &Arc<[String]> {
        &self.robots
    }

    /// That of the robot at a place in [`Distances::robots`].
    pub fn at(&self, place: usize) -> Option<f64> {
        self.mm.get(place).copied().flatten()
    }

    /// That of a robot.
    pub fn get(&self, robot: &str) -> Option<&f64> {
        let at = self
            .robots
            .binary_search_by(|known| compare_names(known, robot))
            .ok()?;
        self.mm.get(at)?.as_ref()
    }

    /// The robots that have one, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        let robots = self.robots.iter().map(String::as_str);
        robots
            .zip(&self.mm)
            .filter_map(|(robot, mm)| Some((robot, (*mm)?)))
    }

    /// Of all robots together; `None` where none has one.
    pub fn total(&self) -> Option<f64> {
        let known = self.mm.iter().flatten();
        known.copied().reduce(|a, b| a + b)
    }

    /// Gives every run of a list the robots of all.
    pub fn align(rows: &mut [RunRow]) {
        let robots = all_robots(rows.iter().map(|r| &r.distance_mm));
        for row in rows {
            let own = &mut row.distance_mm;
            if own.robots != robots {
                own.mm = robots.iter().map(|robot| own.get(robot).copied()).collect();
            }
            own.robots = robots.clone();
        }
    }
}

/// The robots of all runs, in order, each once.
fn all_robots<'a>(all: impl Iterator<Item = &'a Distances>) -> Arc<[String]> {
    let mut robots: Arc<[String]> = Arc::default();
    for one in all {
        // Nearly every run has the robots of the run before it.
        if one.robots.iter().any(|robot| !robots.contains(robot)) {
            let mut both: Vec<String> = robots.iter().chain(one.robots.iter()).cloned().collect();
            both.sort_by(|a, b| compare_names(a, b));
            both.dedup();
            robots = both.into();
        }
    }
    robots
}

impl Default for Distances {
    fn default() -> Self {
        Self::from_iter([])
    }
}

/// Whether the same robots went equally far, whatever lists the runs belong to.
impl PartialEq for Distances {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<(String, f64)> for Distances {
    fn from_iter<I: IntoIterator<Item = (String, f64)>>(all: I) -> Self {
        let mut all: Vec<(String, f64)> = all.into_iter().collect();
        all.sort_by(|(a, _), (b, _)| compare_names(a, b));
        all.dedup_by(|(a, _), (b, _)| a == b);
        let (robots, mm): (Vec<_>, Vec<_>) = all.into_iter().map(|(r, mm)| (r, Some(mm))).unzip();
        Self {
            robots: robots.into(),
            mm: mm.into(),
        }
    }
}

impl From<BTreeMap<String, f64>> for Distances {
    fn from(all: BTreeMap<String, f64>) -> Self {
        all.into_iter().collect()
    }
}

impl<const N: usize> From<[(String, f64); N]> for Distances {
    fn from(all: [(String, f64); N]) -> Self {
        all.into_iter().collect()
    }
}

/// As `total_distance_mm`: by robot, in order.
impl Serialize for Distances {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[(&str, f64)]) -> Distances {
        all.iter().map(|(r, mm)| ((*r).to_owned(), *mm)).collect()
    }

    #[test]
    fn robots_are_in_order_and_a_missing_one_has_no_distance() {
        let some = of(&[("10", 3.0), ("left", 4.0), ("2", 1.0)]);
        assert_eq!(**some.robots(), ["2", "10", "left"]);
        assert_eq!((some.at(1), some.at(3)), (Some(3.0), None));
        assert_eq!((some.get("left"), some.get("1")), (Some(&4.0), None));
        assert_eq!(
            (some.total(), Distances::default().total()),
            (Some(8.0), None)
        );
        let json = serde_json::to_string(&some).unwrap();
        assert_eq!(json, r#"{"2":1.0,"10":3.0,"left":4.0}"#);
    }
}
