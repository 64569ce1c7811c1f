//! Machines over their runs.

use std::collections::BTreeMap;

use super::{
    Catalog, MachinePoint, MachineRow,
    runs::{machine_stats, run_id},
};
use crate::{Result, quality::Verdict};

/// Each run once for each of its robots: of the logs in which it stands, the one that
/// was harvested first. Failed runs say nothing of a machine.
const POINTS: &str = "\
    WITH firsts AS ( \
        SELECT r.id, r.run, l.key, r.cell_id, r.start_us, r.stop_us, r.runtime_s, r.verdict, \
               row_number() OVER (PARTITION BY r.run ORDER BY l.first_harvested, l.key) AS place \
        FROM runs r JOIN logs l ON l.id = r.log_id WHERE r.error IS NULL AND r.start_us IS NOT NULL) \
    SELECT f.cell_id, m.robot, f.key, f.run, f.start_us, f.stop_us, f.runtime_s, f.verdict, \
           m.distance_mm, m.top_speed_max, m.top_speed_p999, m.peak_force_max, m.peak_force_p999, \
           m.mean_force, m.force_samples \
    FROM firsts f JOIN machines m ON m.run_id = f.id WHERE f.place = 1 \
    ORDER BY f.start_us, f.key, f.run";

impl Catalog {
    pub(super) fn all_machines(&self) -> Result<Vec<MachineRow>> {
        self.sql(|db| {
            let mut machines: BTreeMap<(Order, Order), MachineRow> = BTreeMap::new();
            let mut statement = db.prepare_cached(POINTS)?;
            let mut rows = statement.query([])?;
            while let Some(r) = rows.next()? {
                let cell: Option<String> = r.get(0)?;
                let robot: String = r.get(1)?;
                let point = MachinePoint {
                    log_key: r.get(2)?,
                    run: run_id(r, 3)?,
                    start_us: r.get(4)?,
                    runtime_s: r.get::<_, Option<f64>>(6)?.unwrap_or(0.0),
                    stats: machine_stats(r, 8)?,
                    verdict: Verdict::from_word(r.get_ref(7)?.as_str()?),
                };
                let stop = r.get::<_, Option<i64>>(5)?.unwrap_or(point.start_us);
                let place = (Order::of(cell.as_deref()), Order::of(Some(&robot)));
                machines
                    .entry(place)
                    .or_insert_with(|| empty(cell, robot, &point))
                    .add(point, stop);
            }
            Ok(machines.into_values().map(MachineRow::finished).collect())
        })
    }
}

/// Cells and robots in the order of their numbers, then of their names; no cell first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Order(u8, u64, String);

impl Order {
    fn of(name: Option<&str>) -> Self {
        match name {
            None => Self(0, 0, String::new()),
            Some(name) => match name.parse() {
                Ok(number) => Self(1, number, name.to_owned()),
                Err(_) => Self(2, 0, name.to_owned()),
            },
        }
    }
}

fn empty(cell_id: Option<String>, robot: String, first: &MachinePoint) -> MachineRow {
    MachineRow {
        cell_id,
        robot,
        runs: 0,
        runtime_s: 0.0,
        distance_mm: None,
        top_speed_max: None,
        top_speed_p999: None,
        peak_force_max: None,
        peak_force_p999: None,
        mean_force: None,
        verdicts: BTreeMap::new(),
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
        raise(&mut self.top_speed_max, stats.top_speed_max);
        raise(&mut self.top_speed_p999, stats.top_speed_p999);
        raise(&mut self.peak_force_max, stats.peak_force_max);
        raise(&mut self.peak_force_p999, stats.peak_force_p999);
        *self
            .verdicts
            .entry(point.verdict.word().to_owned())
            .or_default() += 1;
        self.first_seen_us = self.first_seen_us.min(point.start_us);
        self.last_seen_us = self.last_seen_us.max(stop_us);
        self.series.push(point);
    }

    /// The mean over all samples: each run's mean by its number of samples.
    fn finished(mut self) -> Self {
        let (mut sum, mut weight) = (0.0, 0.0);
        for stats in self.series.iter().map(|p| &p.stats) {
            if let Some(mean) = stats.mean_force {
                sum += mean * stats.force_samples as f64;
                weight += stats.force_samples as f64;
            }
        }
        self.mean_force = (weight > 0.0).then(|| sum / weight);
        self
    }
}

fn raise(highest: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *highest = Some(highest.map_or(value, |h| h.max(value)));
    }
}
