//! `mdtui plot`: the charts of a run, or of several over each other, as a picture.

use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    open_lake::OpenLake,
    output,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::{
    app::{
        compare::{self, Compared},
        export::{Charts, png::png},
        run::{charts as run_charts, default_channels},
        signals::Signals,
    },
    etl::{
        Error, Result,
        base::CancelToken,
        catalog::RunDetail,
        compare::{Comparison, MOST},
        export::parse_time,
        format::{bytes, count},
        suggest, text,
    },
};

/// Draw the charts of a run as SVG or PNG, without a terminal
///
/// The picture is that of the key e in Signals; of several runs, which lie over each other from their starts, that of
/// the browser's Compare.
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// One to six runs, each by any unambiguous part of its id; LOG:RUN when it stands in two logs
    #[arg(value_name = "RUN", required = true, num_args = 1..=MOST)]
    pub runs: Vec<String>,
    /// Channels to draw, separated by commas; @NAME is a set of the config file [default: those that Signals opens with]
    #[arg(long, value_name = "CHANNEL,…", value_delimiter = ',')]
    pub channels: Vec<String>,
    /// Draw the channels of one unit in one chart
    #[arg(long)]
    pub overlay: bool,
    /// First time: 2022-11-23T20:40:00, or +90s from the run's start; of several runs, in the first of them
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Last time, as --from
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Width of the picture in pixels [default: 1200]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(300..=20_000))]
    pub width: Option<u32>,
    /// Height of the picture, which its charts share [default: 180 for each chart]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(100..=20_000))]
    pub height: Option<u32>,
    /// Draw a PNG with so many times the pixels, for print
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub scale: u8,
    /// File to write: .svg or .png; - is standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Format, whatever the ending of the file
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui plot 50105b43 -o run.svg",
        "draw the charts that Signals opens with",
    ),
    Example::new(
        "mdtui plot 50105b43 --channels fz_1,z_1 --from +5s --to +10s -o window.png",
        "draw five seconds of two channels as PNG",
    ),
    Example::new(
        "mdtui plot 50105b43 4bf44402 --channels f1 -o both.png --width 1600 --scale 2",
        "draw a channel of two runs over each other, for print",
    ),
];

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics.
    Png,
}

impl Format {
    /// By the ending of the file.
    fn of(output: &Path) -> Result<Self> {
        let ending = output.extension().and_then(|e| e.to_str());
        match ending.map(str::to_lowercase).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ if output::is_stdout(output) => Err(Error::Usage(
                "-o - needs a format: add --format svg or png".into(),
            )),
            _ => Err(Error::Usage(format!(
                "{} does not end with .svg or .png: name such a file, or add --format svg or png",
                text::visible_path(output)
            ))),
        }
    }
}

/// Draws charts.
///
/// # Errors
/// [`Error::Usage`] for an unknown run, channel, time or ending; those of [`Charts::read`] and
/// [`output::write`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let format = args.format.map_or_else(|| Format::of(&args.output), Ok)?;
    if format == Format::Png {
        output::refuse_terminal("png", &args.output)?;
    }
    let channels = settings.columns(&args.channels)?;
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let lake = OpenLake::new(settings, &cancel)?;
    let runs = lake.distinct_runs(&args.runs)?;
    let mut charts = charts(&lake, runs, &channels, args)?;
    if let Some(width) = args.width {
        charts.size.width = f64::from(width);
    }
    if let Some(height) = args.height {
        charts.fit_height(f64::from(height)).map_err(|least| {
            let charts = count(charts.charts.len() as u64, "chart");
            Error::Usage(format!(
                "--height {height} has no room for {charts}: at least {least} is needed"
            ))
        })?;
    }
    output::guard(&lake, &args.output)?;
    let charts = charts.read(&lake.context, &cancel)?;
    let svg = charts.svg();
    let picture = match format {
        Format::Svg => svg.into_bytes(),
        Format::Png => png(&svg, f32::from(args.scale))?,
    };
    let written = output::write(&args.output, &cancel, &|out, name| {
        out.write_all(&picture)
            .and_then(|()| out.flush())
            .map_err(|e| Error::io("write", name, e))
    })?;
    if written.is_some() {
        exit::note(&format!(
            "wrote {} to {} ({})",
            count(charts.charts.len() as u64, "chart"),
            output::destination(&args.output),
            bytes(picture.len() as u64)
        ));
    }
    Ok(Exit::Ok)
}

/// What is drawn; nothing is read of it yet.
fn charts(
    lake: &OpenLake,
    runs: Vec<RunDetail>,
    channels: &[String],
    args: &Args,
) -> Result<Charts> {
    if let Some(failed) = runs.iter().find(|run| run.row.file_name().is_none()) {
        let why = failed.row.error().unwrap_or("it has no table");
        return Err(Error::Usage(format!(
            "the run {} failed: {why}",
            failed.row.run
        )));
    }
    let schema = &lake.context.profile;
    let defaults = runs.iter().flat_map(|run| default_channels(schema, run));
    let defaults: Vec<String> = defaults.collect();
    let mut signals = match runs.as_slice() {
        [run] => Signals::of_run(run, &defaults)
            .ok_or_else(|| Error::Usage(format!("the run {} has no samples", run.row.run)))?,
        runs => {
            let runs: Vec<Option<&RunDetail>> = runs.iter().map(Some).collect();
            let mut comparison = Comparison::new(&runs, &[]);
            if !channels.is_empty() {
                // Says which run has a channel alone.
                comparison.keep(channels)?;
            }
            Signals::of_runs(&runs, &comparison, &defaults)
        }
    };
    if !channels.is_empty() {
        choose(&mut signals, channels)?;
    }
    signals.overlaid = args.overlay;
    show(&mut signals, &runs, args)?;
    let charts = match runs.as_slice() {
        [run] => run_charts(&run.row, &signals),
        _ => compare::charts(
            &runs.into_iter().map(Compared::from).collect::<Vec<_>>(),
            &signals,
        ),
    };
    charts.map_err(Error::Usage)
}

/// Gives charts to these channels alone.
fn choose(signals: &mut Signals, channels: &[String]) -> Result<()> {
    let known: Vec<&str> = signals.channels.iter().map(|c| c.name.as_str()).collect();
    if let Some(unknown) = channels.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Error::Usage(format!(
            "there is no channel \"{}\"{}",
            text::quoted(unknown, 60),
            suggest::among(unknown, "channels", &known)
        )));
    }
    signals.choose_named(channels);
    Ok(())
}

/// Shows the span of `--from` and `--to`.
fn show(signals: &mut Signals, runs: &[RunDetail], args: &Args) -> Result<()> {
    if args.from.is_none() && args.to.is_none() {
        return Ok(());
    }
    let start = runs
        .first()
        .and_then(|run| run.row.start_us())
        .unwrap_or_default();
    let origin = if signals.is_aligned() { start } else { 0 };
    let time = |asked: &Option<String>| -> Result<Option<i64>> {
        let Some(asked) = asked else { return Ok(None) };
        let time = parse_time(asked, start)?.saturating_sub(origin);
        signals.inside(time).map(Some).map_err(Error::Usage)
    };
    let bounds = signals.view.bounds;
    let from = time(&args.from)?.unwrap_or(bounds.start());
    let to = time(&args.to)?.unwrap_or(bounds.end());
    if from >= to {
        return Err(Error::Usage(
            "--from is not before --to: there is nothing to draw between them".into(),
        ));
    }
    signals.view.show(from, to);
    Ok(())
}
