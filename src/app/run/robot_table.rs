//! The robots of a run as a table above its statistics: one row a robot. Where a screen is too
//! narrow for all figures, the table goes on below itself.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::{
    app::{columns::Meaning, wrap::fit_middle},
    etl::{
        catalog::RunDetail,
        format::{format_delta, format_value, thousands},
        natural_order,
        stats::{BiasSource, RobotState, RobotStats},
    },
};

/// Blanks between two columns.
pub const GAP: usize = 2;

/// Characters that the name of a robot takes at most.
const NAME: u16 = 24;

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotColumn {
    /// Its title, with the unit.
    pub title: &'static str,
    /// Whether its cells end at the right.
    pub right: bool,
    /// One cell for each robot.
    pub cells: Vec<(String, Meaning)>,
    /// In characters.
    pub width: usize,
}

/// The robots of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RobotTable {
    columns: Vec<RobotColumn>,
}

/// A figure as text; none: the robot has none.
type Figure = fn(&RobotStats) -> Option<String>;

/// Title and figure of each column after the robot and its state: how it moved, the forces, the
/// layers.
const FIGURES: [(&str, Figure); 16] = [
    ("contact %", |s| share(s, |duty| duty.contact)),
    ("air %", |s| share(s, |duty| duty.air)),
    ("rest %", |s| share(s, |duty| duty.parked)),
    ("distance mm", |s| number(s.distance_mm)),
    ("peak mm/s", |s| number(s.speed_peak)),
    ("max mm/s", |s| number(s.speed_max)),
    ("peak N", |s| number(s.contact_peak())),
    ("max N", |s| number(s.contact_max())),
    ("mean N", |s| number(s.contact_mean())),
    // What load cells read on a robot that touched nothing is no force of forming.
    ("load cell peak N", |s| reading(s, s.force_peak)),
    ("load cell mean N", |s| reading(s, s.force_mean)),
    ("layers", layers),
    ("|axial| N/layer", |s| {
        let slope = s.axial_slope_n_per_layer.as_ref()?;
        Some(format_delta(slope.value, 1))
    }),
    ("wall °", |s| number(s.wall_angle_deg)),
    ("chatter N", |s| number(s.chatter_rms_n)),
    ("bias N", bias),
];

impl RobotTable {
    /// The robots of `detail`, without the columns in which none of them has anything.
    pub fn new(detail: &RunDetail) -> Self {
        let robots = natural_order::sorted(&detail.robots);
        if robots.is_empty() {
            return Self::default();
        }
        // The cell stands in the top line.
        let names = robots.iter().map(|(robot, _)| {
            let width = NAME.min(robot.width() as u16);
            (fit_middle(robot, width), Meaning::Text)
        });
        let states = robots.iter().map(|(_, stats)| match stats.state {
            Some(state @ (RobotState::Contact | RobotState::Air)) => {
                (state.word().to_owned(), Meaning::Text)
            }
            Some(state) => (state.word().to_owned(), Meaning::Muted),
            None => (String::new(), Meaning::Muted),
        });
        let mut columns = vec![
            RobotColumn::new("robot", false, names.collect()),
            RobotColumn::new("state", false, states.collect()),
        ];
        for (title, figure) in FIGURES {
            let cells = robots.iter().map(|(_, stats)| {
                let text = figure(stats).unwrap_or_default();
                (text, Meaning::Text)
            });
            let right = title != "bias N";
            columns.push(RobotColumn::new(title, right, cells.collect()));
        }
        columns.retain(|column| column.cells.iter().any(|(text, _)| !text.is_empty()));
        Self { columns }
    }

    /// How many robots it has.
    pub fn robots(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// The parts that stand below each other in `width` characters: each begins with the robot
    /// and has as many of the other columns as fit, in their order, but one at least.
    pub fn parts(&self, width: usize) -> Vec<Vec<&RobotColumn>> {
        let Some((robot, figures)) = self.columns.split_first() else {
            return Vec::new();
        };
        let mut parts = vec![vec![robot]];
        let mut used = robot.width;
        for column in figures {
            let needed = GAP + column.width;
            if used + needed > width && parts.last().is_some_and(|part| part.len() > 1) {
                parts.push(vec![robot]);
                used = robot.width;
            }
            used += needed;
            if let Some(part) = parts.last_mut() {
                part.push(column);
            }
        }
        parts
    }
}

impl RobotColumn {
    fn new(title: &'static str, right: bool, cells: Vec<(String, Meaning)>) -> Self {
        let widths = cells.iter().map(|(text, _)| text.width());
        Self {
            width: widths.max().unwrap_or(0).max(title.width()),
            title,
            right,
            cells,
        }
    }
}

fn number(value: Option<f64>) -> Option<String> {
    value.map(|value| format_value(value, 1))
}

fn reading(stats: &RobotStats, value: Option<f64>) -> Option<String> {
    number(value.filter(|_| !stats.may_have_formed()))
}

/// A share of the run's time in per cent.
fn share(stats: &RobotStats, of: fn(&crate::etl::stats::Duty) -> f64) -> Option<String> {
    let share = of(stats.duty.as_ref()?);
    Some(format_value(share * 100.0, 0))
}

fn layers(stats: &RobotStats) -> Option<String> {
    let layers = stats.layers.len() as u64;
    (layers > 0).then(|| thousands(layers))
}

/// `−3.1, 12.0, −740.3 (air)`: of each force channel, and what tells it.
fn bias(stats: &RobotStats) -> Option<String> {
    let first = stats.bias.values().next()?;
    if stats
        .bias
        .values()
        .all(|bias| bias.source == BiasSource::Unknown)
    {
        return Some(first.source.word().to_owned());
    }
    let values = natural_order::sorted(&stats.bias).into_iter();
    let values = values.map(|(_, bias)| match bias.value {
        Some(value) => Cow::Owned(format_value(value, 1)),
        None => Cow::Borrowed("·"),
    });
    let values: Vec<_> = values.collect();
    Some(format!("{} ({})", values.join(", "), first.source.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn every_column_is_there_in_any_width() {
        let mut detail = fixture::layered();
        detail.robots.get_mut("1").unwrap().chatter_rms_n = None;
        let table = RobotTable::new(&detail);
        assert_eq!(table.robots(), 2);
        let titles = |width| -> Vec<&str> {
            let parts = table.parts(width).into_iter();
            parts
                .flat_map(|part| part.into_iter().skip(1))
                .map(|c| c.title)
                .collect()
        };
        let all = titles(300);
        assert_eq!(table.parts(300).len(), 1);
        assert!(
            all.contains(&"layers") && all.contains(&"wall °"),
            "{all:?}"
        );
        // No robot of the run has any: a column of blanks tells nothing.
        assert!(!all.contains(&"chatter N"), "{all:?}");
        for width in 1..250 {
            assert_eq!(titles(width), all, "{width}");
            for part in table.parts(width) {
                let used: usize = part.iter().map(|c| c.width + GAP).sum();
                assert!(used <= width + GAP || part.len() == 2, "{width}");
                assert_eq!(part[0].title, "robot", "{width}");
            }
        }
    }

    #[test]
    fn a_robot_that_touched_nothing_has_readings_and_no_force() {
        let mut detail = fixture::layered();
        let parked = detail.robots.get_mut("2").unwrap();
        parked.state = Some(RobotState::Parked);
        (parked.force_peak, parked.force_mean) = (Some(740.5), Some(739.0));
        let table = RobotTable::new(&detail);
        let cell = |title: &str| {
            let mut columns = table.columns.iter();
            let column = columns.find(|c| c.title == title).unwrap();
            column.cells[1].0.clone()
        };
        assert_eq!(cell("peak N"), "");
        assert_eq!(cell("load cell peak N"), "740.5");
        assert_eq!(cell("state"), "parked");
    }
}
