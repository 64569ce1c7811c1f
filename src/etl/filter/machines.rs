//! The fields of machines.

use super::{
    Field, Filtered, Kind, Value, contains,
    rows::{COUNT, METRES, MILLIMETRES, NEWTONS, SECONDS, SPEED, VERDICT},
};
use crate::{catalog::MachineRow, quality::Verdict};

/// A machine over its runs, with or without what takes a look at all of them.
pub trait MachineFigures: Sized + 'static {
    /// What the catalog knows.
    fn row(&self) -> &MachineRow;
    /// Slope of peak force over runs, in N a day.
    fn slope(&self) -> Option<f64>;
}

impl MachineFigures for MachineRow {
    fn row(&self) -> &MachineRow {
        self
    }

    fn slope(&self) -> Option<f64> {
        Self::slope(self)
    }
}

const fn fields<M: MachineFigures>() -> [Field<M>; 22] {
    [
        Field::new(&["machine"], Kind::Text, |m| {
            Value::Text(m.row().name().into())
        }),
        Field::new(&["cell", "cell_id"], Kind::Name, |m| {
            Value::text(m.row().cell_id.as_deref())
        }),
        Field::new(&["robot"], Kind::Name, |m| {
            Value::text(Some(&m.row().robot))
        }),
        Field::new(&["runs"], COUNT, |m| Value::count(Some(m.row().runs))),
        Field::new(&["runtime", "runtime_seconds"], SECONDS, |m| {
            Value::number(Some(m.row().runtime_s))
        }),
        Field::new(&["distance"], METRES, |m| {
            Value::number(m.row().distance_mm.map(|mm| mm / 1000.0))
        }),
        Field::new(&["distance_mm"], MILLIMETRES, |m| {
            Value::number(m.row().distance_mm)
        }),
        Field::new(&["speed", "peak_speed", "speed_peak"], SPEED, |m| {
            Value::number(m.row().speed_peak)
        }),
        Field::new(&["max_speed", "speed_max"], SPEED, |m| {
            Value::number(m.row().speed_max)
        }),
        Field::new(&["force", "peak_force", "force_peak"], NEWTONS, |m| {
            Value::number(m.row().force_peak)
        }),
        Field::new(&["max_force", "force_max"], NEWTONS, |m| {
            Value::number(m.row().force_max)
        }),
        Field::new(&["mean", "mean_force", "force_mean"], NEWTONS, |m| {
            Value::number(m.row().force_mean)
        }),
        Field::new(&["slope", "slope_of_peak_force"], COUNT, |m| {
            Value::number(m.slope())
        }),
        Field::new(&["pass"], COUNT, |m| runs(m, Verdict::Pass)),
        Field::new(&["suspect"], COUNT, |m| runs(m, Verdict::Suspect)),
        Field::new(&["fail"], COUNT, |m| runs(m, Verdict::Fail)),
        Field::new(&["not_evaluated"], COUNT, |m| {
            runs(m, Verdict::NotEvaluated)
        }),
        Field::new(&["verdict", "verdicts"], VERDICT, |m| {
            Value::text(worst(m.row()).map(Verdict::word))
        }),
        Field::new(&["first_seen"], Kind::Time, |m| {
            Value::Time(m.row().first_seen_us)
        }),
        Field::new(&["last_seen"], Kind::Time, |m| {
            Value::Time(m.row().last_seen_us)
        }),
        Field::new(&["since"], Kind::Since, |m| {
            Value::Time(m.row().last_seen_us)
        }),
        Field::new(&["until"], Kind::Until, |m| {
            Value::Time(m.row().first_seen_us)
        }),
    ]
}

fn runs<'a>(machine: &impl MachineFigures, verdict: Verdict) -> Value<'a> {
    Value::count(Some(machine.row().runs_with(verdict)))
}

/// The worst verdict of the machine's runs.
fn worst(machine: &MachineRow) -> Option<Verdict> {
    let mut from_worst = Verdict::ALL.into_iter().rev();
    from_worst.find(|verdict| machine.runs_with(*verdict) > 0)
}

impl<M: MachineFigures> Filtered for M {
    const FIELDS: &'static [Field<Self>] = &fields::<Self>();

    fn contains(&self, text: &str) -> bool {
        contains(&self.row().name(), text)
    }
}
