//! The lists as they are shown: filtered, sorted, with the columns on the screen. A
//! picture in a column is left out; what stands as two numbers in one column becomes two.

use super::{
    What,
    sheet::{Cell, Column, csv},
};
use crate::{
    app::{
        jobs::{Entry, Job, Jobs},
        machines::{Machine, MachineColumn, Machines, PointColumn},
        rows::{LogColumn, RunColumn},
        table::{Row, Table},
    },
    etl::{
        catalog::{LogRow, MachinePoint, RunRow},
        quality::Verdict,
    },
};

fn list<T: Row>(table: &Table<T>, columns: &[Column<T>]) -> What {
    let rows = (0..table.len()).filter_map(|at| table.get(at));
    let (csv, lines) = csv(columns, rows);
    What::List { csv, lines }
}

/// The columns of `all` that stand on the screen, by their places in it.
fn shown<C: Copy, T>(
    all: &[C],
    shown: &[usize],
    of: impl Fn(C) -> Vec<Column<T>>,
) -> Vec<Column<T>> {
    let ids = shown.iter().filter_map(|i| all.get(*i).copied());
    ids.flat_map(of).collect()
}

/// The list of logs with these columns.
pub fn logs(table: &Table<LogRow>, columns: &[usize]) -> What {
    list(table, &shown(&LogColumn::ALL, columns, log_column))
}

fn log_column(id: LogColumn) -> Vec<Column<LogRow>> {
    use LogColumn as C;
    let one = |title: &str, cell: fn(&LogRow) -> Cell| vec![Column::new(title, cell)];
    match id {
        C::State => one("state", |r| Cell::Text(r.state.word().into())),
        C::Log => one("log", |r| Cell::Text(r.key.clone())),
        C::Cell => one("cell", |r| Cell::text(r.cell_id.as_deref())),
        C::Size => one("size (bytes)", |r| Cell::number(r.size)),
        C::Rows => one("rows", |r| Cell::number(r.rows)),
        C::Runs => vec![
            Column::new("runs ok", |r: &LogRow| Cell::number(r.runs_ok)),
            Column::new("runs failed", |r: &LogRow| Cell::number(r.runs_failed)),
        ],
        C::Span => one("span (s)", |r| Cell::number(r.span_s())),
        C::Harvested => one("harvested", |r| Cell::time(r.harvested_at_us)),
        C::Verdict => one("verdict", |r| Cell::text(r.verdict.map(Verdict::word))),
    }
}

/// A list of runs with these columns.
pub fn runs(table: &Table<RunRow>, columns: &[usize]) -> What {
    let mut robots: Vec<String> = Vec::new();
    for robot in table.rows().iter().flat_map(|r| r.distance_mm.keys()) {
        if !robots.contains(robot) {
            robots.push(robot.clone());
        }
    }
    robots.sort();
    let column = |id| run_column(id, &robots);
    list(table, &shown(&RunColumn::ALL, columns, column))
}

fn run_column(id: RunColumn, robots: &[String]) -> Vec<Column<RunRow>> {
    use RunColumn as C;
    let one = |title: &str, cell: fn(&RunRow) -> Cell| vec![Column::new(title, cell)];
    match id {
        C::Run => one("run", |r| Cell::Text(r.run.to_string())),
        C::Log => one("log", |r| Cell::Text(r.log_key.clone())),
        C::Cell => one("cell", |r| Cell::text(r.cell_id.as_deref())),
        C::Start => one("start", |r| Cell::time(r.start_us)),
        C::Runtime => one("runtime (s)", |r| Cell::number(r.runtime_s)),
        C::Distance => robots
            .iter()
            .map(|robot| {
                let name = robot.clone();
                Column::new(format!("distance {robot} (mm)"), move |r: &RunRow| {
                    Cell::number(r.distance_mm.get(&name))
                })
            })
            .collect(),
        C::Samples => one("samples", |r| {
            Cell::number(r.error.is_none().then_some(r.samples))
        }),
        C::Channels => one("channels", |r| {
            Cell::number(r.error.is_none().then_some(r.channels))
        }),
        C::Verdict => one("verdict", |r| {
            Cell::Text(match &r.error {
                Some(error) => format!("failed: {error}"),
                None => r.verdict.word().into(),
            })
        }),
        C::Spark => Vec::new(),
    }
}

/// The machines that are shown, those of folded cells too, in the order of the list.
pub fn machines(machines: &Machines, columns: &[usize]) -> What {
    let mut columns: Vec<_> = shown(&MachineColumn::ALL, columns, machine_column);
    columns.splice(
        ..0,
        [
            Column::new("cell", |m: &Machine| Cell::text(m.row.cell_id.as_deref())),
            Column::new("robot", |m: &Machine| Cell::Text(m.row.robot.clone())),
        ],
    );
    let (csv, lines) = csv(&columns, machines.in_order());
    What::List { csv, lines }
}

fn machine_column(id: MachineColumn) -> Vec<Column<Machine>> {
    use MachineColumn as C;
    let one = |title: &str, cell: fn(&Machine) -> Cell| vec![Column::new(title, cell)];
    let runs = |title: &str, verdict: Verdict| {
        vec![Column::new(title, move |m: &Machine| {
            Cell::number(Some(m.runs_with(verdict)))
        })]
    };
    match id {
        C::Machine | C::Trend => Vec::new(),
        C::Runs => one("runs", |m| Cell::number(Some(m.row.runs))),
        C::Runtime => one("runtime (s)", |m| Cell::number(Some(m.row.runtime_s))),
        C::Distance => one("distance (mm)", |m| Cell::number(m.row.distance_mm)),
        C::TopSpeed => one("top speed p99.9 (mm/s)", |m| {
            Cell::number(m.row.top_speed_p999)
        }),
        C::MaxSpeed => one("top speed max (mm/s)", |m| {
            Cell::number(m.row.top_speed_max)
        }),
        C::PeakForce => one("peak force p99.9 (N)", |m| {
            Cell::number(m.row.peak_force_p999)
        }),
        C::MaxForce => one("peak force max (N)", |m| Cell::number(m.row.peak_force_max)),
        C::MeanForce => one("mean force (N)", |m| Cell::number(m.row.mean_force)),
        C::Slope => one("slope of peak force (N/day)", |m| Cell::number(m.slope)),
        C::Pass => runs("pass", Verdict::Pass),
        C::Suspect => runs("suspect", Verdict::Suspect),
        C::Fail => runs("fail", Verdict::Fail),
        C::NotEvaluated => runs("not evaluated", Verdict::NotEvaluated),
        C::LastSeen => one("last seen", |m| Cell::time(Some(m.row.last_seen_us))),
    }
}

/// The jobs: those that wait or run, and what was done.
pub fn jobs(jobs: &Jobs) -> What {
    let ended = |job: &Job| job.ended.as_ref().map(|e| e.at_us);
    let columns: [Column<Entry>; 8] = [
        Column::new("state", |e: &Entry| match e {
            Entry::Past(row) => Cell::Text(row.outcome.clone()),
            Entry::Job(job) => Cell::Text(match &job.ended {
                Some(ended) => ended.outcome.to_owned(),
                None => job.stage().word().to_owned(),
            }),
        }),
        Column::new("log", |e: &Entry| Cell::Text(e.key().to_owned())),
        Column::new("queued", |e: &Entry| match e {
            Entry::Past(_) => Cell::Blank,
            Entry::Job(job) => Cell::time(Some(job.queued_us)),
        }),
        Column::new("ended", move |e: &Entry| match e {
            Entry::Past(row) => Cell::time(Some(row.at_us)),
            Entry::Job(job) => Cell::time(ended(job)),
        }),
        Column::new("seconds", |e: &Entry| match e {
            Entry::Past(row) => Cell::number(Some(row.seconds)),
            Entry::Job(job) => Cell::number(job.seconds()),
        }),
        Column::new("rows", |e: &Entry| match e {
            Entry::Past(_) => Cell::Blank,
            Entry::Job(job) => Cell::number(job.progress.map(|p| p.rows)),
        }),
        Column::new("rows/s", |e: &Entry| match e {
            Entry::Past(_) => Cell::Blank,
            Entry::Job(job) => Cell::number(job.rate().map(f64::round)),
        }),
        Column::new("what", |e: &Entry| match e {
            Entry::Past(row) => Cell::Text(row.message.clone()),
            Entry::Job(job) => Cell::text(job.ended.as_ref().map(|e| e.message.as_str())),
        }),
    ];
    let entries: Vec<Entry> = (0..jobs.len()).filter_map(|at| jobs.get(at)).collect();
    let (csv, lines) = csv(&columns, entries.iter());
    What::List { csv, lines }
}

/// The runs of one machine with these columns.
pub fn points(table: &Table<MachinePoint>, columns: &[usize]) -> What {
    list(table, &shown(&PointColumn::ALL, columns, point_column))
}

fn point_column(id: PointColumn) -> Vec<Column<MachinePoint>> {
    use PointColumn as C;
    let one = |title: &str, cell: fn(&MachinePoint) -> Cell| vec![Column::new(title, cell)];
    match id {
        C::Run => one("run", |p| Cell::Text(p.run.to_string())),
        C::Start => one("start", |p| Cell::time(Some(p.start_us))),
        C::Runtime => one("runtime (s)", |p| Cell::number(Some(p.runtime_s))),
        C::Distance => one("distance (mm)", |p| Cell::number(p.stats.distance_mm)),
        C::TopSpeed => one("top speed p99.9 (mm/s)", |p| {
            Cell::number(p.stats.top_speed_p999)
        }),
        C::MaxSpeed => one("top speed max (mm/s)", |p| {
            Cell::number(p.stats.top_speed_max)
        }),
        C::PeakForce => one("peak force p99.9 (N)", |p| {
            Cell::number(p.stats.peak_force_p999)
        }),
        C::MaxForce => one("peak force max (N)", |p| {
            Cell::number(p.stats.peak_force_max)
        }),
        C::MeanForce => one("mean force (N)", |p| Cell::number(p.stats.mean_force)),
        C::Verdict => one("verdict", |p| Cell::Text(p.verdict.word().into())),
        C::Log => one("log", |p| Cell::Text(p.log_key.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{fixture, machines};

    fn text(what: What) -> String {
        match what {
            What::List { csv, lines } => {
                assert_eq!(csv.lines().count() as u64, lines + 1);
                csv
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn logs_are_exported_as_shown() {
        let mut table = Table::default();
        table.replace(fixture::logs());
        table.set_filter("state:partial").unwrap();
        let csv = text(logs(&table, &[0, 1, 3, 5, 8]));
        let mut lines = csv.lines();
        assert_eq!(
            lines.next(),
            Some("state,log,size (bytes),runs ok,runs failed,verdict")
        );
        let line = lines.next().unwrap();
        assert!(
            line.starts_with("partial,cell-") && line.contains(",14800000,3,1,"),
            "{line}"
        );
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn runs_have_a_distance_for_each_robot_and_no_picture() {
        let mut table = Table::default();
        table.replace((0..3).map(|n| fixture::run(n, "=cell/a")).collect());
        table.sort = Some((0, true));
        table.arrange();
        let csv = text(runs(&table, &(0..RunColumn::ALL.len()).collect::<Vec<_>>()));
        let header = csv.lines().next().unwrap();
        assert!(header.contains("distance 1 (mm)"), "{header}");
        assert!(!header.contains(",,"), "{header}");
        let keys: Vec<String> = (0..3)
            .rev()
            .map(|n| fixture::run(n, "").run.to_string())
            .collect();
        for (line, key) in csv.lines().skip(1).zip(keys) {
            assert!(
                line.starts_with(&key) && line.contains(",'=cell/a,"),
                "{line}"
            );
        }
    }

    #[test]
    fn jobs_are_told_open_ones_first() {
        let mut state = fixture::populated((80, 24));
        fixture::harvesting(&mut state);
        let csv = text(jobs(&state.jobs));
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "state,log,queued,ended,seconds,rows,rows/s,what");
        assert!(lines[1].starts_with("reading,cell-"), "{csv}");
        assert!(
            lines[1].contains(",2022-11-23T20:40:00.000000Z,,2,788881,394441,"),
            "{csv}"
        );
        assert_eq!(lines.len(), 1 + state.jobs.len());
        assert!(
            csv.contains("harvested,cell-02/2022-11-23T2030,,2022-11-22T20:40:00"),
            "{csv}"
        );
    }

    #[test]
    fn machines_follow_the_order_of_the_screen() {
        let mut list = Machines::default();
        list.take(machines::fixture::machines());
        let all: Vec<usize> = (0..MachineColumn::ALL.len()).collect();
        let csv = text(super::machines(&list, &all));
        assert_eq!(csv.lines().count(), 6 + 1);
        assert!(csv.starts_with("cell,robot,runs,runtime (s),distance (mm),"));
        // What is folded away stays in its place.
        list.fold();
        assert_eq!(text(super::machines(&list, &all)), csv);
        let machine = machines::fixture::machines().remove(0);
        let mut table = Table::default();
        table.replace(machine.row.series);
        let all: Vec<usize> = (0..PointColumn::ALL.len()).collect();
        let csv = text(points(&table, &all));
        assert!(csv.starts_with("run,start,runtime (s),"), "{csv}");
    }
}
