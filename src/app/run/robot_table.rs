//! The robots of a run as a table above its statistics: one row a robot.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::{
    app::{columns::Meaning, wrap::fit_middle},
    etl::{
        catalog::{RunDetail, machine_name},
        format::{format_delta, format_value, thousands},
        natural_order,
        stats::{BiasSource, RobotState, RobotStats},
    },
};

/// Blanks between two columns.
pub const GAP: usize = 2;

/// Characters that the name of a machine takes at most.
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
    /// Those with the largest numbers leave narrow screens first.
    priority: u8,
}

/// The robots of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RobotTable {
    columns: Vec<RobotColumn>,
}

/// A figure as text; none: the robot has none.
type Figure = fn(&RobotStats) -> Option<String>;

/// Title, place in the order of worth, and figure of each column after the machine and its state.
const FIGURES: [(&str, u8, Figure); 16] = [
    ("contact %", 5, |s| share(s, |duty| duty.contact)),
    ("air %", 10, |s| share(s, |duty| duty.air)),
    ("rest %", 11, |s| share(s, |duty| duty.parked)),
    ("distance mm", 4, |s| number(s.distance_mm)),
    ("peak mm/s", 3, |s| number(s.speed_peak)),
    ("max mm/s", 12, |s| number(s.speed_max)),
    ("peak N", 2, |s| number(s.contact_peak())),
    ("max N", 13, |s| number(s.contact_max())),
    ("mean N", 7, |s| number(s.contact_mean())),
    // What load cells read on a robot that touched nothing is no force of forming.
    ("load cell peak N", 8, |s| reading(s, s.force_peak)),
    ("load cell mean N", 14, |s| reading(s, s.force_mean)),
    ("layers", 6, layers),
    ("|axial| N/layer", 15, |s| {
        let slope = s.axial_slope_n_per_layer.as_ref()?;
        Some(format_delta(slope.value, 1))
    }),
    ("wall °", 16, |s| number(s.wall_angle_deg)),
    ("chatter N", 17, |s| number(s.chatter_rms_n)),
    ("bias N", 9, bias),
];

impl RobotTable {
    /// The robots of `detail`, without the columns in which none of them has anything.
    pub fn new(detail: &RunDetail) -> Self {
        let robots = natural_order::sorted(&detail.robots);
        if robots.is_empty() {
            return Self::default();
        }
        let cell = detail.row.cell_id();
        let names = robots.iter().map(|(robot, _)| {
            let name = machine_name(cell, robot);
            let width = NAME.min(name.width() as u16);
            (fit_middle(&name, width), Meaning::Text)
        });
        let states = robots.iter().map(|(_, stats)| match stats.state {
            Some(state @ (RobotState::Contact | RobotState::Air)) => {
                (state.word().to_owned(), Meaning::Text)
            }
            Some(state) => (state.word().to_owned(), Meaning::Muted),
            None => (String::new(), Meaning::Muted),
        });
        let mut columns = vec![
            RobotColumn::new("machine", 0, false, names.collect()),
            RobotColumn::new("state", 1, false, states.collect()),
        ];
        for (title, priority, figure) in FIGURES {
            let cells = robots.iter().map(|(_, stats)| {
                let text = figure(stats).unwrap_or_default();
                (text, Meaning::Text)
            });
            let right = title != "bias N";
            columns.push(RobotColumn::new(title, priority, right, cells.collect()));
        }
        columns.retain(|column| column.cells.iter().any(|(text, _)| !text.is_empty()));
        Self { columns }
    }

    /// Lines of the table with its titles; 0: there is no robot.
    pub fn lines(&self) -> usize {
        self.columns.first().map_or(0, |c| c.cells.len() + 1)
    }

    /// The columns that `width` characters have room for, from left to right.
    pub fn fitting(&self, width: usize) -> Vec<&RobotColumn> {
        let mut order: Vec<&RobotColumn> = self.columns.iter().collect();
        order.sort_by_key(|column| column.priority);
        let mut left = width;
        let mut least = 0;
        for column in order {
            let needed = column.width + if least == 0 { 0 } else { GAP };
            if needed > left && least > 0 {
                // What is worth less does not take the place of what is worth more.
                break;
            }
            left = left.saturating_sub(needed);
            least = column.priority + 1;
        }
        let columns = self.columns.iter();
        columns.filter(|column| column.priority < least).collect()
    }
}

impl RobotColumn {
    fn new(title: &'static str, priority: u8, right: bool, cells: Vec<(String, Meaning)>) -> Self {
        let widths = cells.iter().map(|(text, _)| text.width());
        Self {
            width: widths.max().unwrap_or(0).max(title.width()),
            title,
            right,
            cells,
            priority,
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

    fn titles(table: &RobotTable, width: usize) -> Vec<&'static str> {
        let columns = table.fitting(width).into_iter();
        columns.map(|column| column.title).collect()
    }

    #[test]
    fn a_row_a_robot_in_the_columns_that_are_worth_most() {
        let table = RobotTable::new(&fixture::layered());
        assert_eq!(table.lines(), 3);
        for width in 1..250 {
            let columns = table.fitting(width);
            let used: usize = columns.iter().map(|c| c.width + GAP).sum();
            assert!(used <= width + GAP || columns.len() == 1, "{width}");
        }
        assert_eq!(titles(&table, 30), ["machine", "state"]);
        let all = titles(&table, 300);
        assert!(all.contains(&"layers"), "{all:?}");
        // No robot of the run has any: a column of blanks tells nothing.
        assert!(!all.contains(&"chatter N"), "{all:?}");
    }

    #[test]
    fn a_robot_that_touched_nothing_has_readings_and_no_force() {
        let mut detail = fixture::layered();
        let parked = detail.robots.get_mut("2").unwrap();
        parked.state = Some(RobotState::Parked);
        (parked.force_peak, parked.force_mean) = (Some(740.5), Some(739.0));
        let table = RobotTable::new(&detail);
        let cell = |title: &str| {
            let columns = table.fitting(300);
            let column = columns.into_iter().find(|c| c.title == title).unwrap();
            column.cells[1].0.clone()
        };
        assert_eq!(cell("peak N"), "");
        assert_eq!(cell("load cell peak N"), "740.5");
        assert_eq!(cell("state"), "parked");
    }
}
