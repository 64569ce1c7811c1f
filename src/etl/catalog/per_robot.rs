//! Values of the robots of a run; the runs of one list agree on the robots.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{natural_order::compare_names, stats::RobotState};

/// The length of each robot's path in a run, in mm. A robot without all its axes has none.
pub type Distances = PerRobot<f64>;

/// What each robot did in a run. Robots of records from before version 4 have none.
pub type RobotStates = PerRobot<RobotState>;

/// A value of each robot of a run, where there is one.
///
/// The runs of one list share the robots of all of them, so that a column of a robot is the
/// same place in every run, whichever robots the run has.
#[derive(Clone)]
pub struct PerRobot<T: RobotValue> {
    /// In the order of robots (`compare_names`), each once.
    robots: Arc<Vec<String>>,
    values: Values<T>,
}

/// One value for each robot. There is one of these for each of some hundred thousand runs, most of
/// which have few robots: these need no memory elsewhere.
#[derive(Clone)]
enum Values<T: RobotValue> {
    /// The first of them are those of the robots.
    Few(T::Few),
    Many(Box<Many<T::Packed>>),
}

/// As thin as a pointer can be.
#[derive(Clone)]
struct Many<P>(Vec<P>);

/// Values of few robots.
pub(super) type Few<T> = <T as RobotValue>::Few;

/// Values of any number of robots.
pub(super) type Packed<T> = Box<[<T as RobotValue>::Packed]>;

/// A value, or none, in little room.
pub trait RobotValue: Copy + PartialEq + fmt::Debug {
    /// A value, or none.
    type Packed: Copy;
    /// Some of them.
    type Few: AsRef<[Self::Packed]> + AsMut<[Self::Packed]> + Clone + Default;
    /// So many times none.
    const FEW: Self::Few;

    /// A value, or none.
    fn pack(value: Option<Self>) -> Self::Packed;
    /// The inverse of [`RobotValue::pack`].
    fn unpack(packed: Self::Packed) -> Option<Self>;
}

/// NaN is none.
impl RobotValue for f64 {
    type Packed = Self;
    type Few = [Self; 2];
    const FEW: Self::Few = [Self::NAN; 2];

    fn pack(value: Option<Self>) -> Self {
        value.unwrap_or(Self::NAN)
    }

    fn unpack(packed: Self) -> Option<Self> {
        Some(packed).filter(|value| !value.is_nan())
    }
}

impl RobotValue for RobotState {
    type Packed = Option<Self>;
    type Few = [Option<Self>; 4];
    const FEW: Self::Few = [None; 4];

    fn pack(value: Option<Self>) -> Option<Self> {
        value
    }

    fn unpack(packed: Option<Self>) -> Option<Self> {
        packed
    }
}

impl<T: RobotValue> Values<T> {
    fn of(values: impl ExactSizeIterator<Item = Option<T>>) -> Self {
        let mut few = T::FEW;
        let packed = values.map(T::pack);
        if packed.len() > few.as_ref().len() {
            return Self::Many(Box::new(Many(packed.collect())));
        }
        for (slot, value) in few.as_mut().iter_mut().zip(packed) {
            *slot = value;
        }
        Self::Few(few)
    }

    /// At least as many as there are robots.
    fn packed(&self) -> &[T::Packed] {
        match self {
            Self::Few(few) => few.as_ref(),
            Self::Many(many) => &many.0,
        }
    }
}

impl<T: RobotValue> PerRobot<T> {
    /// The robots of all runs of the list, in order: those that a column can be of.
    pub fn robots(&self) -> &[String] {
        &self.robots
    }

    /// That of the robot at a place in [`PerRobot::robots`].
    pub fn at(&self, place: usize) -> Option<T> {
        self.values().nth(place).flatten()
    }

    /// That of a robot.
    pub fn get(&self, robot: &str) -> Option<T> {
        let at = self
            .robots
            .binary_search_by(|known| compare_names(known, robot))
            .ok()?;
        self.at(at)
    }

    /// The robots that have one, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, T)> {
        let robots = self.robots.iter().map(String::as_str);
        robots
            .zip(self.values())
            .filter_map(|(robot, value)| Some((robot, value?)))
    }

    /// The same, with the list of robots of `other` where that has the same.
    pub(super) fn sharing_robots(mut self, other: &Self) -> Self {
        if self.robots == other.robots {
            self.robots = other.robots.clone();
        }
        self
    }

    /// One for each robot.
    fn values(&self) -> impl Iterator<Item = Option<T>> {
        let packed = self.values.packed().iter().take(self.robots.len());
        packed.map(|packed| T::unpack(*packed))
    }

    /// The same list of robots, to share.
    pub(super) fn shared_robots(&self) -> &Arc<Vec<String>> {
        &self.robots
    }

    /// The same values for `robots`, which are these and others.
    pub(super) fn aligned(&self, robots: &Arc<Vec<String>>) -> Self {
        let values = match self.robots == *robots {
            true => self.values.clone(),
            false => Values::of(robots.iter().map(|robot| self.get(robot))),
        };
        let robots = robots.clone();
        Self { robots, values }
    }

    /// The values without their robots, where there are few.
    pub(super) fn few(&self) -> Option<Few<T>> {
        match &self.values {
            Values::Few(few) => Some(few.clone()),
            Values::Many(_) => None,
        }
    }

    /// The inverse of [`PerRobot::few`].
    pub(super) fn of_few(robots: &Arc<Vec<String>>, few: &Few<T>) -> Self {
        Self {
            robots: robots.clone(),
            values: Values::Few(few.clone()),
        }
    }

    /// The values without their robots.
    pub(super) fn to_packed(&self) -> Packed<T> {
        let packed = self.values.packed().iter().take(self.robots.len());
        packed.copied().collect()
    }

    /// The inverse of [`PerRobot::to_packed`].
    pub(super) fn of_packed(robots: &Arc<Vec<String>>, packed: &Packed<T>) -> Self {
        Self {
            robots: robots.clone(),
            values: Values::of(packed.iter().map(|packed| T::unpack(*packed))),
        }
    }
}

impl Distances {
    /// Of all robots together; `None` where none has one.
    pub fn total(&self) -> Option<f64> {
        self.values().flatten().reduce(|a, b| a + b)
    }
}

impl RobotStates {
    /// The most that a robot did: `contact` where one was in contact, `parked` where all were
    /// parked; `None` where nothing is known.
    pub fn most(&self) -> Option<RobotState> {
        self.values().flatten().max()
    }
}

impl<T: RobotValue> Default for PerRobot<T> {
    fn default() -> Self {
        Self::from_iter([])
    }
}

impl<T: RobotValue> fmt::Debug for PerRobot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Whether the same robots have the same values, whatever lists the runs belong to.
impl<T: RobotValue> PartialEq for PerRobot<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: RobotValue> FromIterator<(String, T)> for PerRobot<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        let mut all: Vec<(String, T)> = all.into_iter().collect();
        all.sort_by(|(a, _), (b, _)| compare_names(a, b));
        all.dedup_by(|(a, _), (b, _)| a == b);
        let values = Values::of(all.iter().map(|(_, value)| Some(*value)));
        Self {
            robots: Arc::new(all.into_iter().map(|(robot, _)| robot).collect()),
            values,
        }
    }
}

impl<T: RobotValue> From<BTreeMap<String, T>> for PerRobot<T> {
    fn from(all: BTreeMap<String, T>) -> Self {
        all.into_iter().collect()
    }
}

impl<T: RobotValue, const N: usize> From<[(String, T); N]> for PerRobot<T> {
    fn from(all: [(String, T); N]) -> Self {
        all.into_iter().collect()
    }
}

/// By robot, in order.
impl<T: RobotValue + Serialize> Serialize for PerRobot<T> {
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
    fn robots_are_in_order_and_a_missing_one_has_no_value() {
        let some = of(&[("10", 3.0), ("left", 4.0), ("2", 1.0)]);
        assert_eq!(some.robots(), ["2", "10", "left"]);
        assert_eq!((some.at(1), some.at(3)), (Some(3.0), None));
        assert_eq!((some.get("left"), some.get("1")), (Some(4.0), None));
        assert_eq!(
            (some.total(), Distances::default().total()),
            (Some(8.0), None)
        );
        let json = serde_json::to_string(&some).unwrap();
        assert_eq!(json, r#"{"2":1.0,"10":3.0,"left":4.0}"#);
    }

    #[test]
    fn the_most_that_the_robots_did() {
        use RobotState::{Air, Contact, Parked, Unknown};
        for (states, most) in [
            (&[Parked, Contact][..], Some(Contact)),
            (&[Air, Parked], Some(Air)),
            (&[Unknown, Parked], Some(Unknown)),
            (&[Parked, Parked], Some(Parked)),
            (&[], None),
        ] {
            let named = states.iter().enumerate().map(|(n, s)| (n.to_string(), *s));
            assert_eq!(named.collect::<RobotStates>().most(), most, "{states:?}");
        }
    }
}
