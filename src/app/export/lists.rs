//! The jobs as a list to export; what other lists export are their columns
//! ([`crate::app::columns`]).

use super::sheet::{ExportColumn, ExportTable};
use crate::{
    app::jobs::{Entry, Jobs},
    etl::base::Stage,
};

/// The jobs: those that wait or run, and what was done.
pub fn jobs(jobs: &Jobs) -> ExportTable {
    let (lines, jobs) = (jobs.len(), jobs.snapshot());
    ExportTable::new(lines, move |lines| {
        let entries: Vec<Entry> = lines.filter_map(|at| jobs.get(at)).collect();
        let columns = job_columns();
        let fields = columns.iter().map(|column| column.field(entries.iter()));
        fields.collect()
    })
}

fn job_columns<'a>() -> [ExportColumn<Entry<'a>>; 8] {
    [
        ExportColumn::text("state", |e: &Entry| {
            Some(match e {
                Entry::Past(row) => row.outcome.clone(),
                Entry::Waiting(_) => Stage::Queued.word().to_owned(),
                Entry::Job(job) => match &job.ended {
                    Some(ended) => ended.outcome.to_owned(),
                    None => job.stage().word().to_owned(),
                },
            })
        }),
        ExportColumn::text("log", |e: &Entry| Some(e.key().to_owned())),
        ExportColumn::time("queued", |e: &Entry| match e {
            Entry::Past(_) => None,
            Entry::Waiting(job) => Some(job.queued_us),
            Entry::Job(job) => Some(job.queued_us),
        }),
        ExportColumn::time("ended", |e: &Entry| match e {
            Entry::Past(row) => Some(row.at_us),
            _ => Some(e.job()?.ended.as_ref()?.at_us),
        }),
        ExportColumn::number("seconds", |e: &Entry| match e {
            Entry::Past(row) => Some(row.seconds),
            _ => e.job()?.seconds(),
        }),
        ExportColumn::whole("rows", |e: &Entry| Some(e.job()?.progress?.rows)),
        ExportColumn::number("rows/s", |e: &Entry| Some(e.job()?.rate()?.round())),
        ExportColumn::text("what", |e: &Entry| match e {
            Entry::Past(row) => Some(row.message.clone()),
            _ => Some(e.job()?.ended.as_ref()?.message.clone()),
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        fixture,
        machines::{self, Machines},
        table::{Row, Table},
    };

    fn all<R: Row>(table: &Table<R>) -> Vec<usize> {
        (0..R::columns(table.rows()).len()).collect()
    }

    fn text(list: ExportTable) -> String {
        let csv = list.csv();
        assert_eq!(csv.lines().count(), list.len() + 1);
        csv
    }

    #[test]
    fn logs_are_exported_as_shown() {
        let mut table = Table::default();
        table.replace(fixture::logs());
        table.set_filter("state:partial").unwrap();
        let csv = text(ExportTable::of(&table, &[0, 1, 3, 5, 8]));
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
        table.sort_rows();
        let csv = text(ExportTable::of(&table, &all(&table)));
        let header = csv.lines().next().unwrap();
        let distances = ",runtime (s),distance 1 (mm),distance 2 (mm),state 1,state 2,samples,";
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
    fn jobs_are_exported_open_ones_first() {
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
        let exported = |list: &Machines| {
            text(ExportTable::ordered(
                list.table(),
                &all(list.table()),
                list.in_order(),
            ))
        };
        let csv = exported(&list);
        assert_eq!(csv.lines().count(), 6 + 1);
        assert!(csv.starts_with("cell,robot,runs,runtime (s),distance (mm),"));
        // What is folded away stays in its place.
        list.fold();
        assert_eq!(exported(&list), csv);
        let machine = machines::fixture::machines().remove(0);
        let mut table = Table::default();
        table.replace(machine.series);
        let csv = text(ExportTable::of(&table, &all(&table)));
        assert!(csv.starts_with("run,start,runtime (s),"), "{csv}");
    }
}
