//! `mdtui show`: everything about a log or a run.

use clap::ValueHint;
use std::ffi::OsString;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::{ShowLogJson, ShowRunJson},
    note::note_text,
    open_lake::{self, OpenLake},
    page::Page,
    settings::Settings,
    table::{TextTable, fixed, or_none},
};
use crate::etl::{
    Result,
    base::CancelToken,
    catalog::{LogDetail, RunDetail},
    clean::Ledger,
    format::{self, bytes, count, thousands},
    harvest::RejectedRows,
    natural_order,
    quality::Flag,
    stats::{
        Bias, CHANNEL_STATISTICS, ChannelStatistic, ChannelStats, RobotStats, Slope, StatisticUnit,
        Value,
    },
    time, zone,
};

/// Everything about a log or a run: statistics, ledger, errors
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// A log by key or path, or a run by any unambiguous part of its id
    #[arg(value_name = "LOG|RUN", value_hint = ValueHint::FilePath)]
    pub name: OsString,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui show cell-01/2022-11-23T2040",
        "print everything about a log and its runs",
    ),
    Example::new("mdtui show 7022841d", "print everything about a run"),
];

/// Shows a log or a run. A log's exact name takes precedence over a part of a run's id.
///
/// # Errors
/// [`crate::etl::Error::Usage`] for an unknown name or one that means several runs; those of
/// [`OpenLake::new`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let lake = OpenLake::new(settings, &CancelToken::new())?;
    if let Some(log) = lake.find_log(&args.name)? {
        let detail = lake
            .catalog
            .log_detail(&log.key)?
            .ok_or_else(|| open_lake::gone(&log.key))?;
        let rows = lake.catalog.runs(Some(&log.key))?;
        let runs: Vec<RunDetail> = rows.iter().map(|r| lake.detail(r)).collect::<Result<_>>()?;
        let cancel = CancelToken::new();
        let rejected = RejectedRows::of(&lake.context.lake, &log.key, &cancel);
        if args.json {
            exit::print_json(&ShowLogJson::new(&detail, &rejected, &runs))?;
        } else {
            let page = Page::stdout();
            page.print(&log_text(&detail, &rejected, &runs, &page))?;
        }
        return Ok(Exit::Ok);
    }
    let name = crate::etl::text::visible_os(&args.name);
    let row = match lake.find_run(&name)? {
        Some(row) => row,
        // What names neither is most likely a mistyped log where it has the form of one.
        None if name.contains(['/', '.']) && !lake.is_run_of_a_log(&name)? => {
            return lake.log(&args.name).map(|_| Exit::Ok);
        }
        None => lake.run(&name)?,
    };
    let detail = lake.detail(&row)?;
    if args.json {
        exit::print_json(&ShowRunJson::new(&detail))?;
    } else {
        let page = Page::stdout();
        page.print(&run_text(&detail, &page))?;
    }
    Ok(Exit::Ok)
}

/// `  label            text`
fn line(out: &mut String, label: &str, text: &str) {
    out.push_str(&format!("  {label:<18}{text}\n"));
}

fn log_text(
    detail: &LogDetail,
    rejected: &Result<Option<RejectedRows>>,
    runs: &[RunDetail],
    page: &Page,
) -> String {
    let log = &detail.row;
    let mut out = format!("log {}\n", log.key);
    line(&mut out, "state", log.state.word());
    line(&mut out, "reason", &zone::in_sentence(&log.reason(), None));
    line(&mut out, "file", &log.path());
    line(
        &mut out,
        "size",
        &or_none(
            log.size
                .map(|s| format!("{} ({} bytes)", bytes(s), thousands(s))),
        ),
    );
    line(
        &mut out,
        "changed",
        &or_none(log.mtime_us.map(zone::format)),
    );
    line(
        &mut out,
        "cell",
        &or_none(log.cell_id.as_deref().map(str::to_owned)),
    );
    if let Some(at) = log.harvested_at_us {
        let seconds = detail
            .seconds
            .map(|s| format!(" in {}", format::seconds(s)))
            .unwrap_or_default();
        let by = detail
            .program
            .as_ref()
            .map(|p| format!(" by {p}"))
            .unwrap_or_default();
        line(
            &mut out,
            "harvested",
            &format!("{}{seconds}{by}", zone::format(at)),
        );
    }
    if let Some(hash) = &detail.content_hash {
        line(&mut out, "content", &format!("blake3 {hash}"));
    }
    if let Some(verdict) = log.verdict {
        line(&mut out, "verdict", verdict.word());
    }
    if let Some(ledger) = &detail.ledger {
        ledger_text(&mut out, ledger);
    }
    match rejected {
        Ok(Some(rejected)) => rejected_text(&mut out, rejected),
        Ok(None) => {}
        Err(error) => line(&mut out, "rejected rows", &error.to_string()),
    }
    for error in &detail.errors {
        line(&mut out, "error", error);
    }
    if !detail.history.is_empty() {
        let mut table =
            TextTable::new(&[&zone::heading("harvest"), ">seconds", "outcome", "message"])
                .indent(2)
                .priorities(&[0, 2, 0, 1])
                .sentences(3);
        for h in &detail.history {
            let at = zone::format_screen(h.at_us);
            table.row(vec![
                at,
                format!("{:.2}", h.seconds),
                h.outcome.clone(),
                h.message.clone(),
            ]);
        }
        out.push('\n');
        out.push_str(&table.render(page));
    }
    for run in runs {
        out.push('\n');
        out.push_str(&run_text(run, page));
    }
    out
}

fn ledger_text(out: &mut String, ledger: &Ledger) {
    let dropped = ledger.rows_dropped();
    let kept = format!(
        "{} in, {} kept, {} dropped",
        thousands(ledger.rows_in),
        thousands(ledger.rows_kept),
        thousands(dropped)
    );
    line(out, "ledger", &kept);
    for (reason, rows) in &ledger.dropped {
        line(out, "", &format!("{} {}", reason.word(), thousands(*rows)));
    }
}

/// Examples of the rows that were rejected, and where they lie.
fn rejected_text(out: &mut String, rejected: &RejectedRows) {
    line(out, "rejected rows", &rejected.file);
    for (reason, rows) in &rejected.examples {
        for row in rows {
            line(out, "", &format!("{} {}", reason.word(), row.in_words()));
        }
    }
}

fn run_text(detail: &RunDetail, page: &Page) -> String {
    let run = &detail.row;
    let mut out = format!("run {}\n", run.run);
    line(&mut out, "log", run.log_key());
    let cells = match detail.cells_seen.len() {
        0 | 1 => String::new(),
        _ => format!(" (its rows name {})", detail.cells_seen.join(", ")),
    };
    line(
        &mut out,
        "cell",
        &format!("{}{cells}", or_none(run.cell_id().map(str::to_owned))),
    );
    if let Some(error) = run.error() {
        line(&mut out, "error", error);
    }
    line(
        &mut out,
        "start",
        &or_none(run.start_us().map(zone::format)),
    );
    line(&mut out, "stop", &or_none(run.stop_us().map(zone::format)));
    line(
        &mut out,
        "runtime",
        &format!("{} s", fixed(run.runtime_s(), 6)),
    );
    for (robot, mm) in run.distance_mm().iter() {
        line(
            &mut out,
            &format!("distance {robot}"),
            &format!("{mm:.6} mm"),
        );
    }
    line(
        &mut out,
        "rows",
        &format!(
            "{} ({} complete)",
            thousands(run.rows()),
            thousands(run.complete_rows())
        ),
    );
    line(&mut out, "samples", &thousands(run.samples()));
    let channels: Vec<&str> = detail.columns.iter().map(String::as_str).collect();
    line(
        &mut out,
        "channels",
        &format!("{}: {}", run.channels(), channels.join(" ")),
    );
    line(&mut out, "verdict", run.verdict.word());
    if let Some(disposition) = run.disposition {
        line(&mut out, "disposition", disposition.word());
    }
    for note in &detail.notes {
        let below = format!("\n{:20}", "");
        line(&mut out, "note", &note_text(note).replace("\n", &below));
    }
    if detail.source_lost_precision {
        line(
            &mut out,
            "id",
            "the log stored it as a double above 2^53: neighbouring ids may be merged",
        );
    }
    if !run.also_in().is_empty() {
        line(&mut out, "also in", &run.also_in().join(", "));
    }
    if let Some(file) = run.file_name() {
        line(&mut out, "table", &file);
    }
    ledger_text(&mut out, &detail.ledger);
    for flag in &detail.flags {
        line(&mut out, "flag", &flag_text(flag));
    }
    for skipped in &detail.not_evaluated {
        let of = match skipped.channels.as_slice() {
            [] => String::new(),
            channels => format!(" of {}", channels.join(", ")),
        };
        let text = format!("{}{of}: {}", skipped.rules.join(", "), skipped.reason);
        line(&mut out, "not evaluated", &text);
    }
    if !detail.robots.is_empty() {
        out.push('\n');
        out.push_str(&robots(detail).render(page));
        for (robot, stats) in natural_order::sorted(&detail.robots) {
            if !stats.bias.is_empty() {
                line(&mut out, &format!("bias {robot}"), &bias_text(stats));
            }
            if let Some(text) = layers_text(stats) {
                line(&mut out, &format!("layers {robot}"), &text);
            }
        }
    }
    if !detail.channels.is_empty() {
        out.push('\n');
        out.push_str(&values(detail).render(page));
        out.push('\n');
        out.push_str(&clocks(detail).render(page));
    }
    out
}

/// `suspect gap z_1 20:43:26.010 to 20:43:30.222: …`; a sentence that says the span itself
/// needs no other.
fn flag_text(flag: &Flag) -> String {
    let channel = flag.channel.as_deref().unwrap_or("run");
    let span = flag.span_us().map(|(from, to)| match to - from {
        0 => zone::format_clock(from),
        _ => format!("{} to {}", zone::format_clock(from), zone::format_clock(to)),
    });
    let message = flag.shown_message();
    let span = span.filter(|s| !message.contains(s.as_str()));
    let span = span.map(|s| format!(" {s}")).unwrap_or_default();
    format!(
        "{} {} {channel}{span}: {}",
        flag.severity.word(),
        flag.rule,
        message
    )
}

fn robots(detail: &RunDetail) -> TextTable {
    let mut table = TextTable::new(&[
        "robot",
        "state",
        ">distance (mm)",
        ">peak speed (mm/s)",
        ">max speed (mm/s)",
        ">peak reading (N)",
        ">max reading (N)",
        ">mean reading (N)",
        ">peak forming force (N)",
        ">median forming force (N)",
        ">in contact",
        ">chatter (N rms)",
    ])
    .indent(2)
    .in_blocks(1);
    for (robot, m) in natural_order::sorted(&detail.robots) {
        let figures = [
            m.distance_mm,
            m.speed_peak,
            m.speed_max,
            m.force_peak,
            m.force_max,
            m.force_mean,
            m.forming.force_peak_n,
            m.forming.force_median_n,
        ];
        let contact = m.duty.map(|duty| format!("{:.1} %", 100.0 * duty.contact));
        let state = or_none(m.state.map(|state| state.word().to_owned()));
        let cells = [robot.clone(), state].into_iter();
        let cells = cells.chain(figures.map(|f| fixed(f, 3)));
        let cells = cells.chain([or_none(contact), fixed(m.chatter_rms_n, 3)]);
        table.row(cells.collect());
    }
    table
}

/// `fx_1 -87.9 N (air), fy_1 unknown`.
fn bias_text(stats: &RobotStats) -> String {
    let of = |(channel, bias): (&String, &Bias)| match bias.value {
        Some(value) => format!("{channel} {value:.1} N ({})", bias.source.word()),
        None => format!("{channel} unknown"),
    };
    stats.bias.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// How many layers there are, where, and what the force along the forming axis does; or why
/// there are none. `None` in records from before layers.
fn layers_text(stats: &RobotStats) -> Option<String> {
    let (Some(first), Some(last)) = (stats.layers.first(), stats.layers.last()) else {
        let why = stats.layers_reason.as_ref()?;
        return Some(format!("none: {why}"));
    };
    let complete = stats.layers.iter().filter(|l| l.complete).count() as u64;
    let mut text = format!(
        "{} ({} complete), {:.3} to {:.3} mm",
        count(stats.layers.len() as u64, "layer"),
        thousands(complete),
        first.z_mm,
        last.z_mm
    );
    if let Some(slope) = stats.axial_slope_n_per_layer {
        let Slope { value, low, high } = slope;
        text += &format!(", axial force {value:+.1} N a layer (95 %: {low:+.1} to {high:+.1})");
    }
    if let Some(angle) = stats.wall_angle_deg {
        text += &format!(", wall angle {angle:.1}°");
    }
    Some(text)
}

/// Channels in the order of the table's columns.
fn in_order(detail: &RunDetail) -> impl Iterator<Item = (&String, &ChannelStats)> {
    detail
        .columns
        .iter()
        .filter_map(|name| detail.channels.get(name).map(|stats| (name, stats)))
}

/// Keys of what is listed first, the values in ascending order.
const ASCENDING: [&str; 8] = ["count", "min", "p1", "median", "mean", "p99", "peak", "max"];

/// What the channels measured.
fn values(detail: &RunDetail) -> TextTable {
    let measured =
        |s: &&ChannelStatistic| matches!(s.unit, StatisticUnit::Samples | StatisticUnit::Channel);
    let mut statistics: Vec<_> = CHANNEL_STATISTICS.iter().filter(measured).collect();
    statistics.sort_by_key(|s| {
        let place = ASCENDING.iter().position(|key| *key == s.key);
        place.unwrap_or(ASCENDING.len())
    });
    let heads = statistics.iter().map(|s| format!(">{}", s.title));
    let mut table = statistics_table(&["channel", "unit"], heads);
    for (name, s) in in_order(detail) {
        let unit = Some(s.unit.clone()).filter(|unit| !unit.is_empty());
        let cells = [name.clone(), or_none(unit)].into_iter();
        table.row(
            cells
                .chain(statistics.iter().map(|of| cell(of, s)))
                .collect(),
        );
    }
    table
}

/// When the channels were sampled.
fn clocks(detail: &RunDetail) -> TextTable {
    let mut statistics = ChannelStatistic::by_unit();
    statistics.retain(|s| s.unit > StatisticUnit::Channel);
    let mut before = None;
    let heads = statistics.iter().map(|s| {
        let repeated = before.replace(s.unit) == Some(s.unit);
        match s.unit {
            StatisticUnit::Time => zone::heading(s.title),
            StatisticUnit::Seconds if !repeated => format!(">{} (ms)", s.title),
            StatisticUnit::Hertz => format!(">{} (Hz)", s.title),
            _ => format!(">{}", s.title),
        }
    });
    let mut table = statistics_table(&["channel"], heads);
    for (name, s) in in_order(detail) {
        let cells = std::iter::once(name.clone());
        table.row(
            cells
                .chain(statistics.iter().map(|of| cell(of, s)))
                .collect(),
        );
    }
    table
}

fn statistics_table(first: &[&str], heads: impl Iterator<Item = String>) -> TextTable {
    let heads: Vec<String> = heads.collect();
    let heads = heads.iter().map(String::as_str);
    let heads: Vec<&str> = first.iter().copied().chain(heads).collect();
    TextTable::new(&heads).indent(2).in_blocks(first.len())
}

/// A statistic of a channel, with the decimals of what it is measured in.
fn cell(statistic: &ChannelStatistic, stats: &ChannelStats) -> String {
    match ((statistic.of)(stats), statistic.unit) {
        (Value::Count(count), _) => thousands(count),
        (Value::Time(text), _) => or_none(
            text.and_then(|text| time::parse(text.as_bytes()))
                .map(zone::format),
        ),
        (Value::Number(share), StatisticUnit::Share) => fixed(share, 4),
        (Value::Number(seconds), StatisticUnit::Seconds) => fixed(seconds.map(|s| s * 1e3), 3),
        (Value::Number(value), _) => fixed(value, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_first_are_statistics() {
        for key in ASCENDING {
            assert!(ChannelStatistic::from_key(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_ledger_names_every_reason() {
        let mut ledger = Ledger {
            rows_in: 10,
            rows_kept: 7,
            ..Ledger::default()
        };
        ledger.drop_rows(crate::etl::clean::Reason::Conflict, 3);
        let mut out = String::new();
        ledger_text(&mut out, &ledger);
        assert!(
            out.contains("10 in, 7 kept, 3 dropped") && out.contains("conflict 3"),
            "{out}"
        );
    }
}
