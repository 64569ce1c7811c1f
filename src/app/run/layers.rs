//! The layers of a run as a list: filtered, sorted and searched as every other list, with the
//! trend of each figure and a chart of one of them over the layers.

use std::{collections::BTreeMap, sync::Arc};

use crossterm::event::MouseEventKind;

use super::tab_list;
use crate::{
    app::{
        action::Action,
        chart::{Series, TimeRange},
        choice::Choice,
        columns::PlacedColumn,
        sparkline::sparkline_values,
        table::{Row, Table},
    },
    etl::{
        catalog::RunDetail,
        filter::{Filtered, Kind, RowField, Unit, Value, contains},
        natural_order,
        stats::{Layer, RobotStats},
        time,
    },
};

/// Lines of the chart, with its axis, at least.
const CHART: u16 = 7;

/// One layer of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRow {
    /// The robot that formed it.
    pub robot: String,
    /// From 1, in order of time.
    pub number: usize,
    /// Its figures.
    pub layer: Layer,
    /// From and to, in microseconds.
    pub span: Option<(i64, i64)>,
}

impl LayerRow {
    /// Seconds from its first sample to its last.
    pub fn seconds(&self) -> Option<f64> {
        self.span
            .map(|(from, to)| (to - from) as f64 / time::SECOND as f64)
    }
}

const MILLIMETRES: Kind = Kind::Number(Unit::Millimetres);
const NEWTONS: Kind = Kind::Number(Unit::Newtons);

impl Filtered for LayerRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["robot"], Kind::Name, |r| Value::text(Some(&r.robot))),
        RowField::new(&["layer"], Kind::Number(Unit::Count), |r| {
            Value::count(Some(r.number as u64))
        }),
        RowField::new(&["z", "z_mm"], MILLIMETRES, |r| {
            Value::number(Some(r.layer.z_mm))
        }),
        RowField::new(&["step", "step_mm"], MILLIMETRES, |r| {
            Value::number(r.layer.step_mm)
        }),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::time(r.span.map(|span| span.0))
        }),
        RowField::new(&["stop", "stop_time"], Kind::Time, |r| {
            Value::time(r.span.map(|span| span.1))
        }),
        RowField::new(&["time"], Kind::Number(Unit::Seconds), |r| {
            Value::number(r.seconds())
        }),
        RowField::new(&["length", "length_mm"], MILLIMETRES, |r| {
            Value::number(Some(r.layer.length_mm))
        }),
        RowField::new(
            &["feed", "feed_mm_s"],
            Kind::Number(Unit::MillimetresPerSecond),
            |r| Value::number(r.layer.feed_mm_s),
        ),
        RowField::new(&["median", "force_median_n"], NEWTONS, |r| {
            Value::number(r.layer.force_median_n)
        }),
        RowField::new(&["peak", "force_peak_n"], NEWTONS, |r| {
            Value::number(r.layer.force_peak_n)
        }),
        RowField::new(&["axial", "axial_median_n"], NEWTONS, |r| {
            Value::number(r.layer.axial_median_n)
        }),
        RowField::new(&["radius", "radius_mm"], MILLIMETRES, |r| {
            Value::number(r.layer.radius_mm)
        }),
        RowField::new(
            &["wall", "wall_angle_deg"],
            Kind::Number(Unit::Plain),
            |r| Value::number(r.layer.wall_angle_deg),
        ),
        RowField::new(&["complete"], Kind::Word(|| vec!["no", "yes"]), |r| {
            Value::Word {
                rank: u8::from(r.layer.complete),
                word: if r.layer.complete { "yes" } else { "no" },
            }
        }),
        RowField::new(&["since"], Kind::Since, |r| {
            Value::time(r.span.map(|span| span.1))
        }),
        RowField::new(&["until"], Kind::Until, |r| {
            Value::time(r.span.map(|span| span.0))
        }),
    ];

    fn contains(&self, text: &str) -> bool {
        contains(&self.robot, text) || contains(&self.number.to_string(), text)
    }
}

/// Lines of the parts of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// What is known of the robot under the cursor, and a blank line where there is room for it.
    pub heading: u16,
    /// The list with its header.
    pub list: u16,
    /// The trend of each column.
    pub trend: u16,
    /// The chart with its axis.
    pub chart: u16,
}

/// Where the view is.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The layers of all robots, filtered and sorted.
    pub table: Table<LayerRow>,
    /// The figures of each robot by its name.
    pub robots: BTreeMap<String, RobotStats>,
    /// Which columns were chosen.
    pub choice: Choice,
}

impl Layers {
    /// The layers of `detail`.
    pub fn new(detail: &RunDetail) -> Self {
        let mut layers = Self {
            robots: detail.robots.clone(),
            ..Self::default()
        };
        let mut rows = Vec::new();
        for (robot, stats) in natural_order::sorted(&detail.robots) {
            rows.extend(stats.layers.iter().enumerate().map(|(at, layer)| LayerRow {
                robot: robot.clone(),
                number: at + 1,
                span: span(layer),
                layer: layer.clone(),
            }));
        }
        layers.table.replace(rows);
        layers
    }

    /// Replaces an earlier view of the same run.
    pub fn resume(&mut self, earlier: Self) {
        let rows = self.table.rows().to_vec();
        self.table = earlier.table;
        self.table.replace(rows);
        self.choice = earlier.choice;
    }

    /// The robot of the layer under the cursor, with its figures; without layers the first.
    pub fn robot(&self) -> Option<(&str, &RobotStats)> {
        let name = match self.table.current() {
            Some(row) => &row.robot,
            None => natural_order::sorted(&self.robots).first()?.0,
        };
        let (name, stats) = self.robots.get_key_value(name)?;
        Some((name, stats))
    }

    /// Why each robot has no layers, where it has none: its name and the reason.
    pub fn reasons(&self) -> Vec<(&str, String)> {
        let none = natural_order::sorted(&self.robots)
            .into_iter()
            .filter(|(_, stats)| stats.layers.is_empty());
        none.map(|(robot, stats)| {
            let unknown = || "harvested before layers were computed: harvest the log again".into();
            let reason = stats.layers_reason.clone();
            (robot.as_str(), reason.unwrap_or_else(unknown))
        })
        .collect()
    }

    /// The columns that `width` has room for.
    pub fn columns(&self, width: u16) -> Vec<PlacedColumn> {
        tab_list::columns(&self.table, width, &self.choice)
    }

    /// How a view of `height` lines is shared.
    pub fn parts(&self, height: usize) -> Parts {
        let height = u16::try_from(height).unwrap_or(u16::MAX);
        // The second line is blank where the first has room for all that is known of a robot.
        let heading = match height {
            ..16 => height.min(1),
            16.. => 2,
        };
        if self.table.is_empty() {
            let (trend, chart) = (0, 0);
            let list = height - heading;
            return Parts {
                heading,
                list,
                trend,
                chart,
            };
        }
        let trend = u16::from(height >= 6);
        let left = height - heading - trend;
        let chart = if left >= 3 * CHART {
            (left / 2).clamp(CHART, 16)
        } else {
            0
        };
        Parts {
            heading,
            list: left - chart,
            trend,
            chart,
        }
    }

    /// Layers that the list shows at once.
    pub fn lines(&self, height: usize) -> usize {
        usize::from(self.parts(height).list).saturating_sub(1)
    }

    /// Moves and sorts; false when `action` is none of the view's own.
    pub fn update(&mut self, action: Action, height: usize) -> bool {
        let lines = self.lines(height);
        tab_list::update(&mut self.table, action, lines)
    }

    /// The mouse was used at a place (column, line) of a view of `size`; whether the line under the
    /// cursor is to be opened.
    pub(super) fn mouse(
        &mut self,
        kind: MouseEventKind,
        (x, y): (usize, usize),
        (width, height): (usize, usize),
    ) -> bool {
        let Some(y) = y.checked_sub(usize::from(self.parts(height).heading)) else {
            return false;
        };
        let columns = self.columns(u16::try_from(width).unwrap_or(u16::MAX));
        let lines = self.lines(height);
        tab_list::mouse(&mut self.table, kind, (x, y), &columns, lines)
    }

    /// The trend of a column over the layers of the robot under the cursor, in order of time, in
    /// `width` characters; `None` where it has no numbers or one value only.
    pub fn trend(&self, column: usize, width: u16) -> Option<String> {
        let values = self.figures(column)?;
        let known = values.iter().filter(|value| value.1.is_some()).count();
        let values: Vec<Option<f64>> = values.into_iter().map(|value| value.1).collect();
        (known > 1).then(|| sparkline_values(&values, usize::from(width).min(values.len())))
    }

    /// What the chart shows: title and unit of the figure under the column cursor (of the force
    /// along the forming axis where that is not a figure, of the position where there is no
    /// force), its values over the numbers of layers, and the range of those.
    pub fn chart(&self) -> Option<(String, &'static str, Series, TimeRange)> {
        let columns = LayerRow::columns(self.table.rows());
        let named = |name: &str| columns.iter().position(|c| c.name() == name);
        let (column, values) = [Some(self.table.column), named("axial"), named("z")]
            .into_iter()
            .flatten()
            .filter_map(|at| Some((columns.get(at)?, self.figures(at)?)))
            .find(|(_, values)| values.iter().any(|value| value.1.is_some()))?;
        let numbers: Arc<[i64]> = values.iter().map(|value| value.0 as i64).collect();
        let range = TimeRange::new(*numbers.first()?, *numbers.last()?);
        let figures = values.into_iter().map(|value| value.1.unwrap_or(f64::NAN));
        let series = Series::new(numbers, figures.collect(), 1);
        Some((column.name().to_owned(), unit(column.name()), series, range))
    }

    /// The numbers of the layers of the robot under the cursor with their values in a column;
    /// `None` for a column that is not a figure.
    fn figures(&self, column: usize) -> Option<Vec<(usize, Option<f64>)>> {
        let robot = self.robot()?.0;
        let columns = LayerRow::columns(self.table.rows());
        let column = columns.get(column)?;
        let field = column.sort_fields().first()?;
        if !matches!(field.kind(), Kind::Number(_)) || column.name() == "layer" {
            return None;
        }
        let rows = self.table.rows().iter().filter(|row| row.robot == robot);
        let value = |row| match field.value(row) {
            Value::Number(number) => Some(number),
            _ => None,
        };
        Some(rows.map(|row| (row.number, value(row))).collect())
    }
}

/// The unit of a column, for its header and its chart.
pub(in crate::app) fn unit(column: &str) -> &'static str {
    match column {
        "z" | "step" | "length" | "radius" => "mm",
        "time" => "s",
        "feed" => "mm/s",
        "median" | "peak" | "axial" => "N",
        "wall" => "°",
        _ => "",
    }
}

fn span(layer: &Layer) -> Option<(i64, i64)> {
    let start = time::parse(layer.start_time.as_bytes())?;
    let stop = time::parse(layer.stop_time.as_bytes())?;
    Some((start, stop.max(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn robots_come_in_order_and_the_trend_follows_the_cursor() {
        let mut layers = Layers::new(&fixture::layered());
        assert_eq!(layers.table.len(), 12);
        assert_eq!(layers.robot().unwrap().0, "1");
        let columns = LayerRow::columns(layers.table.rows());
        let at = |name: &str| columns.iter().position(|c| c.name() == name).unwrap();
        assert_eq!(layers.trend(at("robot"), 20), None);
        assert_eq!(layers.trend(at("layer"), 20), None);
        let trend = layers.trend(at("z"), 20).unwrap();
        assert!(trend.starts_with('█') && trend.ends_with('▁'), "{trend}");
        assert_eq!(trend.chars().count(), 12, "a character a layer");
        assert_eq!(layers.trend(at("z"), 4).unwrap().chars().count(), 4);
        layers.table.column = at("robot");
        let (title, unit, series, range) = layers.chart().unwrap();
        assert_eq!((title.as_str(), unit), ("axial", "N"));
        assert_eq!((range.start(), range.end()), (1, 12));
        assert_eq!(series.at_or_before(3).unwrap().value, -1478.0);
        layers.table.column = at("radius");
        assert_eq!(layers.chart().unwrap().0, "radius");
        let mut without_forces = fixture::layered();
        for layer in &mut without_forces.robots.get_mut("1").unwrap().layers {
            layer.axial_median_n = None;
        }
        let layers = Layers::new(&without_forces);
        assert_eq!(layers.chart().unwrap().0, "z");
    }

    #[test]
    fn a_robot_without_layers_says_why() {
        let layers = Layers::new(&fixture::layered());
        assert_eq!(layers.reasons(), [("2", "the robot is parked".to_owned())]);
        let old = Layers::new(&fixture::detail());
        assert!(old.reasons()[0].1.contains("harvest the log again"));
        assert!(old.table.is_empty() && old.chart().is_none());
    }

    #[test]
    fn lines_add_up_at_every_height() {
        let layers = Layers::new(&fixture::layered());
        for height in 0..80 {
            let parts = layers.parts(height);
            let lines = parts.heading + parts.list + parts.trend + parts.chart;
            assert_eq!(usize::from(lines), height);
        }
    }
}
