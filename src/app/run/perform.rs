//! Answers what the views of a run ask for. Runs on workers' threads.

use std::sync::Arc;

use super::{RunAnswer, RunRequest, path::PathBuilder, perform_samples, request::TableRef};
use crate::{
    app::chart::Series,
    etl::{
        Error, Result,
        base::CancelToken,
        catalog::Catalog,
        lake::{Context, Lake, run_file::RunFile},
        overview::{self, Of, Overview},
        profile::Profile,
        schema::{ChannelName, Field, FieldKind, Hold},
        text,
        time::SECOND,
    },
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
        RunRequest::Overview {
            table,
            channels,
            span,
            rows,
            stored,
        } => {
            let of = Of {
                log_key: &table.log_key,
                file_name: &table.file_name,
                span: *span,
                rows: *rows,
            };
            let file = || open(context, table);
            Ok(RunAnswer::Overview(overview(
                &context.lake,
                of,
                &names(channels),
                (*stored, file),
                cancel,
            )?))
        }
        RunRequest::Channel {
            table,
            channel,
            interval_us,
            times,
        } => {
            let file = open(context, table)?;
            Ok(RunAnswer::Channel {
                channel: channel.clone(),
                series: self::channel(
                    &file,
                    &context.profile,
                    (channel, *interval_us),
                    times.clone(),
                    cancel,
                )?,
                limits: limits(&context.profile, channel),
            })
        }
        RunRequest::CursorRow {
            table,
            channels,
            time,
        } => {
            let file = open(context, table)?;
            // `row_at` is the first row at or after: one microsecond later, the row
            // before it is the one at or before.
            let row = file.row_at(time.saturating_add(1))?.saturating_sub(1);
            let window = file.read(&names(channels), row..row + 1, cancel)?;
            let before_all = window.times.first().is_none_or(|t| t > time);
            let value = |c: &Vec<f64>| c.first().copied().filter(|_| !before_all);
            Ok(RunAnswer::CursorRow {
                asked: *time,
                values: window
                    .columns
                    .iter()
                    .map(|c| value(c).unwrap_or(f64::NAN))
                    .collect(),
            })
        }
        RunRequest::Rows {
            table,
            channels,
            rows,
        } => {
            let window = open(context, table)?.read(&names(channels), rows.clone(), cancel)?;
            Ok(RunAnswer::Rows(window))
        }
        RunRequest::Listed {
            table,
            channels,
            rows,
            position,
        } => {
            let file = open(context, table)?;
            perform_samples::listed(&file, &names(channels), rows, *position, cancel)
        }
        RunRequest::Filter { table, condition } => {
            perform_samples::filter(&open(context, table)?, condition, cancel)
        }
        RunRequest::Seek {
            table,
            sought,
            from,
            among,
        } => {
            let file = open(context, table)?;
            let rows = (*from, among.as_deref());
            perform_samples::seek(&file, &context.profile, sought, rows, cancel)
        }
        RunRequest::Path { table } => paths(&open(context, table)?, &context.profile, cancel),
        RunRequest::Locate { table, time } => {
            Ok(RunAnswer::Located(open(context, table)?.row_at(*time)?))
        }
    }
}

fn names(channels: &[String]) -> Vec<&str> {
    channels.iter().map(String::as_str).collect()
}

fn open(context: &Context, table: &TableRef) -> Result<RunFile> {
    let path = context.lake.location(&table.log_key, &table.file_name);
    match context.lake.open_table(&table.log_key, &table.file_name) {
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::Log(format!(
                "the run's table {} is gone; a harvest of {} (H) makes it again",
                text::visible_path(&path),
                table.log_key
            )))
        }
        result => result,
    }
}

/// A whole channel by its name and median interval, over `times` where they are known.
pub(super) fn channel(
    file: &RunFile,
    profile: &Profile,
    (name, interval_us): (&str, Option<f64>),
    times: Option<Arc<[i64]>>,
    cancel: &CancelToken,
) -> Result<Series> {
    let rows = 0..file.rows();
    let times = times.filter(|t| t.len() as u64 == rows.end);
    let mut window = match times {
        Some(_) => file.read_values(&[name], rows, cancel)?,
        None => file.read(&[name], rows, cancel)?,
    };
    let values = window.columns.pop().unwrap_or_default();
    cancel.check()?;
    let times = times.unwrap_or_else(|| window.times.into());
    let series = Series::new(times, values, gap_limit(profile.hold, interval_us));
    Ok(series.with_statistics(interval_us.unwrap_or(f64::NAN)))
}

/// The stored overview of a long run; else, unless only that is wanted, one made from the
/// table, and stored for the next time when the run is long.
fn overview(
    lake: &Lake,
    of: Of<'_>,
    channels: &[&str],
    (only_stored, file): (bool, impl Fn() -> Result<RunFile>),
    cancel: &CancelToken,
) -> Result<Option<Overview>> {
    let long = of.rows >= overview::LONG;
    if long && let Some(found) = overview::stored(lake, of, channels, cancel)? {
        return Ok(Some(found));
    }
    if only_stored {
        return Ok(None);
    }
    let file = file()?;
    let mut builder = overview::Builder::new(of.spans(), channels.len());
    for group in file.groups() {
        cancel.check()?;
        builder.add(&file.read(channels, group, cancel)?);
    }
    let made = builder.finish();
    if long && let Err(e) = overview::store(lake, of, channels, &made, cancel) {
        tracing::info!("the overview of {} is not stored: {e}", of.file_name);
    }
    Ok(Some(made))
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

/// The limit lines of the field behind a channel; derived channels have none.
fn limits(profile: &Profile, channel: &str) -> Vec<f64> {
    let limits = profile.field_of(channel).map(Field::limits);
    let (min, max) = limits.unwrap_or_default();
    [min, max].into_iter().flatten().collect()
}

/// Rows further apart than this are not joined by a line: the time for which the
/// channel would have held its value. Where nothing is held (samples only), the
/// usual ten intervals.
fn gap_limit(hold: Hold, interval_us: Option<f64>) -> i64 {
    match hold.limit_us(interval_us) {
        0 if interval_us.is_some() => Hold::default().limit_us(interval_us),
        limit => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::{
        base::NoProgress,
        catalog::RunDetail,
        harvest::{Options, harvest_log},
        lake::Lake,
        run_id::RunId,
    };

    const START: i64 = 1_669_236_000_000_000;

    /// A harvested log of one run: 700 samples of `x`, every 10 ms; `fx` has a value
    /// only in the first three seconds.
    fn harvested(dir: &std::path::Path) -> (Context, Catalog, RunDetail) {
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

        let RunAnswer::Channel {
            channel,
            series,
            limits,
        } = ask(&RunRequest::Channel {
            table: table.clone(),
            channel: "fx_1".into(),
            interval_us: Some(10_000.0),
            times: None,
        })
        else {
            panic!("another answer");
        };
        assert_eq!((channel.as_str(), series.len()), ("fx_1", 700));
        let again = |times: Arc<[i64]>| {
            let request = RunRequest::Channel {
                table: table.clone(),
                channel: "fx_1".into(),
                interval_us: Some(10_000.0),
                times: Some(times),
            };
            match ask(&request) {
                RunAnswer::Channel { series, .. } => series,
                other => panic!("{other:?}"),
            }
        };
        // NaN is not equal to itself: compared as text.
        let text = |series: &Series| format!("{series:?}");
        let known = again(series.times().clone());
        assert!(Arc::ptr_eq(known.times(), series.times()));
        assert_eq!(text(&known), text(&series));
        let others = again([1, 2].into());
        assert_eq!(text(&others), text(&series), "times of another table");
        assert_eq!(series.extent(), Some((-299.0, 0.0)));
        assert_eq!(limits, [-250.0]);
        // Held for ten intervals after its last sample, then null.
        assert_eq!(
            series.at_or_before(START + 3_090_000).unwrap().value,
            -299.0
        );
        assert!(
            series
                .at_or_before(START + 3_200_000)
                .unwrap()
                .value
                .is_nan()
        );

        let RunAnswer::Overview(Some(overview)) = ask(&RunRequest::Overview {
            table: table.clone(),
            channels: channels.clone(),
            span: (START, START + 6_990_000),
            rows: 700,
            stored: false,
        }) else {
            panic!("another answer");
        };
        let spans = |c: usize| overview.channels[c].iter().flatten().count();
        assert_eq!(spans(1), 512);
        assert!((220..240).contains(&spans(0)), "{}", spans(0));

        let at = |time: i64| match ask(&RunRequest::CursorRow {
            table: table.clone(),
            channels: channels.clone(),
            time,
        }) {
            RunAnswer::CursorRow { asked, values } if asked == time => values,
            other => panic!("{other:?}"),
        };
        assert_eq!(at(START + 29_999), [-2.0, 2.0]);
        assert_eq!(at(START + 30_000), [-3.0, 3.0]);
        assert_eq!(at(i64::MAX)[1], 49.0);
        assert!(at(START - 1).iter().all(|v| v.is_nan()));

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

    #[test]
    fn a_line_is_broken_where_a_value_would_not_be_held() {
        assert_eq!(gap_limit(Hold::Intervals(3.0), Some(10_000.0)), 30_000);
        assert_eq!(gap_limit(Hold::Intervals(0.0), Some(10_000.0)), 100_000);
        assert_eq!(gap_limit(Hold::Unlimited, Some(10_000.0)), i64::MAX);
        assert_eq!(gap_limit(Hold::default(), None), 0);
    }
}
