//! The lists as they are shown: filtered, sorted, with the columns on the screen. A
//! picture in a column is left out; what stands as two numbers in one column becomes two.

use super::sheet::{Column, Listed};
use crate::{
    app::{
        jobs::{Entry, Jobs},
        machines::{Machine, MachineColumn, Machines, PointColumn},
        rows::{LogColumn, RunColumn},
        run::quality::{FlagColumn, FlagRow},
        table::Table,
    },
    etl::{
        base::Stage,
        catalog::{LogRow, MachinePoint, RunRow},
        quality::Verdict,
    },
};

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
pub fn logs(table: &Table<LogRow>, columns: &[usize]) -> Listed {
    Listed::of(table, shown(&LogColumn::ALL, columns, log_column))
}

fn log_column(id: LogColumn) -> Vec<Column<LogRow>> {
    use LogColumn as C;
    vec![match id {
        C::State => Column::text("state", |r: &LogRow| Some(r.state.word().into())),
        C::Log => Column::text("log", |r: &LogRow| Some(r.key.clone())),
        C::Cell => Column::text("cell", |r: &LogRow| r.cell_id.clone()),
        C::Size => Column::whole("size (bytes)", |r: &LogRow| r.size),
        C::Rows => Column::whole("rows", |r: &LogRow| r.rows),
        C::Runs => {
            return vec![
                Column::whole("runs ok", |r: &LogRow| r.runs_ok),
                Column::whole("runs failed", |r: &LogRow| r.runs_failed),
            ];
        }
        C::Span => Column::number("span (s)", LogRow::span_s),
        C::Harvested => Column::time("harvested", |r: &LogRow| r.harvested_at_us),
        C::Verdict => Column::text("verdict", |r: &LogRow| Some(r.verdict?.word().into())),
    }]
}

/// The flags of a run with these columns, and what each says.
pub fn flags(table: &Table<FlagRow>, columns: &[usize]) -> Listed {
    let mut columns = shown(&FlagColumn::ALL, columns, flag_column);
    columns.push(Column::text("message", |r: &FlagRow| {
        Some(r.flag.message.clone())
    }));
    Listed::of(table, columns)
}

fn flag_column(id: FlagColumn) -> Vec<Column<FlagRow>> {
    use FlagColumn as C;
    vec![match id {
        C::Severity => Column::text("severity", |r: &FlagRow| {
            Some(r.flag.severity.word().into())
        }),
        C::Rule => Column::text("rule", |r: &FlagRow| Some(r.flag.rule.clone())),
        C::Channel => Column::text("channel", |r: &FlagRow| r.flag.channel.clone()),
        C::Start => {
            return vec![
                Column::time("start", |r: &FlagRow| Some(r.span?.0)),
                Column::time("stop", |r: &FlagRow| Some(r.span?.1)),
            ];
        }
        C::Length => Column::number("length (s)", FlagRow::length_s),
        C::Measured => {
            return vec![
                Column::number("measured", |r: &FlagRow| r.flag.value),
                Column::text("unit", |r: &FlagRow| Some(r.flag.unit.clone())),
            ];
        }
        C::Threshold => Column::number("threshold", |r: &FlagRow| r.flag.threshold),
    }]
}

/// A list of runs with these columns.
pub fn runs(table: &Table<RunRow>, columns: &[usize]) -> Listed {
    let robots = table.rows().first().map(|r| r.distance_mm.robots().clone());
    let robots = robots.unwrap_or_default();
    let ids = columns.iter().filter_map(|i| RunColumn::of_index(*i));
    Listed::of(table, ids.flat_map(|id| run_column(id, &robots)).collect())
}

fn run_column(id: RunColumn, robots: &[String]) -> Vec<Column<RunRow>> {
    use RunColumn as C;
    let good = |r: &RunRow| r.error.is_none();
    vec![match id {
        C::Run => Column::text("run", |r: &RunRow| Some(r.run.to_string())),
        C::Log => Column::text("log", |r: &RunRow| Some(r.log_key.clone())),
        C::Cell => Column::text("cell", |r: &RunRow| r.cell_id.clone()),
        C::Start => Column::time("start", |r: &RunRow| r.start_us),
        C::Runtime => Column::number("runtime (s)", |r: &RunRow| r.runtime_s),
        C::Distance(robot) => {
            let name = robots.get(robot).map_or("", String::as_str);
            Column::number(format!("distance {name} (mm)"), move |r: &RunRow| {
                r.distance_mm.at(robot)
            })
        }
        C::Samples => Column::whole("samples", move |r: &RunRow| good(r).then_some(r.samples)),
        C::Channels => Column::whole("channels", move |r: &RunRow| good(r).then_some(r.channels)),
        C::Verdict => Column::text("verdict", |r: &RunRow| {
            Some(match &r.error {
                Some(error) => format!("failed: {error}"),
                None => r.verdict.word().into(),
            })
        }),
        C::Flags => Column::whole("flags", |r: &RunRow| r.error.is_none().then_some(r.flags)),
        C::Spark => return Vec::new(),
    }]
}

/// The machines that are shown, those of folded cells too, in the order of the list.
pub fn machines(machines: &Machines, columns: &[usize]) -> Listed {
    let mut columns: Vec<_> = shown(&MachineColumn::ALL, columns, machine_column);
    columns.splice(
        ..0,
        [
            Column::text("cell", |m: &Machine| m.row.cell_id.clone()),
            Column::text("robot", |m: &Machine| Some(m.row.robot.clone())),
        ],
    );
    Listed::few(&columns, machines.in_order())
}

fn machine_column(id: MachineColumn) -> Vec<Column<Machine>> {
    use MachineColumn as C;
    let number = |title: &str, cell: fn(&Machine) -> Option<f64>| Column::number(title, cell);
    let runs = |title: &str, verdict: Verdict| {
        Column::whole(title, move |m: &Machine| Some(m.runs_with(verdict)))
    };
    vec![match id {
        C::Machine | C::Trend => return Vec::new(),
        C::Runs => Column::whole("runs", |m: &Machine| Some(m.row.runs)),
        C::Runtime => number("runtime (s)", |m| Some(m.row.runtime_s)),
        C::Distance => number("distance (mm)", |m| m.row.distance_mm),
        C::PeakSpeed => number("peak speed (mm/s)", |m| m.row.speed_peak),
        C::MaxSpeed => number("max speed (mm/s)", |m| m.row.speed_max),
        C::PeakForce => number("peak force (N)", |m| m.row.force_peak),
        C::MaxForce => number("max force (N)", |m| m.row.force_max),
        C::MeanForce => number("mean force (N)", |m| m.row.force_mean),
        C::Slope => number("slope of peak force (N/day)", |m| m.slope),
        C::Pass => runs("pass", Verdict::Pass),
        C::Suspect => runs("suspect", Verdict::Suspect),
        C::Fail => runs("fail", Verdict::Fail),
        C::NotEvaluated => runs("not evaluated", Verdict::NotEvaluated),
        C::LastSeen => Column::time("last seen", |m: &Machine| Some(m.row.last_seen_us)),
    }]
}

/// The jobs: those that wait or run, and what was done.
pub fn jobs(jobs: &Jobs) -> Listed {
    let (lines, jobs) = (jobs.len(), jobs.clone());
    Listed::new(lines, move |lines| {
        let entries: Vec<Entry> = lines.filter_map(|at| jobs.get(at)).collect();
        let columns = job_columns();
        let fields = columns.iter().map(|column| column.field(entries.iter()));
        fields.collect()
    })
}

fn job_columns<'a>() -> [Column<Entry<'a>>; 8] {
    [
        Column::text("state", |e: &Entry| {
            Some(match e {
                Entry::Past(row) => row.outcome.clone(),
                Entry::Waiting(_) => Stage::Queued.word().to_owned(),
                Entry::Job(job) => match &job.ended {
                    Some(ended) => ended.outcome.to_owned(),
                    None => job.stage().word().to_owned(),
                },
            })
        }),
        Column::text("log", |e: &Entry| Some(e.key().to_owned())),
        Column::time("queued", |e: &Entry| match e {
            Entry::Past(_) => None,
            Entry::Waiting(job) => Some(job.queued_us),
            Entry::Job(job) => Some(job.queued_us),
        }),
        Column::time("ended", |e: &Entry| match e {
            Entry::Past(row) => Some(row.at_us),
            _ => Some(e.job()?.ended.as_ref()?.at_us),
        }),
        Column::number("seconds", |e: &Entry| match e {
            Entry::Past(row) => Some(row.seconds),
            _ => e.job()?.seconds(),
        }),
        Column::whole("rows", |e: &Entry| Some(e.job()?.progress?.rows)),
        Column::number("rows/s", |e: &Entry| Some(e.job()?.rate()?.round())),
        Column::text("what", |e: &Entry| match e {
            Entry::Past(row) => Some(row.message.clone()),
            _ => Some(e.job()?.ended.as_ref()?.message.clone()),
        }),
    ]
}

/// The runs of one machine with these columns.
pub fn points(table: &Table<MachinePoint>, columns: &[usize]) -> Listed {
    Listed::of(table, shown(&PointColumn::ALL, columns, point_column))
}

fn point_column(id: PointColumn) -> Vec<Column<MachinePoint>> {
    use PointColumn as C;
    let number = |title: &str, cell: fn(&MachinePoint) -> Option<f64>| Column::number(title, cell);
    vec![match id {
        C::Run => Column::text("run", |p: &MachinePoint| Some(p.run.to_string())),
        C::Start => Column::time("start", |p: &MachinePoint| Some(p.start_us)),
        C::Runtime => number("runtime (s)", |p| Some(p.runtime_s)),
        C::Distance => number("distance (mm)", |p| p.stats.distance_mm),
        C::PeakSpeed => number("peak speed (mm/s)", |p| p.stats.speed_peak),
        C::MaxSpeed => number("max speed (mm/s)", |p| p.stats.speed_max),
        C::PeakForce => number("peak force (N)", |p| p.stats.force_peak),
        C::MaxForce => number("max force (N)", |p| p.stats.force_max),
        C::MeanForce => number("mean force (N)", |p| p.stats.force_mean),
        C::Verdict => Column::text("verdict", |p: &MachinePoint| Some(p.verdict.word().into())),
        C::Log => Column::text("log", |p: &MachinePoint| Some(p.log_key.clone())),
    }]
}

/// A harvest of this process.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{fixture, machines};

    fn text(list: Listed) -> String {
        let csv = list.csv();
        assert_eq!(csv.lines().count(), list.len() + 1);
        csv
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
        let all: Vec<usize> = RunColumn::all(2).iter().map(|id| id.index()).collect();
        let csv = text(runs(&table, &all));
        let header = csv.lines().next().unwrap();
        let distances = ",runtime (s),distance 1 (mm),distance 2 (mm),samples,";
        assert!(header.contains(distances), "{header}");
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
