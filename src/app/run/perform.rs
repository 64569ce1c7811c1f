//! Answers what the views of a run ask for. Runs on workers' threads.

use super::{RunAnswer, RunRequest, path::PathBuilder, perform_samples};
use crate::etl::{
    Result,
    base::CancelToken,
    catalog::Catalog,
    lake::{Context, run_file::RunFile},
    profile::Profile,
    schema::{ChannelName, FieldKind},
    time::SECOND,
};

/// A path is broken where the whole run is silent for longer than a second.
const SILENCE: i64 = SECOND;

/// Answers a request.
///
/// # Errors
/// Whatever the catalog or the run's file refuse; [`Error::Cancelled`].
pub fn perform(
    request: &RunRequest,
    context: &Context,
    catalog: &Catalog,
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    cancel.check()?;
    match request {
        RunRequest::Detail { log_key, run } => {
            let detail = catalog.run_detail(log_key, *run)?;
            Ok(RunAnswer::Detail(detail.map(Box::new)))
        }
        RunRequest::Signals(query) => query.answer(context, cancel).map(RunAnswer::Signals),
        RunRequest::Rows {
            table,
            channels,
            rows,
        } => {
            let window = table
                .open(context)?
                .read(&names(channels), rows.clone(), cancel)?;
            Ok(RunAnswer::Rows(window))
        }
        RunRequest::Listed {
            table,
            channels,
            rows,
            position,
        } => {
            let file = table.open(context)?;
            perform_samples::listed(&file, &names(channels), rows, *position, cancel)
        }
        RunRequest::Filter { table, condition } => {
            perform_samples::filter(&table.open(context)?, condition, cancel)
        }
        RunRequest::Seek {
            table,
            sought,
            from,
            among,
        } => {
            let file = table.open(context)?;
            let rows = (*from, among.as_deref());
            perform_samples::seek(&file, &context.profile, sought, rows, cancel)
        }
        RunRequest::Path { table } => paths(&table.open(context)?, &context.profile, cancel),
        RunRequest::Locate { table, time } => {
            Ok(RunAnswer::Located(table.open(context)?.row_at(*time)?))
        }
    }
}

fn names(channels: &[String]) -> Vec<&str> {
    channels.iter().map(String::as_str).collect()
}

/// The paths of the robots of which at least two axes stand in the table.
fn paths(file: &RunFile, profile: &Profile, cancel: &CancelToken) -> Result<RunAnswer> {
    let has = |name: &String| file.columns().contains(name);
    let mut robots = Vec::new();
    for robot in &profile.robots {
        let positions = profile
            .fields
            .iter()
            .filter(|f| f.kind == FieldKind::Position);
        let axes: Vec<String> = positions
            .map(|f| ChannelName::Raw(f, robot).to_string())
            .filter(has)
            .take(3)
            .collect();
        if axes.len() < 2 {
            continue;
        }
        let unit = axes
            .first()
            .and_then(|a| profile.unit_of(a))
            .unwrap_or_default();
        let mut columns = axes.clone();
        let figures = [ChannelName::Speed(robot), ChannelName::TotalForce(robot)];
        let figures = figures.map(|name| name.to_string());
        columns.extend(figures.iter().filter(|c| has(c)).cloned());
        let index = |name: &String| columns.iter().position(|c| c == name);
        let [speed, force] = [0, 1].map(|i| figures.get(i).and_then(index));
        let mut builder = PathBuilder::new(robot.to_string(), axes.clone(), unit.into(), SILENCE);
        for group in file.groups() {
            cancel.check()?;
            let window = file.read(&names(&columns), group, cancel)?;
            let value = |column: Option<usize>, row: usize| {
                let column = column.and_then(|c| window.columns.get(c));
                column.and_then(|c| c.get(row)).copied().unwrap_or(f64::NAN)
            };
            for (row, time) in window.times.iter().enumerate() {
                let at = [0, 1, 2].map(|a| value((a < axes.len()).then_some(a), row));
                builder.push(*time, at, value(speed, row), value(force, row));
            }
        }
        robots.push(builder.finish());
    }
    Ok(RunAnswer::Path(robots))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::TableRef;
    use crate::etl::{
        Error,
        base::NoProgress,
        catalog::RunDetail,
        harvest::{Options, harvest_log},
        lake::Lake,
        run_id::RunId,
    };

    const START: i64 = 1_669_236_000_000_000;

    /// A harvested log of one run: 700 samples of `x`, every 10 ms; `fx` has a value
    /// only in the first three seconds.
    pub(crate) fn harvested(dir: &std::path::Path) -> (Context, Catalog, RunDetail) {
        let data = dir.join("data");
        std::fs::create_dir(&data).unwrap();
        let mut csv = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
        for i in 0..700 {
            let time = crate::etl::time::format(START + i * 10_000);
            csv.push_str(&format!("{time},{},x,1,7,encoder\n", i % 50));
            if i < 300 {
                csv.push_str(&format!("{time},{},fx,1,7,load_cell\n", -i));
            }
        }
        std::fs::write(data.join("a.csv"), csv).unwrap();
        let mut profile = Profile::built_in().unwrap();
        let fx = profile.fields.iter_mut().find(|f| f.name == "fx");
        fx.unwrap().min = Some(-250.0);
        let context = Context {
            data_dir: data,
            lake: Lake::new(dir.join("cache")),
            profile: profile.into(),
        };
        let cancel = CancelToken::new();
        let mut catalog = Catalog::open(&context.lake).unwrap();
        catalog.refresh(&context, &cancel).unwrap();
        harvest_log(&context, "a.csv", Options::default(), &NoProgress, &cancel).unwrap();
        catalog.rebuild(&context, &cancel).unwrap();
        let request = RunRequest::Detail {
            log_key: "a.csv".into(),
            run: RunId(7),
        };
        let RunAnswer::Detail(Some(detail)) =
            perform(&request, &context, &catalog, &cancel).unwrap()
        else {
            panic!("no such run");
        };
        (context, catalog, *detail)
    }

    #[test]
    fn a_harvested_run_answers_everything_that_its_views_ask() {
        let dir = tempfile::tempdir().unwrap();
        let (context, catalog, detail) = harvested(dir.path());
        let cancel = CancelToken::new();
        let ask = |request: &RunRequest| perform(request, &context, &catalog, &cancel).unwrap();
        let table = TableRef {
            log_key: "a.csv".into(),
            file_name: detail.row.file_name.clone().unwrap(),
        };
        let channels = vec!["fx_1".to_owned(), "x_1".to_owned()];
        assert_eq!(detail.row.rows, 700);

        let rows = RunRequest::Rows {
            table: table.clone(),
            channels,
            rows: 690..2000,
        };
        let RunAnswer::Rows(window) = ask(&rows) else {
            panic!("another answer")
        };
        assert_eq!((window.first_row, window.times.len()), (690, 10));
        assert_eq!(
            window.columns[1],
            (40..50).map(f64::from).collect::<Vec<_>>()
        );
        // One axis is no path.
        let path = RunRequest::Path {
            table: table.clone(),
        };
        assert_eq!(ask(&path), RunAnswer::Path(vec![]));
        let locate = RunRequest::Locate {
            table,
            time: START + 5_001_000,
        };
        assert_eq!(ask(&locate), RunAnswer::Located(501));
    }

    #[test]
    fn a_table_that_was_deleted_is_named_and_a_cancelled_question_is_not_answered() {
        let dir = tempfile::tempdir().unwrap();
        let (context, catalog, detail) = harvested(dir.path());
        let file_name = detail.row.file_name.unwrap();
        std::fs::remove_file(context.lake.location("a.csv", &file_name)).unwrap();
        let table = TableRef {
            log_key: "a.csv".into(),
            file_name,
        };
        let request = RunRequest::Locate { table, time: 0 };
        let cancel = CancelToken::new();
        let error = perform(&request, &context, &catalog, &cancel)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("is gone; a harvest of a.csv (H) makes it again"),
            "{error}"
        );
        cancel.cancel();
        let error = perform(&request, &context, &catalog, &cancel).unwrap_err();
        assert!(matches!(error, Error::Cancelled));
    }
}
