//! The path of a robot's tool: where it was, how fast, and how hard it pressed.

use std::sync::Arc;

use crate::{
    app::{action::Action, chart::TimeRange, signals::copied_values},
    etl::{format::format_value, schema::ChannelName},
};

/// Lengths below this, in the unit of positions (mm), are noise: what a robot covers that the
/// built-in profile calls `parked` (`rest_mm`). No axis of a plot is shorter.
const LEAST_EXTENT: f64 = 0.1;
/// Points kept of one robot. A ten-minute run has fewer; a longer one is thinned evenly.
const POINTS: usize = 1 << 17;

/// One place of the tool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When it came there, in microseconds since 1970.
    pub time: i64,
    /// Coordinates in the order of [`RobotPath::axes`]; NaN where an axis is null.
    pub at: [f64; 3],
    /// Speed; NaN when unknown.
    pub speed: f64,
    /// Force; NaN when unknown.
    pub force: f64,
    /// Whether a line leads here from the point before.
    pub joined: bool,
}

/// The path of one robot.
#[derive(Debug, Clone, PartialEq)]
pub struct RobotPath {
    /// The robot.
    pub robot: String,
    /// Columns of the axes that the run has: two or three.
    pub axes: Vec<String>,
    /// Their unit.
    pub unit: String,
    /// In order of time; places where the tool stood still stand once.
    pub points: Vec<Point>,
}

/// Takes rows in, one after the other.
pub struct PathBuilder {
    path: RobotPath,
    gap_us: i64,
    last_time: i64,
    broken: bool,
    /// Of so many changes of place one is kept.
    every: usize,
    skipped: usize,
    pending: Option<Point>,
}

impl PathBuilder {
    /// For `robot`; rows further apart than `gap_us` are not joined.
    pub fn new(robot: String, axes: Vec<String>, unit: String, gap_us: i64) -> Self {
        Self {
            path: RobotPath {
                robot,
                axes,
                unit,
                points: Vec::new(),
            },
            gap_us,
            last_time: i64::MAX,
            broken: true,
            every: 1,
            skipped: 0,
            pending: None,
        }
    }

    /// Adds the next row.
    pub fn push(&mut self, time: i64, at: [f64; 3], speed: f64, force: f64) {
        let silent = time.saturating_sub(self.last_time) > self.gap_us;
        self.last_time = time;
        self.broken |= silent;
        let axes = self.path.axes.len();
        let known = at.iter().take(axes).filter(|v| !v.is_nan()).count();
        if known < 2 {
            self.broken = true;
            return;
        }
        let before = self.pending.or(self.path.points.last().copied());
        let bits = |at: [f64; 3]| at.map(f64::to_bits);
        if !self.broken && before.is_some_and(|p| bits(p.at) == bits(at)) {
            return;
        }
        let point = Point {
            time,
            at,
            speed,
            force,
            joined: !self.broken,
        };
        self.skipped += 1;
        if self.skipped < self.every && point.joined {
            self.pending = Some(point);
            return;
        }
        if !point.joined {
            // The end of what went before is not thinned away.
            self.path.points.extend(self.pending);
        }
        self.pending = None;
        self.skipped = 0;
        self.broken = false;
        self.path.points.push(point);
        if self.path.points.len() >= 2 * POINTS {
            self.thin();
        }
    }

    /// The path.
    pub fn finish(mut self) -> RobotPath {
        self.path.points.extend(self.pending);
        self.path
    }

    /// Keeps every second point, and every one at which a line begins.
    fn thin(&mut self) {
        let mut odd = false;
        self.path.points.retain(|p| {
            odd = !odd;
            odd || !p.joined
        });
        self.every *= 2;
    }
}

/// What the colours of a path say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// How hard the tool pressed.
    Force,
    /// How fast it moved.
    Speed,
    /// When it was there.
    Time,
}

impl Colour {
    const ALL: [Self; 3] = [Self::Force, Self::Speed, Self::Time];

    /// The word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Force => "force",
            Self::Speed => "speed",
            Self::Time => "time",
        }
    }
}

/// Where the view is and what it has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// Paths of the robots that have one; `None` until they are read.
    pub robots: Option<Arc<Vec<RobotPath>>>,
    /// Why they cannot be read.
    pub error: Option<String>,
    robot: usize,
    plane: usize,
    colour: usize,
    /// Each axis has a scale of its own, so that the trace fills the screen.
    pub stretched: bool,
    asked: bool,
}

impl Path {
    /// Chooses what is shown; true when `action` was one of the view's own.
    pub fn update(&mut self, action: Action) -> bool {
        match action {
            Action::NextRobot => self.robot += 1,
            Action::NextPlane => self.plane += 1,
            Action::NextColour => self.colour += 1,
            Action::Stretch => self.stretched = !self.stretched,
            _ => return false,
        }
        true
    }

    /// Whether an action can do anything: without a path there is nothing to look at, and where
    /// there is one robot, or one plane, no other.
    pub fn is_possible(&self, action: Action) -> bool {
        let has_path = self.shown().is_some();
        match action {
            Action::NextRobot => self.robots.as_ref().is_some_and(|robots| robots.len() > 1),
            Action::NextPlane => self.shown().is_some_and(|robot| robot.axes.len() > 2),
            Action::NextPane
            | Action::PreviousPane
            | Action::ShowJobs
            | Action::Help
            | Action::Back
            | Action::Escape
            | Action::Note => true,
            _ => has_path,
        }
    }

    /// The robot that is shown.
    pub fn shown(&self) -> Option<&RobotPath> {
        let robots = self.robots.as_ref()?;
        robots.get(self.robot % robots.len().max(1))
    }

    /// The axes that are shown: across and up.
    pub fn plane(&self) -> (usize, usize) {
        let planes: &[(usize, usize)] = match self.shown().map_or(3, |r| r.axes.len()) {
            2 => &[(0, 1)],
            _ => &[(0, 1), (0, 2), (1, 2)],
        };
        planes
            .get(self.plane % planes.len())
            .copied()
            .unwrap_or((0, 1))
    }

    /// What the colours say.
    pub fn colour(&self) -> Colour {
        let at = self.colour % Colour::ALL.len();
        Colour::ALL.get(at).copied().unwrap_or(Colour::Time)
    }

    /// The columns of the table behind what is shown: two axes, and what colours them.
    pub fn columns(&self) -> Vec<String> {
        let Some(robot) = self.shown() else {
            return Vec::new();
        };
        let (across, up) = self.plane();
        let axes = [across, up].map(|axis| robot.axes.get(axis).cloned());
        let figure = match self.colour() {
            Colour::Force => Some(ChannelName::TotalForce(&robot.robot).to_string()),
            Colour::Speed => Some(ChannelName::Speed(&robot.robot).to_string()),
            Colour::Time => None,
        };
        axes.into_iter().chain([figure]).flatten().collect()
    }

    /// Where the robot that is shown was at `time`, in words.
    pub fn place(&self, time: i64) -> Option<String> {
        let robot = self.shown()?;
        let point = robot.at(time)?;
        let known = robot.axes.iter().zip(point.at).filter(|(_, v)| !v.is_nan());
        let words: Vec<String> = known
            .map(|(a, v)| format!("{a} {}", format_value(v, 2)))
            .collect();
        Some(format!("{} {}", words.join("  "), robot.unit))
    }

    /// Where the robot that is shown was at `time`, to copy.
    pub fn copy(&self, time: i64) -> Option<String> {
        let robot = self.shown()?;
        let point = robot.at(time)?;
        let axes = robot.axes.iter().zip(point.at);
        let values = axes.map(|(axis, value)| (axis.as_str(), value, robot.unit.as_str()));
        Some(copied_values(time, values))
    }

    /// Whether the paths must be asked for; they are asked for once.
    pub fn needs_query(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }

    /// Sets the paths, or why there are none.
    pub fn take(&mut self, result: Result<Vec<RobotPath>, String>) {
        match result {
            Ok(robots) => self.robots = Some(Arc::new(robots)),
            Err(sentence) => self.error = Some(sentence),
        }
    }

    /// Replaces an earlier view of the same run.
    pub fn resume(&mut self, earlier: Self, same_file: bool) {
        (self.robot, self.plane, self.colour) = (earlier.robot, earlier.plane, earlier.colour);
        self.stretched = earlier.stretched;
        if same_file && earlier.robots.is_some() {
            self.robots = earlier.robots;
            self.asked = true;
        }
    }
}

impl RobotPath {
    /// The points within a span of time.
    pub fn within(&self, range: TimeRange) -> &[Point] {
        let from = self.points.partition_point(|p| p.time < range.start());
        let to = self.points.partition_point(|p| p.time <= range.end());
        self.points.get(from..to).unwrap_or_default()
    }

    /// The smallest and the largest coordinate of an axis; `None` where it has none.
    pub fn extent(&self, axis: usize) -> Option<(f64, f64)> {
        let values = self.points.iter().filter_map(|p| p.at.get(axis).copied());
        let known = values.filter(|v| !v.is_nan()).map(|v| (v, v));
        known.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// As [`RobotPath::extent`], for a scale: one that covers less than noise does is widened, so
    /// that a tool that stands still is drawn as a point.
    pub fn scaled_extent(&self, axis: usize) -> Option<(f64, f64)> {
        let (low, high) = self.extent(axis)?;
        let missing = (LEAST_EXTENT - (high - low)).max(0.0) / 2.0;
        Some((low - missing, high + missing))
    }

    /// `robot 2 did not move (0.002 mm)`, where it covers no more than noise on two axes; of the
    /// axes alone, where it moved along another one.
    pub fn stillness(&self, (across, up): (usize, usize)) -> Option<String> {
        let length = |axis| self.extent(axis).map(|(low, high)| high - low);
        let (x, y) = (length(across)?, length(up)?);
        let is_still = |length: f64| length < LEAST_EXTENT;
        if !is_still(x) || !is_still(y) {
            return None;
        }
        let all = (0..self.axes.len()).filter_map(length);
        let all = all.fold(0.0, f64::max);
        let (what, most) = match is_still(all) {
            true => (format!("robot {}", self.robot), all),
            false => {
                let name = |axis: usize| self.axes.get(axis).map_or("", String::as_str);
                (format!("{} and {}", name(across), name(up)), x.max(y))
            }
        };
        Some(format!(
            "{what} did not move ({} {})",
            format_value(most, 3),
            self.unit
        ))
    }

    /// Where the tool was at `time`.
    pub fn at(&self, time: i64) -> Option<&Point> {
        let next = self.points.partition_point(|p| p.time <= time);
        self.points.get(next.checked_sub(1)?)
    }
}

impl Point {
    /// The figure behind its colour.
    pub fn figure(&self, colour: Colour) -> f64 {
        match colour {
            Colour::Force => self.force,
            Colour::Speed => self.speed,
            Colour::Time => self.time as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> PathBuilder {
        let axes = vec!["x_1".into(), "y_1".into()];
        PathBuilder::new("1".into(), axes, "mm".into(), 100)
    }

    #[test]
    fn standing_still_is_one_point_and_a_null_breaks_the_line() {
        let mut b = builder();
        for t in 0..10 {
            b.push(t, [1.0, 2.0, f64::NAN], 0.0, 0.0);
        }
        b.push(10, [2.0, 2.0, f64::NAN], 0.0, 0.0);
        b.push(11, [f64::NAN, 2.0, f64::NAN], 0.0, 0.0);
        b.push(12, [2.0, 2.0, f64::NAN], 0.0, 0.0);
        b.push(500, [3.0, 2.0, f64::NAN], 0.0, 0.0);
        let path = b.finish();
        let got: Vec<_> = path.points.iter().map(|p| (p.time, p.joined)).collect();
        assert_eq!(got, [(0, false), (10, true), (12, false), (500, false)]);
        assert_eq!(path.within(TimeRange::new(5, 12)).len(), 2);
        assert_eq!(path.at(9).map(|p| p.time), Some(0));
        assert_eq!(path.at(-1), None);
    }

    #[test]
    fn a_tool_that_stands_still_is_said_to_and_its_noise_fills_no_plot() {
        let path = |moves: [f64; 3]| {
            let axes = ["x_2", "y_2", "z_2"].map(str::to_owned).to_vec();
            let mut b = PathBuilder::new("2".into(), axes, "mm".into(), 100);
            b.push(0, [5.0, 7.0, 9.0], 0.0, 0.0);
            b.push(
                1,
                [5.0 + moves[0], 7.0 + moves[1], 9.0 + moves[2]],
                0.0,
                0.0,
            );
            b.finish()
        };
        let parked = path([0.001, -0.002, 0.0]);
        let said = |path: &RobotPath, plane| path.stillness(plane);
        let whole = "robot 2 did not move (0.002 mm)";
        assert_eq!(said(&parked, (0, 2)).as_deref(), Some(whole));
        for axis in 0..3 {
            let (low, high) = parked.scaled_extent(axis).unwrap();
            assert!((high - low - LEAST_EXTENT).abs() < 1e-9, "{low} {high}");
            let own = parked.extent(axis).unwrap();
            assert!(low < own.0 && own.1 < high, "it lies in the middle");
        }
        let falls = path([0.001, 0.002, -40.0]);
        let flat = "x_2 and y_2 did not move (0.002 mm)";
        assert_eq!(said(&falls, (0, 1)).as_deref(), Some(flat));
        assert_eq!(said(&falls, (0, 2)), None);
        assert_eq!(falls.scaled_extent(2), Some((-31.0, 9.0)));
    }

    #[test]
    fn a_long_run_is_thinned_and_keeps_its_ends() {
        let mut b = builder();
        let n = 700_001;
        for t in 0..n {
            b.push(t, [t as f64, 0.0, f64::NAN], 0.0, 0.0);
        }
        let path = b.finish();
        assert!(
            (POINTS / 2..=2 * POINTS).contains(&path.points.len()),
            "{}",
            path.points.len()
        );
        assert_eq!(path.points.first().map(|p| p.time), Some(0));
        assert_eq!(path.points.last().map(|p| p.time), Some(n - 1));
        let widest = path.points.windows(2).map(|w| w[1].time - w[0].time).max();
        assert!(widest < Some(100), "{widest:?}");
    }

    #[test]
    fn planes_follow_the_axes_that_are_there() {
        let mut path = Path::default();
        assert!(path.needs_query() && !path.needs_query());
        path.update(Action::NextPlane);
        path.take(Ok(vec![builder().finish()]));
        assert_eq!(path.plane(), (0, 1));
        path.update(Action::NextRobot);
        assert_eq!(path.shown().map(|r| r.robot.as_str()), Some("1"));
        path.update(Action::NextColour);
        assert_eq!(path.colour(), Colour::Speed);
        path.take(Ok(vec![]));
        assert_eq!(path.shown(), None);
    }
}
