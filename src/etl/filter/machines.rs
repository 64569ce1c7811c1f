//! The fields of machines over their runs.

use super::{
    Field, Filtered, Kind, Value, contains,
    rows::{COUNT, METRES, MILLIMETRES, NEWTONS, SECONDS, SLOPE, SPEED, VERDICT},
};
use crate::{catalog::MachineRow, quality::Verdict};

impl Filtered for MachineRow {
    const FIELDS: &'static [Field<Self>] = &[
        Field::new(&["machine"], Kind::Text, |m| Value::Text(m.name().into())),
        Field::new(&["cell", "cell_id"], Kind::Name, |m| {
            Value::text(m.cell_id.as_deref())
        }),
        Field::new(&["robot"], Kind::Name, |m| Value::text(Some(&m.robot))),
        Field::new(&["runs"], COUNT, |m| Value::count(Some(m.runs))),
        Field::new(&["runtime", "runtime_seconds"], SECONDS, |m| {
            Value::number(Some(m.runtime_s))
        }),
        Field::new(&["distance"], METRES, |m| {
            Value::number(m.distance_mm.map(|mm| mm / 1000.0))
        }),
        Field::new(&["distance_mm"], MILLIMETRES, |m| {
            Value::number(m.distance_mm)
        }),
        Field::new(&["speed", "peak_speed", "speed_peak"], SPEED, |m| {
            Value::number(m.speed_peak)
        }),
        Field::new(&["max_speed", "speed_max"], SPEED, |m| {
            Value::number(m.speed_max)
        }),
        Field::new(&["force", "peak_force", "force_peak"], NEWTONS, |m| {
            Value::number(m.force_peak)
        }),
        Field::new(&["max_force", "force_max"], NEWTONS, |m| {
            Value::number(m.force_max)
        }),
        Field::new(&["mean", "mean_force", "force_mean"], NEWTONS, |m| {
            Value::number(m.force_mean)
        }),
        Field::new(&["slope", "slope_of_peak_force"], SLOPE, |m| {
            Value::number(m.slope)
        }),
        Field::new(&["pass"], COUNT, |m| runs(m, Verdict::Pass)),
        Field::new(&["suspect"], COUNT, |m| runs(m, Verdict::Suspect)),
        Field::new(&["fail"], COUNT, |m| runs(m, Verdict::Fail)),
        Field::new(&["not_evaluated"], COUNT, |m| {
            runs(m, Verdict::NotEvaluated)
        }),
        Field::new(&["verdict", "verdicts"], VERDICT, |m| {
            Value::verdict(worst(m))
        }),
        Field::new(&["first_seen"], Kind::Time, |m| {
            Value::Time(m.first_seen_us)
        }),
        Field::new(&["last_seen"], Kind::Time, |m| Value::Time(m.last_seen_us)),
        Field::new(&["since"], Kind::Since, |m| Value::Time(m.last_seen_us)),
        Field::new(&["until"], Kind::Until, |m| Value::Time(m.first_seen_us)),
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
    let mut from_worst = Verdict::ALL.into_iter().rev();
    from_worst.find(|verdict| machine.runs_with(*verdict) > 0)
}
