//! The columns of each view.

use super::View;
use crate::{
    export::{ColumnInfo, ColumnType},
    stats::{CHANNEL_STATISTICS, ChannelStatistic, StatisticUnit},
};

use ColumnType::{Number, Text, Time, Truth, Whole};

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    /// Name, type, unit and description.
    pub info: ColumnInfo,
    pub(super) source: Source,
}

/// Where the value of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Beside the row's object, under the column's name.
    Beside,
    /// In the row's object: keys divided by points.
    At(&'static str),
}

fn column(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    source: Source,
    description: &'static str,
) -> ViewColumn {
    ViewColumn {
        info: ColumnInfo::plain(name, kind)
            .measured_in(unit)
            .described(description),
        source,
    }
}

/// A column under its own name in the row's object.
fn own(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    description: &'static str,
) -> ViewColumn {
    column(name, kind, unit, Source::At(name), description)
}

/// A column at another place in the row's object.
fn at(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    path: &'static str,
    description: &'static str,
) -> ViewColumn {
    column(name, kind, unit, Source::At(path), description)
}

/// A column that is not in the row's object.
fn beside(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    description: &'static str,
) -> ViewColumn {
    column(name, kind, unit, Source::Beside, description)
}

impl View {
    /// Its columns; of [`View::TableRows`] those before the channels, which depend on the lake.
    pub fn columns(self) -> Vec<ViewColumn> {
        match self {
            Self::Logs => logs(),
            Self::Runs => runs(),
            Self::Channels => channels(),
            Self::Robots => robots(),
            Self::Flags => flags(),
            Self::Layers => layers(),
            Self::Notes => notes(),
            Self::TableRows => {
                let mut columns = run_keys();
                columns.push(beside("time", Time, "", "the time of the row"));
                columns
            }
        }
    }
}

/// The columns that say of which run a row is.
fn run_keys() -> Vec<ViewColumn> {
    vec![
        beside("run_uuid", Text, "", "the run"),
        beside(
            "log",
            Text,
            "",
            "key of the log whose copy of the run it is",
        ),
        beside("cell_id", Text, "", "the cell of the run"),
    ]
}

fn logs() -> Vec<ViewColumn> {
    vec![
        beside("log", Text, "", "the log key"),
        at("path", Text, "", "source.path", "below the data directory"),
        beside(
            "cell_id",
            Text,
            "",
            "the cell of all its stored runs; null where there are several",
        ),
        own("error", Text, "", "why no run could be stored"),
        own("verdict", Text, "", "the worst verdict of its runs"),
        at("size", Whole, "bytes", "source.size", "size of the file"),
        at(
            "mtime",
            Time,
            "",
            "source.mtime",
            "when the file was last changed",
        ),
        at(
            "content_hash",
            Text,
            "",
            "source.content_hash",
            "BLAKE3 of the file",
        ),
        at("rows", Whole, "", "source.rows", "rows of the log"),
        at(
            "rows_kept",
            Whole,
            "",
            "ledger.rows_kept",
            "rows that became samples",
        ),
        beside("rows_dropped", Whole, "", "rows that did not"),
        at(
            "runs_ok",
            Whole,
            "",
            "file_stats.run_success_count",
            "runs that were stored",
        ),
        at(
            "runs_failed",
            Whole,
            "",
            "file_stats.run_error_count",
            "runs that failed",
        ),
        beside("start_time", Time, "", "first sample of its runs"),
        beside("stop_time", Time, "", "last sample of its runs"),
        own("harvested_at", Time, "", "when the harvest was committed"),
        own(
            "first_harvested_at",
            Time,
            "",
            "when this content was first harvested",
        ),
        own("seconds", Number, "s", "how long the harvest took"),
        at("profile", Text, "", "profile.name", "name of the profile"),
        own("rules", Text, "", "hash of profile and settings"),
        own(
            "fingerprint",
            Text,
            "",
            "hash of content, rules and pipeline version: part of file names",
        ),
        own(
            "pipeline_version",
            Whole,
            "",
            "version of the rules that turn a log into results",
        ),
        own("program", Text, "", "what harvested it"),
        at(
            "last_error",
            Text,
            "",
            "last_attempt.error",
            "why a later attempt failed",
        ),
    ]
}

fn runs() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        own("error", Text, "", "why it failed"),
        at(
            "start_time",
            Time,
            "",
            "run_stats.start_time",
            "first sample",
        ),
        at("stop_time", Time, "", "run_stats.stop_time", "last sample"),
        beside("total_runtime_seconds", Number, "s", "stop − start"),
        own("rows", Whole, "", "rows of its table"),
        own("samples", Whole, "", "kept samples"),
        own(
            "complete_rows",
            Whole,
            "",
            "rows of its table in which no column is null",
        ),
        at(
            "rows_in",
            Whole,
            "",
            "ledger.rows_in",
            "rows of the log that have its id",
        ),
        at(
            "rows_kept",
            Whole,
            "",
            "ledger.rows_kept",
            "of these, rows that became samples",
        ),
        beside("rows_dropped", Whole, "", "of these, rows that did not"),
        beside("channels", Whole, "", "columns of its table besides time"),
        own("verdict", Text, "", "pass, suspect, fail or not evaluated"),
        beside("flags", Whole, "", "number of quality flags"),
        beside(
            "disposition",
            Text,
            "",
            "accept, review or reject, as its notes say last",
        ),
        beside("note", Text, "", "text of its last note that has one"),
        beside(
            "also_in",
            Text,
            "",
            "other logs in which the run stands, divided by commas",
        ),
        own(
            "source_lost_precision",
            Truth,
            "",
            "whether the log stored its id as a double above 2⁵³",
        ),
        beside(
            "file_name",
            Text,
            "",
            "its table, in the log's folder of the lake",
        ),
    ]);
    columns
}

fn channels() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        beside("start_time", Time, "", "first sample of the run"),
        beside("channel", Text, "", "name of the table's column"),
        beside("robot", Text, "", "the robot that it is of"),
        own("unit", Text, "", "the unit of the values"),
        beside("verdict", Text, "", "pass, suspect, fail or not evaluated"),
    ]);
    columns.extend(CHANNEL_STATISTICS.iter().map(statistic));
    columns.extend([
        beside(
            "bias",
            Number,
            "N",
            "what a force channel reads without a forming force",
        ),
        beside(
            "bias_source",
            Text,
            "",
            "which samples tell it: parked, air or unknown",
        ),
        beside(
            "bias_sigma",
            Number,
            "N",
            "1.4826 × the median distance from it over these samples",
        ),
    ]);
    columns
}

fn statistic(statistic: &ChannelStatistic) -> ViewColumn {
    let kind = match statistic.unit {
        StatisticUnit::Samples => Whole,
        StatisticUnit::Time => Time,
        _ => Number,
    };
    let unit = match statistic.unit {
        StatisticUnit::Hertz => "Hz",
        StatisticUnit::Seconds => "s",
        StatisticUnit::Channel => "`unit`",
        _ => "",
    };
    own(statistic.key, kind, unit, statistic.meaning())
}

fn robots() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        beside("start_time", Time, "", "first sample of the run"),
        beside("robot", Text, "", "the robot"),
        own(
            "state",
            Text,
            "",
            "what it did: parked, unknown, air or contact",
        ),
        own("distance_mm", Number, "mm", "length of its path"),
        own("speed_peak", Number, "mm/s", "99.9th percentile of speed"),
        own("speed_max", Number, "mm/s", "maximum of speed"),
        own(
            "force_peak",
            Number,
            "N",
            "99.9th percentile of the magnitude of force as recorded",
        ),
        own(
            "force_max",
            Number,
            "N",
            "maximum of the magnitude of force as recorded",
        ),
        own(
            "force_mean",
            Number,
            "N",
            "mean magnitude of force as recorded",
        ),
        own("force_samples", Whole, "", "samples behind force_mean"),
        at(
            "duty_contact",
            Number,
            "",
            "duty.contact",
            "share of time in contact",
        ),
        at(
            "duty_air",
            Number,
            "",
            "duty.air",
            "share of time moving without contact",
        ),
        at(
            "duty_parked",
            Number,
            "",
            "duty.parked",
            "share of time at rest without contact",
        ),
        at(
            "duty_mm_contact",
            Number,
            "",
            "duty_mm.contact",
            "share of the path in contact",
        ),
        at(
            "duty_mm_air",
            Number,
            "",
            "duty_mm.air",
            "share of the path without contact",
        ),
        at(
            "duty_mm_parked",
            Number,
            "",
            "duty_mm.parked",
            "share of the path at rest",
        ),
        at(
            "forming_force_peak_n",
            Number,
            "N",
            "forming.force_peak_n",
            "99.9th percentile of the magnitude of force less bias in contact",
        ),
        at(
            "forming_force_max_n",
            Number,
            "N",
            "forming.force_max_n",
            "its maximum",
        ),
        at(
            "forming_force_median_n",
            Number,
            "N",
            "forming.force_median_n",
            "its median",
        ),
        at(
            "forming_force_mean_n",
            Number,
            "N",
            "forming.force_mean_n",
            "its mean",
        ),
        beside("layers", Whole, "", "number of layers"),
        own("layers_reason", Text, "", "why there are none"),
        at(
            "axial_slope_n_per_layer",
            Number,
            "N",
            "axial_slope_n_per_layer.value",
            "slope of the axial force over complete layers, for one layer",
        ),
        at(
            "axial_slope_n_per_layer_low",
            Number,
            "N",
            "axial_slope_n_per_layer.low",
            "lower end of its 95 % interval",
        ),
        at(
            "axial_slope_n_per_layer_high",
            Number,
            "N",
            "axial_slope_n_per_layer.high",
            "upper end of its 95 % interval",
        ),
        own(
            "wall_angle_deg",
            Number,
            "°",
            "angle of the wall over all complete layers",
        ),
        own(
            "contact_source",
            Text,
            "",
            "what tells of contact: bias or motion",
        ),
        own(
            "chatter_rms_n",
            Number,
            "N",
            "RMS of the forming-axis force from 5 to 30 Hz in contact",
        ),
    ]);
    columns
}

fn flags() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        own("rule", Text, "", "the check"),
        own("severity", Text, "", "suspect or fail"),
        own("channel", Text, "", "the channel; null for the whole run"),
        own("start_time", Time, "", "where it begins"),
        own("stop_time", Time, "", "where it ends"),
        own("value", Number, "`unit`", "what was measured"),
        own("threshold", Number, "`unit`", "what it was held against"),
        own("unit", Text, "", "the unit of both"),
        own("message", Text, "", "one sentence"),
    ]);
    columns
}

fn layers() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        beside("robot", Text, "", "the robot"),
        beside("layer", Whole, "", "number of the layer, from 1"),
        own("start_time", Time, "", "its first sample"),
        own("stop_time", Time, "", "its last sample"),
        own(
            "z_mm",
            Number,
            "mm",
            "median position along the forming axis",
        ),
        own("step_mm", Number, "mm", "distance from the layer before"),
        own("length_mm", Number, "mm", "length of the path"),
        own("feed_mm_s", Number, "mm/s", "length by time"),
        own(
            "force_median_n",
            Number,
            "N",
            "median magnitude of force as recorded",
        ),
        own(
            "force_peak_n",
            Number,
            "N",
            "99.9th percentile of the magnitude of force as recorded",
        ),
        own(
            "axial_median_n",
            Number,
            "N",
            "median force along the forming axis as recorded",
        ),
        own(
            "radius_mm",
            Number,
            "mm",
            "mean distance from the centre of the part; null where it is not round",
        ),
        own(
            "wall_angle_deg",
            Number,
            "°",
            "angle of the wall between the layer before and this one",
        ),
        own(
            "complete",
            Truth,
            "",
            "whether it is at least 90 % as long as the median layer",
        ),
    ]);
    columns
}

fn notes() -> Vec<ViewColumn> {
    let mut columns = run_keys();
    columns.extend([
        own("id", Text, "", "random, and in no other note"),
        own("at", Time, "", "when it was written"),
        own("author", Text, "", "who wrote it"),
        own("disposition", Text, "", "accept, review, reject or clear"),
        own(
            "reference",
            Truth,
            "",
            "true: later runs are compared with this one",
        ),
        own("part", Text, "", "which part was made"),
        own("text", Text, "", "what was written"),
    ]);
    columns
}
