//! The fields of machines over their runs.

use super::{
    Filtered, Kind, RowField, Value, contains,
    rows::{COUNT, METRES, MILLIMETRES, NEWTONS, SECONDS, SLOPE, SPEED, STATE, VERDICT},
};
use crate::{catalog::MachineRow, quality::Verdict};

impl Filtered for MachineRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["machine"], Kind::Text, |m| Value::Text(m.name().into())),
        RowField::new(&["cell", "cell_id"], Kind::Name, |m| {
            Value::text(m.cell_id.as_deref())
        }),
        RowField::new(&["robot"], Kind::Name, |m| Value::text(Some(&m.robot))),
        RowField::new(&["runs"], COUNT, |m| Value::count(Some(m.runs))),
        RowField::new(&["runtime", "runtime_seconds"], SECONDS, |m| {
            Value::number(Some(m.runtime_s))
        }),
        RowField::new(&["distance"], METRES, |m| {
            Value::number(m.distance_mm.map(|mm| mm / 1000.0))
        }),
        RowField::new(&["distance_mm"], MILLIMETRES, |m| {
            Value::number(m.distance_mm)
        }),
        RowField::new(&["speed", "peak_speed", "speed_peak"], SPEED, |m| {
            Value::number(m.speed_peak)
        }),
        RowField::new(&["max_speed", "speed_max"], SPEED, |m| {
            Value::number(m.speed_max)
        }),
        RowField::new(&["force", "peak_force", "force_peak"], NEWTONS, |m| {
            Value::number(m.force_peak)
        }),
        RowField::new(&["max_force", "force_max"], NEWTONS, |m| {
            Value::number(m.force_max)
        }),
        RowField::new(&["mean", "mean_force", "force_mean"], NEWTONS, |m| {
            Value::number(m.force_mean)
        }),
        RowField::new(&["forming", "forming_peak"], NEWTONS, |m| {
            Value::number(m.forming_peak)
        }),
        RowField::new(&["state", "states"], STATE, |m| {
            Value::robot_state(m.most().map(|(state, _)| state))
        }),
        RowField::new(&["slope", "slope_of_peak_force"], SLOPE, |m| {
            Value::number(m.slope)
        }),
        RowField::new(&["pass"], COUNT, |m| runs(m, Verdict::Pass)),
        RowField::new(&["suspect"], COUNT, |m| runs(m, Verdict::Suspect)),
        RowField::new(&["fail"], COUNT, |m| runs(m, Verdict::Fail)),
        RowField::new(&["not_evaluated"], COUNT, |m| {
            runs(m, Verdict::NotEvaluated)
        }),
        RowField::new(&["verdict", "verdicts"], VERDICT, |m| {
            Value::verdict(worst(m))
        }),
        RowField::new(&["first_seen"], Kind::Time, |m| {
            Value::Time(m.first_seen_us)
        }),
        RowField::new(&["last_seen"], Kind::Time, |m| Value::Time(m.last_seen_us)),
        RowField::new(&["since"], Kind::Since, |m| Value::Time(m.last_seen_us)),
        RowField::new(&["until"], Kind::Until, |m| Value::Time(m.first_seen_us)),
    ];

    fn contains(&self, text: &str) -> bool {
        contains(&self.name(), text)
    }
}

fn runs<'a>(machine: &MachineRow, verdict: Verdict) -> Value<'a> {
    Value::count(Some(machine.runs_with(verdict)))
}

/// The worst verdict of the machine's runs.
fn worst(machine: &MachineRow) -> Option<Verdict> {
    let verdicts = Verdict::ALL.into_iter();
    let mut of_runs = verdicts.filter(|verdict| machine.runs_with(*verdict) > 0);
    of_runs
        .next()
        .map(|one| Verdict::of_runs(of_runs.chain([one])))
}
