//! One machine that is open: its figures as charts over time, and the runs behind them.
//!
//! The charts' cursor always stands on the run under the cursor of the list: whichever is
//! moved, the other follows.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::Figure;
use crate::{
    app::{
        chart::{Series, StackedChart, TimeRange, TimeView},
        layout,
        table::Table,
    },
    etl::catalog::{MachinePoint, MachineRow},
};

/// Lines below which no chart is drawn.
const CHART: u16 = 4;

/// Characters for the names of figures beside the charts.
pub const LABEL: usize = 10;

/// A part of the view that takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list of runs.
    #[default]
    Runs,
    /// The charts.
    Trends,
}

/// Where the parts of the view stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// What is known of the machine, in one line.
    pub heading: Rect,
    /// The charts; without height where there is no room for one.
    pub charts: Rect,
    /// The time axis below them; without height likewise.
    pub axis: Rect,
    /// The runs, their header included.
    pub list: Rect,
}

/// One machine that is open.
#[derive(Debug, Clone)]
pub struct MachineScreen {
    /// Its cell.
    pub cell: Option<String>,
    /// The robot.
    pub robot: String,
    /// The machine over all its runs; `None` when it has none any more.
    pub machine: Option<MachineRow>,
    /// Its runs, in order of start unless sorted.
    pub table: Table<MachinePoint>,
    /// The part that takes keys.
    pub pane: Pane,
    /// What the charts show, from the first run to the last, and their cursor.
    pub view: TimeView,
    /// The topmost chart.
    pub(super) first: usize,
    /// Per figure, over the runs that are shown.
    series: Vec<Arc<Series>>,
}

impl MachineScreen {
    /// Opens a machine at its latest run.
    pub fn open(machine: &MachineRow) -> Self {
        let mut screen = Self {
            cell: machine.cell_id.clone(),
            robot: machine.robot.clone(),
            machine: None,
            table: Table::default(),
            pane: Pane::default(),
            view: TimeView::new(TimeRange::new(0, 0)),
            first: 0,
            series: Vec::new(),
        };
        screen.put(Some(machine));
        screen.table.cursor = screen.table.len().saturating_sub(1);
        screen.follow();
        screen
    }

    /// `cell 10 / robot 1`
    pub fn name(&self) -> String {
        crate::etl::catalog::machine_name(self.cell.as_deref(), &self.robot)
    }

    /// Shows what was read of all machines; cursor and marks stay with their runs.
    pub fn update(&mut self, machines: &[MachineRow]) {
        let own = |m: &&MachineRow| m.cell_id == self.cell && m.robot == self.robot;
        self.put(machines.iter().find(own));
    }

    fn put(&mut self, machine: Option<&MachineRow>) {
        let series = machine.map(|m| m.series.clone());
        self.table.replace(series.unwrap_or_default());
        self.machine = machine.cloned();
        self.trace();
    }

    /// Makes the charts again from the runs that are shown. To be called after their
    /// filter was changed.
    pub fn trace(&mut self) {
        let mut points: Vec<&MachinePoint> = (0..self.table.len())
            .filter_map(|i| self.table.get(i))
            .collect();
        points.sort_by_key(|p| p.start_us);
        let times: Arc<[i64]> = points.iter().map(|p| p.start_us).collect();
        let bounds = TimeRange::new(
            times.first().copied().unwrap_or(0),
            times.last().copied().unwrap_or(0),
        );
        // The whole stays the whole when runs come and go.
        self.view.rebound(bounds, self.view.cursor.time);
        let line = |figure: &Figure| {
            let values = points.iter().map(|p| figure.of(p).unwrap_or(f64::NAN));
            // However long a machine rested, the next run goes on from the last.
            Arc::new(Series::new(times.clone(), values.collect(), i64::MAX))
        };
        self.series = Figure::ALL.iter().map(line).collect();
        self.follow();
    }

    /// Starts of the runs that are shown, in their order in time.
    pub fn times(&self) -> Arc<[i64]> {
        let first = self.series.first();
        first.map_or_else(|| [].into(), |series| series.times().clone())
    }

    /// A figure over the runs that are shown.
    pub fn series(&self, figure: Figure) -> Option<&Arc<Series>> {
        let at = Figure::ALL.iter().position(|f| *f == figure)?;
        self.series.get(at)
    }

    /// Start of the run under the cursor.
    pub fn cursor_time(&self) -> Option<i64> {
        self.table.current().map(|point| point.start_us)
    }

    /// The charts that `height` lines have room for, with their lines.
    pub fn charts(&self, height: u16) -> Vec<(Figure, StackedChart)> {
        let shown = usize::from(height / CHART).min(Figure::ALL.len());
        if shown == 0 {
            return Vec::new();
        }
        let turned = Figure::ALL.iter().copied().cycle().skip(self.first);
        turned
            .zip(StackedChart::divide(height.into(), shown))
            .collect()
    }

    /// Where things stand in a terminal of `size`.
    pub fn parts(&self, size: (u16, u16)) -> Parts {
        let (heading, body) = layout::headed(size, 1);
        // Time axis and the list's header are one line each; a blank line between charts and list
        // where there is room for it.
        let blank = u16::from(body.height >= 24);
        let free = body.height.saturating_sub(2 + blank);
        let runs = u16::try_from(self.table.len()).unwrap_or(u16::MAX).max(3);
        let list = runs.min((free / 3).max(3));
        let charts = if free >= list + CHART && !self.table.is_empty() {
            free - list
        } else {
            0
        };
        let charts = Rect {
            height: charts,
            ..body
        };
        let axis = Rect {
            y: charts.bottom(),
            height: charts.height.min(1),
            ..body
        };
        let list = Rect {
            y: axis.bottom() + blank * axis.height,
            height: body
                .bottom()
                .saturating_sub(axis.bottom() + blank * axis.height),
            ..body
        };
        Parts {
            heading,
            charts,
            axis,
            list,
        }
    }
}

#[cfg(test)]
#[path = "detail_tests.rs"]
mod tests;
