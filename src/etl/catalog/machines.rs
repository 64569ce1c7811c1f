//! Machines over their runs.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    Catalog, MachinePoint, MachineRow,
    runs::{ROBOT_FIGURES, robot_stats, run_id},
};
use crate::{
    Result,
    natural_order::compare_names,
    quality::Verdict,
    stats::{RobotState, slope_per_day},
};

/// Each run once for each of its robots: of the logs that have it, the copy with the most
/// kept samples, then the smallest key. So machines depend on what was harvested, never on
/// the order of harvests. Failed runs say nothing of a machine.
fn points() -> String {
    format!(
        "WITH copies AS ( \
        SELECT r.id, r.run, l.key, r.cell_id, r.start_us, r.stop_us, r.runtime_s, r.verdict, \
               row_number() OVER (PARTITION BY r.run ORDER BY r.samples DESC, l.key) AS place \
        FROM runs r JOIN logs l ON l.id = r.log_id WHERE r.error IS NULL AND r.start_us IS NOT NULL) \
    SELECT c.cell_id, m.robot, c.key, c.run, c.start_us, c.stop_us, c.runtime_s, c.verdict, \
           {ROBOT_FIGURES} \
    FROM copies c JOIN robots m ON m.run_id = c.id WHERE c.place = 1 \
    ORDER BY c.start_us, c.key, c.run"
    )
}

impl Catalog {
    /// Every machine over its runs, by cell and robot.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn machines(&self) -> Result<Vec<MachineRow>> {
        self.sql(|db| {
            let mut machines: BTreeMap<(Name, Name), MachineRow> = BTreeMap::new();
            let mut statement = db.prepare_cached(&points())?;
            let mut rows = statement.query([])?;
            while let Some(r) = rows.next()? {
                let cell: Option<String> = r.get(0)?;
                let robot: String = r.get(1)?;
                let point = MachinePoint {
                    log_key: r.get(2)?,
                    run: run_id(r, 3)?,
                    start_us: r.get(4)?,
                    runtime_s: r.get::<_, Option<f64>>(6)?.unwrap_or(0.0),
                    stats: robot_stats(r, 8)?,
                    verdict: Verdict::from_word(r.get_ref(7)?.as_str()?),
                };
                let stop = r.get::<_, Option<i64>>(5)?.unwrap_or(point.start_us);
                let place = (Name(cell.clone()), Name(Some(robot.clone())));
                machines
                    .entry(place)
                    .or_insert_with(|| empty(cell, robot, &point))
                    .add(point, stop);
            }
            Ok(machines.into_values().map(MachineRow::finished).collect())
        })
    }
}

/// A cell (none comes first) or a robot in its place.
#[derive(PartialEq, Eq)]
struct Name(Option<String>);

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => compare_names(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn empty(cell_id: Option<String>, robot: String, first: &MachinePoint) -> MachineRow {
    MachineRow {
        cell_id,
        robot,
        runs: 0,
        runtime_s: 0.0,
        distance_mm: None,
        speed_peak: None,
        speed_max: None,
        force_peak: None,
        force_max: None,
        force_mean: None,
        forming_peak: None,
        slope: None,
        verdicts: BTreeMap::new(),
        states: BTreeMap::new(),
        first_seen_us: first.start_us,
        last_seen_us: first.start_us,
        series: Vec::new(),
    }
}

impl MachineRow {
    fn add(&mut self, point: MachinePoint, stop_us: i64) {
        let stats = &point.stats;
        self.runs += 1;
        self.runtime_s += point.runtime_s;
        if let Some(distance) = stats.distance_mm {
            self.distance_mm = Some(self.distance_mm.unwrap_or(0.0) + distance);
        }
        raise(&mut self.speed_peak, stats.speed_peak);
        raise(&mut self.speed_max, stats.speed_max);
        raise(&mut self.force_peak, stats.contact_peak());
        raise(&mut self.force_max, stats.contact_max());
        raise(&mut self.forming_peak, stats.forming.force_peak_n);
        if let Some(state) = stats.state {
            *self.states.entry(state).or_default() += 1;
        }
        *self
            .verdicts
            .entry(point.verdict.word().to_owned())
            .or_default() += 1;
        self.first_seen_us = self.first_seen_us.min(point.start_us);
        self.last_seen_us = self.last_seen_us.max(stop_us);
        self.series.push(point);
    }

    /// The mean over all samples (each run's mean by its number of samples), and the slope.
    fn finished(mut self) -> Self {
        let (mut sum, mut weight) = (0.0, 0.0);
        let stats = self.series.iter().map(|p| &p.stats);
        for stats in stats {
            if let Some(mean) = stats.contact_mean() {
                sum += mean * stats.force_samples as f64;
                weight += stats.force_samples as f64;
            }
        }
        self.force_mean = (weight > 0.0).then(|| sum / weight);
        let points = self.series.iter();
        self.slope = slope_per_day(points.map(|p| (p.start_us, p.stats.contact_peak())));
        self
    }

    /// The most that the robot did in a run, and in how many: `parked` only where it was parked in
    /// all of them; `None` where nothing is known.
    pub fn most(&self) -> Option<(RobotState, u64)> {
        self.states
            .last_key_value()
            .map(|(state, runs)| (*state, *runs))
    }
}

fn raise(highest: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *highest = Some(highest.map_or(value, |h| h.max(value)));
    }
}
