//! `mdtui export`: a run's table to a file.

use std::{
    ffi::OsStr,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::ValueHint;

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    open_lake::OpenLake,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    export::{self, Exported, Format},
    filter::Condition,
    format::{bytes, count},
    lake::{Context, Record, access::require_write, run_file::RunFile},
    source::reserved::is_named_as_a_table,
    text, zone,
};

/// Write a run's table to a file: CSV, Parquet, NDJSON or Arrow, by its ending
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// The run, by any unambiguous part of its id; LOG:RUN when it stands in two logs
    pub run: String,
    /// Columns to write besides time, separated by commas [default: all]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// First time: 2022-11-23T20:40:00, or +90s from the run's start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Last time, as --from
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Only rows that fulfil a condition, such as 'fz_1 < -1500 and v1 > 10'; also `is null`, `or`, `not`, time > +90s
    #[arg(
        long,
        value_name = "CONDITION",
        allow_hyphen_values = true,
        conflicts_with = "resample"
    )]
    pub r#where: Option<String>,
    /// One row a step, such as 10ms, 0.5s or 1m, from the run's start, with the values in force then
    #[arg(long, value_name = "STEP")]
    pub resample: Option<String>,
    /// Only rows in which no column is empty
    #[arg(long)]
    pub complete: bool,
    /// Where to: .csv, .parquet, .ndjson (.jsonl) or .arrow (.ipc, .feather); - is standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// How to write, whatever the ending of the file
    #[arg(long, value_name = "FORMAT", value_parser = Format::ALL.map(|(_, word)| word))]
    pub format: Option<String>,
    /// Write more than 100,000,000 rows too
    #[arg(long)]
    pub force: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui export 50105b43 -o run.csv",
        "write the table of a run",
    ),
    Example::new(
        "mdtui export 50105b43 --columns fz_1,v1 --from +5s --to +10s -o window.parquet",
        "write five seconds of two columns",
    ),
    Example::new(
        "mdtui export 50105b43 --where 'fz_1 < -1000' -o pressed.ndjson",
        "write only the rows that fulfil a condition",
    ),
    Example::new(
        "mdtui export 50105b43 --resample 10ms -o even.arrow",
        "write one row for every 10 ms",
    ),
    Example::new(
        "mdtui export 50105b43 --columns fz_1 -o - --format csv",
        "print a column, for another program",
    ),
];

/// Exports a run.
///
/// # Errors
/// [`Error::Usage`] for an unknown run, column, time, step or ending; those of
/// [`export::export`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let format = format(args)?;
    let step_us = args
        .resample
        .as_deref()
        .map(export::parse_step)
        .transpose()?;
    let cancel = CancelToken::new();
    cancel_on_signals(&cancel, || {})?;
    let lake = OpenLake::new(settings, &cancel)?;
    let run = lake.run(&args.run)?;
    let streams = is_stream(&args.output);
    if !streams {
        guard(&lake, &args.output)?;
    }
    let (Some(file), Some(start)) = (&run.file_name, run.start_us) else {
        let why = run.error.as_deref().unwrap_or("it has no table");
        return Err(Error::Usage(format!("the run {} failed: {why}", run.run)));
    };
    let at = |asked: &Option<String>| {
        asked
            .as_deref()
            .map(|asked| export::parse_time(asked, start))
            .transpose()
    };
    let record = Record::read(&lake.context.lake, &run.log_key)?;
    let result = record.as_ref().and_then(|r| r.run_to_result.get(&run.run));
    let limits = match (&record, result) {
        (Some(record), Some(result)) => export::hold_limits(&record.profile, &result.channels),
        _ => export::Limits::new(),
    };
    let table = lake.context.lake.open_table(&run.log_key, file)?;
    let rows = match &args.r#where {
        None => None,
        Some(text) => Some(
            condition(text, &table, start)?
                .rows_of(&table, &cancel)?
                .into(),
        ),
    };
    let options = export::Options {
        columns: args.columns.clone(),
        from_us: at(&args.from)?,
        to_us: at(&args.to)?,
        step_us,
        complete: args.complete,
        rows,
        limits,
        force: args.force,
    };
    let plan = export::Plan::of(&table, &options)?;
    if plan.most_rows == 0 && (args.from.is_some() || args.to.is_some()) {
        return Err(Error::Usage(nothing_between(&table)?));
    }
    let done = if streams {
        match to_stream(&plan, format, &args.output, &cancel)? {
            Some(done) => done,
            None => return Ok(Exit::Ok),
        }
    } else {
        plan.write_new(&args.output, format, &cancel)?
    };
    let matched = if done.rows == 0 {
        "; no row matched"
    } else {
        ""
    };
    exit::note(&format!(
        "wrote {} of {} to {} ({}){matched}",
        count(done.rows, "row"),
        count(done.columns as u64, "column"),
        destination(&args.output),
        bytes(done.bytes)
    ));
    Ok(Exit::Ok)
}

/// By `--format`, else by the ending.
fn format(args: &Args) -> Result<Format> {
    let named = args.format.as_ref().and_then(|named| {
        let same = |(format, word): (Format, &str)| (word == named).then_some(format);
        Format::ALL.into_iter().find_map(same)
    });
    let is_stdout = args.output.as_os_str() == STDOUT;
    match named {
        Some(format) if is_stdout && !format.is_text() && std::io::stdout().is_terminal() => {
            Err(Error::Usage(format!(
                "{} is not for a terminal: send it to a program with |, or to a file with >",
                args.format.as_deref().unwrap_or_default()
            )))
        }
        Some(format) => Ok(format),
        None if is_stdout => Err(Error::Usage(
            "-o - does not say how to write: add --format csv, parquet, ndjson or arrow".into(),
        )),
        None => Format::of(&args.output),
    }
}

/// The name of standard output.
const STDOUT: &str = "-";

/// Whether it is standard output, or a pipe or device, which nothing can be renamed onto.
fn is_stream(output: &Path) -> bool {
    output.as_os_str() == STDOUT
        || std::fs::metadata(output).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

fn destination(output: &Path) -> String {
    if output.as_os_str() == STDOUT {
        "standard output".into()
    } else {
        text::visible_path(output)
    }
}

/// Writes row by row; `None`: its reader closed the pipe (`| head`), which is not an error.
fn to_stream(
    plan: &export::Plan<'_>,
    format: Format,
    output: &Path,
    cancel: &CancelToken,
) -> Result<Option<Exported>> {
    let name = PathBuf::from(destination(output));
    let inner: Box<dyn Write + Send> = if output.as_os_str() == STDOUT {
        Box::new(std::io::stdout())
    } else {
        let file = std::fs::File::options().write(true).open(output);
        Box::new(file.map_err(|e| Error::io("write", output, e))?)
    };
    let mut pipe = Pipe {
        inner,
        is_closed: false,
    };
    match plan.write(&mut pipe, format, &name, cancel) {
        Err(_) if pipe.is_closed => Ok(None),
        other => other.map(Some),
    }
}

/// Remembers that its reader went away.
struct Pipe {
    inner: Box<dyn Write + Send>,
    is_closed: bool,
}

impl Pipe {
    fn seen<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        self.is_closed |= matches!(&done, Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe);
        done
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.inner.write(bytes);
        self.seen(done)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.inner.flush();
        self.seen(done)
    }
}

/// Why a span gives no row.
fn nothing_between(table: &RunFile) -> Result<String> {
    Ok(match table.span()? {
        Some((first, last)) => format!(
            "no row of the run lies between --from and --to: the run is from {} to {}",
            zone::format(first),
            zone::format(last)
        ),
        None => "the run has no rows".into(),
    })
}

fn condition(text: &str, table: &RunFile, start: i64) -> Result<Condition> {
    let columns = table.columns().get(1..).unwrap_or_default();
    Condition::parse(text, columns, start).map_err(|e| Error::Usage(format!("--where: {e}")))
}

/// Logs are never changed, and the lake is written by harvests alone.
fn guard(lake: &OpenLake, output: &Path) -> Result<()> {
    if is_log(lake, output)? {
        return Err(Error::Usage(format!(
            "{} is a log, and logs are never changed; name another file",
            text::visible_path(output)
        )));
    }
    if is_in_lake(&lake.context, output) {
        return Err(Error::Usage(format!(
            "{} is in the lake, which only harvests write; name a file elsewhere, or in {}",
            text::visible_path(output),
            text::visible_path(&lake.context.lake.local().exports())
        )));
    }
    make_exports(&lake.context, output)?;
    let name = output.file_name().and_then(OsStr::to_str);
    if name.is_some_and(is_named_as_a_table) && is_in(&lake.context.lake.local().exports(), output)
    {
        return Err(Error::Usage(format!(
            "{} is named like a table of the lake, and queries over run_*.parquet would find the \
             run twice; choose a name that does not begin with run_",
            text::visible_path(output)
        )));
    }
    Ok(())
}

/// The lake's own folder for exports is created when it is named.
fn make_exports(context: &Context, output: &Path) -> Result<()> {
    let exports = context.lake.local().exports();
    let named = output
        .parent()
        .filter(|f| f.file_name() == exports.file_name());
    let real = |path: &Path| path.canonicalize().ok();
    let around = named
        .and_then(Path::parent)
        .map(|p| match p.as_os_str().is_empty() {
            true => Path::new("."),
            false => p,
        });
    if around.is_some_and(|p| real(p).is_some() && real(p) == real(context.lake.root())) {
        require_write(&context.lake, "export into the lake")?;
        std::fs::create_dir_all(&exports).map_err(|e| Error::io("create", &exports, e))?;
    }
    Ok(())
}

/// Whether the file that would be replaced is a log, not only named like one.
fn is_log(lake: &OpenLake, output: &Path) -> Result<bool> {
    let Ok(real) = output.canonicalize() else {
        return Ok(false);
    };
    let Some(log) = lake.find_log(output.as_os_str())? else {
        return Ok(false);
    };
    let source = lake.catalog.source(&lake.context, &log.key)?;
    Ok(source.is_some_and(|s| s.file.canonicalize().is_ok_and(|file| file == real)))
}

/// Whether the lake has a place for `output` that is not its folder for exports.
fn is_in_lake(context: &Context, output: &Path) -> bool {
    is_in(context.lake.root(), output) && !is_in(&context.lake.local().exports(), output)
}

/// Whether the file `output` is, or would be, below `folder`.
fn is_in(folder: &Path, output: &Path) -> bool {
    let parent = output.parent().filter(|p| !p.as_os_str().is_empty());
    let real = |path: &Path| path.canonicalize().ok();
    match (real(parent.unwrap_or(Path::new("."))), real(folder)) {
        (Some(parent), Some(folder)) => parent.starts_with(folder),
        _ => false,
    }
}
