//! The fields of logs, runs and a machine's runs.

use super::{Filtered, Kind, RowField, Unit, Value, contains};
use crate::{
    catalog::{LogRow, LogState, MachinePoint, RunRow},
    lake::Disposition,
    quality::Verdict,
    stats::RobotState,
};

pub(super) const COUNT: Kind = Kind::Number(Unit::Count);
pub(super) const SECONDS: Kind = Kind::Number(Unit::Seconds);
pub(super) const MILLIMETRES: Kind = Kind::Number(Unit::Millimetres);
pub(super) const METRES: Kind = Kind::Number(Unit::Metres);
pub(super) const SPEED: Kind = Kind::Number(Unit::MillimetresPerSecond);
pub(super) const SLOPE: Kind = Kind::Number(Unit::NewtonsPerDay);
pub(super) const NEWTONS: Kind = Kind::Number(Unit::Newtons);
pub(super) const STATE: Kind = Kind::Word(|| RobotState::ALL.map(RobotState::word).to_vec());
pub(super) const VERDICT: Kind = Kind::Word(|| Verdict::ALL.map(Verdict::word).to_vec());

impl Filtered for LogRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(
            &["state"],
            Kind::Word(|| LogState::ALL.map(LogState::word).to_vec()),
            |r| Value::Word {
                rank: r.state as u8,
                word: r.state.word(),
            },
        ),
        RowField::new(&["log", "key"], Kind::Text, |r| Value::text(Some(&r.key))),
        RowField::new(&["path"], Kind::Text, |r| Value::Text(r.path())),
        RowField::new(&["cell", "cell_id"], Kind::Name, |r| {
            Value::text(r.cell_id.as_deref())
        }),
        RowField::new(&["size"], Kind::Number(Unit::Bytes), |r| {
            Value::count(r.size)
        }),
        RowField::new(&["rows"], COUNT, |r| Value::count(r.rows)),
        RowField::new(&["runs"], COUNT, |r| Value::count(r.runs().map(u64::from))),
        RowField::new(&["runs_ok"], COUNT, |r| {
            Value::count(r.runs_ok.map(u64::from))
        }),
        RowField::new(&["failed", "runs_failed"], COUNT, |r| {
            Value::count(r.runs_failed.map(u64::from))
        }),
        RowField::new(&["span", "runtime"], SECONDS, |r| Value::number(r.span_s())),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::time(r.start_us)
        }),
        RowField::new(&["stop", "stop_time"], Kind::Time, |r| {
            Value::time(r.stop_us)
        }),
        RowField::new(&["harvested", "harvested_at"], Kind::Time, |r| {
            Value::time(r.harvested_at_us)
        }),
        RowField::new(&["mtime"], Kind::Time, |r| Value::time(r.mtime_us)),
        RowField::new(&["verdict"], VERDICT, |r| Value::verdict(r.verdict)),
        RowField::new(&["flags"], COUNT, |r| Value::count(r.flags.map(u64::from))),
        RowField::new(&["reason"], Kind::Text, |r| Value::Text(r.reason())),
        RowField::new(&["since"], Kind::Since, |r| {
            Value::time(r.stop_us.or(r.mtime_us))
        }),
        RowField::new(&["until"], Kind::Until, |r| {
            Value::time(r.start_us.or(r.mtime_us))
        }),
    ];

    fn contains(&self, text: &str) -> bool {
        contains(&self.key, text)
    }

    fn mentions(&self, word: &str) -> bool {
        self.contains(word) || contains(&self.reason(), word)
    }
}

impl Filtered for RunRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["run", "run_uuid"], Kind::Id, |r| Value::Id(r.run)),
        RowField::new(&["log"], Kind::Text, |r| Value::text(Some(r.log_key()))),
        RowField::new(&["cell", "cell_id"], Kind::Name, |r| {
            Value::text(r.cell_id())
        }),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::time(r.start_us())
        }),
        RowField::new(&["stop", "stop_time"], Kind::Time, |r| {
            Value::time(r.stop_us())
        }),
        RowField::new(&["runtime", "total_runtime_seconds"], SECONDS, |r| {
            Value::number(r.runtime_s())
        }),
        RowField::new(&["distance", "total_distance_mm"], MILLIMETRES, |r| {
            Value::number(r.distance_mm().total())
        }),
        RowField::of_robots(
            &["distance_", "total_distance_mm_"],
            MILLIMETRES,
            |r, robot| Value::number(r.distance_mm().get(robot)),
        ),
        RowField::new(&["rows"], COUNT, |r| Value::count(Some(r.rows()))),
        RowField::new(&["samples"], COUNT, |r| Value::count(Some(r.samples()))),
        RowField::new(&["complete", "complete_rows"], COUNT, |r| {
            Value::count(Some(r.complete_rows()))
        }),
        RowField::new(&["channels"], COUNT, |r| {
            Value::count(Some(r.channels().into()))
        }),
        RowField::new(&["verdict"], VERDICT, |r| Value::verdict(Some(r.verdict))),
        RowField::new(&["flags"], COUNT, |r| Value::count(Some(r.flags().into()))),
        RowField::new(&["error"], Kind::Text, |r| Value::text(r.error())),
        RowField::new(&["also_in"], Kind::Text, |r| match r.also_in() {
            [] => Value::Null,
            logs => Value::Texts(logs),
        }),
        RowField::new(&["file_name"], Kind::Text, |r| {
            r.file_name().map_or(Value::Null, Value::Text)
        }),
        RowField::new(
            &["disposition"],
            Kind::Word(|| Disposition::ALL.map(Disposition::word).to_vec()),
            |r| Value::disposition(r.disposition),
        ),
        RowField::new(&["note"], Kind::Text, |r| Value::text(r.note())),
        RowField::new(&["robot_state", "robot_states"], STATE, |r| {
            Value::robot_state(r.states().most())
        }),
        RowField::of_robots(&["state_", "robot_states_"], STATE, |r, robot| {
            Value::robot_state(r.states().get(robot))
        }),
        RowField::new(&["since"], Kind::Since, |r| Value::time(r.stop_us())),
        RowField::new(&["until"], Kind::Until, |r| Value::time(r.start_us())),
    ];

    fn robots(rows: &[Self]) -> Option<Vec<String>> {
        // The runs of one list share their robots.
        let first = rows.first().into_iter();
        let robots = first.flat_map(|run| {
            let states = run.state_robots().iter();
            states.chain(run.distance_robots().iter()).cloned()
        });
        Some(robots.collect())
    }

    fn contains(&self, text: &str) -> bool {
        contains(self.log_key(), text)
            || may_be_id(text) && self.run.matches(text)
            || self.error().is_some_and(|e| contains(e, text))
    }

    fn mentions(&self, word: &str) -> bool {
        self.contains(word) || self.note().is_some_and(|note| contains(note, word))
    }
}

impl Filtered for MachinePoint {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["run", "run_uuid"], Kind::Id, |r| Value::Id(r.run)),
        RowField::new(&["log"], Kind::Text, |r| Value::text(Some(&r.log_key))),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::Time(r.start_us)
        }),
        RowField::new(&["runtime", "total_runtime_seconds"], SECONDS, |r| {
            Value::number(Some(r.runtime_s))
        }),
        RowField::new(&["distance"], METRES, |r| {
            Value::number(r.stats.distance_mm.map(|mm| mm / 1000.0))
        }),
        RowField::new(&["distance_mm"], MILLIMETRES, |r| {
            Value::number(r.stats.distance_mm)
        }),
        RowField::new(&["speed", "peak_speed", "speed_peak"], SPEED, |r| {
            Value::number(r.stats.speed_peak)
        }),
        RowField::new(&["max_speed", "speed_max"], SPEED, |r| {
            Value::number(r.stats.speed_max)
        }),
        RowField::new(&["force", "peak_force", "force_peak"], NEWTONS, |r| {
            Value::number(r.stats.contact_peak())
        }),
        RowField::new(&["max_force", "force_max"], NEWTONS, |r| {
            Value::number(r.stats.contact_max())
        }),
        RowField::new(&["mean", "mean_force", "force_mean"], NEWTONS, |r| {
            Value::number(r.stats.contact_mean())
        }),
        RowField::new(&["force_samples"], COUNT, |r| {
            Value::count(Some(r.stats.force_samples))
        }),
        RowField::new(&["forming", "forming_peak"], NEWTONS, |r| {
            Value::number(r.stats.forming.force_peak_n)
        }),
        RowField::new(&["forming_max"], NEWTONS, |r| {
            Value::number(r.stats.forming.force_max_n)
        }),
        RowField::new(&["forming_median"], NEWTONS, |r| {
            Value::number(r.stats.forming.force_median_n)
        }),
        RowField::new(&["forming_mean"], NEWTONS, |r| {
            Value::number(r.stats.forming.force_mean_n)
        }),
        RowField::new(&["state"], STATE, |r| Value::robot_state(r.stats.state)),
        RowField::new(&["verdict"], VERDICT, |r| Value::verdict(Some(r.verdict))),
        RowField::new(&["since"], Kind::Since, |r| Value::Time(r.start_us)),
        RowField::new(&["until"], Kind::Until, |r| Value::Time(r.start_us)),
    ];

    fn contains(&self, text: &str) -> bool {
        contains(&self.log_key, text) || may_be_id(text) && self.run.matches(text)
    }
}

/// Whether a part of an id may look so; to compare a text with an id is slow.
fn may_be_id(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '…') || c.is_whitespace();
    text.chars().all(digit)
}
