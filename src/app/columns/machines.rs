//! The columns of the list of machines, and of the list of one machine's runs.

use std::borrow::Cow;

use super::{Column, ListCell, Meaning, meaning::verdict_word};
use crate::{
    app::{sparkline::sparkline_values, table::Row},
    etl::{
        catalog::{MachinePoint, MachineRow},
        filter::Filtered,
        format::{format_fit, thousands},
        quality::Verdict,
        stats::RobotState,
    },
};

/// From so many characters on the titles are whole words.
const WIDE: u16 = 150;

/// Characters of a state with its runs at most: `contact 1,000/2,000`.
const STATE: u16 = 24;

impl Row for MachineRow {
    const LIST: &'static str = "machines";

    fn key(&self) -> Cow<'_, str> {
        // No robot's name has a line end in it: control characters were made visible.
        let cell = self.cell_id.as_deref();
        let cell = cell.map_or(String::new(), |cell| format!("{cell}\n"));
        Cow::Owned(cell + &self.robot)
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        let mut columns = vec![
            Column::new("machine", 12, 0)
                .key(28)
                .sorted_by(&["cell", "robot"])
                .exported(&["cell", "robot"])
                .cell(|machine: &Self, _| ListCell::text(format!("  robot {}", machine.robot))),
            Column::new("runs", 5, 2),
            Column::new("runtime", 8, 9),
        ];
        columns.extend(figures([11, 4, 15, 1, 14, 12], peak_speed, peak_force));
        columns.extend([
            Column::picture("trend of peak force", (11, 3), "slope", trend)
                .title("trend")
                .wide(WIDE, "trend of peak force", 19)
                .stretches(),
            Column::new("slope of peak force", 7, 5).title("N/day"),
            Column::new("forming", 8, 16)
                .title("forming N")
                .wide(WIDE, "peak forming N", 14),
            Column::new("state", 13, 14).grows_to(STATE).cell(most),
            Column::new("pass", 4, 8).cell(|machine: &Self, _| runs_with(machine, Verdict::Pass)),
            Column::new("suspect", 7, 7)
                .cell(|machine: &Self, _| runs_with(machine, Verdict::Suspect)),
            Column::new("fail", 4, 6).cell(|machine: &Self, _| runs_with(machine, Verdict::Fail)),
            Column::new("not evaluated", 7, 13)
                .title("not ev.")
                .cell(|machine: &Self, _| runs_with(machine, Verdict::NotEvaluated)),
            Column::new("last seen", 16, 10).meaning(Meaning::Muted),
        ]);
        columns
    }
}

impl Row for MachinePoint {
    const LIST: &'static str = "machine";

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.log_key, self.run))
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        let mut columns = vec![
            Column::new("run", 13, 3),
            Column::new("start", 19, 0).identity(),
            Column::new("runtime", 8, 5),
        ];
        let speed = |point: &Self, width| speed(point.stats.speed_peak, point.stats.state, width);
        let force =
            |point: &Self, width| force(point.stats.contact_peak(), point.stats.state, width);
        columns.extend(figures([7, 4, 9, 1, 8, 6], speed, force));
        columns.extend([
            Column::new("verdict", 13, 2).cell(|point: &Self, _| {
                ListCell::new(verdict_word(point.verdict), point.verdict.into())
            }),
            Column::new("forming", 9, 7).title("forming N"),
            Column::new("state", 7, 7),
            Column::new("log", 22, 10)
                .key(60)
                .stretches()
                .meaning(Meaning::Muted),
        ]);
        columns
    }
}

/// What is known of a robot's movements and forces, over all its runs or in one; with their
/// priorities, and what stands for its peak speed and force. Forces are those of runs in contact.
fn figures<R: Filtered>(
    priorities: [u8; 6],
    speed: fn(&R, u16) -> ListCell,
    force: fn(&R, u16) -> ListCell,
) -> [Column<R>; 6] {
    let [
        distance,
        peak_speed,
        max_speed,
        peak_force,
        max_force,
        mean_force,
    ] = priorities;
    [
        Column::new("distance", 10, distance)
            .title("distance m")
            .exported(&["distance_mm"]),
        Column::new("peak speed", 8, peak_speed)
            .title("peak mm/s")
            .wide(WIDE, "peak speed mm/s", 15)
            .cell(speed),
        Column::new("max speed", 8, max_speed).title("max mm/s"),
        Column::new("peak force", 8, peak_force)
            .title("peak N")
            .wide(WIDE, "peak force N", 12)
            .cell(force),
        Column::new("max force", 8, max_force).title("max N"),
        Column::new("mean force", 8, mean_force)
            .title("mean N")
            .wide(WIDE, "mean force N", 12),
    ]
}

/// A peak speed, or that the robot was parked: what it then shows is noise.
fn speed(speed: Option<f64>, state: Option<RobotState>, width: u16) -> ListCell {
    match (state, speed) {
        (Some(RobotState::Parked), _) => ListCell::new(RobotState::Parked.word(), Meaning::Muted),
        (_, Some(speed)) => ListCell::text(format_fit(speed, 1, width.into())),
        (_, None) => ListCell::text(""),
    }
}

/// A peak force, or why there is none: the state that the robot was in.
fn force(force: Option<f64>, state: Option<RobotState>, width: u16) -> ListCell {
    match (force, state) {
        (Some(force), _) => ListCell::text(format_fit(force, 1, width.into())),
        (None, Some(state)) if state != RobotState::Contact => {
            ListCell::new(state.word(), Meaning::Muted)
        }
        (None, _) => ListCell::text(""),
    }
}

fn peak_speed(machine: &MachineRow, width: u16) -> ListCell {
    let state = machine.most().map(|(state, _)| state);
    speed(machine.speed_peak, state, width)
}

fn peak_force(machine: &MachineRow, width: u16) -> ListCell {
    let state = machine.most().map(|(state, _)| state);
    force(machine.force_peak, state, width)
}

/// `contact`, or `contact 36/42` where the robot did less in some of its runs.
fn most(machine: &MachineRow, _: u16) -> ListCell {
    match machine.most() {
        Some((state, runs)) if runs < machine.runs => {
            ListCell::text(format!("{} {runs}/{}", state.word(), machine.runs))
        }
        Some((state, _)) => ListCell::text(state.word()),
        None => ListCell::text(""),
    }
}

/// Peak force over runs in contact.
fn trend(machine: &MachineRow, width: u16) -> ListCell {
    let peaks = machine.series.iter().map(|p| p.stats.contact_peak());
    let peaks: Vec<Option<f64>> = peaks.collect();
    // One place per run: stretched, few runs would look like many.
    let width = usize::from(width).min(peaks.len());
    ListCell::new(sparkline_values(&peaks, width), Meaning::Picture)
}

/// How many runs have a verdict.
fn runs_with(machine: &MachineRow, verdict: Verdict) -> ListCell {
    let runs = machine.runs_with(verdict);
    // Where nothing was evaluated, no failed run means nothing.
    let evaluated = machine.runs_with(Verdict::NotEvaluated) < machine.runs;
    if !evaluated && verdict != Verdict::NotEvaluated {
        return ListCell::new("", Meaning::Muted);
    }
    let meaning = if runs == 0 {
        Meaning::Muted
    } else {
        verdict.into()
    };
    ListCell::new(thousands(runs), meaning)
}
